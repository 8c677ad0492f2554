//! The statistics as a page: what a manager wants to see at a glance.

use super::{Language, escape};
use crate::stats::Statistics;

/// Where the page leads.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// The page itself, without a query: where its form goes.
    pub page: String,
    /// What every address of the page carries besides the choices, by name: the parts of the signed link, and the reader's time zone.
    pub carried: Vec<(String, String)>,
    /// The same figures as a CSV file, with the query that leads to them.
    pub csv: String,
    /// As a workbook.
    pub xlsx: String,
    /// As a PDF.
    pub pdf: String,
    /// Where Odoo is, without a slash at the end, for links to contacts and calls; without it there are none.
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
/// The form and the links of the page send, beside what [`Addresses`] carries: `period` (`today`, `7d` or `30d`) or else `from` and `to`
/// (`2026-06-01`, both included), `server`, `extension`, `direction`, and `contact` where the figures are a contact's. What is empty was
/// not chosen.
pub fn dashboard(
    language: Language,
    statistics: &Statistics,
    addresses: &Addresses,
    _choices: &Choices,
) -> String {
    let code = language.code();
    format!(
        "<!doctype html><html lang={code}><body><p>{} {}</p><p>{}</p><a href=\"{}\">CSV</a></body></html>",
        statistics.from,
        statistics.to,
        statistics.figures.total,
        escape(&addresses.csv)
    )
}
