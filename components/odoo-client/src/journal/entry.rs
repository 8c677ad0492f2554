//! One row of the journal, as the bridge would write it.

use std::cell::OnceCell;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::stored;
use crate::markup;
use calls::cdr;
use calls::contacts::Standing;
use calls::followup;
use calls::phone;

/// A call with its outside number understood, ready to be compared with what Odoo has.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    call: cdr::Call,
    key: String,
    values: Map<String, Value>,
    /// Made of the values once they are complete and somebody asks: a row has kilobytes.
    fingerprint: OnceCell<String>,
    /// As what its number is found, made once somebody asks: it is formatted in several ways.
    searched: OnceCell<String>,
    to_be_copied: bool,
    to_follow_up: bool,
}

impl Entry {
    /// The row for `call`; `number` is the outside party's in E.164, if it is one.
    pub fn new(call: cdr::Call, number: Option<&str>) -> Self {
        let key = key(&call.id);
        let values = values(&call, &key, number);
        Self {
            call,
            key,
            values,
            fingerprint: OnceCell::new(),
            searched: OnceCell::new(),
            to_be_copied: false,
            to_follow_up: false,
        }
    }

    /// The same row, whose recordings are to be copied: whenever it is written, they are looked at again.
    #[must_use]
    pub fn to_be_copied(mut self) -> Self {
        self.to_be_copied = true;
        self
    }

    /// The same row, as one of a company. Without one the company is left alone: a person may have set it.
    #[must_use]
    pub fn of_company(mut self, company: Option<i64>) -> Self {
        if let Some(company) = company {
            self.values
                .insert("x_company_id".to_owned(), json!(company));
            self.fingerprint.take();
        }
        self
    }

    /// The same row, whose legs carry the seal that `seal` makes of its key and their text.
    #[must_use]
    pub fn sealed(mut self, seal: impl FnOnce(&str, &str) -> Option<String>) -> Self {
        let seal = |legs: &str| seal(&self.key, legs);
        let legs = self.values.get("x_legs").and_then(Value::as_str);
        if let Some(legs) = legs.and_then(|legs| stored::with_seal(legs, seal)) {
            self.values.insert("x_legs".to_owned(), json!(legs));
            self.fingerprint.take();
        }
        self
    }

    /// The same row, with links to pages that play the recordings, in their order.
    #[must_use]
    pub fn with_players(mut self, pages: &[Url]) -> Self {
        self.values.extend(player_values(pages));
        self.fingerprint.take();
        self
    }

    /// The same row, to be followed up once it is written.
    #[must_use]
    pub fn to_follow_up(mut self) -> Self {
        self.to_follow_up = true;
        self
    }

    /// The call.
    pub fn call(&self) -> &cdr::Call {
        &self.call
    }

    /// The row's key, `<server>/<session>`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Changes exactly when something that the bridge would write changes; the contact aside, which a person may decide.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| fingerprint(&self.values))
    }

    /// Makes what takes long and is kept, for who has nothing else to do now.
    pub fn prepare(&self) {
        _ = (self.fingerprint(), self.searched());
    }

    /// As what people search for its number. The number alone says it.
    fn searched(&self) -> &str {
        self.searched.get_or_init(|| {
            let number = self.values.get("x_number").and_then(Value::as_str);
            number.map(phone::typed).unwrap_or_default()
        })
    }

    /// What a proof compares: everything but the links, which are renewed with the secret that signs them, and which Odoo rewrites as it
    /// stores them.
    pub(super) fn proven(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(|(name, _)| !LINKS.contains(name))
    }

    /// Everything but the contact, for a row of a call that `was_in_vain` as far as was known.
    pub(super) fn own_values(self, was_in_vain: bool) -> Map<String, Value> {
        let fingerprint = json!(self.fingerprint());
        // Neither this nor what follows is part of the fingerprint.
        let searched = text(self.searched(), TEXT_CHARS);
        let mut values = self.values;
        values.insert("x_search".to_owned(), searched);
        values.insert("x_fingerprint".to_owned(), fingerprint);
        if self.to_be_copied {
            values.insert("x_copy_state".to_owned(), Value::Bool(false));
        }
        // It is of no interest by itself. Of what changes later only that nobody called in vain has to be followed up, or that somebody
        // did who seemed to have been spoken with: another leg of a missed call must not bring back the to-do that a person has closed.
        let value = |name: &str| values.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_in_vain = followup::is_in_vain(value("x_direction"), value("x_outcome"));
        if self.to_follow_up && !(was_in_vain && is_in_vain) {
            values.insert("x_followed_up".to_owned(), json!(false));
        }
        values
    }

    /// The whole row, for `create`.
    pub(super) fn create_values(self, standing: &Standing) -> Map<String, Value> {
        // What is new is followed up by itself.
        let mut values = self.own_values(true);
        values.extend(contact_values(standing));
        values
    }
}

/// What the row says of the contact.
pub(super) fn contact_values(standing: &Standing) -> Map<String, Value> {
    let mut values = Map::new();
    let mut set = |name: &str, value: Value| values.insert(name.to_owned(), value);
    set(
        "x_partner_id",
        standing.contact().map_or(Value::Bool(false), Value::from),
    );
    set("x_match", json!(standing.value()));
    set(
        "x_match_reason",
        standing.reason().map_or(Value::Bool(false), Value::from),
    );
    // Command 6 replaces the whole list.
    set("x_candidate_ids", json!([[6, 0, standing.candidates()]]));
    if let Some(number) = standing.assignment() {
        set("x_number_id", json!(number));
    }
    values
}

