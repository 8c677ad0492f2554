//! Call detail records: legs as the UCM writes them, and the calls they make up.
//!
//! A UCM writes one record per *leg*, when the leg ends; the legs of one `session` are one *call*. The modules follow the data: a row is
//! read into a leg, sightings of a leg are merged, legs are placed in time and grouped, and a call is what they say together.

mod bound;
mod call;
mod fingerprint;
mod group;
mod journey;
mod leg;
mod machine;
mod merge;
mod name;
mod people;
mod read;
mod rules;
mod salvage;
mod time;
mod view;

pub use call::{Call, CallId, Direction, Outcome, Side};
pub use fingerprint::view_fingerprint;
pub use group::{Calls, Device, PlaceError, Unplaced, calls_from_legs};
pub use journey::{Journey, Place, Station, Stop};
pub use leg::{Action, Disposition, Leg, LegError, LegKey, Recording, Row, base_name};
pub use merge::merge_legs;
pub use name::is_name;
pub use read::recordings;
pub use time::TimeDoubt;
