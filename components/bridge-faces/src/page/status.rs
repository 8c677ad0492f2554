//! The status page: is everything in Odoo, and can that be trusted.

mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::words::Word;
use super::{Language, STYLE, escape, faults, link};
use crate::words::Say as _;
use bridge_core::flows::oversee::{Overview, ServerSeen, SessionState};
use bridge_core::flows::show::Action;
use words::Label;

/// Addresses of pages that say more, for whoever may open them.
#[derive(Debug, Clone, Default)]
pub struct More {
    /// The doctor.
    pub doctor: Option<String>,
    /// The proof of completeness, in the order of the servers.
    pub completeness: Vec<Option<String>>,
    /// What was set aside, in the order of the servers.
    pub letters: Vec<Option<String>>,
}

/// What is known of the bridge, Odoo and every server.
pub fn status(language: Language, seen: &Overview, more: &More) -> String {
    let say = |label: Label| language.say(label);
    let (title, code) = (say(Label::Title), language.code());
    let at = language.moment_utc(seen.at);
    let (class, headline) = if seen.ok {
        ("good", Label::AllIsWell)
    } else {
        ("bad", Label::SomethingWrong)
    };
    let servers: String = seen
        .servers
        .iter()
        .enumerate()
        .map(|(index, server)| {
            let of = |addresses: &[Option<String>]| addresses.get(index).cloned().flatten();
            let (proof, letters) = (of(&more.completeness), of(&more.letters));
            card_of_server(language, seen, server, proof.as_deref(), letters.as_deref())
        })
        .collect();
    let doctor = more.doctor.as_ref().map_or_else(String::new, |address| {
        link(language, Action::Examine, address)
    });
    format!(
        "<!doctype html><html lang={code}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><meta name=robots \
         content=noindex><title>{title}</title><style>{STYLE}{CARDS}</style></head><body><main><h1>{title}</h1><p class=none>{at}</p>\
         <p class=\"verdict {class}\">{}</p>{}{}{}{servers}{doctor}</main></body></html>",
        say(headline),
        card_of_settings(language, seen),
        card_of_timer(language, seen),
        card_of_odoo(language, seen),
    )
}

/// Only where a server entry is refused: what it names is not synchronised, and has no card of its own.
fn card_of_settings(language: Language, seen: &Overview) -> String {
    match seen.refused.as_slice() {
        [] => String::new(),
        refused => {
            let body = format!("<ul>{}</ul>", faults(refused));
            card(language.say(Word::Settings), "", false, &body)
        }
    }
}

fn card_of_timer(language: Language, seen: &Overview) -> String {
    let say = |label: Label| language.say(label);
    let heartbeat = &seen.heartbeat;
    let text = match heartbeat.overdue_since {
        _ if heartbeat.alive => say(Label::Beats).to_owned(),
        Some(since) => format!("{} {}", say(Label::Silent), ago(language, seen.at - since)),
        None => say(Label::NeverRan).to_owned(),
    };
    card(
        say(Label::Timer),
        "",
        heartbeat.alive,
        &format!("<p>{text}</p>"),
    )
}

fn card_of_odoo(language: Language, seen: &Overview) -> String {
    let say = |label: Label| language.say(label);
    let odoo = &seen.odoo;
    let text = if odoo.reachable {
        say(Label::Answers)
    } else {
        say(Label::DoesNotAnswer)
    };
    let detail = odoo.detail.as_ref().map_or_else(String::new, |detail| {
        format!("<p class=detail>{}</p>", escape(&language.sentence(detail)))
    });
    let key = odoo.key_expires_at.map_or_else(String::new, |end| {
        let class = if odoo.is_ok(seen.at) { "none" } else { "bad" };
        let day = language.day(end.date_naive());
        format!("<p class={class}>{} {day}</p>", say(Label::KeyEnds))
    });
    let lately = seen.anew.filter(|anew| seen.at - anew.at < NEWS);
    let anew = lately.map_or_else(String::new, |anew| {
        let at = language.moment_utc(anew.at);
        format!("<p class=none>{at}: {}</p>", say(Label::BegunAnew))
    });
    let version = odoo.version.as_deref().unwrap_or_default();
    card(
        "Odoo",
        version,
        odoo.is_ok(seen.at),
        &format!("<p>{text}</p>{detail}{key}{anew}"),
    )
}

