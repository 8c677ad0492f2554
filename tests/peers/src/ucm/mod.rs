//! A simulated Grandstream UCM: it checks what a real one checks, and fails as a real one fails.
//!
//! [`Ucm::builder`] starts one on loopback, over HTTP and HTTPS. Its office, its numbers and the people who call are
//! made up; the shapes of its rows are those of real devices. A test plays [`Call`]s of a [`Scenario`], moves the
//! clock, turns [`Switches`], sets [`Fault`]s, and compares what its subject made of the rows with the [`Truth`],
//! which does not come from the rows.
//!
//! In the order in which data flows: an [`Office`] of a [`Country`] telephones ([`Traffic`], [`scenario`]); legs end
//! and become rows (`store`); clients ask for them through the new API (`api`), the legacy one (`legacy`) or a REST
//! gateway (`rest`), or are told of them ([`Push`]).

mod api;
mod clock;
mod country;
mod device;
mod digest;
mod fault;
mod handle;
mod leg;
mod legacy;
mod live;
mod log;
mod month;
mod office;
mod push;
mod query;
mod recording;
mod render;
mod rest;
pub mod scenario;
mod server;
mod session;
mod stamp;
mod store;
mod switches;
mod timeline;
mod wire;

pub use api::dial::Dialled;
pub use country::Country;
pub use fault::Fault;
pub use handle::{Builder, Ucm};
pub use leg::{Disposition, FieldSet, Leg};
pub use log::{Request, count_by_action};
pub use month::Traffic;
pub use office::{Extension, Office, Trunk};
pub use push::Push;
pub use recording::{FileDir, Recording};
pub use scenario::{Call, Direction, Outcome, Presentation, Scenario, Truth, catalogue};
pub use switches::{
    CalleeDoes, DialSwitches, PushSwitches, RecordingForm, RecordingName, Recordings, SwitchError,
    Switches, TimeSeparator, Unlifted,
};
