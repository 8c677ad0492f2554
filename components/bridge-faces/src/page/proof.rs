//! The proof of completeness: what is known, and what a proof on demand found.

use askama::Template;

use super::parts::{Form, Outcome};
use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::flows::prove::{Attempt, Completeness, DayProof, Proved};
use bridge_core::flows::show::Action;

#[derive(Template)]
#[template(path = "proof.html")]
struct Page<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    explanation: Option<&'static str>,
    outcome: Outcome,
    /// The earliest first.
    days: &'a [DayProof],
    form: Form,
}

/// What is known of a server's completeness, and the form that proves more.
pub fn completeness(language: Language, server: &str, known: &Completeness) -> String {
    let headline = match &known.failed {
        _ if known.is_whole().is_none() => Word::NeverProved,
        None if known.is_whole() == Some(true) => Word::AllProved,
        _ if known.days.iter().all(DayProof::is_whole) => Word::Failed,
        _ => Word::Damaged,
    };
    let is_good = known.is_whole() != Some(false);
    render(&Page {
        language,
        name: language.say(Word::Prove),
        about: server,
        explanation: Some(language.say(Word::ExplainProve)),
        outcome: verdict(language, headline, known.failed.as_ref(), is_good),
        days: &known.days,
        form: Form::of(language, Action::Prove),
    })
}

/// What a proof on demand found; where its time did not suffice, the form goes on from there.
pub fn proved(language: Language, proved: &Proved, to: &str) -> String {
    let headline = match (&proved.failed, proved.go_on_from) {
        (Some(_), _) => Word::Failed,
        (None, Some(_)) => Word::MoreToCome,
        (None, None) if proved.whole => Word::AllProved,
        (None, None) => Word::Damaged,
    };
    let is_good = proved.days.iter().all(DayProof::is_whole) && proved.failed.is_none();
    let form = match proved.go_on_from {
        Some(from) => Form::to_go_on(language, from.to_string(), to.to_owned()),
        None => Form::of(language, Action::Prove),
    };
    render(&Page {
        language,
        name: language.say(Word::Prove),
        about: &proved.server,
        explanation: None,
        outcome: verdict(language, headline, proved.failed.as_ref(), is_good),
        days: &proved.days,
        form,
    })
}

fn verdict(language: Language, headline: Word, failed: Option<&Attempt>, is_good: bool) -> Outcome {
    Outcome {
        is_good,
        headline: language.say(headline),
        detail: failed.map(|failed| language.sentence(&failed.reason)),
        counts: Vec::new(),
    }
}

/// A column of numbers, with its head.
type Column = (Word, fn(&DayProof) -> u32);

const COLUMNS: [Column; 6] = [
    (Word::InUcm, |proof| proof.ucm),
    (Word::InOdoo, |proof| proof.odoo),
    (Word::Missing, |proof| proof.missing),
    (Word::Altered, |proof| proof.altered),
    (Word::Healed, DayProof::healed),
    (Word::OnlyInOdoo, |proof| proof.only_in_odoo),
];
