//! What the server knows about its models: fields, types, relations, defaults.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

/// The type of a field, as `ttype` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ttype {
    Char,
    Text,
    Html,
    Integer,
    Float,
    Monetary,
    Boolean,
    Date,
    Datetime,
    Binary,
    Selection,
    Json,
    Reference,
    Many2one,
    One2many,
    Many2many,
}

/// Every type with the name that `ir.model.fields.ttype` gives it.
const TTYPES: [(Ttype, &str); 16] = [
    (Ttype::Char, "char"),
    (Ttype::Text, "text"),
    (Ttype::Html, "html"),
    (Ttype::Integer, "integer"),
    (Ttype::Float, "float"),
    (Ttype::Monetary, "monetary"),
    (Ttype::Boolean, "boolean"),
    (Ttype::Date, "date"),
    (Ttype::Datetime, "datetime"),
    (Ttype::Binary, "binary"),
    (Ttype::Selection, "selection"),
    (Ttype::Json, "json"),
    (Ttype::Reference, "reference"),
    (Ttype::Many2one, "many2one"),
    (Ttype::One2many, "one2many"),
    (Ttype::Many2many, "many2many"),
];

impl Ttype {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        TTYPES
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(ttype, _)| *ttype)
    }

    pub(crate) fn name(self) -> &'static str {
        TTYPES
            .iter()
            .find(|(ttype, _)| *ttype == self)
            .map_or("char", |(_, name)| name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TTYPES.iter().map(|(_, name)| *name)
    }

    pub(crate) fn is_relational(self) -> bool {
        matches!(self, Self::Many2one | Self::One2many | Self::Many2many)
    }

    pub(crate) fn is_to_many(self) -> bool {
        matches!(self, Self::One2many | Self::Many2many)
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Char | Self::Text | Self::Html)
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Float | Self::Monetary)
    }
}

/// What happens to a row when the record that it points to is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDelete {
    SetNull,
    Restrict,
    Cascade,
}

/// How a field that nobody writes gets its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Compute {
    /// `display_name`, from the record name.
    DisplayName,
    /// `complete_name` of a contact: its company's name before its own.
    CompleteName,
    /// E.164 of the phone (and of the mobile, where there is one).
    PhoneSanitized,
    /// Searchable, reads as false.
    PhoneMobileSearch,
    /// The record at the end of a dotted path.
    Related(String),
    /// The partner that stands for the whole company.
    CommercialPartner,
    /// Python of a manual field.
    Python(String),
    /// All groups of a user or all that a group implies.
    AllGroups,
    /// `Privilege / Name` of a group.
    GroupFullName,
    /// External id of the record.
    ExternalId,
}

/// One field of one model.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) ttype: Ttype,
    pub(crate) label: String,
    pub(crate) required: bool,
    pub(crate) readonly: bool,
    pub(crate) store: bool,
    pub(crate) index: bool,
    pub(crate) copied: bool,
    pub(crate) translate: bool,
    pub(crate) manual: bool,
    pub(crate) relation: Option<String>,
    pub(crate) relation_field: Option<String>,
    pub(crate) on_delete: OnDelete,
    pub(crate) selection: Vec<(String, String)>,
    pub(crate) size: usize,
    pub(crate) default: Option<Value>,
    pub(crate) compute: Option<Compute>,
    pub(crate) depends: String,
    pub(crate) groups: Option<String>,
    pub(crate) help: Option<String>,
    /// Position in a row.
    pub(crate) slot: usize,
}

impl Field {
    /// A plain stored field.
    pub(crate) fn new(name: &str, ttype: Ttype, label: &str) -> Self {
        Self {
            name: name.to_owned(),
            ttype,
            label: label.to_owned(),
            required: false,
            readonly: false,
            store: true,
            index: false,
            copied: true,
            translate: false,
            manual: false,
            relation: None,
            relation_field: None,
            on_delete: OnDelete::SetNull,
            selection: Vec::new(),
            size: 0,
            default: None,
            compute: None,
            depends: String::new(),
            groups: None,
            help: None,
            slot: 0,
        }
    }

    /// The database has a column (or a table of pairs) for it.
    pub(crate) fn has_column(&self) -> bool {
        self.store && self.ttype != Ttype::One2many
    }

    /// It has an index: an equality, a part of a list or a span of texts and dates is found by it.
    pub(crate) fn has_lookup(&self) -> bool {
        let log = matches!(self.name.as_str(), "create_uid" | "write_uid");
        self.has_column()
            && !log
            && (self.index || matches!(self.ttype, Ttype::Many2one | Ttype::Many2many))
    }

