//! Short digests that tell whether anything changed.
//!
//! They are stored and compared across releases: SHA-256 over length-prefixed text, never the hash of a Rust type.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Call, Leg, Side};

impl Call {
    /// A digest of everything that is written to the journal, the legs included.
    pub fn fingerprint(&self) -> [u8; 16] {
        let mut digest = Fields::new("call 1");
        digest.text(&self.id.server);
        digest.text(&self.id.session);
        digest.instant(Some(self.started_at));
        digest.instant(self.answered_at);
        digest.instant(self.ended_at);
        digest.text(&format!(
            "{:?} {:?} {:?}",
            self.time_doubt, self.direction, self.outcome
        ));
        digest.text(&self.disposition);
        for side in [Some(&self.caller), Some(&self.called), self.remote.as_ref()] {
            digest.side(side);
        }
        digest.text(&self.extension);
        digest.text(&self.trunk);
        digest.text(&format!(
            "{} {} {}",
            self.duration_secs, self.talk_secs, self.ring_secs
        ));
        digest.list(self.recordings.iter().cloned());
        digest.text(&self.journey.join("\n"));
        digest.list(self.legs.iter().map(leg_text));
        digest.finish()
    }

    /// The digest of the legs that the call was made from; see [`view_fingerprint`].
    pub fn view_fingerprint(&self) -> [u8; 16] {
        view_fingerprint(&self.legs)
    }
}

/// A digest of a set of legs, whatever order they come in: what a poll saw of a call, before anything else is known about it.
pub fn view_fingerprint<'a>(legs: impl IntoIterator<Item = &'a Leg>) -> [u8; 16] {
    let mut texts: Vec<String> = legs.into_iter().map(leg_text).collect();
    texts.sort();
    texts.dedup();
    let mut digest = Fields::new("view 1");
    digest.list(texts);
    digest.finish()
}

/// The stored form of a leg. Its keys are text, so that it can always be written.
fn leg_text(leg: &Leg) -> String {
    serde_json::to_string(leg).unwrap_or_default()
}

/// A digest of fields, each with its length before it: no two different lists of fields give the same input.
struct Fields(Sha256);

impl Fields {
    fn new(kind: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.text(kind);
        fields
    }

    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
    }

    fn instant(&mut self, instant: Option<DateTime<Utc>>) {
        self.text(&instant.map_or_else(String::new, |instant| instant.timestamp().to_string()));
    }

    fn side(&mut self, side: Option<&Side>) {
        self.list(
            side.map(|side| [side.number.clone(), side.name.clone()])
                .into_iter()
                .flatten(),
        );
    }

    fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let items: Vec<String> = items.into_iter().collect();
        self.text(&items.len().to_string());
        for item in items {
            self.text(&item);
        }
    }

    fn finish(self) -> [u8; 16] {
        let mut short = [0; 16];
        short.copy_from_slice(&self.0.finalize()[..16]);
        short
    }
}
