//! A Python exception as either transport describes it, and what it means for the bridge.

use serde_json::Value;

use super::super::Call;
use super::super::schema::{IMPORTER, OWN_MODELS};
use super::{OdooError, Redacted, field_named};

/// The `data` of a JSON-RPC error, which is the whole body of a JSON-2 one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Python class with its module, such as `odoo.exceptions.AccessError`.
    class: String,
    /// Its text, which may quote a row.
    message: Redacted,
    /// The traceback: it names the database's own error behind a `ValidationError`, whatever the language of the text.
    traceback: Redacted,
}

impl From<&Value> for Exception {
    fn from(data: &Value) -> Self {
        let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
        let (class, message) = out_of_code(&text("name"), &text("message"))
            .unwrap_or_else(|| (text("name"), text("message")));
        Self {
            class,
            message: Redacted::new(message),
            traceback: Redacted::new(text("debug")),
        }
    }
}

/// What the code of a server action has raised: Odoo wraps it into a `ValueError` with the text `KeyError('x_field') while evaluating`, followed
/// by the code; on 17 with the text `<class 'KeyError'>: "x_field" while evaluating`.
fn out_of_code(class: &str, text: &str) -> Option<(String, String)> {
    let (cause, _) = text.split_once(" while evaluating\n")?;
    let (raised, argument) = printed(cause).or_else(|| represented(cause))?;
    let argument = argument.trim_matches(['\'', '"']);
    (class == "builtins.ValueError").then(|| (raised, argument.to_owned()))
}

/// Class and text as 17 prints them, the class with its module unless it is Python's own.
fn printed(cause: &str) -> Option<(String, &str)> {
    let (class, argument) = cause.strip_prefix("<class '")?.split_once("'>: ")?;
    let class = match class.contains('.') {
        true => class.to_owned(),
        false => format!("builtins.{class}"),
    };
    Some((class, argument))
}

/// The same as Python represents an exception, without a module.
fn represented(cause: &str) -> Option<(String, &str)> {
    let (name, argument) = cause.strip_suffix(')')?.split_once('(')?;
    let module = match name.ends_with("Error") && !OF_THE_ROW.contains(&name) {
        true => "builtins",
        false => "psycopg2.errors",
    };
    Some((format!("{module}.{name}"), argument))
}

impl Exception {
    /// What the exception means. `database` is given where the transport itself names it (JSON-RPC).
    pub(super) fn sort<T>(&self, call: Option<&Call<T>>, database: Option<&str>) -> OdooError {
        if let Some(error) = self.sort_door(database) {
            return error;
        }
        let Some(call) = call else {
            return OdooError::ServerTrouble {
                class: self.class.clone(),
            };
        };
        if call.model == IMPORTER && self.is_of_import() {
            return self.refused(call);
        }
        self.sort_database(call)
            .unwrap_or_else(|| self.sort_model(call))
    }

    /// What never got as far as a model.
    fn sort_door(&self, database: Option<&str>) -> Option<OdooError> {
        match self.class.as_str() {
            "odoo.exceptions.AccessDenied"
            | "odoo.http.SessionExpiredException"
            | "werkzeug.exceptions.Unauthorized" => Some(OdooError::KeyRefused),
            "werkzeug.exceptions.RequestEntityTooLarge" => Some(OdooError::RequestTooLarge),
            "psycopg2.OperationalError"
                if database.is_some_and(|name| self.refuses_database(name)) =>
            {
                Some(OdooError::UnknownDatabase)
            }
            _ => None,
        }
    }

    /// What the importer makes of any failure of what it imports, or what PostgreSQL raises when it is about to: its account says what it was.
    fn is_of_import(&self) -> bool {
        self.class == "odoo.exceptions.UserError" || self.class.starts_with("psycopg2.")
    }

    /// What PostgreSQL refused, directly or behind a `ValidationError`.
    fn sort_database<T>(&self, call: &Call<T>) -> Option<OdooError> {
        let texts = [&self.message, &self.traceback];
        if let Some(index) = texts.into_iter().find_map(|text| guard(text.expose())) {
            return Some(OdooError::DuplicateKey {
                index: index.to_owned(),
            });
        }
        if CONFLICTS.iter().any(|conflict| {
            self.class.ends_with(conflict) || self.message.expose().contains(conflict)
        }) {
            return Some(OdooError::Conflict);
        }
        let error = self.class.strip_prefix("psycopg2.")?.rsplit('.').next()?;
        Some(match error {
            "UndefinedColumn" => OdooError::NoField {
                model: call.model,
                field: None,
            },
            "UndefinedTable" => OdooError::NoModel { model: call.model },
            error if OF_THE_ROW.contains(&error) => self.refused(call),
            _ => OdooError::ServerTrouble {
                class: self.class.clone(),
            },
        })
    }

