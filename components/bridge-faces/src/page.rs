//! Pages for people: what a button in Odoo opens, and what came of it, in the reader's language.
//!
//! They work without scripts and load nothing. A page that is only looked at changes nothing: what has an effect is a form that is sent, for
//! programs follow links before people do.

pub mod brief;
mod dashboard;
mod doctor;
mod letters;
mod status;
mod words;

use crate::problem::Problem;
use bridge_core::config::Fault;
use bridge_core::flows::examine::{Check, Probe};
use bridge_core::flows::prove::{Completeness, DayProof, Proved};
use bridge_core::flows::replay::Replayed;
use bridge_core::flows::report::{RunReport, ServerReport};
use bridge_core::flows::show::Action;
use bridge_core::link::LinkError;
pub use calls::language::Language;

use crate::words::Say as _;
pub use dashboard::{Addresses, Choices, dashboard, no_statistics};
pub use doctor::{advice, doctor};
pub use letters::{letters, retried};
pub use status::{More, status};
use words::Word;

/// Asks whether to do it. The form goes to the page's own address, which carries the permission.
pub fn confirm(language: Language, action: Action, server: &str) -> String {
    let of = |word| language.say(word);
    let fields = match action {
        Action::Replay | Action::Prove => period(language, "", ""),
        Action::Test | Action::Sync | Action::Letters | Action::Examine | Action::Overview => {
            String::new()
        }
    };
    let (explanation, button) = (of(Word::explain(action)), of(Word::name(action)));
    page(
        language,
        action,
        server,
        &format!("<p>{explanation}</p>{}", form(&fields, button)),
    )
}

/// What a test found; `others` are pages that say more, with their addresses.
pub fn probe(language: Language, probe: &Probe, others: &[(Action, String)]) -> String {
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
    let faults = faults(&probe.refused);
    let again = form("", of(Word::name(Action::Test)));
    page(
        language,
        Action::Test,
        &probe.server,
        &format!(
            "<p class={}>{headline}</p><ul>{checks}{faults}</ul>{again}{}",
            class(probe.ok),
            see_also(language, others)
        ),
    )
}

/// What is wrong with the settings, as items of a list.
fn faults(faults: &[Fault]) -> String {
    let items = faults.iter().map(|Fault { setting, problem }| {
        let (setting, problem) = (escape(setting), escape(problem));
        format!("<li class=bad><b>{setting}</b> {problem}</li>")
    });
    items.collect()
}

fn see_also(language: Language, others: &[(Action, String)]) -> String {
    others
        .iter()
        .map(|(action, address)| link(language, *action, address))
        .collect()
}

fn link(language: Language, action: Action, address: &str) -> String {
    let name = language.say(Word::name(action));
    format!("<p>\u{2192} <a href=\"{}\">{name}</a></p>", escape(address))
}

