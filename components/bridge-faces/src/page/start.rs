//! The first page: what is set, what is missing, and where to go from here.

mod words;

use askama::Template;

use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::config::{Fault, Standing, Survey, Surveyed};
use words::Label;

/// Addresses of pages that say more, for whoever may open them.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// The status.
    pub status: Option<String>,
    /// The doctor.
    pub doctor: Option<String>,
    /// The statistics.
    pub statistics: Option<String>,
}

#[derive(Template)]
#[template(path = "start.html")]
struct Page<'a> {
    language: Language,
    verdict: Label,
    is_whole: bool,
    settings: Vec<Setting<'a>>,
    next: Vec<Label>,
    /// A command line for the next step.
    command: &'static str,
    doors: Vec<(&'static str, &'a str)>,
}

/// A line of the table.
struct Setting<'a> {
    name: &'static str,
    class: &'static str,
    standing: Label,
    /// What is wrong with it, for whoever may know.
    faults: &'a [Fault],
    /// That there is more to know, for whoever may.
    is_withheld: bool,
}

/// What is set, what is missing, and what to do next. The faults are for those who `may_know`: parts of what was written stand in them, and
/// nobody else is told more than what has no value.
pub fn start(language: Language, survey: &Survey, may_know: bool, doors: &Doors) -> String {
    let variables = survey.variables.iter();
    let doors = [
        (language.say(Word::Overview), &doors.status),
        (language.say(Word::Examine), &doors.doctor),
        (language.say(Label::Statistics), &doors.statistics),
    ];
    render(&Page {
        language,
        verdict: verdict(survey),
        is_whole: survey.is_whole(),
        settings: variables.map(|it| Setting::of(it, may_know)).collect(),
        next: next(survey),
        command: command(survey),
        doors: doors
            .into_iter()
            .filter_map(|(name, address)| Some((name, address.as_deref()?)))
            .collect(),
    })
}

fn verdict(survey: &Survey) -> Label {
    match (survey.is_whole(), survey.is_usable()) {
        (true, _) => Label::Whole,
        (false, true) => Label::SomeRefused,
        (false, false) => Label::Unusable,
    }
}

/// What is to be done, the first thing first.
fn next(survey: &Survey) -> Vec<Label> {
    if !survey.is_usable() {
        return vec![Label::GiveThem];
    }
    if !survey.has("admin_token") {
        return vec![Label::GiveToken];
    }
    let mut next = vec![Label::SetUp, Label::AskStatus];
    if !(survey.has("public_url") && survey.has("link_secret")) {
        next.push(Label::GiveLinks);
    }
    next
}

fn command(survey: &Survey) -> &'static str {
    match (survey.is_usable(), survey.has("admin_token")) {
        (true, true) => "curl -X POST -H \"Authorization: Bearer $ADMIN_TOKEN\" …/setup",
        _ => "spin up --variable @settings.toml --variable ucm_servers=@servers.json",
    }
}

impl<'a> Setting<'a> {
    fn of(surveyed: &'a Surveyed, may_know: bool) -> Self {
        let (class, standing) = match surveyed.standing {
            Standing::Set => ("good", Label::Set),
            Standing::Unset => ("none", Label::Unset),
            Standing::Missing => ("bad", Label::Missing),
            Standing::Wrong => ("bad", Label::Wrong),
        };
        let is_told = may_know || surveyed.is_told_to_all();
        Self {
            name: surveyed.variable,
            class,
            standing,
            faults: if is_told { &surveyed.faults } else { &[] },
            is_withheld: !is_told && !surveyed.faults.is_empty(),
        }
    }
}
