//! The methods that every model has.

mod create;
mod group;
pub(crate) mod load;
mod read;
mod relations;
pub(crate) mod search;
mod unlink;
mod write;

pub(crate) use group::aggregate;
