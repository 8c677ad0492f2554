//! The page that asks whether to do it, and those that say why it is not done.

use askama::Template;

use super::parts::Form;
use super::words::Word;
use super::{Language, render};
use crate::problem::Problem;
use crate::words::Say as _;
use bridge_core::config::Fault;
use bridge_core::flows::show::Action;
use bridge_core::link::LinkError;

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    explanation: &'static str,
    form: Form,
}

/// Something is wrong.
#[derive(Template)]
#[template(path = "trouble.html")]
pub(super) struct Trouble<'a> {
    pub(super) language: Language,
    pub(super) name: &'static str,
    /// The server that it is about, if it is about one.
    pub(super) about: &'a str,
    pub(super) what: String,
    pub(super) faults: &'a [Fault],
    /// What to do next, where that is not said yet.
    pub(super) next: String,
}

/// Asks whether to do it.
pub fn confirm(language: Language, action: Action, server: &str) -> String {
    render(&Confirm {
        language,
        name: language.say(Word::name(action)),
        about: server,
        explanation: language.say(Word::explain(action)),
        form: Form::of(language, action),
    })
}

/// Why a link opens nothing, and what to do.
pub fn refusal(language: Language, action: Action, error: LinkError) -> String {
    let word = match error {
        LinkError::Forbidden => Word::Forbidden,
        LinkError::Expired => Word::Expired,
        LinkError::NotConfigured => Word::NotConfigured,
    };
    render(&Trouble {
        language,
        name: language.say(Word::name(action)),
        about: "",
        what: language.say(word).to_owned(),
        faults: &[],
        next: String::new(),
    })
}

/// What is wrong with a request, and what to do.
pub fn problem(language: Language, action: Action, server: &str, problem: &Problem) -> String {
    render(&Trouble {
        language,
        name: language.say(Word::name(action)),
        about: server,
        what: language.sentence(&problem.detail),
        faults: &problem.faults,
        next: language.sentence(&problem.action),
    })
}
