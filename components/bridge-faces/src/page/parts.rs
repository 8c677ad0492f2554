//! What several pages have: forms, and how something ended. `templates/parts.html` shows them.

use super::Language;
use super::words::Word;
use crate::words::Say as _;
use bridge_core::flows::report::ServerReport;
use bridge_core::flows::show::Action;

/// A form that does something. It goes to the page's own address, which carries the permission.
pub(super) struct Form {
    /// The days that are asked for, where it is done for days.
    pub(super) period: Option<Period>,
    pub(super) button: &'static str,
}

/// Days that a form has been filled in with.
#[derive(Default)]
pub(super) struct Period {
    /// The first one, or a moment to go on from.
    pub(super) from: String,
    /// The last one, or a moment up to which is gone on with.
    pub(super) to: String,
}

impl Form {
    /// Does it, or does it again.
    pub(super) fn of(language: Language, action: Action) -> Self {
        let period = match action {
            Action::Replay | Action::Prove => Some(Period::default()),
            Action::Test | Action::Sync | Action::Letters | Action::Examine | Action::Overview => {
                None
            }
        };
        let button = language.say(Word::name(action));
        Self { period, button }
    }

    /// Goes on from where the time did not suffice.
    pub(super) fn to_go_on(language: Language, from: String, to: String) -> Self {
        Self {
            period: Some(Period { from, to }),
            button: language.say(Word::GoOn),
        }
    }
}

/// How something ended, what the details are, and what it counted.
pub(super) struct Outcome {
    pub(super) is_good: bool,
    pub(super) headline: &'static str,
    pub(super) detail: Option<String>,
    pub(super) counts: Vec<(&'static str, u32)>,
}

impl Outcome {
    /// How a run ended.
    pub(super) fn of(language: Language, report: &ServerReport) -> Self {
        let set_aside = u32::try_from(report.set_aside).unwrap_or(u32::MAX);
        let counts = [
            (Word::NewCalls, report.counts.calls_new),
            (Word::ChangedCalls, report.counts.calls_changed),
            (Word::UnchangedCalls, report.counts.calls_unchanged),
            (Word::NewContacts, report.counts.contacts_created),
            (Word::SetAside, set_aside),
        ];
        let detail = report.detail.as_deref();
        Self {
            is_good: report.status.is_ok() && report.set_aside == 0,
            headline: language.say(Word::ended(report.status, report.set_aside)),
            detail: detail.map(|detail| language.sentence(detail)),
            counts: counts
                .map(|(word, count)| (language.say(word), count))
                .to_vec(),
        }
    }
}
