//! Pages for people: what a button in Odoo opens, and what came of it, in the reader's language.
//!
//! They work without scripts and load nothing. A page that is only looked at changes nothing: what has an effect is a form that is sent, for
//! programs follow links before people do.
//!
//! What a page shows is decided here; how it looks is in `templates/`, where whatever is shown is escaped unless a template says `safe`:
//! none does.

pub mod brief;
pub mod order;

mod ask;
mod campaign;
mod dashboard;
mod doctor;
mod letters;
mod parts;
mod proof;
mod run;
mod start;
mod status;
mod words;

use askama::Template;

pub use ask::{confirm, problem, refusal};
pub use calls::language::Language;
pub use campaign::{campaign, campaigns, record};
pub use dashboard::{Addresses, Choices, dashboard, no_statistics, which_zone};
pub use doctor::{advice, doctor};
pub use letters::{letters, retried};
pub use proof::{completeness, proved};
pub use run::{probe, replay, run};
pub use start::{Doors, start};
pub use status::{More, status};

/// The page as text.
pub(crate) fn render(page: &impl Template) -> String {
    // Writing to memory cannot fail.
    page.render().unwrap_or_default()
}
