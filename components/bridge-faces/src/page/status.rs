//! The status page: is everything in Odoo, and can that be trusted.

mod server;
mod words;

use askama::Template;
use chrono::TimeDelta;

use super::words::Word;
use super::{Language, render};
use crate::words::Say as _;
use bridge_core::flows::oversee::Overview;
use server::ServerCard;
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

/// Those of one server.
struct MoreOf<'a> {
    completeness: Option<&'a str>,
    letters: Option<&'a str>,
}

impl More {
    fn of(&self, index: usize) -> MoreOf<'_> {
        let [completeness, letters] = [&self.completeness, &self.letters]
            .map(|addresses| addresses.get(index).and_then(Option::as_deref));
        MoreOf {
            completeness,
            letters,
        }
    }
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'a> {
    language: Language,
    seen: &'a Overview,
    timer: String,
    odoo: OdooCard<'a>,
    servers: Vec<ServerCard<'a>>,
    /// Where the doctor is.
    doctor: Option<&'a str>,
}

/// What is known of Odoo.
struct OdooCard<'a> {
    is_ok: bool,
    version: &'a str,
    detail: Option<String>,
    /// The day on which the key ends.
    key_ends: Option<String>,
    /// When the bridge began anew, if that is news.
    anew: Option<String>,
    /// How many calls that people asked for were refused, and of how many it is not known what came, where there are any.
    orders: Vec<(&'static str, u64)>,
}

/// What is known of the bridge, Odoo and every server.
pub fn status(language: Language, seen: &Overview, more: &More) -> String {
    let card = |(index, server)| ServerCard::new(language, seen, server, more.of(index));
    let servers = seen.servers.iter().enumerate();
    render(&Page {
        language,
        seen,
        timer: timer(language, seen),
        odoo: OdooCard::new(language, seen),
        servers: servers.map(card).collect(),
        doctor: more.doctor.as_deref(),
    })
}

/// What the page says of the timer.
fn timer(language: Language, seen: &Overview) -> String {
    let heartbeat = &seen.heartbeat;
    match heartbeat.overdue_since {
        _ if heartbeat.alive => language.say(Label::Beats).to_owned(),
        Some(since) => {
            let ago = ago(language, seen.at - since);
            format!("{} {ago}", language.say(Label::Silent))
        }
        None => language.say(Label::NeverRan).to_owned(),
    }
}

impl<'a> OdooCard<'a> {
    fn new(language: Language, seen: &'a Overview) -> Self {
        let odoo = &seen.odoo;
        let lately = seen.anew.filter(|anew| seen.at - anew.at < NEWS);
        Self {
            is_ok: odoo.is_ok(seen.at),
            version: odoo.version.as_deref().unwrap_or_default(),
            detail: odoo.detail.as_deref().map(|text| language.sentence(text)),
            key_ends: odoo
                .key_expires_at
                .map(|end| language.day(end.date_naive())),
            anew: lately.map(|anew| language.moment_utc(anew.at)),
            orders: [
                (Label::OrdersRefused, odoo.orders_refused),
                (Label::OrdersUnknown, odoo.orders_unknown),
            ]
            .into_iter()
            .filter_map(|(label, count)| {
                Some((language.say(label), count.filter(|count| *count > 0)?))
            })
            .collect(),
        }
    }
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
