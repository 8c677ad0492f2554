//! Who asks, in which context, inside which transaction; and what they may do.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::{OdooError, Outcome};
use super::schema::{Field, Model};
use super::store::{Row, Table, Transaction};
use super::value::truthy;
use super::version::Version;

/// The user id of the superuser, whom no rule binds.
pub(crate) const SUPERUSER: i64 = 1;

/// What the whole server knows and no call changes.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) version: Version,
    /// The server has Python's `phonenumbers`; without it numbers are stored as they came.
    pub(crate) phone_numbers: bool,
    /// The addon base_import_module is installed.
    pub(crate) import_module: bool,
    /// A module brings `mobile` back where Odoo has left it out (`partner_mobile` of the OCA).
    pub(crate) mobile: bool,
    /// The addon crm is installed from the start.
    pub(crate) crm: bool,
    /// How long the answer to a webhook is waited for, where they are sent.
    pub(crate) webhooks: Option<Duration>,
}

/// The part of a call's context that changes what the server does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    pub(crate) lang: Option<String>,
    pub(crate) tz: Option<String>,
    pub(crate) show_archived: bool,
    /// `default_res_model`: what an activity is about, where its model's id is not given.
    pub(crate) default_res_model: Option<String>,
    /// All of it, as code sees it: the record that an action is for, and what a client has handed to it.
    pub(crate) given: Map<String, Value>,
    /// A data module is being imported.
    pub(crate) installing: Option<String>,
}

impl Context {
    /// Reads the client's context.
    ///
    /// # Errors
    ///
    /// `TypeError` when it is not a mapping.
    pub(crate) fn parse(raw: Option<&Value>) -> Outcome<Self> {
        let map = match raw {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(map)) => map,
            Some(other) => {
                return Err(OdooError::type_error(format!(
                    "'{}' object is not iterable",
                    super::value::python_type(other)
                )));
            }
        };
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let show_archived = map.get("active_test").is_some_and(|flag| !truthy(flag));
        Ok(Self {
            lang: text("lang"),
            tz: text("tz"),
            show_archived,
            default_res_model: text("default_res_model"),
            given: map.clone(),
            installing: None,
        })
    }

    /// What a client has handed to a program, which takes it out.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.given.remove(name).unwrap_or_default()
    }
}

/// The four rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    Read,
    Write,
    Create,
    Unlink,
}

impl Right {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "create" => Some(Self::Create),
            "unlink" => Some(Self::Unlink),
            _ => None,
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Read => "perm_read",
            Self::Write => "perm_write",
            Self::Create => "perm_create",
            Self::Unlink => "perm_unlink",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "access",
            Self::Write => "modify",
            Self::Create => "create",
            Self::Unlink => "delete",
        }
    }
}

/// One call's view of the database.
#[derive(Debug)]
pub(crate) struct Env<'a> {
    pub(crate) tx: &'a mut Transaction,
    pub(crate) site: &'a Site,
    pub(crate) uid: i64,
    /// Superuser mode: rights are not asked.
    pub(crate) su: bool,
    pub(crate) context: Context,
    pub(crate) now: String,
    names: HashMap<(String, i64), Value>,
}

impl<'a> Env<'a> {
    pub(crate) fn new(tx: &'a mut Transaction, site: &'a Site, uid: i64, context: Context) -> Self {
        Self {
            tx,
            site,
            uid,
            su: uid == SUPERUSER,
            context,
            now: super::value::now(),
            names: HashMap::new(),
        }
    }

    /// Runs the action in superuser mode.
    pub(crate) fn sudo<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.su, true);
        let result = action(self);
        self.su = before;
        result
    }

    pub(crate) fn version(&self) -> Version {
        self.site.version
    }

    /// The model.
    ///
    /// # Errors
    ///
    /// `KeyError` as Odoo's environment raises it for an unknown name.
    pub(crate) fn model(&self, name: &str) -> Outcome<Arc<Model>> {
        let found = self.tx.db.registry.model(name).cloned();
        found.ok_or_else(|| OdooError::new(super::error::Kind::Key, name))
    }

    pub(crate) fn row(&self, model: &str, id: i64) -> Option<Arc<Row>> {
        self.tx.db.row(model, id).cloned()
    }

    pub(crate) fn table(&self, model: &str) -> Option<&Table> {
        self.tx.db.table(model)
    }

    /// One stored value; `Null` where the row or the field is missing.
    pub(crate) fn stored(&self, model: &str, id: i64, field: &str) -> Value {
        let Some(slot) = self
            .tx
            .db
            .registry
            .model(model)
            .and_then(|m| m.field(field))
            .map(|f| f.slot)
        else {
            return Value::Null;
        };
        self.tx
            .db
            .row(model, id)
            .map(|row| row.get(slot).clone())
            .unwrap_or_default()
    }

    pub(crate) fn stored_id(&self, model: &str, id: i64, field: &str) -> Option<i64> {
        self.stored(model, id, field).as_i64()
    }

    /// Ids by an exact stored value, without rights and archived or not.
    pub(crate) fn find(&self, model: &str, field: &str, value: &Value) -> Vec<i64> {
        let Some(table) = self.table(model) else {
            return Vec::new();
        };
        if let Some(ids) = table.lookup(field, value) {
            return ids;
        }
        let Some(slot) = self
            .tx
            .db
            .registry
            .model(model)
            .and_then(|m| m.field(field))
            .map(|f| f.slot)
        else {
            return Vec::new();
        };
        table
            .rows
            .iter()
            .filter(|(_, row)| row.get(slot) == value)
            .map(|(id, _)| *id)
            .collect()
    }

    /// The record behind `module.name`.
    pub(crate) fn xmlid(&self, module: &str, name: &str) -> Option<(String, i64)> {
        let data = self.xmlid_row(module, name)?;
        Some((
            self.stored("ir.model.data", data, "model")
                .as_str()?
                .to_owned(),
            self.stored_id("ir.model.data", data, "res_id")?,
        ))
    }

    /// The id of the ir.model.data row of `module.name`.
    pub(crate) fn xmlid_row(&self, module: &str, name: &str) -> Option<i64> {
        let rows = self.find("ir.model.data", "name", &json!(name));
        rows.into_iter()
            .find(|id| self.stored("ir.model.data", *id, "module") == json!(module))
    }

    /// A display name read once is kept for the rest of the call.
    pub(crate) fn cached_name(&self, model: &str, id: i64) -> Option<Value> {
        self.names.get(&(model.to_owned(), id)).cloned()
    }

    pub(crate) fn cache_name(&mut self, model: &str, id: i64, name: Value) {
        self.names.insert((model.to_owned(), id), name);
    }

    pub(crate) fn forget_names(&mut self) {
        self.names.clear();
    }
}

