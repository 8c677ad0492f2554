//! The promises of the embedded runtime, kept through a compiled guest.
//!
//! One program for all of them, since linking takes longer than running.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what fails here fails its test; the lint knows only functions marked as tests"
)]

mod cron;
mod effects;
mod inbound;
mod key_value;
mod outbound;
mod start;
mod support;
mod time;
mod tls;