    /// What Odoo's own code refused.
    fn sort_model<T>(&self, call: &Call<T>) -> OdooError {
        let text = self.message.expose();
        let (model, method) = (call.model, call.method);
        match self.class.as_str() {
            "odoo.exceptions.AccessError" if text.contains(&format!("'{model}.{method}'")) => {
                OdooError::NoMethod { model, method }
            }
            "odoo.exceptions.AccessError" | "werkzeug.exceptions.Forbidden" => {
                OdooError::MissingRight {
                    model,
                    operation: call.operation(),
                }
            }
            "odoo.exceptions.MissingError" => OdooError::RecordGone { model },
            "odoo.exceptions.UserError" | "werkzeug.exceptions.NotFound"
                if self.denies_model(model) =>
            {
                OdooError::NoModel { model }
            }
            "builtins.KeyError" if text == model => OdooError::NoModel { model },
            "builtins.AttributeError" | "werkzeug.exceptions.NotFound" | "builtins.TypeError"
                if text.contains(method) =>
            {
                OdooError::NoMethod { model, method }
            }
            "werkzeug.exceptions.UnprocessableEntity" | "werkzeug.exceptions.BadRequest" => {
                OdooError::NoMethod { model, method }
            }
            "builtins.ValueError" if text.starts_with("Invalid field") => OdooError::NoField {
                model,
                field: field_named(call, text),
            },
            // What the bridge chooses comes from no row: its models know all of it, unless they are of an earlier version.
            "builtins.ValueError" if text.starts_with(&format!("Wrong value for {OWN_MODELS}")) => {
                OdooError::NoChoice {
                    model,
                    field: field_named(call, text),
                }
            }
            // On 19 a write of an unknown field is a KeyError with nothing but its name.
            "builtins.KeyError" if field_named(call, text).is_some() => OdooError::NoField {
                model,
                field: field_named(call, text),
            },
            "builtins.MemoryError"
            | "builtins.OSError"
            | "builtins.TimeoutError"
            | "builtins.ConnectionError" => OdooError::ServerTrouble {
                class: self.class.clone(),
            },
            _ => self.refused(call),
        }
    }

    fn refused<T>(&self, call: &Call<T>) -> OdooError {
        // What people are told of an import lacks the cause on 17.
        let detail = match call.model == IMPORTER && !self.traceback.expose().is_empty() {
            true => &self.traceback,
            false => &self.message,
        };
        OdooError::Refused {
            model: call.model,
            class: self.class.clone(),
            field: field_named(call, self.message.expose()),
            detail: detail.clone(),
        }
    }

    /// Whether the connection to the database failed because of its name. PostgreSQL's words are in the language of its server; the name,
    /// in quotes of that language, is not.
    fn refuses_database(&self, name: &str) -> bool {
        let text = self.message.expose();
        QUOTES
            .iter()
            .any(|(open, close)| text.contains(&format!("{open}{name}{close}")))
    }

    /// `Object x_ucm_call doesn't exist`, `the model 'x_ucm_call' does not exist`: the bridge's own models only, for others always exist.
    fn denies_model(&self, model: &str) -> bool {
        let text = self.message.expose();
        text.contains(model)
            && !text.contains(&format!("{model}."))
            && text.len() < model.len() + 40
    }
}

/// The guard of a key, in a text of PostgreSQL's that quotes its name in every language: all of them are indexes of the data modules.
fn guard(text: &str) -> Option<&str> {
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.find(|word| word.contains(OWN_MODELS) && word.ends_with("_uniq"))
}

/// Two transactions in each other's way; `load` gives the words, not the class.
const CONFLICTS: [&str; 5] = [
    "SerializationFailure",
    "DeadlockDetected",
    "LockNotAvailable",
    "ConcurrencyError",
    "could not serialize access",
];

/// Classes 22 and 23 of PostgreSQL's errors, as psycopg2 names them: the row is to blame, not the server.
const OF_THE_ROW: [&str; 11] = [
    "DataError",
    "IntegrityError",
    "NumericValueOutOfRange",
    "InvalidTextRepresentation",
    "InvalidDatetimeFormat",
    "DatetimeFieldOverflow",
    "StringDataRightTruncation",
    "CharacterNotInRepertoire",
    "UntranslatableCharacter",
    "NotNullViolation",
    "ForeignKeyViolation",
];

/// Quotation marks around names in PostgreSQL's translations.
const QUOTES: [(&str, &str); 4] = [("\"", "\""), ("« ", " »"), ("«", "»"), ("»", "«")];
