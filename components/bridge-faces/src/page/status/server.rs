//! What the status page says of a server.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::words::Word;
use super::words::Label;
use super::{Language, MoreOf, ago};
use crate::words::Say as _;
use bridge_core::flows::oversee::{Overview, ServerSeen, SessionState};

/// What is known of a server.
pub(super) struct ServerCard<'a> {
    pub(super) title: String,
    pub(super) is_ok: bool,
    pub(super) headline: &'static str,
    pub(super) detail: Option<String>,
    pub(super) facts: Vec<Fact>,
    pub(super) proof: Proof<'a>,
    /// Where what was set aside is, if anything was.
    pub(super) letters: Option<&'a str>,
}

/// A figure with its name.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) is_bad: bool,
}

/// Its completeness in a line.
pub(super) struct Proof<'a> {
    /// Where the days are.
    pub(super) address: Option<&'a str>,
    pub(super) class: &'static str,
    pub(super) text: String,
    /// Why the last proof ended before its time.
    pub(super) failed: Option<String>,
}

impl<'a> ServerCard<'a> {
    pub(super) fn new(
        language: Language,
        seen: &Overview,
        server: &ServerSeen,
        more: MoreOf<'a>,
    ) -> Self {
        let headline = match server.status() {
            Some(status) => language.say(Word::ended(status, server.dead_letters)),
            None => language.say(Label::NotYet),
        };
        let detail = server
            .last_run
            .as_ref()
            .and_then(|run| run.detail.as_deref());
        let has_letters = server.dead_letters + server.elsewhere > 0;
        Self {
            title: format!("UCM {}", server.name),
            is_ok: server.is_ok(),
            headline,
            detail: detail.map(|detail| language.sentence(detail)),
            facts: facts(language, seen, server),
            proof: Proof::new(language, server, more.completeness),
            letters: more.letters.filter(|_| has_letters),
        }
    }
}

fn facts(language: Language, seen: &Overview, server: &ServerSeen) -> Vec<Fact> {
    let fact = |label: Label, value: Option<String>, is_bad| Fact {
        label: language.say(label),
        value: value.unwrap_or_else(|| "\u{2013}".to_owned()),
        is_bad,
    };
    let since = |at: Option<DateTime<Utc>>| at.map(|at| ago(language, seen.at - at));
    let count = |count: usize| Some(count.to_string());
    let calls = |counts: &BTreeMap<String, u64>| counts.get(&server.server).map(u64::to_string);
    let complete_at = server.last_run.as_ref().and_then(|run| run.complete_at);
    let (session, is_refused) = match server.session {
        SessionState::Open => (Label::SessionOpen, false),
        SessionState::None => (Label::SessionNone, false),
        SessionState::Refused => (Label::SessionRefused, true),
    };
    let session = Some(language.say(session).to_owned());
    let set_aside = server.dead_letters;
    let mut facts = vec![
        fact(Label::LastSuccess, since(complete_at), false),
        fact(Label::LastPush, since(server.last_push_at), false),
        fact(Label::Session, session, is_refused),
        fact(Label::Inbox, count(server.inbox), false),
        fact(Label::DeadLetters, count(set_aside), set_aside > 0),
        fact(Label::Ambiguous, calls(&seen.odoo.ambiguous), false),
        fact(Label::Unreadable, calls(&seen.odoo.unreadable), false),
    ];
    if let Some(book) = &server.phonebook {
        let trouble = book
            .trouble
            .as_deref()
            .map(|trouble| language.sentence(trouble));
        facts.push(fact(
            Label::Phonebook,
            count(book.contacts),
            book.changed_at.is_none(),
        ));
        facts.push(fact(Label::BookLacks, count(book.left_out), false));
        facts.push(fact(Label::BookUndialled, count(book.unreadable), false));
        if let Some(trouble) = trouble {
            facts.push(fact(Label::BookTrouble, Some(trouble), true));
        }
    }
    if server.elsewhere > 0 {
        facts.push(fact(Label::Elsewhere, count(server.elsewhere), true));
    }
    facts
}

impl<'a> Proof<'a> {
    fn new(language: Language, server: &ServerSeen, address: Option<&'a str>) -> Self {
        let (class, text) = proved(language, server);
        let failed = server.proof_failed.as_deref();
        Self {
            address,
            class,
            text,
            failed: failed.map(|reason| language.sentence(reason)),
        }
    }
}

/// What is proved, with its class.
fn proved(language: Language, server: &ServerSeen) -> (&'static str, String) {
    let (whole, damaged) = (server.days_whole, server.days_damaged.as_slice());
    match (whole, damaged) {
        (0, []) => {
            // Only that none was: the rest leads to a form that is not here.
            let never = language.say(Word::NeverProved).split(". ").next();
            ("", never.unwrap_or_default().to_owned())
        }
        (whole, []) => (
            "good",
            format!("{whole} {}", language.say(Label::DaysWhole)),
        ),
        (_, damaged) => {
            let lacks = damaged.iter().map(|proof| {
                format!(
                    "{} ({})",
                    proof.day,
                    proof.still_missing + proof.still_altered
                )
            });
            let days = lacks.collect::<Vec<_>>().join(", ");
            (
                "bad",
                format!("{} {days}", language.say(Label::DaysDamaged)),
            )
        }
    }
}
