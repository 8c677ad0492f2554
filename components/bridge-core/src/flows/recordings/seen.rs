//! What is remembered of recordings that were listened to: players ask for the same file several times within a minute.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Ticket;
use super::sound::{self, Format};
use crate::link::{Derived, Keys, LinkError};
use crate::state::Stored;
use calls::cdr::base_name;
use ucm_client::RecordingFolder;
use ucm_client::RecordingPlace;

/// The recordings of one server that were listened to last. Losing it costs a question to the UCM.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    files: VecDeque<(String, Facts)>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its size in bytes; nothing where neither the UCM nor the file says it.
    #[serde(rename = "n")]
    pub total: Option<u64>,
    /// Its first bytes, in base64: the header that every player asks for first.
    #[serde(rename = "h")]
    head: String,
    #[serde(rename = "d")]
    folder: RecordingFolder,
    #[serde(rename = "m")]
    with_month: bool,
    /// The format that it is in.
    #[serde(rename = "f", default)]
    pub format: Format,
}

impl Stored for Seen {
    const VERSION: u32 = 2;
}

impl Seen {
    /// What is known of the file of `ticket`.
    pub fn of(&self, ticket: &Ticket) -> Option<&Facts> {
        let id = ticket.id();
        let known = self.files.iter().find(|(known, _)| *known == id);
        known.map(|(_, facts)| facts)
    }

    /// Notes what was found. Whether that was news.
    pub fn note(&mut self, ticket: &Ticket, facts: Facts) -> bool {
        if self.of(ticket) == Some(&facts) {
            return false;
        }
        let id = ticket.id();
        self.files.retain(|(known, _)| *known != id);
        self.files.push_front((id, facts));
        self.files.truncate(MOST_FILES);
        true
    }
}

impl Facts {
    /// What was found of a file at `place` that begins with `first`.
    pub(super) fn new(place: &RecordingPlace, total: Option<u64>, first: &[u8]) -> Self {
        let head = first.get(..HEAD_BYTES).unwrap_or(first);
        Self {
            total,
            head: BASE64_STANDARD_NO_PAD.encode(head),
            folder: place.folder,
            with_month: place.file.contains('/'),
            format: Format::of(first),
        }
    }

    /// The first bytes of the file.
    pub fn head(&self) -> Vec<u8> {
        BASE64_STANDARD_NO_PAD
            .decode(&self.head)
            .unwrap_or_default()
    }

    /// Where the file was.
    pub(super) fn place(&self) -> (RecordingFolder, bool) {
        (self.folder, self.with_month)
    }

    /// The same, now that it is known how long the file is.
    #[must_use]
    pub fn with_total(self, total: u64) -> Self {
        let mut head = self.head();
        sound::mend(&mut head, total);
        Self {
            total: Some(total),
            head: BASE64_STANDARD_NO_PAD.encode(head),
            ..self
        }
    }

    /// The same without what changes while the file grows: its size, and its header, which has the size as well.
    #[must_use]
    pub fn place_alone(self) -> Self {
        Self {
            total: None,
            head: String::new(),
            ..self
        }
    }

    /// A strong validator (RFC 9110, section 8.8.3): the UCM writes a recording once, so its [mark](Ticket::mark) and its size stand for its bytes.
    pub fn etag(&self, mark: &str) -> Option<String> {
        let total = self.total?;
        Some(format!("\"{mark}-{total:x}\""))
    }
}

impl Ticket {
    /// The file, without its name, for whoever listens and for logs. A name holds little but numbers, and could be tried out against a digest: nothing
    /// of it is to be told without the secret of the links.
    ///
    /// # Errors
    /// [`LinkError`] without that secret.
    pub fn mark(&self, keys: &Keys, server: &str) -> Result<String, LinkError> {
        let parts = &[server, base_name(&self.file)];
        let scope = "mark of a recording";
        Derived { scope, parts }.secret(keys)
    }

    /// The file, without its name, for keys where its numbers are known anyway. The same with a sub-directory and without.
    pub fn id(&self) -> String {
        let digest = Sha256::digest(base_name(&self.file));
        digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Bytes of a file that are kept: the header of a WAV file as the UCM writes it.
const HEAD_BYTES: usize = 44;

/// Files remembered for each server: some 20 kB.
const MOST_FILES: usize = 128;

#[cfg(test)]
mod tests {
    use ports::Secret;

    use super::*;

    fn ticket(n: usize) -> Ticket {
        Ticket {
            file: format!("auto-{n}-0199000042-1001.wav"),
            in_queue: false,
            number: 1,
            size_bytes: None,
            started_at: 0,
            ended_at: None,
            caller: String::new(),
            called: String::new(),
        }
    }

    fn facts(total: u64) -> Facts {
        let place = RecordingPlace {
            folder: RecordingFolder::Queue,
            file: "2024-05/a.wav".into(),
        };
        Facts::new(&place, Some(total), &[7; 100])
    }

    #[test]
    fn the_last_files_are_remembered_and_no_more() {
        let mut seen = Seen::default();
        for n in 0..MOST_FILES + 1 {
            assert!(seen.note(&ticket(n), facts(1)));
        }
        assert_eq!(seen.of(&ticket(0)), None);
        assert!(!seen.note(&ticket(1), facts(1)), "nothing new");
        let known = seen.of(&ticket(1)).unwrap();
        assert_eq!(
            (known.head(), known.place()),
            (vec![7; 44], (RecordingFolder::Queue, true))
        );
    }

    #[test]
    fn of_a_file_that_grows_only_the_place_is_kept() {
        let alone = facts(1).place_alone();
        assert_eq!(alone, facts(2).place_alone());
        assert_eq!((alone.total, alone.head()), (None, Vec::new()));
        assert_eq!(alone.etag("mark"), None);
        assert_eq!(alone.place(), facts(1).place());
    }

    #[test]
    fn the_validator_changes_with_the_size_and_holds_no_number() {
        let mark = |secret: &str, server: &str, n| {
            let keys = Keys::new(Secret::new(secret), Secret::new(""));
            ticket(n).mark(&keys, server).unwrap()
        };
        let own = mark("0123456789abcdef", "paris", 1);
        let etag = facts(1).etag(&own).unwrap();
        assert_ne!(Some(&etag), facts(2).etag(&own).as_ref());
        // Whoever knows all but the number cannot try it out.
        for other in [
            mark("fedcba9876543210", "paris", 1),
            mark("0123456789abcdef", "lyon", 1),
            mark("0123456789abcdef", "paris", 2),
        ] {
            assert_ne!(own, other);
        }
        assert!(!own.contains(&ticket(1).id()));
    }
}
