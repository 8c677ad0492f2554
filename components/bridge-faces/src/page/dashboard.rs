//! The statistics as a page: what a manager wants to see at a glance, and whom to call now.
//!
//! Its charts are drawn here, as SVG: chart libraries either need a script engine, or know neither a reader's dark mode nor a screen
//! reader. Beside each is what it shows as a table.

mod bars;
mod columns;
mod lists;
mod question;
pub(super) mod words;

use askama::Template;

use super::ask::Trouble;
use super::{Language, render};
use crate::problem::Problem;
use crate::report::{Report, Term, Tile};
use crate::words::Say as _;
use calls::stats::Statistics;

use bars::{Bars, outcomes, ranking};
use columns::Columns;
use lists::List;
use question::Form;
use words::Word;

/// Where the page leads.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// The page itself, without a query: where its form goes.
    pub page: String,
    /// What every address of the page carries besides the choices, by name: the parts of the signed link.
    pub carried: Vec<(String, String)>,
    /// The same figures as a CSV file, with the query that leads to them.
    pub csv: String,
    /// As a workbook.
    pub xlsx: String,
    /// As a PDF.
    pub pdf: String,
    /// Where Odoo is, for links to contacts and calls; without it there are none.
    pub odoo: Option<String>,
}

/// What the form offers besides the period.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// The servers: id, and name for people.
    pub servers: Vec<(String, String)>,
}

/// The figures, and the form that asks for others.
///
/// The form and the links of the page send, beside what [`Addresses`] carries: `period` (`today`, `7d`, `30d`; `all` for one contact) or
/// else `from` and `to` (`2026-06-01`, both included), `zone`, `server`, `extension`, `direction`, and `contact` where the figures are a
/// contact's. What is empty was not chosen.
pub fn dashboard(
    language: Language,
    statistics: &Statistics,
    addresses: &Addresses,
    choices: &Choices,
) -> String {
    let report = Report::new(language, statistics);
    render(&Page {
        language,
        report,
        addresses,
        form: Form::new(&report, addresses, choices),
        tiles: report.tiles(),
        waiting: language.count(statistics.not_called_back_total),
        to_call: List::of_those_who_wait(&report, addresses),
        columns: vec![
            Columns::new(&report, "by-day", report.by_time()),
            Columns::new(&report, "by-hour", report.by_hour()),
            Columns::new(&report, "by-weekday", report.by_weekday()),
        ],
        extensions: ranking(&report, Term::ByExtension),
        trunks: ranking(&report, Term::ByTrunk),
        outcomes: outcomes(&report),
        lists: vec![
            List::of_waits(&report, addresses),
            List::of_top_callers(&report, addresses),
        ],
    })
}

/// Why there are no figures, and what to do. Links are what people have to do with: they have words of their own.
pub fn no_statistics(language: Language, problem: &Problem) -> String {
    let texts = match problem.status {
        403 => Some(NOT_THIS_LINK),
        410 => Some(LINK_EXPIRED),
        _ => None,
    };
    let (what, next) = match texts {
        Some(texts) => (language.say(texts).to_owned(), String::new()),
        None => (
            language.sentence(&problem.detail),
            language.sentence(&problem.action),
        ),
    };
    render(&Trouble {
        language,
        name: language.say(Term::Title),
        about: "",
        what,
        faults: &[],
        next,
    })
}

/// Asks whose days are meant, where nobody has said it and no setting does: `zones` are proposed, by their IANA names.
pub fn which_zone(
    language: Language,
    addresses: &Addresses,
    asked: Vec<(String, String)>,
    zones: &[&str],
) -> String {
    render(&WhichZone {
        language,
        name: language.say(Term::Title),
        about: "",
        page: &addresses.page,
        hidden: addresses.carried.iter().cloned().chain(asked).collect(),
        zones,
    })
}

#[derive(Template)]
#[template(path = "zone.html")]
struct WhichZone<'a> {
    language: Language,
    name: &'static str,
    about: &'a str,
    page: &'a str,
    /// What was asked and is sent again unseen.
    hidden: Vec<(String, String)>,
    zones: &'a [&'a str],
}

const NOT_THIS_LINK: [&str; 4] = [
    "This link does not show that. Open the statistics in Odoo again: Grandstream > Statistics.",
    "Ce lien ne montre pas cela. Ouvrez à nouveau les statistiques dans Odoo : Grandstream > Statistiques.",
    "Este enlace no muestra eso. Abra de nuevo las estadísticas en Odoo: Grandstream > Estadísticas.",
    "Dieser Link zeigt das nicht. Öffnen Sie die Statistik in Odoo noch einmal: Grandstream > Statistik.",
];

const LINK_EXPIRED: [&str; 4] = [
    "This link has expired. Open the statistics in Odoo again: Grandstream > Statistics.",
    "Ce lien a expiré. Ouvrez à nouveau les statistiques dans Odoo : Grandstream > Statistiques.",
    "Este enlace ha caducado. Abra de nuevo las estadísticas en Odoo: Grandstream > Estadísticas.",
    "Dieser Link ist abgelaufen. Öffnen Sie die Statistik in Odoo noch einmal: Grandstream > Statistik.",
];

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page<'a> {
    language: Language,
    report: Report<'a>,
    addresses: &'a Addresses,
    form: Form,
    tiles: Vec<Tile>,
    /// How many wait for a call back.
    waiting: String,
    to_call: List,
    columns: Vec<Columns>,
    extensions: Bars,
    trunks: Bars,
    outcomes: Bars,
    lists: Vec<List>,
}
