//! The call journal in Odoo (`x_ucm_call`): which rows to create, which to write, and with what.
//!
//! The way of a page of calls through this module:
//!
//! 1. [`find`] asks which of the calls are there already; [`compare`] tells new, differing and unchanged ones apart by their fingerprints.
//! 2. What differs may have been completed by another writer: [`read_legs`] fetches the legs stored with it, and [`Differing::complete`]
//!    merges them with the legs just seen. Two writers with partial views end at the same call, in whatever order they come.
//! 3. Once contacts are decided, [`plan_writes`] says what to create and what to write. It names only fields that the bridge owns:
//!    notes are never touched, and neither is a contact that a person has set.
//! 4. The unique key refuses a row that somebody else has created meanwhile, and [`change`] passes over one that somebody else has changed:
//!    both are read again and decided anew.
//! 5. If Odoo refuses a batch, [`Bisect`](bisect::Bisect) finds the rows to blame.

pub mod bisect;
pub mod change;
mod entry;
mod existing;
mod held;
mod plan;
mod stored;

pub(super) use entry::player_values;
pub use entry::{Entry, key};
pub use existing::{Differing, EXISTING, Existing, last_before};
pub use held::{
    HELD_BATCH, Held, HeldKey, KEYS_BATCH, find_held, keys_between, mark_altered, read_held,
};
pub use plan::{
    Compared, NewRow, Plan, Trust, UNTRACKED, Whole, compare, find, find_since, plan_writes,
};
pub use stored::{KEPT, Kept, Sealed, StoredLegs, find_legs, known as known_legs, read_legs};

/// Model of the journal.
pub const MODEL: &str = "x_ucm_call";

/// Unique index on the key `x_uid`: the guard against two writers.
pub const UNIQUE_INDEX: &str = "x_ucm_call_x_uid_uniq";

/// Rows of one `create`, or of one [`change`]: some 60 ms of work for Odoo, and about a megabyte with legs of ordinary calls.
pub const CREATE_BATCH: usize = 500;

/// Keys of one [`find`]: Odoo answers 5,000 in some 90 ms.
pub const FIND_BATCH: usize = 1_000;
