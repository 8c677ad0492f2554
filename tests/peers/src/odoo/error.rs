//! What Odoo raises: the exception's name, its text, and the HTTP status that `/json/2` gives it.
//!
//! The shapes were read off real servers; `/jsonrpc` answers 200 whatever happens, so the status matters to `/json/2` alone.

use serde_json::{Value, json};

use super::version::Version;

/// Result of anything that may raise as Odoo raises.
pub(crate) type Outcome<T> = Result<T, OdooError>;

/// An exception raised by the simulated server.
#[derive(Clone, Debug, PartialEq)]
pub struct OdooError {
    /// The class of the exception.
    pub kind: Kind,
    /// Its text, as `data.message`.
    pub message: String,
    /// Its SQLSTATE class where PostgreSQL raised it before Odoo translated it; the server-side retry looks at it.
    pub serialization: bool,
    /// The exceptions that led to it, as a traceback tells them.
    pub(crate) causes: Option<String>,
}

/// The exception classes that the bridge can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wrong key or password.
    AccessDenied,
    /// Rights are missing, or the method is private.
    AccessError,
    /// The record is gone.
    Missing,
    /// A constraint of model or database.
    Validation,
    /// A business rule.
    User,
    /// A business rule with a way out (a button in the web client).
    Redirect,
    /// `builtins.ValueError`.
    Value,
    /// `builtins.KeyError`.
    Key,
    /// `builtins.IndexError`.
    Index,
    /// `builtins.TypeError`.
    Type,
    /// `builtins.AttributeError`.
    Attribute,
    /// `builtins.AssertionError`.
    Assertion,
    /// `builtins.Exception`.
    Plain,
    /// PostgreSQL could not connect.
    Operational,
    /// PostgreSQL could not read a literal.
    InvalidText,
    /// PostgreSQL could not read a date.
    InvalidDate,
    /// PostgreSQL read a date that no calendar has.
    NoSuchDate,
    /// PostgreSQL met a number that does not fit.
    OutOfRange,
    /// PostgreSQL refused to serialize two writers.
    Serialization,
    /// `/json/2`: no or wrong key.
    Unauthorized,
    /// `/json/2`: unknown model, method or route.
    NotFound,
    /// `/json/2`: arguments do not fit the method.
    Unprocessable,
    /// `/json/2`: the body is not JSON.
    BadRequest,
    /// The body is larger than the server takes.
    TooLarge,
}

impl Kind {
    /// `data.name`, as a client dispatches on it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "odoo.exceptions.AccessDenied",
            Self::AccessError => "odoo.exceptions.AccessError",
            Self::Missing => "odoo.exceptions.MissingError",
            Self::Validation => "odoo.exceptions.ValidationError",
            Self::User => "odoo.exceptions.UserError",
            Self::Redirect => "odoo.exceptions.RedirectWarning",
            Self::Value => "builtins.ValueError",
            Self::Key => "builtins.KeyError",
            Self::Index => "builtins.IndexError",
            Self::Type => "builtins.TypeError",
            Self::Attribute => "builtins.AttributeError",
            Self::Assertion => "builtins.AssertionError",
            Self::Plain => "builtins.Exception",
            Self::Operational => "psycopg2.OperationalError",
            Self::InvalidText => "psycopg2.errors.InvalidTextRepresentation",
            Self::InvalidDate => "psycopg2.errors.InvalidDatetimeFormat",
            Self::NoSuchDate => "psycopg2.errors.DatetimeFieldOverflow",
            Self::OutOfRange => "psycopg2.errors.NumericValueOutOfRange",
            Self::Serialization => "psycopg2.errors.SerializationFailure",
            Self::Unauthorized => "werkzeug.exceptions.Unauthorized",
            Self::NotFound => "werkzeug.exceptions.NotFound",
            Self::Unprocessable => "werkzeug.exceptions.UnprocessableEntity",
            Self::TooLarge => "werkzeug.exceptions.RequestEntityTooLarge",
            Self::BadRequest => "werkzeug.exceptions.BadRequest",
        }
    }

    /// The status that `/json/2` answers with.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::AccessError | Self::AccessDenied => 403,
            Self::Missing | Self::NotFound => 404,
            Self::Validation | Self::User | Self::Unprocessable => 422,
            Self::BadRequest => 400,
            Self::TooLarge => 413,
            _ => 500,
        }
    }

    /// Werkzeug's exceptions carry their status as a second argument.
    fn is_http(self) -> bool {
        matches!(
            self,
            Self::Unauthorized
                | Self::NotFound
                | Self::Unprocessable
                | Self::BadRequest
                | Self::TooLarge
        )
    }

    /// The class name as Python prints it in a traceback (builtins lose their module).
    #[must_use]
    pub fn python_name(self) -> &'static str {
        self.name().strip_prefix("builtins.").unwrap_or(self.name())
    }
}

/// What a server action's code has raised, before `safe_eval` wraps it.
pub(crate) struct Cause {
    /// The class with its module, as Python prints it: builtins have none.
    class: String,
    text: String,
}