/// The unique key of a call in the journal.
pub fn key(id: &cdr::CallId) -> String {
    format!("{}/{}", id.server, id.session)
}

fn values(call: &cdr::Call, key: &str, number: Option<&str>) -> Map<String, Value> {
    let fields = [
        ("x_name", text(&title(call), NAME_CHARS)),
        ("x_uid", json!(key)),
        ("x_server", text(&call.id.server, NUMBER_CHARS)),
        ("x_session", text(&call.id.session, NUMBER_CHARS)),
        ("x_started_at", datetime(Some(call.started_at))),
        ("x_answered_at", datetime(call.answered_at)),
        ("x_ended_at", datetime(call.ended_at)),
        ("x_direction", json!(call.direction)),
        ("x_outcome", json!(call.outcome)),
        ("x_disposition", text(&call.disposition, NUMBER_CHARS)),
        ("x_caller_number", text(&call.caller.number, NUMBER_CHARS)),
        ("x_caller_name", text(&call.caller.name, NAME_CHARS)),
        ("x_called_number", text(&call.called.number, NUMBER_CHARS)),
        ("x_called_name", text(&call.called.name, NAME_CHARS)),
        ("x_number", text(number.unwrap_or_default(), NUMBER_CHARS)),
        ("x_duration", integer(call.duration_secs)),
        ("x_talk_seconds", integer(call.talk_secs)),
        ("x_ring_seconds", integer(call.ring_secs)),
        ("x_extension", text(&call.extension, NUMBER_CHARS)),
        ("x_trunk", text(&call.trunk, NAME_CHARS)),
        (
            "x_recordings",
            text(&call.recordings.join("\n"), TEXT_CHARS),
        ),
        ("x_recording_count", json!(call.recordings.len())),
        ("x_journey", text(&call.journey.join("\n"), TEXT_CHARS)),
        ("x_legs", json!(stored::write(&call.legs))),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// What the row says of the pages that play its recordings.
pub(crate) fn player_values(pages: &[Url]) -> Map<String, Value> {
    let first = pages
        .first()
        .map_or(Value::Bool(false), |page| json!(page.as_str()));
    let list = match pages {
        [] => Value::Bool(false),
        pages => json!(links(pages)),
    };
    [("x_recording_url", first), ("x_recording_links", list)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The links as Odoo's HTML field has them; an address has no character that would end an attribute, but for `&`.
fn links(pages: &[Url]) -> String {
    let items: String = (1..)
        .zip(pages)
        .map(|(number, page)| {
            let address = markup::escape(page.as_str());
            format!(
                "<li><a href=\"{address}\" target=\"_blank\" rel=\"noreferrer\">\u{25b6} {number}</a></li>"
            )
        })
        .collect();
    format!("<ul>{items}</ul>")
}

/// What lists and links show: who called whom.
fn title(call: &cdr::Call) -> String {
    let shown = |side: &cdr::Side| {
        let name = Some(&side.name).filter(|name| cdr::is_name(name));
        [name, Some(&side.number), Some(&side.name)]
            .into_iter()
            .flatten()
            .find(|text| !text.is_empty())
            .cloned()
    };
    // RFC 3323 calls a caller without a number so; the word is the same in the languages of the journal.
    let shown = |side| shown(side).unwrap_or_else(|| "anonymous".to_owned());
    format!("{} \u{2192} {}", shown(&call.caller), shown(&call.called))
}

/// The first 128 bits of a SHA-256 over all the values, by name: names are sorted in a JSON object.
fn fingerprint(values: &Map<String, Value>) -> String {
    let mut digest = Sha256::new();
    // Neither text keys nor a digest can fail to be written.
    _ = serde_json::to_writer(&mut digest, values);
    digest
        .finalize()
        .iter()
        .take(16)
        .fold(String::with_capacity(32), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Odoo wants UTC without saying so, and `False` for none.
fn datetime(instant: Option<DateTime<Utc>>) -> Value {
    instant.map_or(Value::Bool(false), |instant| {
        json!(instant.format("%Y-%m-%d %H:%M:%S").to_string())
    })
}

/// Text that PostgreSQL takes: no NUL, and no longer than makes sense for the field. Empty is `False`.
fn text(text: &str, limit_chars: usize) -> Value {
    let kept: String = text
        .chars()
        .filter(|c| *c != '\0')
        .take(limit_chars)
        .collect();
    let kept = kept.trim();
    if kept.is_empty() {
        Value::Bool(false)
    } else {
        json!(kept)
    }
}

/// Odoo's integers have 32 bits with a sign.
fn integer(value: u32) -> Value {
    json!(i32::try_from(value).unwrap_or(i32::MAX))
}

/// The fields that [`Entry::with_players`] fills.
const LINKS: [&str; 2] = ["x_recording_url", "x_recording_links"];

/// Longest name kept: SIP display names and trunk names stay far below.
const NAME_CHARS: usize = 256;

/// Longest number kept: E.164 has 15 digits, a SIP user part seldom more than 64 characters.
const NUMBER_CHARS: usize = 128;

/// Longest list of recordings or stations kept: hundreds of lines.
const TEXT_CHARS: usize = 64 * 1024;
