//! The errors in words for people: what happened and what to do. Never a value of a row, a key or a number.

use std::fmt::{Display, Formatter, Result};

use super::OdooError;
use crate::{action, lead};
use ports::HttpError;

impl Display for OdooError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            // Odoo's own address is among the allowed ones by itself.
            Self::Http(HttpError::Denied) => f.write_str(
                "the application may reach nobody, although `odoo_url` is allowed: a pattern in `ucm_hosts` or `ucm_hosts_legacy` cannot be \
                 read, which closes all of them; each has a scheme and a port, such as https://*:8089",
            ),
            Self::Http(error @ HttpError::OutOfTime) => write!(f, "Odoo had not answered: {error}"),
            Self::Http(error) => write!(f, "Odoo could not be reached: {error}"),
            Self::Unavailable { status } => write!(f, "Odoo is not available at the moment (status {status})"),
            Self::Throttled { retry_after: Some(wait) } => write!(f, "Odoo asks to wait {} s", wait.as_secs()),
            Self::Throttled { retry_after: None } => f.write_str("Odoo asks for fewer requests"),
            Self::BeingSetUp => f.write_str("the Odoo side is being set up, and everything else stands still until that has ended"),
            Self::Conflict => f.write_str("another transaction in Odoo was in the way and this one was undone"),
            Self::ServerTrouble { class } => write!(f, "Odoo's server is in trouble of its own ({class}): see its log"),
            Self::DuplicateKey { index } => write!(f, "another writer was first (`{index}`)"),
            Self::Overtaken => f.write_str(
                "calls were not as they had been read, again and again: others change them all the time, or the API key's user may not see them",
            ),
            Self::AnotherJournal => f.write_str(
                "the journal in Odoo is another than before: what was remembered of that one counts no more, and the next run begins anew",
            ),
            Self::Unnoted(error) => write!(f, "nothing was asked of Odoo: {error}"),
            Self::RecordGone { model } => write!(f, "a record of `{model}` was deleted meanwhile"),
            Self::Refused { model, class, field: Some(field), .. } => {
                write!(f, "Odoo refuses the value of `{field}` on `{model}` ({class})")
            }
            Self::Refused { model, class, field: None, .. } => write!(f, "Odoo refuses a record of `{model}` ({class})"),
            Self::RequestTooLarge => f.write_str(
                "it is larger than this Odoo takes: raise `web.max_file_upload_size` in Odoo's system parameters, and the limit of the proxy before it",
            ),
            Self::NoField { model, field } => write!(
                f,
                "`{model}` in Odoo lacks the field `{}`: run POST /setup to bring it up to date",
                field.as_deref().unwrap_or("of the bridge"),
            ),
            Self::NoChoice { model, field } => write!(
                f,
                "the field `{}` of `{model}` in Odoo does not know what this version of the bridge writes: run POST /setup to bring it up to date",
                field.as_deref().unwrap_or("of the bridge"),
            ),
            Self::NoModel { model: lead::MODEL } => f.write_str(
                "CRM is not installed in this Odoo: install it and run POST /setup, or make no leads of unknown callers",
            ),
            Self::NoModel { model } => write!(f, "the model `{model}` is not in this Odoo: run POST /setup to install it"),
            Self::NoMethod { model, method } => {
                write!(f, "this Odoo has no method `{model}.{method}` that works as in 17, 18 and 19: is a module changing it?")
            }
            Self::MissingRight { model, .. } if *model == action::MODEL || model.starts_with(crate::schema::OWN_MODELS) => f.write_str(
                "the API key's user is not in the group \"Grandstream: Bridge\": give the user that group in Odoo (in the form of the \
                 user, Grandstream > Bridge to the UCMs), or use an administrator's key",
            ),
            Self::MissingRight { model, operation } => write!(
                f,
                "the API key's user may not {operation} `{model}`: give the user that right in Odoo, or use the key of a user who has it",
            ),
            Self::KeyRefused => f.write_str(
                "Odoo refuses the API key: it is wrong, has expired, or belongs to another login; make a new one in Odoo under \
                 Preferences > Account Security",
            ),
            Self::UnknownDatabase => f.write_str(
                "Odoo does not offer this database over its external API: check the database's name, and that the addon `rpc` is \
                 installed there (Odoo 19)",
            ),
            Self::NotOdoo { status } if status.is_redirection() => {
                write!(f, "Odoo's address redirects elsewhere (status {status}): configure the final address, with https if it has it")
            }
            Self::NotOdoo { status } => write!(f, "what answers at Odoo's address is not an Odoo (status {status}): check the address"),
            Self::TooOld { version } => write!(f, "this is Odoo {version}; the bridge works with 17.0 and later"),
            Self::NotUnderstood { model, method } => write!(f, "the answer of `{model}.{method}` has an unknown form"),
            Self::Misconfigured { setting } => write!(f, "{setting} has a character that cannot be sent: configure it again"),
        }
    }
}
