//! Which methods exist, on which models, with which parameters; and the binding of a call's arguments to them.

use serde_json::{Map, Value};

use super::error::{Kind, OdooError, Outcome};
use super::schema::Model;
use super::value::Vals;
use super::version::Version;

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// `@api.model`: no records.
    Model,
    /// On records: the first argument, or `ids`.
    Records,
    /// `create`: no records, one or many sets of values.
    Create,
}

/// A public method.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    /// `*` for every model.
    model: &'static str,
    pub(crate) on: On,
    /// `name` or `name=<JSON default>`.
    parameters: &'static [&'static str],
    from: u16,
    until: u16,
}

const fn method(
    model: &'static str,
    name: &'static str,
    on: On,
    parameters: &'static [&'static str],
) -> Signature {
    Signature {
        name,
        model,
        on,
        parameters,
        from: 17,
        until: 19,
    }
}

const fn only(from: u16, until: u16, signature: Signature) -> Signature {
    Signature {
        from,
        until,
        ..signature
    }
}

const READ_GROUP: &[&str] = &[
    "domain",
    "fields",
    "groupby",
    "offset=0",
    "limit=null",
    "orderby=false",
    "lazy=true",
];
const FORMATTED: &[&str] = &[
    "domain",
    "groupby=[]",
    "aggregates=[]",
    "having=[]",
    "offset=0",
    "limit=null",
    "order=null",
];
const SEARCH_READ: &[&str] = &[
    "domain=null",
    "fields=null",
    "offset=0",
    "limit=null",
    "order=null",
];
const MESSAGE: &[&str] = &[
    "body=\"\"",
    "subject=null",
    "message_type=\"notification\"",
    "email_from=null",
    "author_id=null",
    "parent_id=false",
    "subtype_xmlid=null",
    "subtype_id=false",
    "partner_ids=null",
    "attachments=null",
    "attachment_ids=null",
    "body_is_html=false",
];

/// Every public method of the simulation.
const METHODS: &[Signature] = &[
    method(
        "*",
        "search",
        On::Model,
        &["domain", "offset=0", "limit=null", "order=null"],
    ),
    method("*", "search_read", On::Model, SEARCH_READ),
    method("*", "search_count", On::Model, &["domain", "limit=null"]),
    method(
        "*",
        "read",
        On::Records,
        &["fields=null", "load=\"_classic_read\""],
    ),
    method("*", "create", On::Create, &["vals_list"]),
    method("*", "write", On::Records, &["vals"]),
    method("*", "unlink", On::Records, &[]),
    method(
        "*",
        "fields_get",
        On::Model,
        &["allfields=null", "attributes=null"],
    ),
    only(
        17,
        18,
        method(
            "*",
            "name_search",
            On::Model,
            &["name=\"\"", "args=null", "operator=\"ilike\"", "limit=100"],
        ),
    ),
    only(
        19,
        19,
        method(
            "*",
            "name_search",
            On::Model,
            &[
                "name=\"\"",
                "domain=null",
                "operator=\"ilike\"",
                "limit=100",
            ],
        ),
    ),
    method("*", "name_create", On::Model, &["name"]),
    method("*", "default_get", On::Model, &["fields"]),
    method("*", "load", On::Model, &["fields", "data"]),
    method("*", "copy", On::Records, &["default=null"]),
    method("*", "read_group", On::Model, READ_GROUP),
    only(
        19,
        19,
        method("*", "formatted_read_group", On::Model, FORMATTED),
    ),
    only(
        18,
        19,
        method("*", "has_access", On::Records, &["operation"]),
    ),
    method(
        "*",
        "check_access_rights",
        On::Model,
        &["operation", "raise_exception=true"],
    ),
    only(17, 18, method("*", "exists", On::Records, &[])),
    method(
        "*",
        "update_field_translations",
        On::Records,
        &["field_name", "translations", "source_lang=\"\""],
    ),
    method(
        "*",
        "get_field_translations",
        On::Records,
        &["field_name", "langs=null"],
    ),
    method(
        "ir.config_parameter",
        "get_param",
        On::Model,
        &["key", "default=false"],
    ),
    method(
        "ir.config_parameter",
        "set_param",
        On::Model,
        &["key", "value"],
    ),
    method("ir.actions.server", "run", On::Records, &[]),
    method(
        "base.partner.merge.automatic.wizard",
        "action_merge",
        On::Records,
        &[],
    ),
    method(
        "crm.lead",
        "merge_opportunity",
        On::Records,
        &["user_id=false", "team_id=false", "auto_unlink=true"],
    ),
    method(
        "ir.module.module",
        "button_immediate_uninstall",
        On::Records,
        &[],
    ),
    method(
        "ir.module.module",
        "button_immediate_install",
        On::Records,
        &[],
    ),
    method("ir.module.module", "update_list", On::Model, &[]),
    method("base.import.module", "import_module", On::Records, &[]),
    method("base.language.install", "lang_install", On::Records, &[]),
    method(
        "mail.activity",
        "action_feedback",
        On::Records,
        &["feedback=false", "attachment_ids=null"],
    ),
    method("mail.activity", "action_done", On::Records, &[]),
    only(
        17,
        17,
        method("res.users", "has_group", On::Model, &["group_ext_id"]),
    ),
    only(
        18,
        19,
        method("res.users", "has_group", On::Records, &["group_ext_id"]),
    ),
    method("res.users", "context_get", On::Model, &[]),
    method("res.partner", "message_post", On::Records, MESSAGE),
    method("crm.lead", "message_post", On::Records, MESSAGE),
];

