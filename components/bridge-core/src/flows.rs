//! What is done, a folder for each: a world and the settings go in, a value with a meaning comes out.
//!
//! A call comes in by `poll`, which a [`tick`] begins, by [`push`] or by [`replay`], and is delivered in one way (`deliver`). The journal is held against the UCM by
//! [`prove`]; what was set aside waits in [`letters`]; [`recordings`] are found and played. The other way round, [`dial`] has a call made that somebody asks for, and `campaign` looks after lists of them; at the [`desk`] a phone rings, and [`phonebook`] has it know the contacts. [`install`] makes the Odoo side, [`show`] keeps what
//! people see there, [`oversee`] says how all is, [`examine`] what is wrong, and [`count`] what happened on the phones.
//!
//! Below them: [`reach`] speaks with the two peers in the time that there is, [`roster`] knows the servers, [`report`] and [`period`] are values.

pub mod tick;

pub(crate) mod poll;

pub mod push;

pub mod dial;

pub mod desk;

pub(crate) mod campaign;

pub mod phonebook;

pub mod replay;

pub(crate) mod deliver;

pub mod prove;

pub mod letters;

pub mod recordings;

pub mod install;

pub mod show;

pub mod oversee;

pub mod examine;

pub mod count;

pub mod reach;

pub mod period;
pub mod report;
pub mod roster;

#[cfg(test)]
mod field;
