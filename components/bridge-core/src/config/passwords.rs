//! Passwords of UCMs that are configured in Odoo.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use super::{Fault, Sought, Wrong, fields::Fields, origin};
use ports::Secret;

/// The passwords by name. Whoever may change a record in Odoo says which host it names, so one may be bound to where its UCM is.
#[derive(Debug, Clone, Default)]
pub struct Passwords(BTreeMap<String, Kept>);

/// One of them.
#[derive(Debug, Clone)]
struct Kept {
    password: Secret,
    /// Where alone it is used; anywhere if nothing is said.
    bound: Option<Url>,
}

impl Passwords {
    /// Reads a JSON object: a password, or an object of `host` and `password`, by name.
    pub(super) fn read(text: Option<String>, faults: &mut Vec<Fault>) -> Self {
        let text = text.unwrap_or_default();
        if text.trim().is_empty() {
            return Self::default();
        }
        let entries: BTreeMap<String, Value> = match serde_json::from_str(&text) {
            Ok(entries) => entries,
            Err(error) => {
                // Where it is broken, without the text around it.
                let (line, column) = (error.line(), error.column());
                faults.push(Fault::new(SETTING, Wrong::Passwords { line, column }));
                return Self::default();
            }
        };
        let kept = entries.iter().filter_map(|(name, entry)| {
            let kept = Kept::read(format!("{SETTING}.{name}"), entry);
            Some((
                name.clone(),
                kept.map_err(|of_it| faults.extend(of_it)).ok()?,
            ))
        });
        Self(kept.collect())
    }

    /// The password called `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&Secret> {
        Some(&self.0.get(name)?.password)
    }

    /// Whether the password called `name` may be used at `base`: the same scheme, host and port.
    pub(crate) fn admit(&self, name: &str, base: &Url) -> bool {
        let bound = |kept: &Kept| kept.bound.clone();
        let bound = self.0.get(name).and_then(bound);
        bound.is_none_or(|bound| bound.origin() == base.origin())
    }

    /// Whether the password called `name` is used wherever a record says.
    pub(crate) fn is_loose(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|kept| kept.bound.is_none())
    }
}

impl Kept {
    fn read(path: String, entry: &Value) -> Result<Self, Vec<Fault>> {
        let values = match entry {
            Value::String(password) => {
                return Ok(Self {
                    password: Secret::new(password),
                    bound: None,
                });
            }
            Value::Object(values) => values,
            _ => return Err(vec![Fault::new(path, Wrong::Kept)]),
        };
        let mut fields = Fields::new(path, values);
        let host = fields.required("host", Sought::Origin);
        let password = Secret::new(fields.required("password", Sought::Password));
        let bound = match host.as_str() {
            "" => None,
            host => origin(host)
                .map_err(|wrong| fields.fault("host", wrong))
                .ok(),
        };
        match fields.finish() {
            faults if faults.is_empty() => Ok(Self { password, bound }),
            faults => Err(faults),
        }
    }
}

const SETTING: &str = "ucm_passwords";
