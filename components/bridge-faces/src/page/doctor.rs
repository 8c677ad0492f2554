//! The doctor's page.

mod words;

use askama::Template;

use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::flows::examine::{Advice, Examination, Health, Patient, Step};
use words::Heading;

#[derive(Template)]
#[template(path = "doctor.html")]
struct Page<'a> {
    language: Language,
    found: &'a Examination,
    sections: Vec<Section<'a>>,
}

/// A server, or Odoo.
struct Section<'a> {
    title: String,
    /// The server's id, where it has another name.
    id: Option<&'a str>,
    steps: &'a [Step],
}

/// The advice in the reader's language.
pub fn advice(language: Language, advice: Advice) -> &'static str {
    language.say(advice)
}

/// What the doctor found, server by server.
pub fn doctor(language: Language, found: &Examination) -> String {
    let odoo = Section {
        title: "Odoo".to_owned(),
        id: None,
        steps: &found.odoo,
    };
    let servers = found.servers.iter().map(Section::of);
    render(&Page {
        language,
        found,
        sections: servers.chain([odoo]).collect(),
    })
}

impl<'a> Section<'a> {
    fn of(patient: &'a Patient) -> Self {
        let Patient {
            server,
            name,
            steps,
        } = patient;
        Self {
            title: format!("UCM {name}"),
            id: (name != server).then_some(server),
            steps,
        }
    }

    fn is_good(&self) -> bool {
        self.steps.iter().all(|step| step.state != Health::Failed)
    }
}

/// The class of a step, and its sign.
fn mark(state: Health) -> (&'static str, char) {
    match state {
        Health::Ok => ("ok", '\u{2713}'),
        Health::Warning => ("warning", '!'),
        Health::Failed => ("failed", '\u{2717}'),
        Health::NotReached => ("unreached", '\u{2013}'),
    }
}
