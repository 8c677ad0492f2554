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
            records += DeadLetters::stored(store, &other, server)?.len();
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
        // No run comes by that would take out what was discarded there before: it stays in sight until it is gone.
        for (id, letter) in DeadLetters::stored(store, &other, server)?.iter() {
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::state::Added;
    use crate::state::memory::Memory;

    #[test]
    fn what_was_discarded_and_is_not_gone_yet_is_in_sight() {
        let (store, at) = (Memory::default(), DateTime::UNIX_EPOCH);
        let (here, there) = (Place::parse("here"), Place::parse("there"));
        let letter = DeadLetter {
            at,
            reason: "field `start` is missing".into(),
            payload: "{}".into(),
            session: None,
            kept: false,
        };
        let mut letters = DeadLetters::default();
        assert_eq!(letters.add(letter), Added::New);
        letters.save(&store, &there, "a").unwrap();
        let id = letters.iter().next().unwrap().0.to_owned();
        // While its Odoo is the one of the settings the next run takes it out; then it is another one's.
        DeadLetters::discard(&store, &there, "a", &id, at).unwrap();
        assert!(DeadLetters::load(&store, &there, "a").unwrap().is_empty());
        assert!(waiting(&store, &there, "a").unwrap().is_empty());
        let seen = waiting(&store, &here, "a").unwrap();
        assert_eq!(seen.iter().map(|it| &it.id).collect::<Vec<_>>(), [&id]);
        let keys = store.keys().unwrap();
        assert_eq!(count(&store, &keys, &here, "a").unwrap(), 1);
    }
}
