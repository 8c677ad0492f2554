//! A simulated Odoo 17, 18 or 19: a library, and the program `simulated-odoo`.
//!
//! It answers on `/jsonrpc` and (19) `/json/2` as the real servers were measured to answer: the same checks, the same exceptions,
//! the same texts. It has no business logic of any client: its models beyond Odoo's own come from the data module that it is
//! asked to import, and unique indexes from the server action that the module runs.
//!
//! How a request travels through it, and what it is checked against, is in `README.md` beside this file.
//!
//! ```no_run
//! # async fn example() -> Result<(), peers::odoo::StartError> {
//! use peers::odoo::{Fault, Odoo};
//! let odoo = Odoo::builder().version(18).country("FR").start().await?;
//! odoo.fault(Fault::answer_lost().on("x_ucm_call", "create").times(1));
//! println!("{} {}", odoo.url(), odoo.api_key());
//! # Ok(()) }
//! ```

mod action;
mod builder;
mod builtin;
mod compute;
mod domain;
mod env;
mod error;
mod fault;
mod handle;
mod hooks;
mod http;
mod import;
mod json2;
mod jsonrpc;
mod meta;
mod methods;
mod order;
mod orm;
mod phone;
mod presence;
mod python;
mod ring;
mod schema;
mod server;
mod signature;
mod store;
mod value;
mod version;
mod views;
mod webhook;

pub use builder::{OdooBuilder, StartError};
pub use error::{Kind, OdooError};
pub use fault::{Fault, Held};
pub use handle::Odoo;
pub use server::Request;
pub use version::{UnknownVersion, Version};