fn card_of_server(
    language: Language,
    seen: &Overview,
    server: &ServerSeen,
    proof: Option<&str>,
    letters: Option<&str>,
) -> String {
    let say = |label: Label| language.say(label);
    let headline = server.status().map_or_else(
        || say(Label::NotYet),
        |status| language.say(Word::ended(status, server.dead_letters)),
    );
    let report = server.last_run.as_ref();
    let detail = report
        .and_then(|report| report.detail.as_ref())
        .map_or_else(String::new, |detail| {
            format!("<p class=detail>{}</p>", escape(&language.sentence(detail)))
        });
    let since = |at: Option<DateTime<Utc>>| at.map(|at| ago(language, seen.at - at));
    let calls = |counts: &BTreeMap<String, u64>| {
        let count = counts.get(&server.server);
        count.map(u64::to_string)
    };
    let session = match server.session {
        SessionState::Open => Label::SessionOpen,
        SessionState::None => Label::SessionNone,
        SessionState::Refused => Label::SessionRefused,
    };
    let mut facts = vec![
        (
            Label::LastSuccess,
            since(report.and_then(|report| report.complete_at)),
            false,
        ),
        (Label::LastPush, since(server.last_push_at), false),
        (
            Label::Session,
            Some(say(session).to_owned()),
            server.session == SessionState::Refused,
        ),
        (Label::Inbox, Some(server.inbox.to_string()), false),
        (
            Label::DeadLetters,
            Some(server.dead_letters.to_string()),
            server.dead_letters > 0,
        ),
        (Label::Ambiguous, calls(&seen.odoo.ambiguous), false),
        (Label::Unreadable, calls(&seen.odoo.unreadable), false),
    ];
    if server.elsewhere > 0 {
        facts.push((Label::Elsewhere, Some(server.elsewhere.to_string()), true));
    }
    let facts: String = facts
        .into_iter()
        .map(|(label, value, is_bad)| {
            let class = if is_bad { " class=bad" } else { "" };
            let value = value.unwrap_or_else(|| "\u{2013}".to_owned());
            format!(
                "<div><dt>{}</dt><dd{class}>{}</dd></div>",
                say(label),
                escape(&value)
            )
        })
        .collect();
    let body = format!(
        "<p>{headline}</p>{detail}<dl>{facts}</dl>{}{}",
        completeness(language, server, proof),
        letters
            .filter(|_| server.dead_letters + server.elsewhere > 0)
            .map_or_else(String::new, |address| link(
                language,
                Action::Letters,
                address
            ))
    );
    card(&format!("UCM {}", server.server), "", server.is_ok(), &body)
}

fn completeness(language: Language, server: &ServerSeen, address: Option<&str>) -> String {
    let say = |label: Label| language.say(label);
    let name = language.say(Word::Prove);
    let name = address.map_or_else(
        || name.to_owned(),
        |address| format!("<a href=\"{}\">{name}</a>", escape(address)),
    );
    let damaged = &server.days_damaged;
    let text = if damaged.is_empty() && server.days_whole == 0 {
        language
            .say(Word::NeverProved)
            .split(". ")
            .next()
            .unwrap_or_default()
            .to_owned()
    } else if damaged.is_empty() {
        format!(
            "<span class=good>{} {}</span>",
            server.days_whole,
            say(Label::DaysWhole)
        )
    } else {
        let days: Vec<String> = damaged
            .iter()
            .map(|proof| {
                format!(
                    "{} ({})",
                    proof.day,
                    proof.still_missing + proof.still_altered
                )
            })
            .collect();
        format!(
            "<span class=bad>{} {}</span>",
            say(Label::DaysDamaged),
            days.join(", ")
        )
    };
    let failed = server
        .proof_failed
        .as_ref()
        .map_or_else(String::new, |reason| {
            format!("<p class=detail>{}</p>", escape(&language.sentence(reason)))
        });
    format!("<p>{name}: {text}</p>{failed}")
}

fn card(title: &str, note: &str, is_good: bool, body: &str) -> String {
    let (class, sign) = if is_good {
        ("ok", "\u{2713}")
    } else {
        ("failed", "\u{2717}")
    };
    format!(
        "<section class=\"card {class}\"><h2><span class=sign aria-hidden=true>{sign}</span>{} <small>{}</small></h2>{body}</section>",
        escape(title),
        escape(note)
    )
}

/// A length of time as people say it, in its largest unit.
fn ago(language: Language, time: TimeDelta) -> String {
    let (count, [en, fr, es, de]) = match time.num_minutes().max(0) {
        minutes @ 0..=119 => (minutes, ["min", "min", "min", "Min."]),
        minutes @ 120..=2_879 => (minutes / 60, ["h", "h", "h", "Std."]),
        minutes => (minutes / 1_440, ["days", "jours", "días", "Tagen"]),
    };
    language
        .choose(["{} ago", "il y a {}", "hace {}", "vor {}"])
        .replace(
            "{}",
            &format!("{count} {}", language.choose([en, fr, es, de])),
        )
}

/// How long it is said that the bridge has begun anew.
const NEWS: TimeDelta = TimeDelta::days(7);
const CARDS: &str = ".verdict{font-weight:600;margin:.6em 0 1.2em}.card{border:1px solid var(--line);border-left:4px solid var(--good);\
    border-radius:8px;padding:.8em 1.1em;margin:0 0 1em}.card.failed{border-left-color:var(--bad)}.card p{margin:.4em 0}.card h2{\
    font-size:1.05em;margin:0;color:var(--ink)}.card h2 small{font-weight:400;color:var(--soft)}.sign{display:inline-block;width:1.4em;\
    height:1.4em;line-height:1.4em;text-align:center;border-radius:50%;margin-right:.5em;font-size:.9em;color:var(--sheet);\
    background:var(--good)}.failed .sign{background:var(--bad)}.detail{color:var(--bad);overflow-wrap:anywhere}dl{display:grid;\
    grid-template-columns:repeat(auto-fill,minmax(9.5em,1fr));gap:.7em 1.2em;margin:.8em 0}dt{color:var(--soft);font-size:.85em}dd{\
    margin:0;font-size:1.1em;font-variant-numeric:tabular-nums}";
