//! What was set aside: each with its reason, to be tried again or discarded.

use super::words::Word;
use super::{Language, class, escape, page};
use crate::words::Say as _;
use bridge_core::flows::letters::{Listed, Retried};
use bridge_core::flows::show::Action;

/// What is set aside for a server.
pub fn letters(language: Language, server: &str, listed: &[Listed]) -> String {
    let explanation = language.say(Word::ExplainLetters);
    let body = format!("<p>{explanation}</p>{}", list(language, listed));
    page(language, Action::Letters, server, &body)
}

/// What came of trying again, and what is set aside now.
pub fn retried(language: Language, retried: &Retried) -> String {
    let is_good = retried.status.is_ok() && retried.refused == 0;
    let headline = match retried.refused {
        0 => language.say(Word::ended(retried.status, 0)),
        _ => language.say(STILL_REFUSED),
    };
    let detail = retried.detail.as_ref();
    let detail = detail.map_or_else(String::new, |detail| {
        format!("<p>{}</p>", escape(&language.sentence(detail)))
    });
    let counts = [(DELIVERED, retried.delivered), (REFUSED, retried.refused)];
    let rows: String = counts
        .into_iter()
        .map(|(label, count)| format!("<tr><td>{}</td><td>{count}</td></tr>", language.say(label)))
        .collect();
    let body = format!(
        "<p class={}>{headline}</p>{detail}<table>{rows}</table>{}",
        class(is_good),
        list(language, &retried.letters)
    );
    page(language, Action::Letters, &retried.server, &body)
}

fn list(language: Language, listed: &[Listed]) -> String {
    if listed.is_empty() {
        return format!("<p class=good>{}</p>", language.say(NOTHING));
    }
    let items: String = listed.iter().map(|letter| item(language, letter)).collect();
    let all = language.say(TRY_ALL);
    format!("{items}<form method=post><button name=letter value=all>{all}</button></form>")
}

fn item(language: Language, letter: &Listed) -> String {
    let payload = serde_json::to_string_pretty(&letter.payload).unwrap_or_default();
    let session = letter.session.as_deref().unwrap_or_default();
    let try_again = match letter.is_elsewhere {
        true => String::new(),
        false => format!("<button>{}</button>", language.say(TRY)),
    };
    format!(
        "<section><h3>{}</h3><p class=none>{} {}</p><details><summary>{}</summary><div class=wide><pre>{}</pre></div></details>\
         <form method=post><input type=hidden name=letter value=\"{}\">{} \
         <button class=quiet name=discard value=yes>{}</button></form></section>",
        escape(&letter.reason),
        language.moment_utc(letter.at),
        escape(session),
        language.say(RECORD),
        escape(&payload),
        escape(&letter.id),
        try_again,
        language.say(DISCARD),
    )
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
