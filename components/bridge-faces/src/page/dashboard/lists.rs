//! Lists of people and calls, with the way to them: their number to dial, their contact or call in Odoo.

use super::Addresses;
use crate::report::{Cell, Report, Table, Term};

/// A list.
pub(super) struct List {
    pub(super) title: &'static str,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Shown>>,
    /// What comes after the first ones.
    pub(super) more: Vec<Vec<Shown>>,
    /// How many there are that the list does not have; empty where it has all.
    pub(super) left_out: String,
}

/// The head of a column.
pub(super) struct Head {
    pub(super) text: &'static str,
    pub(super) class: &'static str,
}

/// A cell.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) address: Option<String>,
    pub(super) class: &'static str,
    /// What the column is.
    pub(super) head: &'static str,
}

impl List {
    /// Those who called in vain and wait.
    pub(super) fn of_those_who_wait(report: &Report<'_>, addresses: &Addresses) -> Self {
        let callers = &report.statistics.not_called_back;
        let contacts = callers
            .iter()
            .map(|caller| addresses.contact(caller.contact));
        let left_out = report
            .statistics
            .not_called_back_total
            .saturating_sub(callers.len() as u64);
        let left_out = if left_out > 0 {
            report.language.count(left_out)
        } else {
            String::new()
        };
        Self {
            left_out,
            ..Self::new(report, report.not_called_back(), contacts)
        }
    }

    /// Calls that waited.
    pub(super) fn of_waits(report: &Report<'_>, addresses: &Addresses) -> Self {
        let calls = report.statistics.longest_waits.iter();
        Self::new(
            report,
            report.longest_waits(),
            calls.map(|wait| addresses.call(wait.call)),
        )
    }

    /// Numbers with most calls.
    pub(super) fn of_top_callers(report: &Report<'_>, addresses: &Addresses) -> Self {
        let contacts = report
            .statistics
            .top_callers
            .iter()
            .map(|caller| addresses.contact(caller.contact));
        Self::new(report, report.top_callers(), contacts)
    }

    /// Rows of a table, each with the address that its first cell leads to.
    fn new(
        report: &Report<'_>,
        table: Table,
        addresses: impl Iterator<Item = Option<String>>,
    ) -> Self {
        let heads = table.columns.iter().map(|term| Head {
            text: report.say(*term),
            class: class(*term),
        });
        let heads: Vec<Head> = heads.collect();
        let mut rows: Vec<Vec<Shown>> = Vec::new();
        for (cells, address) in table.rows.iter().zip(addresses) {
            let mut row: Vec<Shown> = cells
                .iter()
                .zip(&heads)
                .map(|(cell, head)| shown(report, cell, head))
                .collect();
            if let Some(first) = row.first_mut() {
                first.address = address;
            }
            rows.push(row);
        }
        let more = rows.split_off(rows.len().min(FIRST));
        Self {
            title: report.say(table.title),
            heads,
            rows,
            more,
            left_out: String::new(),
        }
    }
}

fn shown(report: &Report<'_>, cell: &Cell, head: &Head) -> Shown {
    let address = match cell {
        Cell::Number(number) if is_dialled(number) => Some(format!("tel:{number}")),
        _ => None,
    };
    Shown {
        text: report.text(cell),
        address,
        class: head.class,
        head: head.text,
    }
}

/// A plus and digits, as E.164 has it.
fn is_dialled(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn class(term: Term) -> &'static str {
    match term {
        Term::Calls | Term::RingTime => "n",
        Term::Extension | Term::Server | Term::Outcome => "minor",
        _ => "",
    }
}

impl Addresses {
    fn contact(&self, id: Option<i64>) -> Option<String> {
        self.record("res.partner", id?)
    }

    fn call(&self, id: i64) -> Option<String> {
        self.record("x_ucm_call", id)
    }

    /// The way in that Odoo's own mails take: the same in every version, and it asks who is there.
    fn record(&self, model: &str, id: i64) -> Option<String> {
        let odoo = self.odoo.as_deref()?.trim_end_matches('/');
        Some(format!("{odoo}/mail/view?model={model}&res_id={id}"))
    }
}

/// Rows that are shown at once.
const FIRST: usize = 12;
