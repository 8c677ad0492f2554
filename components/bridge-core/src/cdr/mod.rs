//! Call detail records: legs as the UCM writes them, and the calls they make up.
//!
//! A UCM writes one record per *leg*, when the leg ends; the legs of one `session` are one *call*.

mod call;
mod leg;
mod time;

pub use call::{Call, CallId, Direction, Outcome, Side, calls_from_legs};
pub use leg::{Action, Disposition, Leg, LegError, LegKey, Row};
