//! The phonebook of a server's phones as it was built last, ready to be sent: so that a phone that fetches it costs neither Odoo nor a build.
//!
//! The book is kept in pieces, each a value that every store takes. Those of the next book are written beside those of the present one, and only then
//! does the head say so: whoever is being sent the present one is not disturbed by less than two books in between.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::key::About;
use super::{Journal, MOST_VALUE_BYTES, Stored, load, save};
use ports::{KeyValue, StoreError};

/// What is known of a book.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// The book; nothing where none was built yet.
    pub book: Option<Book>,
    /// Digest of everything that decides what is in it, as far as it is known without building it: the settings, and the last change of a contact.
    pub basis: String,
    /// When it was last found to be as Odoo has it.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why it is not any more; a sentence in English.
    #[serde(default)]
    pub trouble: Option<String>,
    /// Digest of what the server's record was told of it.
    #[serde(default)]
    pub shown: String,
}

/// A book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Digest of its bytes.
    pub digest: String,
    /// When its bytes were others.
    pub changed_at: DateTime<Utc>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
    /// How many bytes it has.
    pub bytes: usize,
    /// Which of the two sets of pieces is its own.
    set: u8,
    /// How many pieces it is kept in.
    pieces: usize,
    /// Contacts in it.
    pub contacts: usize,
    /// Contacts that were chosen, but that it had no room for.
    pub left_out: usize,
    /// Contacts that were chosen, but have no number that the office can dial.
    pub unreadable: usize,
}

/// How many contacts are in a book, and are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// In it.
    pub contacts: usize,
    /// Chosen, but it had no room.
    pub left_out: usize,
    /// Chosen, but without a number that the office can dial.
    pub unreadable: usize,
}

impl Stored for Head {
    const VERSION: u32 = 1;
}

impl Head {
    /// What is known of the book of `server`; nothing where none was ever asked for.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn load(
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
    ) -> Result<Option<Self>, StoreError> {
        load(store, &journal.of(server, About::Phonebook))
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn save(
        &self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
    ) -> Result<(), StoreError> {
        save(store, &journal.of(server, About::Phonebook), self)
    }

    /// Puts a book in the place of the one before; [`save`](Self::save) makes it the one that phones get.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written: then phones get the one before.
    pub fn put(
        &mut self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
        bytes: &[u8],
        counts: Counts,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let digest = digest(bytes);
        let before = self.book.take();
        let is_same = before.as_ref().filter(|book| book.digest == digest);
        let (set, changed_at) = match (&before, is_same) {
            (_, Some(same)) => (same.set, same.changed_at),
            (Some(other), None) => (1 - other.set.min(1), now),
            (None, None) => (0, now),
        };
        let pieces = bytes.chunks(PIECE_BYTES);
        if is_same.is_none() {
            for (place, piece) in pieces.clone().enumerate() {
                store.set(&piece_key(journal, server, set, place), piece)?;
            }
            // The book before last may have had more, or have been broken off.
            remove_pieces(store, journal, server, set, pieces.len())?;
        }
        self.book = Some(Book {
            digest,
            changed_at,
            built_at: now,
            bytes: bytes.len(),
            set,
            pieces: pieces.len(),
            contacts: counts.contacts,
            left_out: counts.left_out,
            unreadable: counts.unreadable,
        });
        Ok(())
    }

    /// Removes the book and all that is known of it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written.
    pub fn discard(
        self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
    ) -> Result<(), StoreError> {
        store.delete(&journal.of(server, About::Phonebook))?;
        for set in 0..2 {
            remove_pieces(store, journal, server, set, 0)?;
        }
        Ok(())
    }
}

impl Book {
    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// One of the pieces, in their order; nothing where it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn piece(
        &self,
        store: &impl KeyValue,
        journal: &Journal,
        server: &str,
        place: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        store.get(&piece_key(journal, server, self.set, place))
    }
}

fn piece_key(journal: &Journal, server: &str, set: u8, place: usize) -> String {
    format!("{}{place}", set_key(journal, server, set))
}

/// What the keys of a set's pieces begin with.
fn set_key(journal: &Journal, server: &str, set: u8) -> String {
    format!("{}:{set}-", journal.of(server, About::PhonebookPiece))
}

