//! One UCM, from where its last poll ended: `server` walks through the `window` that is due with a `reader`; the `ledger` has the calls of each page
//! delivered and checkpoints after it; `names` asks for recordings that the records do not name.

mod ledger;
mod names;
mod server;

pub(crate) mod reader;
pub(crate) mod window;

pub(crate) use server::{replay, synchronise};
