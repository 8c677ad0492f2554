//! What strangers send, given to whatever reads it.
//!
//! Each target takes any bytes, must come to an end, and panics where something is said that cannot be true. `cargo fuzz` looks for such bytes
//! by what they reach (`fuzz/`), a test among the others by changing what devices have really sent.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a target that finds something says so by panicking"
)]

mod devices;
mod odoo;
mod people;

/// A reader of something that strangers send.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its program in `fuzz/` and of its folder of bytes that were found.
    pub name: &'static str,
    /// Gives it the bytes.
    pub read: fn(&[u8]),
    /// What it is usually sent: bytes to begin with.
    pub usual: &'static [&'static str],
}

/// All of them.
pub const TARGETS: &[Target] = &[
    devices::PUSHED,
    devices::RECORDS,
    devices::RINGING,
    devices::PHONEBOOK,
    devices::SOUND,
    odoo::ANSWER,
    odoo::FILTER,
    odoo::NUMBERS,
    odoo::SERVER,
    people::LINK,
    people::PERIOD,
    people::RANGE,
    people::SETTINGS,
];

/// Gives a target the bytes, by its name.
///
/// # Panics
/// Where there is none of that name, and where the target finds something.
pub fn read(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target").read)(bytes);
}

/// The bytes as text, whatever they are.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