/// What a synchronisation did.
pub fn run(language: Language, server: &str, report: &RunReport) -> String {
    let body: String = report
        .servers
        .iter()
        .map(|report| outcome(language, report))
        .collect();
    let faults = faults(&report.refused);
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

/// What is known of a server's completeness, and the form that proves more.
pub fn completeness(language: Language, server: &str, known: &Completeness) -> String {
    let explanation = language.say(Word::ExplainProve);
    let headline = match &known.failed {
        _ if known.is_whole().is_none() => Word::NeverProved,
        None if known.is_whole() == Some(true) => Word::AllProved,
        _ if known.days.iter().all(DayProof::is_whole) => Word::Failed,
        _ => Word::Damaged,
    };
    let failed = known.failed.as_ref().map(|failed| failed.reason.as_str());
    let body = format!(
        "<p>{explanation}</p>{}{}",
        verdict(language, headline, failed, known.is_whole() != Some(false)),
        days(language, &known.days)
    );
    let again = form(
        &period(language, "", ""),
        language.say(Word::name(Action::Prove)),
    );
    page(language, Action::Prove, server, &format!("{body}{again}"))
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
    let failed = proved.failed.as_ref().map(|failed| failed.reason.as_str());
    let body = format!(
        "{}{}",
        verdict(language, headline, failed, is_good),
        days(language, &proved.days)
    );
    let (from, to, button) = match proved.go_on_from {
        Some(from) => (from.to_string(), to, Word::GoOn),
        None => (String::new(), "", Word::name(Action::Prove)),
    };
    let again = form(&period(language, &from, to), language.say(button));
    page(
        language,
        Action::Prove,
        &proved.server,
        &format!("{body}{again}"),
    )
}

fn verdict(language: Language, headline: Word, reason: Option<&str>, is_good: bool) -> String {
    let reason = reason.map_or_else(String::new, |reason| format!("<p>{}</p>", escape(reason)));
    format!(
        "<p class={}>{}</p>{reason}",
        class(is_good),
        language.say(headline)
    )
}

/// The days as a table, the latest first.
fn days(language: Language, days: &[DayProof]) -> String {
    if days.is_empty() {
        return String::new();
    }
    let heads = [
        Word::Day,
        Word::InUcm,
        Word::InOdoo,
        Word::Missing,
        Word::Altered,
        Word::Healed,
        Word::OnlyInOdoo,
    ];
    let heads: String = heads
        .into_iter()
        .map(|word| format!("<th scope=col>{}</th>", language.say(word)))
        .collect();
    let rows: String = days
        .iter()
        .rev()
        .map(|day| day_row(language, day))
        .collect();
    format!(
        "<div class=wide><table class=days><thead><tr>{heads}<th></th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn day_row(language: Language, proof: &DayProof) -> String {
    let state = if proof.is_whole() {
        Word::Whole
    } else {
        Word::StillDamaged
    };
    let numbers = [
        proof.ucm,
        proof.odoo,
        proof.missing,
        proof.altered,
        proof.healed(),
        proof.only_in_odoo,
    ];
    let cells: String = numbers
        .into_iter()
        .map(|number| match number {
            0 => "<td class=none>0</td>".to_owned(),
            number => format!("<td>{number}</td>"),
        })
        .collect();
    format!(
        "<tr><th scope=row title=\"{}\">{}</th>{cells}<td class={}>{}</td></tr>",
        escape(&proof.zone),
        proof.day,
        class(proof.is_whole()),
        language.say(state)
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
    let headline = language.say(Word::ended(report.status, report.set_aside));
    let detail = report.detail.as_deref().map_or_else(String::new, |detail| {
        format!("<p>{}</p>", escape(&language.sentence(detail)))
    });
    let counts = [
        (Word::NewCalls, report.counts.calls_new),
        (Word::ChangedCalls, report.counts.calls_changed),
        (Word::UnchangedCalls, report.counts.calls_unchanged),
        (Word::NewContacts, report.counts.contacts_created),
        (
            Word::SetAside,
            u32::try_from(report.set_aside).unwrap_or(u32::MAX),
        ),
    ];
    let rows: String = counts
        .into_iter()
        .map(|(word, count)| format!("<tr><td>{}</td><td>{count}</td></tr>", language.say(word)))
        .collect();
    format!(
        "<p class={}>{headline}</p>{detail}<table>{rows}</table>",
        class(report.status.is_ok() && report.set_aside == 0)
    )
}

fn check_line(language: Language, check: &Check) -> String {
    format!(
        "<li class={}><b>{}</b> {}</li>",
        class(check.ok),
        language.say(Word::checked(check.what)),
        escape(&language.sentence(&check.detail))
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
    sheet(language, language.say(Word::name(action)), server, body)
}

/// A page with a name and, where it is about something, a second line.
fn sheet(language: Language, name: &str, about: &str, body: &str) -> String {
    let (code, name, about) = (language.code(), escape(name), escape(about));
    format!(
        "<!doctype html><html lang={code}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <meta name=robots content=noindex><title>{name} {about}</title><style>{STYLE}</style></head>\
         <body><main><h1>{name}</h1><h2>{about}</h2>{body}</main></body></html>"
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

const STYLE: &str = ":root{color-scheme:light dark;--ink:#222;--soft:#666;--page:#f4f4f6;--sheet:#fff;--line:#ddd;--good:#186a3b;--bad:#a61c1c}\
    @media(prefers-color-scheme:dark){:root{--ink:#e6e6ea;--soft:#a2a2ad;--page:#17171b;--sheet:#222228;--line:#3a3a44;--good:#6fd398;\
    --bad:#ff8f85}}body{font:16px/1.5 system-ui,sans-serif;margin:2em 1em;color:var(--ink);background:var(--page)}main{max-width:46em;\
    margin:auto;padding:1.5em 2em;background:var(--sheet);border:1px solid var(--line);border-radius:10px}h1{font-size:1.3em;margin:0}\
    h2{font-size:1em;color:var(--soft);margin:0 0 1em}button{font:inherit;padding:.4em 1.2em;background:#714b67;color:#fff;border:0;\
    border-radius:4px;cursor:pointer}.good{color:var(--good)}.bad{color:var(--bad)}.none,.none a{color:var(--soft)}button.quiet{background:none;color:var(--bad);\
    border:1px solid var(--line)}h3{font-size:1em;margin:1.2em 0 0;overflow-wrap:anywhere}pre{font-size:.85em}a{color:inherit}\
    li{margin:.3em 0}td{padding:.1em 1.5em .1em 0}input{font:inherit;color:inherit;background:var(--sheet);border:1px solid var(--line);\
    border-radius:4px;padding:.2em .4em}.wide{overflow-x:auto}.days{border-collapse:collapse;width:100%;margin:0 0 1.5em;\
    font-variant-numeric:tabular-nums}.days td,.days th{padding:.35em .6em;text-align:right;border-bottom:1px solid var(--line);\
    font-weight:400;white-space:nowrap}.days thead th{color:var(--soft);font-size:.85em;white-space:normal;vertical-align:bottom}\
    .days th:first-child{text-align:left}";

#[cfg(test)]
mod tests {
    use super::*;
    use bridge_core::flows::examine::Checked;

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
        let html = probe(Language::En, &found, &[]);
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
