//! What waits for another Odoo than the one that the settings name: kept, shown, and never delivered into this one.
//!
//! It came while the settings named that other one. Once they do again, it is delivered there; a person may also discard it.

use sha2::{Digest, Sha256};

use super::inbox::{self, Parcel};
use super::{Binding, DeadLetter, DeadLetters, Place, key};
use ports::{KeyValue, StoreError};

/// One record, or the records of one parcel, that waits for another Odoo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id among all that is set aside.
    pub id: String,
    /// It as a letter; of a parcel without a reason of its own.
    pub letter: DeadLetter,
    /// Why it waits, and what to do.
    pub why: String,
    place: Place,
    /// The key of the parcel; a letter is under its id.
    parcel: Option<String>,
}

/// How many records of `server` wait for another Odoo than the one at `place`; a parcel counts by its legs, without being read.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn count(
    store: &impl KeyValue,
    keys: &[String],
    place: &Place,
    server: &str,
) -> Result<usize, StoreError> {
    let mut records = 0;
    for other in places(keys, place) {
        let parcels = inbox::of_server(keys, &other, server);
        records += parcels.iter().map(|slot| slot.legs().max(1)).sum::<usize>();
        if keys.contains(&key::letters(&other, server)) {
            records += DeadLetters::load(store, &other, server)?.len();
        }
    }
    Ok(records)
}

/// What of `server` waits for another Odoo than the one at `place`.
///
/// # Errors
/// [`StoreError`] when the store cannot be read.
pub fn waiting(
    store: &impl KeyValue,
    place: &Place,
    server: &str,
) -> Result<Vec<Waiting>, StoreError> {
    let keys = store.keys()?;
    let mut waiting = Vec::new();
    for other in places(&keys, place) {
        let why = reason(Binding::odoo_at(store, &other)?);
        for slot in inbox::of_server(&keys, &other, server) {
            let parcel: Option<Parcel> = super::load(store, slot.key())?;
            waiting.extend(parcel.map(|parcel| of_parcel(slot.key(), &other, &parcel, &why)));
        }
        for (id, letter) in DeadLetters::load(store, &other, server)?.iter() {
            waiting.push(Waiting {
                id: id.to_owned(),
                letter: letter.clone(),
                why: why.clone(),
                place: other.clone(),
                parcel: None,
            });
        }
    }
    Ok(waiting)
}

impl Waiting {
    /// The Odoo that it waits for.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The key of the parcel that it is, if it is one and no letter.
    pub fn parcel(&self) -> Option<&str> {
        self.parcel.as_deref()
    }
}

impl From<Waiting> for DeadLetter {
    fn from(Waiting { letter, why, .. }: Waiting) -> Self {
        let reason = joined(&letter.reason, &why);
        Self { reason, ..letter }
    }
}

/// The reason of a letter, and why it waits.
pub fn joined(reason: &str, why: &str) -> String {
    match reason {
        "" => why.to_owned(),
        reason => format!("{reason}; {why}"),
    }
}

fn of_parcel(key: &str, place: &Place, parcel: &Parcel, why: &str) -> Waiting {
    let unread = parcel.unread.iter().map(|letter| &letter.payload);
    let payload = serde_json::json!({ "legs": parcel.legs, "unread": unread.collect::<Vec<_>>() });
    let digest = Sha256::digest(key);
    Waiting {
        id: digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        letter: DeadLetter {
            at: parcel.at,
            reason: String::new(),
            payload: payload.to_string(),
            session: None,
            kept: false,
        },
        why: why.to_owned(),
        place: place.clone(),
        parcel: Some(key.to_owned()),
    }
}

/// What to do.
fn reason(odoo: Option<String>) -> String {
    let odoo = odoo.unwrap_or_else(|| "another Odoo or database".to_owned());
    format!(
        "it was pushed for {odoo}, and is not brought into the one that `odoo_url` and `odoo_db` name now: set them back until it is delivered, \
         or discard it"
    )
}

/// The places beside `place` that something waits for.
fn places(keys: &[String], place: &Place) -> Vec<Place> {
    let waiting = keys.iter().filter_map(|key| {
        let (kind, rest) = key.split_once(':')?;
        let (place, _) = rest.split_once(':')?;
        matches!(kind, "inbox" | "letters").then(|| Place::parse(place))
    });
    let mut places: Vec<Place> = waiting.filter(|other| other != place).collect();
    places.sort_unstable();
    places.dedup();
    places
}
