//! What was set aside: each with its reason, to be tried again or discarded.

use askama::Template;

use super::parts::Outcome;
use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::flows::letters::{Listed, Retried};

#[derive(Template)]
#[template(path = "letters.html")]
struct Page<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    /// What came of trying again, if that was done.
    outcome: Option<Outcome>,
    letters: Vec<Letter<'a>>,
}

struct Letter<'a> {
    listed: &'a Listed,
    /// What it holds, as lines.
    payload: String,
}

/// What is set aside for a server.
pub fn letters(language: Language, server: &str, listed: &[Listed]) -> String {
    page(language, server, None, listed)
}

/// What came of trying again, and what is set aside now.
pub fn retried(language: Language, retried: &Retried) -> String {
    let headline = match retried.refused {
        0 => language.say(Word::ended(retried.status, 0)),
        _ => language.say(STILL_REFUSED),
    };
    let detail = retried.detail.as_deref();
    let outcome = Outcome {
        is_good: retried.status.is_ok() && retried.refused == 0,
        headline,
        detail: detail.map(|detail| language.sentence(detail)),
        counts: vec![
            (language.say(DELIVERED), retried.delivered),
            (language.say(REFUSED), retried.refused),
        ],
    };
    page(language, &retried.server, Some(outcome), &retried.letters)
}

fn page(language: Language, server: &str, outcome: Option<Outcome>, listed: &[Listed]) -> String {
    render(&Page {
        language,
        name: language.say(Word::Letters),
        about: server,
        outcome,
        letters: listed.iter().map(Letter::new).collect(),
    })
}

impl<'a> Letter<'a> {
    fn new(listed: &'a Listed) -> Self {
        // A value that came out of the store always serialises.
        let payload = serde_json::to_string_pretty(&listed.payload).unwrap_or_default();
        Self { listed, payload }
    }
}

/// In English, French, Spanish and German, as all below.
const NOTHING: [&str; 4] = [
    "Nothing is set aside.",
    "Rien n'est mis de côté.",
    "No hay nada apartado.",
    "Nichts ist beiseitegelegt.",
];
const STILL_REFUSED: [&str; 4] = [
    "Some are refused still:",
    "Certains sont encore refusés :",
    "Algunos siguen rechazados:",
    "Einige werden weiterhin abgelehnt:",
];
const DELIVERED: [&str; 4] = [
    "In Odoo now",
    "Désormais dans Odoo",
    "Ahora en Odoo",
    "Jetzt in Odoo",
];
const REFUSED: [&str; 4] = [
    "Still refused",
    "Toujours refusés",
    "Siguen rechazados",
    "Weiterhin abgelehnt",
];
const RECORD: [&str; 4] = ["Record", "Enregistrement", "Registro", "Datensatz"];
const TRY: [&str; 4] = [
    "Try Again",
    "Réessayer",
    "Reintentar",
    "Noch einmal versuchen",
];
const TRY_ALL: [&str; 4] = [
    "Try All Again",
    "Tout réessayer",
    "Reintentar todo",
    "Alle noch einmal versuchen",
];
const DISCARD: [&str; 4] = [
    "Discard for Good",
    "Supprimer définitivement",
    "Descartar definitivamente",
    "Endgültig verwerfen",
];
