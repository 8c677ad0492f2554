//! What each public method does.

mod merge;
mod special;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right};
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::orm::search::{Page, page};
use crate::odoo::signature::{self, Arguments, Bound, Face};
use crate::odoo::value::{Vals, is_unset, truthy};
use crate::odoo::version::Version;

/// Is it a method that a client may call on the model?
pub(crate) fn is_public(model: &str, method: &str, version: Version) -> bool {
    signature::find(model, method, version).is_some()
}

impl Env<'_> {
    /// Carries out one call.
    ///
    /// # Errors
    ///
    /// Whatever the method raises.
    pub(crate) fn call(
        &mut self,
        model: &str,
        method: &str,
        given: Arguments,
        face: Face,
    ) -> Outcome<Value> {
        let known = self.tx.db.registry.model(model).cloned();
        let known = known.ok_or_else(|| no_model(model, face))?;
        self.check_public(method, model)?;
        let Some(signature) = signature::find(model, method, self.version()) else {
            return Err(self.no_method(model, method, face));
        };
        let bound = signature::bind(signature, &known, given, face, self.version())?;
        match method {
            "create" => self.call_create(model, &bound, face),
            "search"
            | "search_read"
            | "search_count"
            | "read"
            | "read_group"
            | "formatted_read_group" => self.call_reading(model, method, &bound),
            _ => self.call_other(model, method, &bound),
        }
    }

    fn check_public(&self, method: &str, model: &str) -> Outcome<()> {
        let private =
            method.starts_with('_') || (self.version() >= Version::V19 && method == "exists");
        if !private {
            return Ok(());
        }
        let text = match self.version() {
            Version::V17 => {
                format!("Private methods (such as {method}) cannot be called remotely.")
            }
            _ => format!("Private methods (such as '{model}.{method}') cannot be called remotely."),
        };
        Err(OdooError::access(text))
    }

    fn no_method(&self, model: &str, method: &str, face: Face) -> OdooError {
        let text = match self.version() {
            Version::V17 => format!("The method '{method}' does not exist on the model '{model}'"),
            _ => format!("The method '{model}.{method}' does not exist"),
        };
        OdooError::new(
            if face == Face::Json2 {
                Kind::NotFound
            } else {
                Kind::Attribute
            },
            text,
        )
    }

    fn call_create(&mut self, model: &str, bound: &Bound, face: Face) -> Outcome<Value> {
        let (records, one) = match bound.get("vals_list") {
            Value::Object(vals) => (vec![vals.clone()], true),
            Value::Array(list) => (
                list.iter().map(as_vals).collect::<Outcome<Vec<_>>>()?,
                false,
            ),
            other => {
                return Err(OdooError::type_error(format!(
                    "'{}' object is not iterable",
                    crate::odoo::value::python_type(other)
                )));
            }
        };
        let ids = self.create(model, records)?;
        Ok(if one && face == Face::JsonRpc {
            json!(ids[0])
        } else {
            json!(ids)
        })
    }

    fn call_reading(&mut self, model: &str, method: &str, bound: &Bound) -> Outcome<Value> {
        let order = if method == "read_group" {
            bound.get("orderby")
        } else {
            bound.get("order")
        };
        let wanted = page(bound.get("offset"), bound.get("limit"), order)?;
        let domain = bound.get("domain");
        match method {
            "search" => self.search(model, domain, &wanted).map(|ids| json!(ids)),
            "search_count" => self
                .search(
                    model,
                    domain,
                    &Page {
                        order: Some("id".to_owned()),
                        ..wanted
                    },
                )
                .map(|ids| json!(ids.len())),
            "search_read" => {
                let fields = bound.texts("fields");
                let ids = self.search(model, domain, &wanted)?;
                self.read(model, &ids, &fields).map(Value::Array)
            }
            "read" => self
                .read(model, &bound.ids, &bound.texts("fields"))
                .map(Value::Array),
            "read_group" => {
                let (fields, groupby) = (bound.texts("fields"), bound.texts("groupby"));
                self.read_group(
                    model,
                    domain,
                    &fields,
                    &groupby,
                    &wanted,
                    truthy(bound.get("lazy")),
                )
            }
            _ => self.formatted_read_group(
                model,
                domain,
                &bound.texts("groupby"),
                &bound.texts("aggregates"),
                &wanted,
            ),
        }
    }

    fn call_other(&mut self, model: &str, method: &str, bound: &Bound) -> Outcome<Value> {
        match method {
            "write" => self
                .write(model, &bound.ids, &as_vals(bound.get("vals"))?)
                .map(|()| json!(true)),
            "unlink" => self.unlink(model, &bound.ids).map(|()| json!(true)),
            "fields_get" => {
                self.fields_get(model, &bound.texts("allfields"), &bound.texts("attributes"))
            }
            "name_search" => self.call_name_search(model, bound),
            "name_create" => self.name_create(model, bound.text("name")),
            "default_get" => self.default_get(model, &bound.texts("fields")),
            "load" => self.load(model, &bound.texts("fields"), bound.get("data")),
            "copy" => self.copy(model, &bound.ids, bound.get("default")),
            "has_access" => Ok(json!(self.may(model, right(bound.text("operation"))?))),
            "check_access_rights" => self.check_access_rights(model, bound),
            "exists" => Ok(json!(self.existing(model, &bound.ids))),
            "update_field_translations" => self.update_translations(model, bound),
            "get_field_translations" => self.translations_of(model, bound),
            "get_param" | "set_param" => self.call_param(method, bound),
            "run" => self.run_server_actions(&bound.ids),
            "action_merge" => self.merge_contacts(&bound.ids),
            "merge_opportunity" => self.merge_leads(&bound.ids),
            "button_immediate_uninstall" => self.uninstall(&bound.ids),
            "import_module" => self.import_module(&bound.ids),
            "lang_install" => self.install_languages(&bound.ids),
            "has_group" => Ok(json!(self.has_group(bound.text("group_ext_id")))),
            "context_get" => Ok(
                json!({"lang": self.context.lang.clone().unwrap_or_else(|| "en_US".into()), "tz": self.context.tz, "uid": self.uid}),
            ),
            "message_post" => self.message_post(model, bound),
            "action_feedback" | "action_done" => {
                self.activity_done(&bound.ids, bound.get("feedback"))
            }
            _ => Ok(json!(true)),
        }
    }

    fn call_name_search(&mut self, model: &str, bound: &Bound) -> Outcome<Value> {
        let domain = if self.version() >= Version::V19 {
            bound.get("domain")
        } else {
            bound.get("args")
        };
        let limit = bound
            .get("limit")
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(100);
        self.name_search(
            model,
            bound.text("name"),
            domain,
            bound.text("operator"),
            limit,
        )
    }

    fn name_create(&mut self, model: &str, name: &str) -> Outcome<Value> {
        let field = match self.model(model)?.rec_name.as_str() {
            "complete_name" => "name".to_owned(),
            other => other.to_owned(),
        };
        let mut vals = Vals::new();
        vals.insert(field, json!(name));
        let id = self.create(model, vec![vals])?[0];
        let shown = self.display_name(model, id);
        Ok(json!([id, shown]))
    }

    fn default_get(&self, model: &str, names: &[String]) -> Outcome<Value> {
        let model = self.model(model)?;
        let fields = names.iter().filter_map(|name| model.field(name));
        Ok(fields
            .filter_map(|field| {
                field
                    .default
                    .clone()
                    .map(|value| (field.name.clone(), value))
            })
            .collect::<Vals>()
            .into())
    }

    fn copy(&mut self, name: &str, ids: &[i64], default: &Value) -> Outcome<Value> {
        self.check_exists(name, ids)?;
        let model = self.model(name)?;
        let mut copies = Vec::new();
        for id in ids {
            let mut vals = Vals::new();
            for field in model
                .fields
                .values()
                .filter(|field| field.copied && field.has_column() && field.compute.is_none())
            {
                let stored = self.stored(name, *id, &field.name);
                let value = if field.ttype.is_to_many() {
                    json!([[6, 0, stored]])
                } else {
                    stored
                };
                vals.insert(field.name.clone(), value);
            }
            vals.retain(|_, value| !is_unset(value) && value != &json!([[6, 0, null]]));
            if let (Some(known), true) = (
                vals.get("name").and_then(Value::as_str),
                model.rec_name != "x_name",
            ) {
                vals.insert("name".to_owned(), json!(format!("{known} (copy)")));
            }
            vals.extend(default.as_object().cloned().unwrap_or_default());
            copies.extend(self.create(name, vec![vals])?);
        }
        Ok(if self.version() >= Version::V18 {
            json!(copies)
        } else {
            json!(copies.first())
        })
    }

    fn check_access_rights(&self, model: &str, bound: &Bound) -> Outcome<Value> {
        let right = right(bound.text("operation"))?;
        if truthy(bound.get("raise_exception")) {
            self.check(model, right)?;
        }
        Ok(json!(self.may(model, right)))
    }

    fn existing(&self, model: &str, ids: &[i64]) -> Vec<i64> {
        ids.iter()
            .copied()
            .filter(|id| self.tx.db.row(model, *id).is_some())
            .collect()
    }
}

fn no_model(model: &str, face: Face) -> OdooError {
    match face {
        Face::JsonRpc => OdooError::user(format!("Object {model} doesn't exist")),
        Face::Json2 => OdooError::new(
            Kind::NotFound,
            format!("the model '{model}' does not exist"),
        ),
    }
}

fn as_vals(value: &Value) -> Outcome<Vals> {
    match value {
        Value::Object(vals) => Ok(vals.clone()),
        other => Err(OdooError::new(
            Kind::Attribute,
            format!(
                "'{}' object has no attribute 'items'",
                crate::odoo::value::python_type(other)
            ),
        )),
    }
}

fn right(operation: &str) -> Outcome<Right> {
    Right::parse(operation).ok_or_else(|| OdooError::new(Kind::Assertion, "Invalid access mode"))
}
