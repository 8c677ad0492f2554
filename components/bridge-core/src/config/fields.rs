//! Reading an object of settings field by field, so that all faults come out at once.

use serde_json::{Map, Value};

use super::{Fault, Sought, Wrong};

/// The fields of one object, and the faults found so far.
pub(super) struct Fields<'a> {
    path: String,
    values: &'a Map<String, Value>,
    asked: Vec<&'static str>,
    faults: Vec<Fault>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: String, values: &'a Map<String, Value>) -> Self {
        Self {
            path,
            values,
            asked: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Notes a fault of the field `name`.
    pub(super) fn fault(&mut self, name: &str, problem: Wrong) {
        self.faults
            .push(Fault::new(format!("{}.{name}", self.path), problem));
    }

    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.push(name);
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A text, or nothing where it is absent or empty.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => {
                self.fault(name, Wrong::Text);
                None
            }
        }
    }

    /// A text, or a yes or no that stands for one of two.
    pub(super) fn word(&mut self, name: &'static str, yes: &str, no: &str) -> Option<String> {
        match self.values.get(name).and_then(Value::as_bool) {
            Some(flag) => {
                self.asked.push(name);
                Some(if flag { yes } else { no }.to_owned())
            }
            None => self.text(name),
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, name: &'static str, what: Sought) -> String {
        let faults = self.faults.len();
        let text = self.text(name);
        if text.is_none() && self.faults.len() == faults {
            self.fault(name, Wrong::Missing(what));
        }
        text.unwrap_or_default()
    }

    /// A yes or no.
    pub(super) fn flag(&mut self, name: &'static str, default: bool) -> bool {
        match self.value(name) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.fault(name, Wrong::Flag);
                default
            }
        }
    }

    /// A whole number within `range`.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        range: std::ops::RangeInclusive<u64>,
        default: u64,
    ) -> u64 {
        match self.value(name) {
            None => default,
            Some(value) => match value.as_u64().filter(|number| range.contains(number)) {
                Some(number) => number,
                None => {
                    let (from, to) = range.into_inner();
                    self.fault(name, Wrong::Number { from, to });
                    default
                }
            },
        }
    }

    /// The id of a record in Odoo.
    pub(super) fn record(&mut self, name: &'static str) -> Option<i64> {
        let value = self.value(name)?;
        let id = value.as_i64().filter(|id| *id > 0);
        if id.is_none() {
            self.fault(name, Wrong::Record);
        }
        id
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let Some(value) = self.value(name) else {
            return Vec::new();
        };
        let texts = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(|text| text.trim().to_owned()))
                .collect::<Option<Vec<_>>>()
        });
        texts.unwrap_or_else(|| {
            self.fault(name, Wrong::Texts);
            Vec::new()
        })
    }

    /// Reports names that nothing asked for, and gives all faults.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        let known = self.asked.join(", ");
        for name in self
            .values
            .keys()
            .filter(|name| !self.asked.contains(&name.as_str()))
        {
            self.faults.push(Fault::new(
                format!("{}.{name}", self.path),
                Wrong::Unknown(known.clone()),
            ));
        }
        self.faults
    }
}
