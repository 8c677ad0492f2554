//! What is shown: a table of the servers, and the latest calls.

use comfy_table::{Cell, CellAlignment, Table, TableComponent, presets::UTF8_HORIZONTAL_ONLY};
use serde_json::Value;

/// One row a server, from the reports of its runs.
pub(crate) fn servers(totals: &[Totals]) -> Table {
    let mut table = table(&[
        "server",
        "runs",
        "pages",
        "legs",
        "calls",
        "contacts made",
        "ambiguous",
        "set aside",
        "time",
        "status",
    ]);
    for total in totals {
        let number = |value: u64| Cell::new(value).set_alignment(CellAlignment::Right);
        table.add_row(vec![
            Cell::new(&total.server),
            number(total.runs),
            number(total.pages),
            number(total.legs),
            number(total.calls),
            number(total.contacts),
            number(total.ambiguous),
            number(total.dead_letters),
            Cell::new(format!("{:.1} s", total.duration_secs)).set_alignment(CellAlignment::Right),
            Cell::new(&total.status),
        ]);
    }
    table
}

/// What all runs so far did for one server.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) server: String,
    pub(crate) runs: u64,
    pub(crate) pages: u64,
    pub(crate) legs: u64,
    pub(crate) calls: u64,
    pub(crate) contacts: u64,
    pub(crate) ambiguous: u64,
    pub(crate) dead_letters: u64,
    pub(crate) duration_secs: f64,
    pub(crate) status: String,
    pub(crate) detail: Option<String>,
}

impl Totals {
    /// Adds a run's report.
    pub(crate) fn add(&mut self, report: &Value) {
        let count = |name: &str| report[name].as_u64().unwrap_or_default();
        self.server = text(&report["server"]);
        self.runs += 1;
        self.pages += count("pages");
        self.legs += count("legs");
        self.calls += count("calls_new");
        self.contacts += count("contacts_created");
        self.ambiguous += count("ambiguous");
        self.dead_letters += count("dead_letters");
        self.duration_secs += report["duration_ms"].as_f64().unwrap_or_default() / 1_000.0;
        self.status = text(&report["status"]).replace('_', " ");
        if count("set_aside") > 0 {
            self.status += &format!(", but {} set aside", count("set_aside"));
        }
        self.detail = report["detail"].as_str().map(str::to_owned);
    }
}

/// The latest calls as Odoo shows them.
pub(crate) fn calls(rows: &[Value]) -> Table {
    let mut table = table(&[
        "when (UTC)",
        "server",
        "",
        "outcome",
        "caller",
        "called",
        "who",
        "talk",
        "contact",
    ]);
    for row in rows {
        let seconds = row["x_talk_seconds"].as_u64().unwrap_or_default();
        let talk = if seconds == 0 {
            String::new()
        } else {
            format!("{}:{:02}", seconds / 60, seconds % 60)
        };
        table.add_row(vec![
            Cell::new(text(&row["x_started_at"])),
            Cell::new(text(&row["x_server"])),
            Cell::new(arrow(&row["x_direction"])),
            Cell::new(text(&row["x_outcome"])),
            Cell::new(text(&row["x_caller_number"])),
            Cell::new(text(&row["x_called_number"])),
            Cell::new(text(&row["x_extension"])),
            Cell::new(talk).set_alignment(CellAlignment::Right),
            Cell::new(contact(row)),
        ]);
    }
    table
}

/// The contact's name, or why there is none.
fn contact(row: &Value) -> String {
    match (row["x_partner_id"][1].as_str(), row["x_match"].as_str()) {
        (Some(name), Some("created")) => format!("{name} (new)"),
        (Some(name), _) => name.to_owned(),
        (None, Some("ambiguous")) => {
            let candidates = row["x_candidate_ids"].as_array().map_or(0, Vec::len);
            format!("? one of {candidates} contacts with this number")
        }
        (None, reason) => format!("- {}", reason.unwrap_or_default()),
    }
}

fn arrow(direction: &Value) -> &'static str {
    match direction.as_str() {
        Some("inbound") => "→ in",
        Some("outbound") => "← out",
        Some("internal") => "↔ int",
        _ => "⇄ ext",
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_header(head);
    for between_rows in [
        TableComponent::HorizontalLines,
        TableComponent::MiddleIntersections,
        TableComponent::LeftBorderIntersections,
        TableComponent::RightBorderIntersections,
    ] {
        table.remove_style(between_rows);
    }
    table
}
