//! What a page of records says: rows become legs, legs become calls. Pure: it is done while Odoo is busy with the page before.

use chrono::{DateTime, Utc};

use crate::config::Server;
use crate::flows::report::count;
use crate::state::DeadLetter;
use calls::cdr::{self, Call, Calls, Leg, Row};
use ucm_client::Page;

/// The calls of a page, and the records that make no call.
pub(crate) struct Reading {
    /// How many legs were read.
    pub(crate) legs: u32,
    pub(crate) calls: Vec<Seen>,
    pub(crate) set_aside: Vec<SetAside>,
}

/// A call as it was seen this time.
pub(crate) struct Seen {
    pub(crate) call: Call,
    /// What is remembered of the call once Odoo has it.
    pub(crate) view: [u8; 16],
}

/// Something that could not be delivered, for a person to look at.
#[derive(Debug)]
pub(crate) struct SetAside {
    pub(crate) reason: String,
    pub(crate) payload: String,
    pub(crate) session: Option<String>,
    /// Whether its leg is brought in: only a part of it was lost.
    pub(crate) kept: bool,
}

impl SetAside {
    /// It as it is kept from `at` on.
    pub(crate) fn letter(self, at: DateTime<Utc>) -> DeadLetter {
        DeadLetter {
            at,
            reason: self.reason,
            payload: self.payload,
            session: self.session,
            kept: self.kept,
        }
    }
}

impl Reading {
    /// Reads a page of `server`'s records.
    pub(crate) fn of(page: &Page, server: &Server) -> Self {
        let mut reading = Self::of_rows(&page.rows, server);
        let parts = page.set_aside.iter().map(|part| SetAside {
            reason: part.reason.clone(),
            payload: part.payload.clone(),
            session: None,
            kept: part.kept,
        });
        reading.set_aside.extend(parts);
        reading
    }

    /// Reads rows; those that are no legs are set aside. One with a field that is no value is a leg without it, as a push is: the call is not to
    /// look as if nobody had been on it. That something was lost of it is said.
    fn of_rows(rows: &[Row], server: &Server) -> Self {
        let (mut legs, mut set_aside) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let (reason, kept) = match Leg::salvage(row) {
                Ok((leg, lost)) => {
                    legs.push(leg);
                    if lost.is_empty() {
                        continue;
                    }
                    (kept_without(&lost), true)
                }
                Err(error) => (error.to_string(), false),
            };
            set_aside.push(SetAside {
                reason,
                payload: json(row),
                session: row.get("session").cloned(),
                kept,
            });
        }
        let mut reading = Self::of_legs(legs, server);
        reading.set_aside.extend(set_aside);
        reading
    }

    /// What legs make up, wherever they came from.
    pub(crate) fn of_legs(legs: Vec<Leg>, server: &Server) -> Self {
        let leg_count = count(legs.len());
        let Calls { calls, unplaced } = cdr::calls_from_legs(legs, &server.device());
        let set_aside = unplaced.iter().map(|unplaced| SetAside {
            reason: unplaced.reason.to_string(),
            payload: json(&unplaced.leg),
            session: Some(unplaced.leg.session.clone()),
            kept: false,
        });
        Self {
            legs: leg_count,
            calls: calls.into_iter().map(Seen::of).collect(),
            set_aside: set_aside.collect(),
        }
    }
}

impl Seen {
    fn of(call: Call) -> Self {
        Self {
            view: call.view_fingerprint(),
            call,
        }
    }
}

/// What is said of a leg that lost these fields.
pub(crate) fn kept_without(lost: &[&str]) -> String {
    format!("kept without `{}`, which is no value", lost.join("`, `"))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
