//! The doctor's page.

mod words;

use super::words::Word;
use super::{Language, STYLE, escape, faults};
use crate::words::Say as _;
use bridge_core::flows::examine::{Advice, Examination, Health, Step};
use words::Heading;

/// The advice in the reader's language.
pub fn advice(language: Language, advice: Advice) -> &'static str {
    language.say(advice)
}

/// What the doctor found, server by server.
pub fn doctor(language: Language, found: &Examination) -> String {
    let say = |heading: Heading| language.say(heading);
    let (title, code) = (say(Heading::Title), language.code());
    let verdict = if found.ok {
        format!("<p class=\"verdict good\">{}</p>", say(Heading::Healthy))
    } else {
        format!("<p class=\"verdict bad\">{}</p>", say(Heading::Ill))
    };
    let settings = match found.refused.as_slice() {
        [] => String::new(),
        refused => format!(
            "<section><h2>{}</h2><ul>{}</ul></section>",
            language.say(Word::Settings),
            faults(refused)
        ),
    };
    let servers: String = found
        .servers
        .iter()
        .map(|patient| {
            let name = if patient.name == patient.server {
                escape(&patient.name)
            } else {
                format!(
                    "{} <small>{}</small>",
                    escape(&patient.name),
                    escape(&patient.server)
                )
            };
            section(language, &format!("UCM {name}"), &patient.steps)
        })
        .collect();
    let odoo = section(language, "Odoo", &found.odoo);
    let at = language.moment_utc(found.at);
    format!(
        "<!doctype html><html lang={code}><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><meta name=robots \
         content=noindex><title>{title}</title><style>{STYLE}{STEPS}</style></head><body><main><h1>{title}</h1><p class=none>{at}</p>\
         {verdict}{settings}{servers}{odoo}</main></body></html>"
    )
}

fn section(language: Language, title: &str, steps: &[Step]) -> String {
    let bad = steps.iter().any(|step| step.state == Health::Failed);
    let mark = if bad { "bad" } else { "good" };
    let lines: String = steps.iter().map(|step| line(language, step)).collect();
    format!("<section><h2 class={mark}>{title}</h2><ol class=steps>{lines}</ol></section>")
}

fn line(language: Language, step: &Step) -> String {
    let title = language.say(step.what);
    let state = language.say(step.state);
    let (class, sign) = match step.state {
        Health::Ok => ("ok", "\u{2713}"),
        Health::Warning => ("warning", "!"),
        Health::Failed => ("failed", "\u{2717}"),
        Health::NotReached => ("unreached", "\u{2013}"),
    };
    let detail = if step.detail.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=detail>{}</p>",
            escape(&language.sentence(&step.detail))
        )
    };
    let advice = step.advice.map_or_else(String::new, |given| {
        format!("<p class=advice>{}</p>", escape(advice(language, given)))
    });
    format!(
        "<li class={class}><span class=sign aria-hidden=true>{sign}</span><div><b>{title}</b> <span class=state>{state}</span>{detail}\
         {advice}</div></li>"
    )
}

const STEPS: &str = ":root{--warn:#8a5a00;--tint:#fdf3f2}@media(prefers-color-scheme:dark){:root{--warn:#f0b955;--tint:#382424}}\
    main{max-width:50em}section{margin:1.8em 0 0}h2{font-size:1.1em;margin:0 0 .4em;color:var(--ink)}h2 small{font-weight:400;\
    color:var(--soft)}.verdict{font-weight:600;margin:.6em 0}.steps{list-style:none;margin:0;padding:0}.steps li{display:flex;gap:.8em;\
    padding:.5em .7em;margin:0;border-top:1px solid var(--line)}.sign{flex:none;width:1.5em;height:1.5em;border-radius:50%;\
    text-align:center;line-height:1.5em;font-weight:700;color:var(--sheet)}.ok .sign{background:var(--good)}.failed .sign{\
    background:var(--bad)}.warning .sign{background:var(--warn)}.unreached .sign{background:var(--line);color:var(--soft)}\
    .unreached{color:var(--soft)}.failed{background:var(--tint)}.state{font-size:.85em;color:var(--soft)}.failed .state{color:var(--bad)}\
    .warning .state{color:var(--warn)}.detail{margin:.1em 0 0;color:var(--soft);overflow-wrap:anywhere}.advice{margin:.4em 0 .2em;\
    padding:.1em 0 .1em .8em;border-left:3px solid var(--warn)}.failed .advice{border-color:var(--bad)}";

#[cfg(test)]
mod tests {
    use super::*;
    use bridge_core::flows::examine::{Examined, Patient};

    #[test]
    fn a_failed_step_says_what_to_do_in_the_readers_language_and_names_are_text() {
        let found = Examination {
            at: chrono::DateTime::UNIX_EPOCH,
            ok: false,
            odoo: Vec::new(),
            servers: vec![Patient {
                server: "paris".into(),
                name: "<Paris>".into(),
                steps: vec![Step {
                    what: Examined::Credentials,
                    state: Health::Failed,
                    detail: "<script>".into(),
                    advice: Some(Advice::CheckPassword),
                }],
            }],
            refused: Vec::new(),
        };
        let html = doctor(Language::Fr, &found);
        assert!(
            html.contains("Identifiants") && html.contains("API Configuration"),
            "{html}"
        );
        assert!(!html.contains("<script>") && !html.contains("<Paris>"));
    }
}
