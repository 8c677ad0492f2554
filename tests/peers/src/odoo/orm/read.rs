//! `read` and `fields_get`: stored values, names of relations, computed fields.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::orm::search::Page;
use crate::odoo::schema::{Compute, Field, Model, Ttype};
use crate::odoo::value::{Vals, is_unset, to_wire};
use crate::odoo::version::Version;

impl Env<'_> {
    /// The records that exist, with the fields asked for (all, when none is named).
    ///
    /// # Errors
    ///
    /// `ValueError` for an unknown field, `AccessError` without the right.
    pub(crate) fn read(
        &mut self,
        model: &str,
        ids: &[i64],
        fields: &[String],
    ) -> Outcome<Vec<Value>> {
        self.check(model, Right::Read)?;
        let model = self.model(model)?;
        let fields = self.readable_fields(&model, fields)?;
        self.check_rules(&model, ids, Right::Read)?;
        Ok(ids
            .iter()
            .filter_map(|id| self.read_one(&model, *id, &fields))
            .collect())
    }

    fn readable_fields(&self, model: &Model, names: &[String]) -> Outcome<Vec<Arc<Field>>> {
        if names.is_empty() {
            return Ok(model
                .fields
                .values()
                .filter(|field| self.may_see(field))
                .cloned()
                .collect());
        }
        names
            .iter()
            .map(|name| self.readable_field(model, name))
            .collect()
    }

    fn readable_field(&self, model: &Model, name: &str) -> Outcome<Arc<Field>> {
        let place = if self.version() >= Version::V19 {
            ""
        } else {
            "model "
        };
        let unknown =
            || OdooError::value(format!("Invalid field '{name}' on {place}'{}'", model.name));
        let field = model.field(name).cloned().ok_or_else(unknown)?;
        if self.may_see(&field) {
            Ok(field)
        } else {
            Err(self.hidden_field(model, &field))
        }
    }

    /// A field that the user's groups do not show.
    pub(crate) fn hidden_field(&self, model: &Model, field: &Field) -> OdooError {
        OdooError::access(format!(
            "You do not have enough rights to access the field \"{}\" on {} ({}). Please contact your system administrator.\n\n\
             Operation: read\nUser: {}\nGroups: allowed for groups {}",
            field.name,
            model.label,
            model.name,
            self.uid,
            field.groups.as_deref().unwrap_or_default()
        ))
    }

    fn read_one(&mut self, model: &Model, id: i64, fields: &[Arc<Field>]) -> Option<Value> {
        let row = self.row(&model.name, id)?;
        let mut out = Vals::new();
        out.insert("id".to_owned(), json!(id));
        for field in fields {
            if field.name == "id" {
                continue;
            }
            // Nobody reads a password: it can only be set.
            let value = if model.name == "res.users" && field.name == "password" {
                json!("")
            } else if field.has_column() && !field.ttype.is_relational() && !field.translate {
                to_wire(field, row.get(field.slot))
            } else {
                self.field_value(model, id, field)
            };
            out.insert(field.name.clone(), value);
        }
        Some(Value::Object(out))
    }

    /// The value of one field as a read shows it.
    pub(crate) fn field_value(&mut self, model: &Model, id: i64, field: &Field) -> Value {
        if !field.store
            && let Some(compute) = &field.compute
        {
            return self.computed(model, id, field, compute);
        }
        match field.ttype {
            Ttype::Many2one => match self.stored_id(&model.name, id, &field.name) {
                Some(target) => {
                    self.name_pair(field.relation.as_deref().unwrap_or_default(), target)
                }
                None => json!(false),
            },
            Ttype::One2many => json!(self.one2many(id, field)),
            Ttype::Many2many => json!(self.many2many(&model.name, id, field)),
            _ if field.translate => self.translated(model, id, field),
            _ => to_wire(field, &self.stored(&model.name, id, &field.name)),
        }
    }

    fn translated(&self, model: &Model, id: i64, field: &Field) -> Value {
        let source = to_wire(field, &self.stored(&model.name, id, &field.name));
        let Some(lang) = self.context.lang.as_ref().filter(|lang| *lang != "en_US") else {
            return source;
        };
        let key = (id, field.name.clone(), lang.clone());
        self.table(&model.name)
            .and_then(|table| table.translations.get(&key).cloned())
            .unwrap_or(source)
    }

    fn name_pair(&mut self, model: &str, id: i64) -> Value {
        let name = self.display_name(model, id);
        json!([id, name])
    }

    /// Records that point here, in the order of their model, archived ones left out.
    fn one2many(&mut self, id: i64, field: &Field) -> Vec<i64> {
        let (Some(relation), Some(inverse)) = (&field.relation, &field.relation_field) else {
            return Vec::new();
        };
        let domain = json!([[inverse, "=", id]]);
        self.sudo(|env| env.search(relation, &domain, &Page::default()))
            .unwrap_or_default()
    }

    fn many2many(&mut self, model: &str, id: i64, field: &Field) -> Vec<i64> {
        let held = self.stored(model, id, &field.name);
        if is_unset(&held) {
            return Vec::new();
        }
        let domain = json!([["id", "in", held]]);
        let relation = field.relation.clone().unwrap_or_default();
        self.sudo(|env| env.search(&relation, &domain, &Page::default()))
            .unwrap_or_default()
    }

    fn computed(&mut self, model: &Model, id: i64, field: &Field, compute: &Compute) -> Value {
        match compute {
            Compute::DisplayName => self.display_name(&model.name, id),
            Compute::Related(path) => self.related(model, id, path),
            Compute::AllGroups => json!(self.all_groups(model, id)),
            Compute::CommercialPartner => {
                let company = self.commercial_partner(id);
                self.name_pair("res.partner", company)
            }
            Compute::ExternalId => self.external_id(&model.name, id),
            Compute::Python(code) => self.python_compute(&model.name, id, field, code),
            Compute::CompleteName
            | Compute::PhoneSanitized
            | Compute::PhoneMobileSearch
            | Compute::GroupFullName => {
                json!(false)
            }
        }
    }

    fn all_groups(&self, model: &Model, id: i64) -> Vec<i64> {
        if model.name == "res.groups" {
            self.implied_groups(vec![id]).into_iter().collect()
        } else {
            self.groups(id).into_iter().collect()
        }
    }

    /// The first company above a contact, or the contact itself.
    fn commercial_partner(&self, id: i64) -> i64 {
        let is_company = self.stored("res.partner", id, "is_company") == json!(true);
        match self.stored_id("res.partner", id, "parent_id") {
            Some(parent) if !is_company => self.commercial_partner(parent),
            _ => id,
        }
    }

    fn external_id(&self, model: &str, id: i64) -> Value {
        let rows = self.find("ir.model.data", "res_id", &json!(id));
        let row = rows
            .into_iter()
            .find(|row| self.stored("ir.model.data", *row, "model") == json!(model));
        row.map_or_else(|| json!(false), |row| self.full_xmlid(row))
    }

    pub(crate) fn full_xmlid(&self, row: i64) -> Value {
        let text = |field| {
            self.stored("ir.model.data", row, field)
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        json!(format!("{}.{}", text("module"), text("name")))
    }

    /// The value at the end of a dotted path.
    fn related(&mut self, model: &Model, id: i64, path: &str) -> Value {
        let (first, rest) = path
            .split_once('.')
            .map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some(field) = model.field(first).cloned() else {
            return json!(false);
        };
        let Some(rest) = rest else {
            return self.field_value(model, id, &field);
        };
        let Some(target) = self.stored_id(&model.name, id, first) else {
            return json!(false);
        };
        match self.model(field.relation.as_deref().unwrap_or_default()) {
            Ok(next) => self.related(&next, target, rest),
            Err(_) => json!(false),
        }
    }

    /// What a record is called.
    pub(crate) fn display_name(&mut self, model: &str, id: i64) -> Value {
        if let Some(name) = self.cached_name(model, id) {
            return name;
        }
        let name = self.make_display_name(model, id);
        self.cache_name(model, id, name.clone());
        name
    }

    fn make_display_name(&mut self, name: &str, id: i64) -> Value {
        let Ok(model) = self.model(name) else {
            return json!(false);
        };
        if name == "res.users" {
            return self
                .stored_id("res.users", id, "partner_id")
                .map_or(json!(false), |partner| {
                    self.display_name("res.partner", partner)
                });
        }
        if name == "ir.model.data" {
            return self.full_xmlid(id);
        }
        match model.field(&model.rec_name).cloned() {
            Some(field) if field.name != "id" => match self.field_value(&model, id, &field) {
                Value::Array(pair) => pair.get(1).cloned().unwrap_or_default(),
                value => value,
            },
            _ => json!(format!("{name},{id}")),
        }
    }

    /// The description of the fields, or of those named, with the attributes named.
    pub(crate) fn fields_get(
        &self,
        model: &str,
        names: &[String],
        attributes: &[String],
    ) -> Outcome<Value> {
        let model = self.model(model)?;
        let mut out = Vals::new();
        for field in model
            .fields
            .values()
            .filter(|field| names.is_empty() || names.contains(&field.name))
        {
            if !self.may_see(field) {
                continue;
            }
            let mut described = field.describe();
            if let Value::Object(map) = &mut described
                && !attributes.is_empty()
            {
                map.retain(|key, _| attributes.contains(key));
            }
            out.insert(field.name.clone(), described);
        }
        Ok(Value::Object(out))
    }
}
