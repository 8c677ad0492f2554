//! Pages for people: what a button in Odoo opens, and what came of it, in the reader's language.
//!
//! They work without scripts and load nothing. A page that is only looked at changes nothing: what has an effect is a form that is sent, for
//! programs follow links before people do.

mod words;

use crate::link::LinkError;
use crate::problem::Problem;
use crate::sync::{Action, Check, Probe, Replayed, RunReport, ServerReport};

pub use words::Language;
use words::Word;

/// Asks whether to do it. The form goes to the page's own address, which carries the permission.
pub fn confirm(language: Language, action: Action, server: &str) -> String {
    let of = |word| language.say(word);
    let fields = match action {
        Action::Replay => period(language, "", ""),
        Action::Test | Action::Sync => String::new(),
    };
    let (explanation, button) = (of(Word::explain(action)), of(Word::name(action)));
    page(
        language,
        action,
        server,
        &format!("<p>{explanation}</p>{}", form(&fields, button)),
    )
}

/// What a test found.
pub fn probe(language: Language, probe: &Probe) -> String {
    let of = |word| language.say(word);
    let headline = if probe.ok {
        of(Word::AllWorks)
    } else {
        of(Word::NotAllWorks)
    };
    let checks: String = probe
        .checks
        .iter()
        .map(|check| check_line(language, check))
        .collect();
    let faults: String = probe
        .refused
        .iter()
        .map(|fault| {
            format!(
                "<li class=bad>{}: {}</li>",
                escape(&fault.setting),
                escape(&fault.problem)
            )
        })
        .collect();
    let again = form("", of(Word::name(Action::Test)));
    page(
        language,
        Action::Test,
        &probe.server,
        &format!(
            "<p class={}>{headline}</p><ul>{checks}{faults}</ul>{again}",
            class(probe.ok)
        ),
    )
}

/// What a synchronisation did.
pub fn run(language: Language, server: &str, report: &RunReport) -> String {
    let body: String = report
        .servers
        .iter()
        .map(|report| outcome(language, report))
        .collect();
    let faults: String = report
        .refused
        .iter()
        .map(|fault| {
            format!(
                "<li class=bad>{}: {}</li>",
                escape(&fault.setting),
                escape(&fault.problem)
            )
        })
        .collect();
    let again = form("", language.say(Word::name(Action::Sync)));
    page(
        language,
        Action::Sync,
        server,
        &format!("{body}<ul>{faults}</ul>{again}"),
    )
}

/// What a replay did; where its time did not suffice, the form goes on from there.
pub fn replay(language: Language, replayed: &Replayed, to: &str) -> String {
    let body = outcome(language, &replayed.report);
    let (from, to) = match replayed.go_on_from {
        Some(from) => (from.format("%Y-%m-%dT%H:%M:%S").to_string(), to),
        None => (String::new(), ""),
    };
    let button = if from.is_empty() {
        Word::name(Action::Replay)
    } else {
        Word::GoOn
    };
    let again = form(&period(language, &from, to), language.say(button));
    page(
        language,
        Action::Replay,
        &replayed.report.server,
        &format!("{body}{again}"),
    )
}

/// Why a link opens nothing, and what to do.
pub fn refusal(language: Language, action: Action, error: LinkError) -> String {
    let word = match error {
        LinkError::Forbidden => Word::Forbidden,
        LinkError::Expired => Word::Expired,
        LinkError::NotConfigured => Word::NotConfigured,
    };
    let text = language.say(word);
    page(language, action, "", &format!("<p class=bad>{text}</p>"))
}

/// What is wrong with a request, with the details as programs get them.
pub fn problem(language: Language, action: Action, server: &str, problem: &Problem) -> String {
    let faults: String = problem
        .faults
        .iter()
        .map(|fault| {
            format!(
                "<li class=bad>{}: {}</li>",
                escape(&fault.setting),
                escape(&fault.problem)
            )
        })
        .collect();
    let (detail, next) = (escape(&problem.detail), escape(&problem.action));
    page(
        language,
        action,
        server,
        &format!("<p class=bad>{detail}</p><ul>{faults}</ul><p>{next}</p>"),
    )
}

