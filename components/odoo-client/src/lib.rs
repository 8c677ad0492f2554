//! What Odoo speaks: contacts, the call journal and its model, over JSON-RPC (17, 18) or JSON-2 (19 and later).
//!
//! Nothing here sends anything. A [`Call`] says once what is wanted; [`Rpc`] renders it for the transport that the server offers and reads
//! the answer; [`Greeting`] finds out what the server is. [`partner`] and [`journal`] make the calls that the bridge needs and decide on
//! their answers.

mod account;
pub mod call;
mod error;
mod greeting;
mod markup;
mod rpc;
mod said;
mod version;

pub use account::OdooServer;
pub use call::DATETIME;
pub use call::{Call, LoadMessage, Loaded};
pub use error::{Exception, OdooError, Reaction, Redacted};
pub use greeting::{Greeting, Step};
pub use rpc::{Known, Rpc};
pub use said::Said;
pub use version::{Transport, Version};

pub mod action;
pub mod activity;
pub mod api_key;
pub mod campaign;
pub mod copy;
pub mod directory;
pub mod domain;
pub mod extension;
pub mod group;
pub mod identity;
pub mod journal;
pub mod lead;
pub mod link;
pub mod links;
pub mod look;
pub mod made;
pub mod notice;
pub mod number;
pub mod order;
pub mod partner;
pub mod past;
pub mod person;
pub mod phone;
pub mod phonebook;
pub mod ring;
pub mod schema;
pub mod server;
pub mod statistics;

/// Key of the context under which the action that makes changes finds them ([`journal::change`]).
pub(crate) const CHANGES: &str = "x_ucm_changes";