/// The method of a model in a version.
pub(crate) fn find(model: &str, name: &str, version: Version) -> Option<&'static Signature> {
    let major = version.major();
    METHODS.iter().find(|known| {
        known.name == name
            && (known.model == "*" || known.model == model)
            && (known.from..=known.until).contains(&major)
    })
}

/// What a client passes: positions and names (`/jsonrpc`), or names alone (`/json/2`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Vals,
}

/// How a wrong argument is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    JsonRpc,
    Json2,
}

/// A call whose arguments fit.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) ids: Vec<i64>,
    pub(crate) arguments: Map<String, Value>,
}

impl Bound {
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.arguments.get(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Value::String(one) => vec![one.clone()],
            _ => Vec::new(),
        }
    }
}

/// Binds the arguments as Python's call does.
///
/// # Errors
///
/// `TypeError` on `/jsonrpc`, 422 on `/json/2`, in their words.
pub(crate) fn bind(
    signature: &Signature,
    model: &Model,
    mut given: Arguments,
    face: Face,
    version: Version,
) -> Outcome<Bound> {
    let ids = take_ids(signature, model, &mut given, face)?;
    let mut arguments = Map::new();
    let owner = owner(signature, model, version);
    if given.positional.len() > signature.parameters.len() {
        let (takes, was) = (signature.parameters.len() + 1, given.positional.len() + 1);
        return Err(OdooError::type_error(format!(
            "{owner}.{}() takes {takes} positional arguments but {was} were given",
            signature.name
        )));
    }
    let mut positional = given.positional.into_iter();
    let mut absent = Vec::new();
    for parameter in signature.parameters {
        let (name, default) = parameter
            .split_once('=')
            .map_or((*parameter, None), |(name, default)| (name, Some(default)));
        let value = positional.next().or_else(|| given.named.remove(name));
        match (value, default) {
            (Some(value), _) => {
                arguments.insert(name.to_owned(), value);
            }
            (None, Some(default)) => {
                arguments.insert(
                    name.to_owned(),
                    serde_json::from_str(default).unwrap_or_default(),
                );
            }
            (None, None) => absent.push(name),
        }
    }
    if let Some(name) = given.named.keys().next() {
        return Err(unexpected(&owner, signature.name, name, face));
    }
    if absent.is_empty() {
        Ok(Bound { ids, arguments })
    } else {
        Err(missing(&owner, signature.name, &absent, face))
    }
}

fn take_ids(
    signature: &Signature,
    model: &Model,
    given: &mut Arguments,
    face: Face,
) -> Outcome<Vec<i64>> {
    let raw = match (face, signature.on) {
        (Face::Json2, On::Records) => given.named.remove("ids").unwrap_or_default(),
        (Face::Json2, _) => {
            if given.named.remove("ids").is_some() {
                let text = format!("cannot call {}.{} with ids", model.name, signature.name);
                return Err(OdooError::new(Kind::Unprocessable, text));
            }
            Value::Null
        }
        (Face::JsonRpc, On::Records) if given.positional.is_empty() => {
            return Err(OdooError::new(
                Kind::Value,
                "not enough values to unpack (expected at least 1, got 0)",
            ));
        }
        (Face::JsonRpc, On::Records) => given.positional.remove(0),
        (Face::JsonRpc, _) => Value::Null,
    };
    match raw {
        Value::Array(ids) => ids.iter().map(record_id).collect(),
        Value::Null | Value::Bool(false) => Ok(Vec::new()),
        one => Ok(vec![record_id(&one)?]),
    }
}

fn record_id(value: &Value) -> Outcome<i64> {
    let shown = super::value::to_str(value);
    value.as_i64().ok_or_else(|| {
        OdooError::new(
            Kind::InvalidText,
            format!("invalid input syntax for type integer: \"{shown}\"\n"),
        )
    })
}

/// The class that Python names: the model's own where it overrides the method.
fn owner(signature: &Signature, model: &Model, version: Version) -> String {
    let overridden =
        signature.model != "*" || matches!(signature.name, "create" | "write" | "unlink");
    if overridden {
        model.class_name(version.major())
    } else {
        "BaseModel".to_owned()
    }
}

fn unexpected(owner: &str, method: &str, name: &str, face: Face) -> OdooError {
    match face {
        Face::JsonRpc => OdooError::type_error(format!(
            "{owner}.{method}() got an unexpected keyword argument '{name}'"
        )),
        Face::Json2 => OdooError::new(
            Kind::Unprocessable,
            format!("got an unexpected keyword argument '{name}'"),
        ),
    }
}

fn missing(owner: &str, method: &str, names: &[&str], face: Face) -> OdooError {
    if face == Face::Json2 {
        return OdooError::new(
            Kind::Unprocessable,
            format!("missing a required argument: '{}'", names[0]),
        );
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let (plural, list) = match quoted.as_slice() {
        [one] => ("", one.clone()),
        [head @ .., last] => ("s", format!("{} and {last}", head.join(", "))),
        [] => ("", String::new()),
    };
    OdooError::type_error(format!(
        "{owner}.{method}() missing {} required positional argument{plural}: {list}",
        names.len()
    ))
}
