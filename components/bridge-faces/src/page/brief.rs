//! What came of a button in a few words, for a notification in Odoo: the same words as on the page.

use bridge_core::config::Fault;
use bridge_core::flows::examine::Probe;
use bridge_core::flows::report::{RunReport, ServerReport};
use bridge_core::flows::show::{Action, Answer};

use super::Language;
use super::words::Word;
use crate::problem::Problem;
use crate::words::Say as _;

/// What a test found; where all works, nothing more than that.
pub fn probe(language: Language, probe: &Probe) -> Answer {
    let headline = if probe.ok {
        Word::AllWorks
    } else {
        Word::NotAllWorks
    };
    let failed = probe.checks.iter().filter(|check| !check.ok).map(|check| {
        let what = language.say(Word::checked(check.what));
        format!("{what}: {}", language.sentence(&check.detail))
    });
    let lines = std::iter::once(language.say(headline).to_owned()).chain(failed);
    Answer {
        title: title(language, Action::Test, &probe.server),
        message: join(lines.chain(faults(language, &probe.refused))),
        is_good: probe.ok,
    }
}

/// What a synchronisation did.
pub fn run(language: Language, server: &str, report: &RunReport) -> Answer {
    let outcomes = report
        .servers
        .iter()
        .map(|report| outcome(language, report));
    Answer {
        title: title(language, Action::Sync, server),
        message: join(outcomes.chain(faults(language, &report.refused))),
        is_good: report.is_ok(),
    }
}

/// Why nothing could be done, and what to do.
pub fn problem(language: Language, action: Action, server: &str, problem: &Problem) -> Answer {
    let said = [&problem.detail, &problem.action].map(|text| language.sentence(text));
    Answer {
        title: title(language, action, server),
        message: join(said.into_iter().chain(faults(language, &problem.faults))),
        is_good: false,
    }
}

fn title(language: Language, action: Action, server: &str) -> String {
    format!("{} \u{b7} {server}", language.say(Word::name(action)))
}

fn outcome(language: Language, report: &ServerReport) -> String {
    let headline = language.say(Word::ended(report.status, report.set_aside));
    let detail = report
        .detail
        .as_deref()
        .map(|detail| language.sentence(detail));
    let counts = [
        (Word::NewCalls, report.counts.calls_new),
        (Word::ChangedCalls, report.counts.calls_changed),
    ];
    let counts = counts.map(|(word, count)| format!("{}: {count}", language.say(word)));
    join(
        std::iter::once(headline.to_owned())
            .chain(detail)
            .chain(counts),
    )
}

fn faults(language: Language, faults: &[Fault]) -> impl Iterator<Item = String> {
    faults.iter().map(move |fault| {
        let (setting, problem) = language.fault(fault);
        format!("{setting} {problem}")
    })
}

/// A notification has no lines of its own.
fn join(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" \u{b7} ")
}
