//! Desk phones as people see them in Odoo (`x_ucm_phone`): one record for each, by its hardware address, with when it last called in.
//!
//! They are imported under external ids, which makes one request of any number of phones, new ones and known ones alike.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, DATETIME, Loaded, call};

/// Model of the phones.
pub const MODEL: &str = "x_ucm_phone";

/// What is new of a phone. What is not known of it stays in Odoo as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Hardware address: twelve hexadecimal digits in lower case.
    pub mac: String,
    /// Id of its server's record.
    pub server: i64,
    /// Its model, such as `GXP2170`.
    pub model: Option<String>,
    /// Its firmware.
    pub firmware: Option<String>,
    /// The extension that it is at.
    pub extension: Option<String>,
    /// The last event that it told, and when, as Odoo writes it.
    pub event: Option<(String, String)>,
    /// When it last fetched the phonebook, as Odoo writes it.
    pub book_at: Option<String>,
}

/// A phone that has called in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Known {
    /// The extension that it was last at; empty where it has not said so.
    #[serde(rename = "x_extension", deserialize_with = "call::text")]
    pub extension: String,
    /// Its hardware address, as it is printed on the phone.
    #[serde(rename = "x_name", deserialize_with = "call::text")]
    pub mac: String,
    #[serde(deserialize_with = "call::text")]
    x_event_at: String,
    #[serde(deserialize_with = "call::text")]
    x_book_at: String,
}

impl Known {
    /// When it last told an event, or fetched the phonebook.
    pub fn seen_at(&self) -> Option<DateTime<Utc>> {
        let read = |at: &str| NaiveDateTime::parse_from_str(at, DATETIME).ok();
        let seen = read(&self.x_event_at).max(read(&self.x_book_at))?;
        Some(seen.and_utc())
    }
}

/// The phones of a server, by its record.
pub fn of_server(record: i64) -> Call<Vec<Known>> {
    let domain = json!([["x_server_id", "=", record]]);
    let fields = ["x_name", "x_extension", "x_event_at", "x_book_at"];
    Call::search_read(MODEL, domain, &fields).order("x_extension, id")
}

/// Writes what is new of `phones`. An import has the same columns for all of its rows, so there are as many calls as there are sets of what is known.
pub fn note(phones: &[Seen]) -> Vec<Call<Loaded>> {
    let mut calls: Vec<(Vec<&'static str>, Vec<Value>)> = Vec::new();
    for phone in phones {
        let (columns, row): (Vec<&'static str>, Vec<Value>) = phone.cells().into_iter().unzip();
        match calls.iter_mut().find(|(known, _)| *known == columns) {
            Some((_, rows)) => rows.push(Value::Array(row)),
            None => calls.push((columns, vec![Value::Array(row)])),
        }
    }
    let load = |(columns, rows): (Vec<&'static str>, Vec<Value>)| {
        Call::load(MODEL, &columns, rows).context("tracking_disable", true)
    };
    calls.into_iter().map(load).collect()
}

impl Seen {
    fn cells(&self) -> Vec<(&'static str, Value)> {
        let mut cells = vec![
            ("id", json!(format!("{IDS}.phone_{}", self.mac))),
            ("x_name", json!(printed(&self.mac))),
            ("x_server_id/.id", json!(self.server)),
        ];
        let texts = [
            ("x_model", &self.model),
            ("x_firmware", &self.firmware),
            ("x_extension", &self.extension),
            ("x_book_at", &self.book_at),
        ];
        let known = texts
            .into_iter()
            .filter_map(|(column, text)| Some((column, json!(text.as_ref()?))));
        cells.extend(known);
        if let Some((event, at)) = &self.event {
            cells.extend([("x_event", json!(event)), ("x_event_at", json!(at))]);
        }
        cells
    }
}

/// The address as it is printed on the phone.
fn printed(mac: &str) -> String {
    let digits = mac.to_uppercase();
    let pairs: Vec<&str> = (0..digits.len() / 2)
        .filter_map(|pair| digits.get(2 * pair..2 * pair + 2))
        .collect();
    pairs.join(":")
}

/// What owns the external ids.
const IDS: &str = "__ucm__";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_of_which_the_same_is_known_are_written_together() {
        let phone = |mac: &str| Seen {
            mac: mac.to_owned(),
            server: 3,
            ..Seen::default()
        };
        let fetched = |mac: &str| Seen {
            book_at: Some("2026-01-02 03:04:05".to_owned()),
            ..phone(mac)
        };
        let calls = note(&[
            fetched("000b82000001"),
            phone("000b82000002"),
            fetched("000b8200000a"),
        ]);
        assert_eq!(calls.len(), 2);
        let args = calls[0].args.iter();
        let args = args.map(|(name, arg)| (*name, arg.value().cloned().unwrap()));
        assert_eq!(
            args.collect::<Vec<_>>(),
            [
                (
                    "fields",
                    json!(["id", "x_name", "x_server_id/.id", "x_book_at"])
                ),
                (
                    "data",
                    json!([
                        [
                            "__ucm__.phone_000b82000001",
                            "00:0B:82:00:00:01",
                            3,
                            "2026-01-02 03:04:05"
                        ],
                        [
                            "__ucm__.phone_000b8200000a",
                            "00:0B:82:00:00:0A",
                            3,
                            "2026-01-02 03:04:05"
                        ],
                    ])
                ),
            ]
        );
    }
}