/// Rights.
impl Env<'_> {
    /// All groups of the user, implied ones too.
    pub(crate) fn groups(&self, uid: i64) -> BTreeSet<i64> {
        let own = self.stored("res.users", uid, self.version().groups_field());
        self.implied_groups(ids_of(&own))
    }

    /// These groups and all that they imply.
    pub(crate) fn implied_groups(&self, start: Vec<i64>) -> BTreeSet<i64> {
        let mut all = BTreeSet::new();
        let mut open = start;
        while let Some(group) = open.pop() {
            if all.insert(group) {
                open.extend(ids_of(&self.stored("res.groups", group, "implied_ids")));
            }
        }
        all
    }

    pub(crate) fn has_group(&self, xmlid: &str) -> bool {
        let Some((module, name)) = xmlid.split_once('.') else {
            return false;
        };
        self.xmlid(module, name)
            .is_some_and(|(_, group)| self.groups(self.uid).contains(&group))
    }

    /// May the user do this with the model at all?
    pub(crate) fn may(&self, model: &str, right: Right) -> bool {
        if self.su {
            return true;
        }
        let groups = self.groups(self.uid);
        self.access_rows(model, right)
            .into_iter()
            .any(|group| group.is_none_or(|group| groups.contains(&group)))
    }

    /// # Errors
    ///
    /// `AccessError` that names the groups who may.
    pub(crate) fn check(&self, model: &str, right: Right) -> Outcome<()> {
        if self.may(model, right) {
            Ok(())
        } else {
            Err(self.access_error(model, right))
        }
    }

    /// Groups that have the right on the model (`None`: everybody).
    fn access_rows(&self, model: &str, right: Right) -> Vec<Option<i64>> {
        let Some(model_id) = self.model_id(model) else {
            return Vec::new();
        };
        let rows = self.find("ir.model.access", "model_id", &json!(model_id));
        let granting = rows.into_iter().filter(|row| {
            truthy(&self.stored("ir.model.access", *row, right.column()))
                && truthy(&self.stored("ir.model.access", *row, "active"))
        });
        granting
            .map(|row| self.stored_id("ir.model.access", row, "group_id"))
            .collect()
    }

    pub(crate) fn model_id(&self, model: &str) -> Option<i64> {
        self.find("ir.model", "model", &json!(model))
            .first()
            .copied()
    }

    fn access_error(&self, model: &str, right: Right) -> OdooError {
        let label = self
            .tx
            .db
            .registry
            .model(model)
            .map(|m| m.label.clone())
            .unwrap_or_default();
        let groups: BTreeSet<String> = self
            .access_rows(model, right)
            .into_iter()
            .flatten()
            .filter_map(|group| {
                self.stored("res.groups", group, "full_name")
                    .as_str()
                    .map(str::to_owned)
            })
            .collect();
        let whose = if groups.is_empty() {
            "No group currently allows this operation.".to_owned()
        } else {
            let list: String = groups.iter().map(|name| format!("\n\t- {name}")).collect();
            format!("This operation is allowed for the following groups:{list}")
        };
        let verb = right.verb();
        OdooError::access(format!(
            "You are not allowed to {verb} '{label}' ({model}) records.\n\n{whose}\n\nContact your administrator to request access if necessary."
        ))
    }

    /// A field that only some groups may see.
    pub(crate) fn may_see(&self, field: &Field) -> bool {
        self.su
            || field
                .groups
                .as_deref()
                .is_none_or(|groups| groups.split(',').any(|group| self.has_group(group.trim())))
    }
}

/// The ids in a stored many2many value.
pub(crate) fn ids_of(value: &Value) -> Vec<i64> {
    value
        .as_array()
        .map(|ids| ids.iter().filter_map(Value::as_i64).collect())
        .unwrap_or_default()
}