impl Cause {
    pub(crate) fn new(class: &str, text: impl Into<String>) -> Self {
        Self {
            class: class.to_owned(),
            text: text.into(),
        }
    }

    /// What PostgreSQL raises by this name.
    pub(crate) fn postgres(name: &str, text: impl Into<String>) -> Self {
        Self::new(&format!("psycopg2.errors.{name}"), text)
    }

    /// `safe_eval`'s word for it: 17 prints class and text, later ones Python's `repr` of the exception.
    pub(crate) fn while_evaluating(&self, version: Version, code: &str) -> OdooError {
        let Self { class, text } = self;
        let name = class.rsplit('.').next().unwrap_or(class);
        let cause = match version {
            Version::V17 => format!("<class '{class}'>: \"{text}\""),
            _ => format!("{name}({})", super::value::repr_str(text)),
        };
        let code = super::value::repr_str(code);
        OdooError::value(format!("{cause} while evaluating\n{code}"))
    }
}

impl OdooError {
    /// An exception of this class with this text.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            serialization: kind == Kind::Serialization,
            causes: None,
        }
    }

    /// The same with the exceptions that led to it, the first one first.
    pub(crate) fn because(self, causes: &str) -> Self {
        Self {
            causes: Some(causes.to_owned()),
            ..self
        }
    }

    /// How `safe_eval` passes an exception on that a server action's code has raised: Python's own within a `ValueError`, Odoo's and
    /// PostgreSQL's (which come when the transaction is written down, after the code) as they are.
    pub(crate) fn out_of_code(self, version: Version, code: &str) -> Self {
        match self.kind {
            Kind::Value | Kind::Key | Kind::Type | Kind::Attribute | Kind::Plain => {
                let cause = Cause::new(self.kind.python_name(), self.message);
                cause.while_evaluating(version, code)
            }
            _ => self,
        }
    }

    /// `ValidationError`.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(Kind::Validation, message)
    }

    /// A database constraint, as the request wrapper of Odoo rewords it.
    pub fn constraint(message: impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Validation,
            format!("The operation cannot be completed: {message}"),
        )
    }

    /// `UserError`.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(Kind::User, message)
    }

    /// `ValueError`.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new(Kind::Value, message)
    }

    /// `AccessError`.
    pub fn access(message: impl Into<String>) -> Self {
        Self::new(Kind::AccessError, message)
    }

    /// `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Self {
        Self::new(Kind::Type, message)
    }

    /// A record that is not there.
    #[must_use]
    pub fn missing(model: &str, ids: &[i64], uid: i64) -> Self {
        let list: Vec<String> = ids.iter().map(i64::to_string).collect();
        let tuple = if let [one] = list.as_slice() {
            format!("{one},")
        } else {
            list.join(", ")
        };
        let text = format!(
            "Record does not exist or has been deleted.\n(Record: {model}({tuple}), User: {uid})"
        );
        Self::new(Kind::Missing, text)
    }

    /// Two transactions wrote the same row.
    #[must_use]
    pub fn serialization_failure() -> Self {
        Self::new(
            Kind::Serialization,
            "could not serialize access due to concurrent update\n",
        )
    }

    /// `error.data` of `/jsonrpc`, and the whole body of `/json/2`.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut arguments = vec![json!(self.message)];
        if self.kind.is_http() {
            arguments.push(json!(self.kind.http_status()));
        }
        json!({
            "name": self.kind.name(),
            "message": self.message,
            "arguments": arguments,
            "context": {},
            "debug": self.debug(),
        })
    }

    /// A traceback in Python's form: clients show it, tests look for the last line.
    #[must_use]
    pub fn debug(&self) -> String {
        let text = match self.kind {
            Kind::Key => format!("'{}'", self.message),
            Kind::Unauthorized => format!("401 Unauthorized: {}", self.message),
            Kind::NotFound => format!("404 Not Found: {}", self.message),
            Kind::Unprocessable => format!("422 Unprocessable Entity: {}", self.message),
            Kind::BadRequest => format!("400 Bad Request: {}", self.message),
            _ => self.message.clone(),
        };
        let causes = self.causes.as_ref().map_or_else(String::new, |causes| {
            format!(
                "Traceback (most recent call last):\n  File \"/simulated/odoo/tools/convert.py\", line 1, in _tag_root\n{causes}\n\n\
                 During handling of the above exception, another exception occurred:\n\n"
            )
        });
        format!(
            "{causes}Traceback (most recent call last):\n  File \"/simulated/odoo/http.py\", line 1, in _serve\n{}: {text}\n",
            self.kind.python_name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missing_record_prints_as_a_python_tuple() {
        let error = OdooError::missing("res.partner", &[7], 2);
        assert!(
            error
                .message
                .ends_with("(Record: res.partner(7,), User: 2)"),
            "{}",
            error.message
        );
        assert_eq!(error.kind.http_status(), 404);
    }

    #[test]
    fn http_exceptions_carry_their_status() {
        let data = OdooError::new(Kind::Unauthorized, "Invalid apikey").data();
        assert_eq!(data["arguments"], json!(["Invalid apikey", 401]));
    }
}
