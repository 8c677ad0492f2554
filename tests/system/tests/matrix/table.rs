//! What came of it: flows by faults.

use std::fmt;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::fault::{Fault, KINDS, Peer};

/// One flow with one fault.
#[derive(Debug, Default)]
pub(crate) struct Cell {
    /// How often it has struck.
    pub(crate) injected: usize,
    /// What was lost by it.
    pub(crate) losses: Vec<String>,
}

/// One flow.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// In the order of the faults; none where the flow does not speak with the peer, or writes nothing.
    pub(crate) cells: Vec<Option<Cell>>,
    /// How long all of it has taken.
    pub(crate) took: Duration,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Table(Vec<Row>);

impl FromIterator<Row> for Table {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl Table {
    /// Waits for the rows.
    pub(crate) async fn of(rows: impl Iterator<Item = JoinHandle<Row>>) -> Self {
        let mut table = Vec::new();
        for row in rows {
            table.push(row.await.unwrap());
        }
        Self::from_iter(table)
    }

    fn cells(&self) -> impl Iterator<Item = (&'static str, Fault, &Cell)> {
        self.0.iter().flat_map(|row| {
            let cells = row.cells.iter().zip(Fault::all());
            cells.filter_map(|(cell, fault)| Some((row.name, fault, cell.as_ref()?)))
        })
    }

    /// Every fault has struck, and nothing was lost by it.
    pub(crate) fn assert_nothing_lost(&self) {
        let idle = self
            .cells()
            .filter(|(.., cell)| cell.injected == 0)
            .map(|(name, fault, _)| format!("{name}, {fault}: has never struck"));
        let lost = self.cells().flat_map(|(.., cell)| cell.losses.clone());
        let faults: Vec<String> = idle.chain(lost).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = KINDS.map(|(name, _)| format!("{name:>7}")).concat();
        let peers = [Peer::Odoo, Peer::Ucm].map(|peer| format!("  {:<70}", format!("{peer:?}")));
        writeln!(f, "{:14}{}  killed at", "", peers.concat())?;
        writeln!(f, "{:14}  {kinds}  {kinds}  request  write", "")?;
        for row in &self.0 {
            write!(f, "{:14}", row.name)?;
            for (column, cell) in row.cells.iter().enumerate() {
                let gap = if column % KINDS.len() == 0 { "  " } else { "" };
                write!(f, "{gap}{:>7}", shown(cell.as_ref()))?;
            }
            writeln!(f, "{:>8} s", row.took.as_secs())?;
        }
        let injected: usize = self.cells().map(|(.., cell)| cell.injected).sum();
        let lost: usize = self.cells().map(|(.., cell)| cell.losses.len()).sum();
        writeln!(f, "{injected} faults, {lost} losses")
    }
}

fn shown(cell: Option<&Cell>) -> String {
    match cell {
        None => "–".to_owned(),
        Some(cell) if cell.losses.is_empty() => cell.injected.to_string(),
        Some(cell) => format!("{}!{}", cell.injected, cell.losses.len()),
    }
}
