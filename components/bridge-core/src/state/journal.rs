//! Which journal the state is about.
//!
//! What is remembered of Odoo (which calls it has, how far it is complete, what was proved, what is to be followed up) is true of one journal
//! only. A journal has an identity of its own, made with it and lost with it (see [`odoo_client::identity`]), and is in one database at one
//! address: of a database that was copied, the copy has the same identity and another place. Both are in every key about it, so that
//! nothing which is remembered of one is ever taken for true of another, not even by two runs of which only one has noticed the change.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::{self, About, At, InJournal};
use super::{Stored, load, save};
use odoo_client::OdooServer;
use ports::{KeyValue, StoreError};

/// Where an Odoo is: a digest of its address and the name of its database, known from the settings without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// That of an Odoo.
    pub fn of(odoo: &OdooServer) -> Self {
        Self::at(&odoo.base, &odoo.database)
    }

    /// The database called `database` at the address `base`.
    pub fn at(base: &url::Url, database: &str) -> Self {
        Self(short(&format!("{base}\n{database}")))
    }

    /// The place that a key names.
    pub(super) fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    place: Place,
    identity: Option<String>,
}

impl Journal {
    /// The journal that was met at the place of `odoo` last.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn last_met(store: &impl KeyValue, odoo: &OdooServer) -> Result<Self, StoreError> {
        Self::last_at(store, Place::of(odoo))
    }

    /// The journal that was met at `place` last.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn last_at(store: &impl KeyValue, place: Place) -> Result<Self, StoreError> {
        let binding: Option<Binding> = load(store, &key::at(&place, At::Binding))?;
        let identity = binding.and_then(|binding| binding.identity);
        Ok(Self { place, identity })
    }

    /// A journal at the place of `odoo` of which nothing is known.
    pub fn unknown(odoo: &OdooServer) -> Self {
        let place = Place::of(odoo);
        Self {
            place,
            identity: None,
        }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// A key about the calls of one server in it.
    pub fn of(&self, server: &str, about: About) -> String {
        format!("{}server:{server}:{}", self.prefix(), about.name())
    }

    /// A key about the journal itself.
    pub fn key(&self, what: InJournal) -> String {
        format!("{}{}", self.prefix(), what.name())
    }

    fn prefix(&self) -> String {
        let identity = self
            .identity
            .as_deref()
            .map_or(NO_IDENTITY.to_owned(), short);
        format!("{}{identity}:", of_place(&self.place))
    }
}

/// Which journal is at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Its identity; nothing while the data module in Odoo has none.
    identity: Option<String>,
    /// Where it is, for people.
    odoo: String,
    /// Since when it is the one that the bridge works with.
    since: DateTime<Utc>,
    /// Which change it came with, where there was another one before.
    change: Option<Change>,
}

impl Stored for Binding {
    const VERSION: u32 = 1;
}

/// What was different when the bridge began anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The settings name another Odoo, or another database.
    Settings,
    /// Another journal is in the same place: it was removed and set up again, or the database was replaced.
    Journal,
    /// The journal has an identity, where there was none.
    SetUp,
}

/// A beginning anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Anew {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub change: Change,
}

impl Anew {
    /// When the bridge began anew with the Odoo of the settings, if it did.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn last(store: &impl KeyValue, odoo: &OdooServer) -> Result<Option<Self>, StoreError> {
        let binding: Option<Binding> = load(store, &key::at(&Place::of(odoo), At::Binding))?;
        Ok(binding.and_then(|binding| binding.anew()))
    }
}

impl fmt::Display for Anew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.change {
            Change::Settings => {
                "the settings name another Odoo or database than before: what was remembered of that one counts no more, and the bridge \
                 begins anew"
            }
            Change::Journal => {
                "the journal in Odoo is another than before (set up again after a removal, or another database in the same place): what was \
                 remembered of that one counts no more, and the bridge begins anew"
            }
            Change::SetUp => {
                "the journal in Odoo was set up since it was last seen: what was remembered before counts no more, and the bridge begins anew"
            }
        })
    }
}

impl Binding {
    fn anew(&self) -> Option<Anew> {
        let change = self.change?;
        Some(Anew {
            at: self.since,
            change,
        })
    }

    /// Where the Odoo at `place` is, for people, if it was ever met.
    pub(super) fn odoo_at(
        store: &impl KeyValue,
        place: &Place,
    ) -> Result<Option<String>, StoreError> {
        let binding: Option<Self> = load(store, &key::at(place, At::Binding))?;
        Ok(binding.map(|binding| binding.odoo))
    }
}

/// Takes note that the journal at the place of `odoo` has this `identity`. Where that is another one than before, what was remembered of it is
/// dropped and everything is due: whoever dies in between leaves that to the next who asks.
///
/// # Errors
/// [`StoreError`] when the store fails: then nothing counts as noted.
pub fn meet(
    store: &impl KeyValue,
    odoo: &OdooServer,
    identity: Option<String>,
    now: DateTime<Utc>,
) -> Result<(Journal, Option<Anew>), StoreError> {
    let place = Place::of(odoo);
    let journal = Journal {
        place: place.clone(),
        identity,
    };
    let at = key::at(&place, At::Binding);
    let known: Option<Binding> = load(store, &at)?;
    if known
        .as_ref()
        .is_some_and(|known| known.identity == journal.identity)
    {
        return Ok((journal, None));
    }
    let keys = store.keys()?;
    let change = match known {
        Some(Binding { identity: None, .. }) => Some(Change::SetUp),
        Some(_) => Some(Change::Journal),
        None => places(&keys)
            .any(|other| other != place)
            .then_some(Change::Settings),
    };
    let (all, own) = (of_place(&place), journal.prefix());
    let gone = keys
        .iter()
        .filter(|key| key.starts_with(&all) && !key.starts_with(&own));
    gone.into_iter().try_for_each(|key| store.delete(key))?;
    store.delete(&key::at(&place, At::Schedule))?;
    store.delete(&key::at(&place, At::Directory))?;
    let binding = Binding {
        identity: journal.identity.clone(),
        odoo: format!("{} (database {})", odoo.base, odoo.database),
        since: now,
        change,
    };
    save(store, &at, &binding)?;
    Ok((journal, binding.anew()))
}

