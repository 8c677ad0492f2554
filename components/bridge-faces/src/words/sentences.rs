//! Sentences that are made where something is met, and read elsewhere: programs and logs have them in English, people in their language.
//!
//! As in `gettext` the English is the key; `{}` stands for what is filled in, which may be a sentence of its own. A sentence that is not here is
//! shown as it is.

mod examined;
mod network;
mod odoo;
mod phones;
mod problems;
mod records;
mod runs;
mod settings;
mod ucm;

use chrono::{NaiveDate, NaiveDateTime};

use calls::language::Language;

/// The sentence in `language`.
pub(crate) fn translated(language: Language, english: &str) -> String {
    nested(language, english, MOST_NESTED).unwrap_or_else(|| english.to_owned())
}

fn nested(language: Language, english: &str, most_nested: usize) -> Option<String> {
    if most_nested == 0 {
        return None;
    }
    let dated = dated(language, english);
    dated.or_else(|| of_catalogue(language, english, most_nested))
}

/// A day or a moment that stands by itself, as the language writes it.
fn dated(language: Language, english: &str) -> Option<String> {
    let (at, zone) = match english.strip_suffix(" UTC") {
        Some(at) => (at, " UTC"),
        None => (english, ""),
    };
    if let Ok(day) = NaiveDate::parse_from_str(at, "%Y-%m-%d") {
        return Some(language.day(day));
    }
    let moment = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").ok()?;
    Some(format!("{}{zone}", language.moment(&moment.and_utc())))
}

fn of_catalogue(language: Language, english: &str, most_nested: usize) -> Option<String> {
    all().find_map(|sentence| {
        let filled = filled(sentence[0], english)?;
        let filled = filled
            .into_iter()
            .map(|part| nested(language, part, most_nested - 1).unwrap_or_else(|| part.to_owned()));
        Some(fill(language.choose(*sentence), filled))
    })
}

/// All there are. Where two could be meant, the one that says more comes first.
fn all() -> impl Iterator<Item = &'static [&'static str; 4]> {
    let sentences = [
        problems::SENTENCES,
        settings::SENTENCES,
        runs::SENTENCES,
        phones::SENTENCES,
        examined::SENTENCES,
        odoo::SENTENCES,
        network::SENTENCES,
        ucm::SENTENCES,
        records::SENTENCES,
        &[ENDED],
    ];
    sentences.into_iter().flatten()
}

/// When a run has ended, and why: nearly anything could be meant by it.
const ENDED: [&str; 4] = ["{} UTC: {}", "{} UTC : {}", "{} UTC: {}", "{} UTC: {}"];

/// How deep a sentence may be in others: an error of the network within one of the UCM within the last run.
const MOST_NESTED: usize = 5;

/// What stands in `text` where `template` has `{}`, if it is made from that template.
fn filled<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = template.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut filled = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = match pieces.peek() {
            Some(_) => rest.find(piece)?,
            None if piece.is_empty() => rest.len(),
            None => rest.len().checked_sub(piece.len())?,
        };
        let (part, after) = rest.split_at_checked(end)?;
        rest = after.strip_prefix(piece)?;
        filled.push(part);
    }
    rest.is_empty().then_some(filled)
}

fn fill(template: &str, parts: impl Iterator<Item = String>) -> String {
    let mut pieces = template.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.zip(pieces) {
        text.push_str(&part);
        text.push_str(piece);
    }
    text
}

#[cfg(test)]
mod tests;
