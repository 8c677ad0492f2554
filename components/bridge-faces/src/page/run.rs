//! What a test, a synchronisation or a replay did.

use askama::Template;
use chrono::NaiveDateTime;

use super::parts::{Form, Outcome};
use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::config::Fault;
use bridge_core::flows::examine::Probe;
use bridge_core::flows::replay::Replayed;
use bridge_core::flows::report::RunReport;
use bridge_core::flows::show::Action;

#[derive(Template)]
#[template(path = "probe.html")]
struct Probed<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    probe: &'a Probe,
    form: Form,
    others: &'a [(Action, String)],
}

#[derive(Template)]
#[template(path = "run.html")]
struct Ran<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    outcomes: Vec<Outcome>,
    faults: &'a [Fault],
    form: Form,
}

/// What a test found; `others` are pages that say more, with their addresses.
pub fn probe(language: Language, probe: &Probe, others: &[(Action, String)]) -> String {
    render(&Probed {
        language,
        name: language.say(Word::Test),
        about: &probe.server,
        probe,
        form: Form::of(language, Action::Test),
        others,
    })
}

/// What a synchronisation did.
pub fn run(language: Language, server: &str, report: &RunReport) -> String {
    let servers = report.servers.iter();
    render(&Ran {
        language,
        name: language.say(Word::Sync),
        about: server,
        outcomes: servers
            .map(|report| Outcome::of(language, report))
            .collect(),
        faults: &report.refused,
        form: Form::of(language, Action::Sync),
    })
}

/// What a replay did; where its time did not suffice, the form goes on from there.
pub fn replay(language: Language, replayed: &Replayed, to: &str) -> String {
    let form = match replayed.go_on_from {
        Some(from) => {
            let moment = |at: NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S").to_string();
            let to = replayed.go_on_to.map_or_else(|| to.to_owned(), moment);
            Form::to_go_on(language, moment(from), to)
        }
        None => Form::of(language, Action::Replay),
    };
    render(&Ran {
        language,
        name: language.say(Word::Replay),
        about: &replayed.report.server,
        outcomes: vec![Outcome::of(language, &replayed.report)],
        faults: &[],
        form,
    })
}