/// How a run ended, what it counted, and what the details are.
fn outcome(language: Language, report: &ServerReport) -> String {
    let headline = language.say(Word::ended(report.status));
    let detail = report
        .detail
        .as_deref()
        .map_or_else(String::new, |detail| format!("<p>{}</p>", escape(detail)));
    let counts = [
        (Word::NewCalls, report.counts.calls_new),
        (Word::ChangedCalls, report.counts.calls_changed),
        (Word::UnchangedCalls, report.counts.calls_unchanged),
        (Word::NewContacts, report.counts.contacts_created),
        (Word::SetAside, report.counts.dead_letters),
    ];
    let rows: String = counts
        .into_iter()
        .map(|(word, count)| format!("<tr><td>{}</td><td>{count}</td></tr>", language.say(word)))
        .collect();
    format!(
        "<p class={}>{headline}</p>{detail}<table>{rows}</table>",
        class(report.status.is_ok())
    )
}

fn check_line(language: Language, check: &Check) -> String {
    format!(
        "<li class={}><b>{}</b> {}</li>",
        class(check.ok),
        language.say(Word::checked(check.what)),
        escape(&check.detail)
    )
}

fn period(language: Language, from: &str, to: &str) -> String {
    // A moment to go on from is no date: it is shown as text.
    let kind = if from.is_empty() { "date" } else { "text" };
    format!(
        "<label>{} <input type={kind} name=from value=\"{}\" required></label> <label>{} <input type=date name=to value=\"{}\" \
         required></label> ",
        language.say(Word::From),
        escape(from),
        language.say(Word::To),
        escape(to)
    )
}

fn form(fields: &str, button: &str) -> String {
    format!("<form method=post>{fields}<button>{button}</button></form>")
}

fn page(language: Language, action: Action, server: &str, body: &str) -> String {
    let (code, name, server) = (
        language.code(),
        language.say(Word::name(action)),
        escape(server),
    );
    format!(
        "<!doctype html><html lang={code}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <meta name=robots content=noindex><title>{name} {server}</title><style>{STYLE}</style></head>\
         <body><main><h1>{name}</h1><h2>{server}</h2>{body}</main></body></html>"
    )
}

fn class(ok: bool) -> &'static str {
    if ok { "good" } else { "bad" }
}

/// Text for an element or a quoted attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2em;color:#222;background:#fafafa}main{max-width:40em;margin:auto;\
    padding:1.5em 2em;background:#fff;border:1px solid #ddd;border-radius:8px}h1{font-size:1.3em;margin:0}h2{font-size:1em;color:#666;\
    margin:0 0 1em}button{font:inherit;padding:.4em 1.2em;background:#714b67;color:#fff;border:0;border-radius:4px;cursor:pointer}\
    .good{color:#186a3b}.bad{color:#a61c1c}li{margin:.3em 0}td{padding:.1em 1.5em .1em 0}input{font:inherit}";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Checked;

    #[test]
    fn what_comes_from_outside_is_text() {
        let found = Probe {
            server: "<b>".into(),
            ok: false,
            checks: vec![Check {
                what: Checked::Records,
                ok: false,
                detail: "<script>\"&".into(),
            }],
            refused: Vec::new(),
        };
        let html = probe(Language::En, &found);
        assert!(html.contains("&lt;script&gt;&quot;&amp;") && !html.contains("<script"));
        assert!(!html.contains("<b></h2>"));
    }

    #[test]
    fn a_page_that_asks_has_a_form_and_changes_nothing_by_itself() {
        for action in [Action::Test, Action::Sync, Action::Replay] {
            let html = confirm(Language::Fr, action, "paris");
            assert!(html.contains("<form method=post>") && html.contains("lang=fr"));
            assert_eq!(html.contains("name=from"), action == Action::Replay);
        }
    }
}
