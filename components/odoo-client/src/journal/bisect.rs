//! Finding the rows that Odoo refuses, when a whole batch was refused.
//!
//! `create` is all or nothing and does not say which row was to blame. Halving finds one bad row among 500 in some 18 calls, writes the
//! good ones on the way, and needs nothing of the transport. (`load` reports row numbers, but converts values by rules of its own, and an
//! exception in a customised model ends it just the same.)

use std::ops::Range;

use super::super::OdooError;

/// Drives the halving: take [`Bisect::next_batch`], write these rows, and tell how it went, until there is no next.
#[derive(Debug)]
pub struct Bisect {
    /// Batches still to be tried, the next one last.
    pending: Vec<Range<usize>>,
    total: usize,
    refused: Vec<Refused>,
}

/// A row that Odoo refuses by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its index among the rows given.
    pub row: usize,
    /// What Odoo says to it.
    pub error: OdooError,
}

impl Bisect {
    /// A search among `total` rows that were refused together.
    pub fn new(total: usize) -> Self {
        Self {
            pending: halves(0..total),
            total,
            refused: Vec::new(),
        }
    }

    /// The next rows to try, by their indexes; none when all are either written or refused.
    pub fn next_batch(&self) -> Option<Range<usize>> {
        self.pending.last().cloned()
    }

    /// The batch was written.
    pub fn handle_accepted(&mut self) {
        self.pending.pop();
    }

    /// The batch was refused with an error whose reaction is to skip the row.
    pub fn handle_refused(&mut self, error: OdooError) {
        let Some(batch) = self.pending.pop() else {
            return;
        };
        match batch.len() {
            0 => {}
            1 => self.refused.push(Refused {
                row: batch.start,
                error,
            }),
            _ => self.pending.extend(halves(batch)),
        }
    }

    /// The rows refused so far, in the order of the rows.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Whether no row at all was accepted, though there were many: then it is not the rows that are wrong but the model (a required
    /// field added by somebody, say), and giving up on all of them would be rash. A few may well be all that is left of a batch, its good
    /// rows written by another run or beside them before: nothing would ever come to write them with.
    pub fn all_refused(&self) -> bool {
        self.pending.is_empty() && self.total >= MANY && self.refused.len() == self.total
    }
}

/// Rows that are hardly refused each for a reason of its own, and fewer than what there is room for among what is set aside.
const MANY: usize = 20;

/// A single row that was refused alone is tried once more alone: the error that counts is its own.
fn halves(batch: Range<usize>) -> Vec<Range<usize>> {
    let middle = batch.start + batch.len() / 2;
    // The first half is last, for it is taken first.
    [middle..batch.end, batch.start..middle]
        .into_iter()
        .filter(|half| !half.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