/// The places whose journals were met, among `keys`.
fn places(keys: &[String]) -> impl Iterator<Item = Place> {
    keys.iter().filter_map(|key| {
        let (place, what) = key.strip_prefix(key::PLACES)?.split_once(':')?;
        (what == key::BINDING).then(|| Place::parse(place))
    })
}

/// What all keys about the journals of a place begin with.
fn of_place(place: &Place) -> String {
    format!("journal:{place}:")
}

/// Half of a SHA-256 would do as well: nobody chooses these texts to make two alike.
fn short(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Stands for the identity of a journal that has none.
const NO_IDENTITY: &str = "none";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::memory::Memory;
    use ports::Secret;

    fn odoo(url: &str, database: &str) -> OdooServer {
        OdooServer {
            base: url.parse().unwrap(),
            database: database.to_owned(),
            login: "bridge".to_owned(),
            api_key: Secret::new("key"),
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    /// Meets the journal with this identity, and remembers something of it.
    fn remember(store: &Memory, odoo: &OdooServer, identity: &str) -> Option<Change> {
        let (journal, anew) = meet(store, odoo, Some(identity.to_owned()), now()).unwrap();
        assert_eq!(Journal::last_met(store, odoo).unwrap(), journal);
        store
            .set(&journal.of("a", About::Digest), b"calls")
            .unwrap();
        store
            .set(&key::at(journal.place(), At::Schedule), b"due")
            .unwrap();
        anew.map(|anew| anew.change)
    }

    fn remembers(store: &Memory, odoo: &OdooServer) -> bool {
        let journal = Journal::last_met(store, odoo).unwrap();
        store
            .get(&journal.of("a", About::Digest))
            .unwrap()
            .is_some()
    }

    #[test]
    fn another_identity_begins_anew_and_the_same_one_goes_on() {
        let (store, odoo) = (Memory::default(), odoo("https://odoo.example", "main"));
        assert_eq!(remember(&store, &odoo, "first"), None);
        assert_eq!(remember(&store, &odoo, "first"), None);
        assert!(remembers(&store, &odoo));
        let (journal, anew) = meet(&store, &odoo, Some("second".into()), now()).unwrap();
        assert_eq!(anew.unwrap().change, Change::Journal);
        assert!(!remembers(&store, &odoo), "{journal:?}");
        let keys = store.keys().unwrap();
        assert!(keys.iter().all(|key| key.ends_with(":journal")), "{keys:?}");
    }

    #[test]
    fn a_copied_database_is_another_place_and_leaves_the_first_alone() {
        let store = Memory::default();
        let (real, copy) = (
            odoo("https://odoo.example", "main"),
            odoo("https://odoo.example", "copy"),
        );
        assert_eq!(remember(&store, &real, "same"), None);
        assert!(!remembers(&store, &copy));
        assert_eq!(remember(&store, &copy, "same"), Some(Change::Settings));
        assert!(remembers(&store, &real) && remembers(&store, &copy));
    }

    #[test]
    fn a_run_that_has_not_noticed_writes_where_nobody_reads() {
        let (store, odoo) = (Memory::default(), odoo("https://odoo.example", "main"));
        remember(&store, &odoo, "first");
        let late = Journal::last_met(&store, &odoo).unwrap();
        meet(&store, &odoo, Some("second".into()), now()).unwrap();
        store.set(&late.of("a", About::Digest), b"calls").unwrap();
        assert!(!remembers(&store, &odoo));
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let check = |url: &str, database: &str, is_same: bool| {
            let main = Place::of(&odoo("https://odoo.example", "main"));
            assert_eq!(
                Place::of(&odoo(url, database)) == main,
                is_same,
                "{url} {database}"
            );
        };
        check("https://ODOO.example:443/", "main", true);
        check("http://odoo.example", "main", false);
        check("https://odoo.example", "main2", false);
    }

    #[test]
    fn keys_are_short_and_of_characters_that_every_provider_takes() {
        let store = Memory::default();
        let odoo = odoo("https://odoo.example/", "a/b?c#d\\e");
        let (journal, _) = meet(&store, &odoo, Some("i/d".into()), now()).unwrap();
        let (longest, place) = ("s".repeat(32), journal.place());
        let keys = [
            journal.of(&longest, About::RecordingNames),
            key::at(place, At::Directory),
            key::letters(place, &longest),
            key::listener(&longest, 64),
            crate::state::inbox::key(place, &longest, "1717090900484-0123456789abcdef-500"),
        ];
        for key in keys {
            let key = crate::state::Space::named(&"n".repeat(32))
                .unwrap()
                .outside(&key);
            assert!(key.len() < 256, "{key}");
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
            assert!(key.chars().all(is_plain), "{key}");
        }
    }
}