    /// What `fields_get` tells.
    pub(crate) fn describe(&self) -> Value {
        let mut out = json!({
            "name": self.name, "type": self.ttype.name(), "string": self.label, "required": self.required,
            "readonly": self.readonly, "store": self.store, "manual": self.manual, "searchable": self.is_searchable(),
            "sortable": self.is_sortable(), "groupable": self.has_column(), "exportable": true, "depends": self.depends_list(),
            "company_dependent": false, "change_default": false, "default_export_compatible": false,
        });
        let Value::Object(map) = &mut out else {
            return out;
        };
        if self.ttype.is_text() {
            map.insert("translate".into(), json!(self.translate));
        }
        if self.ttype == Ttype::Char {
            map.insert("trim".into(), json!(true));
        }
        if let Some(relation) = &self.relation {
            map.insert("relation".into(), json!(relation));
            map.insert("domain".into(), json!([]));
            map.insert("context".into(), json!({}));
        }
        if let Some(inverse) = &self.relation_field {
            map.insert("relation_field".into(), json!(inverse));
        }
        if self.ttype == Ttype::Selection {
            map.insert("selection".into(), json!(self.selection));
        }
        if let Some(help) = &self.help {
            map.insert("help".into(), json!(help));
        }
        out
    }

    fn depends_list(&self) -> Vec<&str> {
        self.depends
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect()
    }

    pub(crate) fn is_searchable(&self) -> bool {
        self.store || !matches!(self.compute, Some(Compute::Python(_)))
    }

    fn is_sortable(&self) -> bool {
        self.store && !self.ttype.is_to_many()
    }
}

/// One model.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) order: String,
    pub(crate) rec_name: String,
    pub(crate) manual: bool,
    pub(crate) transient: bool,
    pub(crate) mail_thread: bool,
    pub(crate) fields: BTreeMap<String, Arc<Field>>,
    slots: usize,
}

impl Model {
    /// A model with the fields that every model has.
    pub(crate) fn new(name: &str, label: &str) -> Self {
        let mut model = Self {
            name: name.to_owned(),
            label: label.to_owned(),
            order: "id".to_owned(),
            rec_name: "name".to_owned(),
            manual: false,
            transient: false,
            mail_thread: false,
            fields: BTreeMap::new(),
            slots: 0,
        };
        for field in magic_fields() {
            model.put(field);
        }
        model
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Arc<Field>> {
        self.fields.get(name)
    }

    /// Adds a field, or replaces it and keeps its column.
    pub(crate) fn put(&mut self, mut field: Field) {
        field.slot = match self.fields.get(&field.name) {
            Some(known) => known.slot,
            None => {
                self.slots += 1;
                self.slots - 1
            }
        };
        self.fields.insert(field.name.clone(), Arc::new(field));
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots
    }

    /// The table's name in SQL.
    pub(crate) fn table(&self) -> String {
        self.name.replace('.', "_")
    }

    /// The Python class that a `TypeError` names.
    pub(crate) fn class_name(&self, major: u16) -> String {
        if self.manual {
            return "BaseModel".to_owned();
        }
        let camel: String = self.name.split(['.', '_']).map(capitalized).collect();
        match (major, self.name.as_str()) {
            (17 | 18, "res.partner") => "Partner".to_owned(),
            (17 | 18, "res.users") => "Users".to_owned(),
            (17 | 18, "res.country") => "Country".to_owned(),
            (17 | 18, "res.company") => "Company".to_owned(),
            _ => camel,
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + chars.as_str())
        .unwrap_or_default()
}

/// `id`, `display_name` and the four log fields.
fn magic_fields() -> Vec<Field> {
    let mut display_name = Field::new("display_name", Ttype::Char, "Display Name");
    display_name.store = false;
    display_name.readonly = true;
    display_name.compute = Some(Compute::DisplayName);
    let log = |name: &str, ttype, label: &str| {
        let mut field = Field::new(name, ttype, label);
        field.readonly = true;
        field.copied = false;
        if ttype == Ttype::Many2one {
            field.relation = Some("res.users".to_owned());
        }
        field
    };
    vec![
        log("id", Ttype::Integer, "ID"),
        display_name,
        log("create_uid", Ttype::Many2one, "Created by"),
        log("create_date", Ttype::Datetime, "Created on"),
        log("write_uid", Ttype::Many2one, "Last Updated by"),
        log("write_date", Ttype::Datetime, "Last Updated on"),
    ]
}

/// All models of one database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    models: BTreeMap<String, Arc<Model>>,
}

impl Registry {
    pub(crate) fn model(&self, name: &str) -> Option<&Arc<Model>> {
        self.models.get(name)
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.values()
    }

    pub(crate) fn put(&mut self, model: Model) {
        self.models.insert(model.name.clone(), Arc::new(model));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.models.remove(name);
    }

    /// The model for changing; `None` when it is unknown.
    pub(crate) fn change(&mut self, name: &str) -> Option<&mut Model> {
        self.models.get_mut(name).map(Arc::make_mut)
    }

    /// Follows a dotted path of relations; the field at its end.
    pub(crate) fn resolve(&self, model: &str, path: &str) -> Option<Arc<Field>> {
        let mut current = self.model(model)?;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let field = current.field(part)?;
            if parts.peek().is_none() {
                return Some(Arc::clone(field));
            }
            current = self.model(field.relation.as_deref()?)?;
        }
        None
    }
}
