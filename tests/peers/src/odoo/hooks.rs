//! What single models do beyond storing: before and after create, write and unlink.

use std::sync::Arc;

use serde_json::{Value, json};

use super::domain::Node;
use super::env::{Env, Right};
use super::error::{Kind, OdooError, Outcome};
use super::python::{Names, PythonError, evaluate};
use super::schema::Model;
use super::store::Row;
use super::value::{Vals, truthy};
use super::version::Version;

impl Env<'_> {
    pub(crate) fn before_create(&mut self, model: &Arc<Model>, vals: &mut Vals) -> Outcome<()> {
        match model.name.as_str() {
            "ir.model" => self.prepare_model(vals),
            "ir.model.fields" => self.prepare_field(vals),
            "ir.ui.view" => self.prepare_view(vals),
            "res.users" => self.prepare_user(vals),
            "res.company" => self.prepare_company(vals),
            "mail.activity" => self.prepare_activity(vals),
            "crm.lead" => {
                // The salesperson is whoever makes it, unless something else is said.
                vals.entry("user_id").or_insert_with(|| json!(self.uid));
                Ok(())
            }
            "ir.actions.act_window" | "ir.actions.server" => {
                vals.entry("type").or_insert_with(|| json!(model.name));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn after_create(&mut self, model: &Arc<Model>, id: i64) -> Outcome<()> {
        match model.name.as_str() {
            "ir.model" => self.register_model(id),
            "ir.model.fields" => self.register_field(id),
            "ir.model.fields.selection" => self.refresh_selection_of(id),
            "ir.ui.view" => self.check_view(id),
            "res.company" => self.work_for(id),
            _ => Ok(()),
        }
    }

    pub(crate) fn before_write(
        &mut self,
        model: &Arc<Model>,
        ids: &[i64],
        vals: &Vals,
    ) -> Outcome<()> {
        match model.name.as_str() {
            "ir.model" => self.check_model_write(ids, vals),
            "ir.model.fields" => self.check_field_write(ids, vals),
            _ => Ok(()),
        }
    }

    pub(crate) fn after_write(
        &mut self,
        model: &Arc<Model>,
        ids: &[i64],
        vals: &Vals,
    ) -> Outcome<()> {
        for id in ids {
            match model.name.as_str() {
                "ir.model" => self.refresh_model(*id),
                "ir.model.fields" => self.register_field(*id)?,
                "ir.model.fields.selection" => self.refresh_selection_of(*id)?,
                "ir.ui.view"
                    if vals.contains_key("arch")
                        || vals.contains_key("arch_db")
                        || vals.contains_key("active") =>
                {
                    self.sync_arch(*id, vals)?;
                    self.check_view(*id)?;
                    self.check_heirs(*id)?;
                }
                "res.users" => self.write_user_name(*id, vals)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn before_unlink(&mut self, model: &Arc<Model>, ids: &[i64]) -> Outcome<()> {
        if model.mail_thread {
            for message in self.messages_of(&model.name, ids) {
                self.tx.remove("mail.message", message);
            }
        }
        match model.name.as_str() {
            "ir.model" => self.unregister_models(ids),
            "ir.model.fields" => self.unregister_fields(ids),
            "ir.model.fields.selection" => self.unregister_selections(ids),
            "ir.ui.view" => self.check_view_unlink(ids),
            "res.partner" => self.check_partner_unlink(ids),
            _ => Ok(()),
        }
    }

    /// Its model comes by id, or by the name that a default says; before 19 the model must have activities, and another user's need a thread.
    fn prepare_activity(&mut self, vals: &mut Vals) -> Outcome<()> {
        if !vals.contains_key("res_model_id")
            && let Some(name) = self.context.default_res_model.clone()
        {
            let id = self
                .find("ir.model", "model", &json!(name))
                .first()
                .copied();
            vals.insert("res_model_id".to_owned(), json!(id));
        }
        let model = vals.get("res_model_id").and_then(Value::as_i64);
        let Some(model) = model else {
            return Ok(());
        };
        let name = self.stored("ir.model", model, "model");
        let name = name.as_str().unwrap_or_default();
        let built_in = self.model(name)?.mail_thread;
        let has = |flag| built_in || truthy(&self.stored("ir.model", model, flag));
        let somebody_else = vals.get("user_id").and_then(Value::as_i64) != Some(self.uid);
        let missing = if self.version() < Version::V19 && !has("is_mail_activity") {
            "activity_ids"
        } else if somebody_else && !has("is_mail_thread") {
            // Whoever is given one becomes a follower of the record.
            "message_subscribe"
        } else {
            return Ok(());
        };
        let text = format!("'{name}' object has no attribute '{missing}'");
        Err(OdooError::new(Kind::Attribute, text))
    }

    /// Checks on the whole row, as the database's CHECK constraints.
    pub(crate) fn check_row(&self, model: &Model, row: &Row) -> Outcome<()> {
        let get = |name: &str| {
            model
                .field(name)
                .map_or(&Value::Null, |field| row.get(field.slot))
        };
        match model.name.as_str() {
            "res.partner" if get("name").is_null() && get("type") == "contact" => {
                Err(OdooError::constraint("Contacts require a name"))
            }
            "ir.model.fields"
                if get("state") == "manual"
                    && !get("name").as_str().unwrap_or_default().starts_with("x_") =>
            {
                Err(OdooError::constraint(
                    "Custom fields must have a name that starts with 'x_'!",
                ))
            }
            _ => Ok(()),
        }
    }

    /// A user is a partner that may log in.
    fn prepare_user(&mut self, vals: &mut Vals) -> Outcome<()> {
        if vals
            .get("partner_id")
            .is_none_or(|partner| !truthy(partner))
        {
            let mut partner = Vals::new();
            partner.insert(
                "name".to_owned(),
                vals.get("name").cloned().unwrap_or_default(),
            );
            for field in ["email", "phone", "lang", "tz"] {
                if let Some(value) = vals.get(field) {
                    partner.insert(field.to_owned(), value.clone());
                }
            }
            let partner = self.sudo(|env| env.create("res.partner", vec![partner]))?;
            vals.insert("partner_id".to_owned(), json!(partner[0]));
        }
        vals.entry("company_id").or_insert(json!(1));
        Ok(())
    }

    fn prepare_company(&mut self, vals: &mut Vals) -> Outcome<()> {
        if vals.contains_key("partner_id") {
            return Ok(());
        }
        let mut partner = Vals::new();
        partner.insert(
            "name".to_owned(),
            vals.get("name").cloned().unwrap_or_default(),
        );
        partner.insert("is_company".to_owned(), json!(true));
        let partner = self.sudo(|env| env.create("res.partner", vec![partner]))?;
        vals.insert("partner_id".to_owned(), json!(partner[0]));
        Ok(())
    }

    /// Whoever makes a company works for it.
    fn work_for(&mut self, company: i64) -> Outcome<()> {
        let user = self.uid;
        if self.row("res.users", user).is_none() {
            return Ok(());
        }
        let vals = json!({ "company_ids": [[4, company, 0]] });
        let vals = vals.as_object().cloned().unwrap_or_default();
        self.sudo(|env| env.write("res.users", &[user], &vals))
    }

    fn write_user_name(&mut self, id: i64, vals: &Vals) -> Outcome<()> {
        let Some(partner) = self.stored_id("res.users", id, "partner_id") else {
            return Ok(());
        };
        let kept: Vals = vals
            .iter()
            .filter(|(key, _)| ["name", "email", "lang", "tz"].contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if kept.is_empty() {
            Ok(())
        } else {
            self.sudo(|env| env.write("res.partner", &[partner], &kept))
        }
    }

    fn check_partner_unlink(&mut self, ids: &[i64]) -> Outcome<()> {
        for id in ids {
            for user in self.find("res.users", "partner_id", &json!(id)) {
                if self.stored("res.users", user, "active") == json!(true) {
                    let name = self.display_name("res.users", user);
                    return Err(OdooError::new(
                        super::error::Kind::Redirect,
                        format!(
                            "You cannot delete contacts linked to an active user.\nYou should rather archive them after archiving their \
                         associated user.\n\nLinked active users: {}",
                            name.as_str().unwrap_or_default()
                        ),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Record rules.
impl Env<'_> {
    /// The domain that the user's rules impose on the model; global rules bind together, a group's rules widen.
    pub(crate) fn rule_domain(&mut self, model: &Model, right: Right) -> Outcome<Option<Node>> {
        if self.su {
            return Ok(None);
        }
        let Some(model_id) = self.model_id(&model.name) else {
            return Ok(None);
        };
        let mine = self.groups(self.uid);
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for rule in self.find("ir.rule", "model_id", &json!(model_id)) {
            if !self.rule_applies(rule, right) {
                continue;
            }
            let groups = super::env::ids_of(&self.stored("ir.rule", rule, "groups"));
            if groups.is_empty() {
                all.push(self.rule_node(model, rule)?);
            } else if groups.iter().any(|group| mine.contains(group)) {
                any.push(self.rule_node(model, rule)?);
            }
        }
        if !any.is_empty() {
            all.push(Node::Any(any));
        }
        Ok(if all.is_empty() {
            None
        } else {
            Some(Node::All(all))
        })
    }

    fn rule_applies(&self, rule: i64, right: Right) -> bool {
        let column = match right {
            Right::Read => "perm_read",
            Right::Write => "perm_write",
            Right::Create => "perm_create",
            Right::Unlink => "perm_unlink",
        };
        truthy(&self.stored("ir.rule", rule, column))
            && truthy(&self.stored("ir.rule", rule, "active"))
    }

    fn rule_node(&mut self, model: &Model, rule: i64) -> Outcome<Node> {
        let text = self.stored("ir.rule", rule, "domain_force");
        let Some(text) = text.as_str().filter(|text| !text.trim().is_empty()) else {
            return Ok(Node::Always(true));
        };
        let mut names = RuleNames {
            uid: self.uid,
            partner: self
                .stored_id("res.users", self.uid, "partner_id")
                .unwrap_or_default(),
            company: self
                .stored_id("res.users", self.uid, "company_id")
                .unwrap_or_default(),
            companies: super::env::ids_of(&self.stored("res.users", self.uid, "company_ids")),
        };
        let domain =
            evaluate(text, &mut names).map_err(|error| OdooError::value(error.to_string()))?;
        self.domain(model, &domain)
    }

    /// # Errors
    ///
    /// `AccessError` when a rule hides one of the records.
    pub(crate) fn check_rules(&mut self, model: &Model, ids: &[i64], right: Right) -> Outcome<()> {
        let Some(node) = self.rule_domain(model, right)? else {
            return Ok(());
        };
        for id in ids {
            let Some(row) = self.row(&model.name, *id) else {
                continue;
            };
            if !self.matches(model, *id, &row, &node) {
                return Err(self.rule_error(model, *id, right));
            }
        }
        Ok(())
    }

    fn rule_error(&mut self, model: &Model, id: i64, right: Right) -> OdooError {
        let operation = match right {
            Right::Read => "read",
            Right::Write => "write",
            Right::Create => "create",
            Right::Unlink => "unlink",
        };
        let user = self.display_name("res.users", self.uid);
        OdooError::access(format!(
            "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, {} (id={}) doesn't have '{operation}' access to:\n\
             - {} ({})\n\nIf you really, really need access, perhaps you can win over your friendly administrator with a batch of \
             freshly baked cookies.\n(record {id})",
            user.as_str().unwrap_or_default(),
            self.uid,
            model.label,
            model.name
        ))
    }
}

/// The names that a record rule may use.
struct RuleNames {
    uid: i64,
    partner: i64,
    company: i64,
    /// Without `allowed_company_ids` in the context, all companies of the user.
    companies: Vec<i64>,
}

impl Names for RuleNames {
    fn name(&mut self, name: &str) -> Option<Value> {
        match name {
            "user.id" | "uid" => Some(json!(self.uid)),
            "user.partner_id.id" => Some(json!(self.partner)),
            "company_id" | "user.company_id.id" => Some(json!(self.company)),
            "company_ids" | "user.company_ids.ids" => Some(json!(self.companies)),
            _ => None,
        }
    }

    fn call(&mut self, _: &str, _: &[Value]) -> Option<Result<Value, PythonError>> {
        None
    }
}