/// Removes the pieces of a set from this place on, however many there are.
fn remove_pieces(
    store: &impl KeyValue,
    journal: &Journal,
    server: &str,
    set: u8,
    from: usize,
) -> Result<(), StoreError> {
    let start = set_key(journal, server, set);
    let place = |key: &str| key.strip_prefix(&start)?.parse::<usize>().ok();
    for key in store.keys()? {
        if place(&key).is_some_and(|place| place >= from) {
            store.delete(&key)?;
        }
    }
    Ok(())
}

/// Half of a SHA-256 is an entity tag that nobody meets twice.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How large a piece is, in bytes.
const PIECE_BYTES: usize = MOST_VALUE_BYTES;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Place;
    use crate::state::memory::Memory;

    fn whole(store: &Memory, journal: &Journal, book: &Book) -> Vec<u8> {
        let pieces = (0..book.pieces()).map(|place| {
            let piece = book.piece(store, journal, "a", place).unwrap();
            piece.unwrap()
        });
        pieces.flatten().collect()
    }

    #[test]
    fn a_book_is_kept_in_pieces_and_the_next_one_beside_it() {
        let store = Memory::default();
        let place = Place::at(&"https://odoo.example.com".parse().unwrap(), "main");
        let journal = Journal::last_at(&store, place).unwrap();
        let (first, second) = (vec![1; 2 * PIECE_BYTES + 1], vec![2; 10]);
        let (noon, later) = (
            DateTime::UNIX_EPOCH,
            DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(1),
        );
        let mut head = Head::default();
        head.put(&store, &journal, "a", &first, Counts::default(), noon)
            .unwrap();
        head.save(&store, &journal, "a").unwrap();
        let reading = head.book.clone().unwrap();
        assert_eq!(reading.pieces(), 3);
        let most = store.0.borrow().values().map(Vec::len).max().unwrap();
        assert!(most <= MOST_VALUE_BYTES);
        head.put(&store, &journal, "a", &second, Counts::default(), later)
            .unwrap();
        head.save(&store, &journal, "a").unwrap();
        // Whoever is being sent the first one gets all of it.
        assert_eq!(whole(&store, &journal, &reading), first);
        let known = Head::load(&store, &journal, "a").unwrap().unwrap();
        let book = known.book.clone().unwrap();
        assert_eq!(whole(&store, &journal, &book), second);
        assert_eq!(book.changed_at, later);
    }

    #[test]
    fn a_book_that_shrinks_leaves_nothing_behind() {
        let store = Memory::default();
        let place = Place::at(&"https://odoo.example.com".parse().unwrap(), "main");
        let journal = Journal::last_at(&store, place).unwrap();
        let kept = |store: &Memory| store.0.borrow().len();
        let mut head = Head::default();
        let mut put = |pieces: usize, filling: u8| {
            let bytes = vec![filling; pieces * PIECE_BYTES];
            let (counts, noon) = (Counts::default(), DateTime::UNIX_EPOCH);
            head.put(&store, &journal, "a", &bytes, counts, noon)
                .unwrap();
            kept(&store)
        };
        assert_eq!(put(3, 1), 3);
        assert_eq!(put(4, 2), 3 + 4);
        // Each takes the places of the one before last.
        assert_eq!(put(1, 3), 1 + 4);
        assert_eq!(put(2, 4), 1 + 2);
        // A build that broke off, and the book of a server whose name begins alike.
        store
            .set(&piece_key(&journal, "a", 0, 12), b"left")
            .unwrap();
        let mut other = Head::default();
        other
            .put(
                &store,
                &journal,
                "ab",
                b"other",
                Counts::default(),
                DateTime::UNIX_EPOCH,
            )
            .unwrap();
        head.discard(&store, &journal, "a").unwrap();
        assert_eq!(kept(&store), 1);
    }

    #[test]
    fn the_same_bytes_are_the_same_book() {
        let store = Memory::default();
        let place = Place::at(&"https://odoo.example.com".parse().unwrap(), "main");
        let journal = Journal::last_at(&store, place).unwrap();
        let mut head = Head::default();
        let noon = DateTime::UNIX_EPOCH;
        head.put(&store, &journal, "a", b"book", Counts::default(), noon)
            .unwrap();
        let later = noon + chrono::TimeDelta::hours(1);
        head.put(&store, &journal, "a", b"book", Counts::default(), later)
            .unwrap();
        let book = head.book.clone().unwrap();
        assert_eq!((book.changed_at, book.built_at), (noon, later));
        head.discard(&store, &journal, "a").unwrap();
        assert!(store.0.borrow().is_empty());
    }
}
