//! The form that asks for other figures.

use chrono::Days;
use url::form_urlencoded;

use super::words::Word;
use super::{Addresses, Choices};
use crate::report::Report;

/// What the form has, filled in as the figures were asked for.
pub(super) struct Form {
    /// Usual periods.
    pub(super) periods: Vec<Period>,
    /// What is sent unseen.
    pub(super) hidden: Vec<(String, String)>,
    pub(super) servers: Vec<Choice>,
    pub(super) extension: String,
    /// Extensions that can be chosen.
    pub(super) extensions: Vec<String>,
    pub(super) directions: Vec<Choice>,
}

/// A period that one click asks for.
pub(super) struct Period {
    pub(super) name: &'static str,
    pub(super) address: String,
    pub(super) is_current: bool,
}

/// Something to choose.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

impl Form {
    pub(super) fn new(report: &Report<'_>, addresses: &Addresses, choices: &Choices) -> Self {
        let statistics = report.statistics;
        let filter = &statistics.filter;
        let mut extensions = Vec::new();
        for key in statistics
            .by_extension
            .iter()
            .filter_map(|one| one.slice.key.as_ref())
        {
            // Several servers may have it.
            if !extensions.contains(key) {
                extensions.push(key.clone());
            }
        }
        Self {
            periods: periods(report, addresses),
            hidden: hidden(report, addresses),
            servers: servers(report, choices, filter.server.as_deref()),
            extension: filter.extension.clone().unwrap_or_default(),
            extensions,
            directions: directions(report),
        }
    }
}

fn periods(report: &Report<'_>, addresses: &Addresses) -> Vec<Period> {
    let statistics = report.statistics;
    let today = report.local(statistics.counted_at).date_naive();
    let is_current = |days: u64| {
        let first = today.checked_sub_days(Days::new(days - 1));
        statistics.to == today && Some(statistics.from) == first
    };
    let mut periods = vec![
        (report.say(Word::Today), "today", is_current(1)),
        (report.say(Word::SevenDays), "7d", is_current(7)),
        (report.say(Word::ThirtyDays), "30d", is_current(30)),
    ];
    if statistics.filter.contact.is_some() {
        periods.push((report.say(Word::Everything), "all", false));
    }
    let period = |(name, value, is_current)| Period {
        name,
        address: address(report, addresses, value),
        is_current,
    };
    periods.into_iter().map(period).collect()
}

/// The same question for another period.
fn address(report: &Report<'_>, addresses: &Addresses, period: &str) -> String {
    let filter = &report.statistics.filter;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(hidden(report, addresses));
    let chosen = [
        ("server", &filter.server),
        ("extension", &filter.extension),
        ("direction", &filter.direction),
    ];
    for (name, value) in chosen {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("period", period);
    format!("{}?{}", addresses.page, query.finish())
}

/// What the link carries, and what the form does not ask.
fn hidden(report: &Report<'_>, addresses: &Addresses) -> Vec<(String, String)> {
    let statistics = report.statistics;
    let contact = statistics
        .filter
        .contact
        .map(|id| ("contact".to_owned(), id.to_string()));
    let asked = [Some(("zone".to_owned(), statistics.zone.clone())), contact]
        .into_iter()
        .flatten();
    let is_new = |(name, _): &(String, String)| {
        !addresses.carried.iter().any(|(carried, _)| carried == name)
    };
    addresses
        .carried
        .iter()
        .cloned()
        .chain(asked.filter(is_new))
        .collect()
}

fn servers(report: &Report<'_>, choices: &Choices, chosen: Option<&str>) -> Vec<Choice> {
    let mut servers = vec![Choice::new(
        "",
        report.say(Word::AllServers),
        chosen.is_none(),
    )];
    servers.extend(
        choices
            .servers
            .iter()
            .map(|(id, name)| Choice::new(id, name, chosen == Some(id))),
    );
    // A server that is configured no more still has calls.
    if let Some(chosen) =
        chosen.filter(|chosen| !choices.servers.iter().any(|(id, _)| id == chosen))
    {
        servers.push(Choice::new(chosen, chosen, true));
    }
    servers
}

fn directions(report: &Report<'_>) -> Vec<Choice> {
    let chosen = report.statistics.filter.direction.as_deref();
    let all = Choice::new("", report.say(Word::AllDirections), chosen.is_none());
    let known = ["inbound", "outbound", "internal", "external"];
    let known =
        known.map(|value| Choice::new(value, report.direction(value), chosen == Some(value)));
    std::iter::once(all).chain(known).collect()
}

impl Choice {
    fn new(value: &str, name: &str, is_chosen: bool) -> Self {
        Self {
            value: value.to_owned(),
            name: name.to_owned(),
            is_chosen,
        }
    }
}
