//! What people and programs are shown: pages, problem details, metrics, reports, in the reader's language.
//!
//! Flows return values with meaning; here they become words. Nothing here knows a peer's wire or the store, and nothing waits.

pub mod page;
pub mod player;
pub mod report;

pub mod metrics;
pub mod problem;

mod words;

pub use words::{Say, Words};

use bridge_core::flows;

/// What flows have said where others read it.
pub const WORDS: flows::report::Words = flows::report::Words {
    sentence: words::translated,
    setting: words::label,
    order: page::order::placed,
};
