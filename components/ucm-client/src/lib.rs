//! What the PBX speaks: a dialogue as a state machine, in three dialects behind one face.
//!
//! No networking and no clock here. [`Client::poll`] says what to send or how long to wait, [`Client::handle`] is told what came back, and
//! the operation ends with an [`Answer`] or a [`UcmError`] whose [`Reaction`] says what to do about it. The driver is one loop:
//!
//! ```ignore
//! client.begin(operation);
//! loop {
//!     match client.poll(clock.now()) {
//!         Step::Send(request) => {
//!             let reply = http.send(request, client.timeouts()).await;
//!             client.handle(clock.now(), reply);
//!         }
//!         Step::Wait(pause) => clock.sleep(pause).await,
//!         Step::Done(result) => break result,
//!     }
//! }
//! ```
//!
//! What is learned on the way (session, digest nonce, form of times, room of a page, a refused password) is kept between runs in [`Saved`]: a steady
//! poll is then a single request.

mod account;
mod action;
mod client;
mod damaged;
pub mod desk_phone;
mod error;
mod legacy;
mod operation;
mod page;
pub mod phonebook;
mod push;
mod record;
mod reply;
mod rest;
mod rest_record;
mod room;
mod saved;
mod scalar;
mod table;
mod text;
mod verdict;
mod window;

pub use account::{Account, Dialect};
pub use client::Client;
pub use error::{Misconfigured, Reaction, Refusal, Trouble, UcmError, Unexpected};
pub use operation::{
    Answer, Callee, DeviceInfo, Dial, Operation, PageRequest, Phone, PhoneState, Phones,
    RecordingFolder, RecordingInfo, RecordingPlace, Step, SystemStatus,
};
pub use page::{Page, SetAside};
pub use push::{PushError, read_pushed};
pub use room::Room;
pub use saved::{Saved, SavedError};

use std::time::Duration;

use ports::Timeouts;

/// How long one exchange with a UCM may take.
///
/// Connecting: a UCM on a LAN answers within milliseconds, one behind RemoteConnect within two seconds even on a bad line. First byte: a page
/// of 1,000 records takes an embedded device several seconds to gather; hosted platforms end a handler after 30 s anyway. Between two pieces:
/// a device that has begun to write does not pause for long.
pub const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(30),
    between_bytes: Duration::from_secs(15),
};

/// How long each phase of a recording's way may take. Somebody is waiting: a device that has not begun to answer after 15 s is not going to
/// be listened to, and one that falls silent in the middle is let go so that its connection is free.
pub const RECORDING_TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(8),
    first_byte: Duration::from_secs(15),
    between_bytes: Duration::from_secs(10),
};

/// Bytes that tell a recording from any other answer: as many as the form and type of a RIFF file.
pub const RECORDING_MARK_BYTES: usize = 12;

/// Largest answer read into memory, in bytes: a full page is about 1.6 MB, a quarter of the 128 MiB of a hosted component is the ceiling.
pub const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// Most records that may be asked for per request. A UCM may give fewer: see [`Room`].
pub const MAX_PAGE_ITEMS: u32 = 1000;
