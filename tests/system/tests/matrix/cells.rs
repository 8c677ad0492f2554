//! Which requests and writes are struck: all of them, or one of each cell that is drawn.

use std::collections::BTreeSet;
use std::fmt;

/// How much is tried.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    seed: u64,
    is_full: bool,
    flow: String,
    /// How many faults each flow meets, where it does not meet all.
    faults: Option<usize>,
}

impl Plan {
    /// What the environment asks for.
    pub(crate) fn from_environment() -> Self {
        let variable = |name| std::env::var(name).ok();
        Self {
            seed: system::seed().unwrap(),
            is_full: variable("UCM_ODOO_FAULTS").is_some_and(|asked| asked == "full"),
            flow: variable("UCM_ODOO_FLOW").unwrap_or_default(),
            faults: None,
        }
    }

    /// The same for so many faults of each flow, which are drawn.
    pub(crate) fn of_few(mut self, faults: usize) -> Self {
        self.faults = (!self.is_full).then_some(faults);
        self
    }

    /// Whether the flow of this name is tried.
    pub(crate) fn asks_for(&self, flow: &str) -> bool {
        flow.contains(&self.flow)
    }

    /// Where a fault strikes in a flow, of the places that there are: at those `first` ones, and at one that is drawn. What is drawn for one
    /// cell does not depend on any other.
    pub(crate) fn places(
        &self,
        flow: &str,
        column: usize,
        there_are: usize,
        first: usize,
    ) -> BTreeSet<usize> {
        if self.is_full || there_are == 0 {
            return (1..=there_are).collect();
        }
        let drawn = self.random(flow, column).usize(1..=there_are);
        (1..=first.min(there_are)).chain([drawn]).collect()
    }

    /// The faults that a flow meets, of those that it can meet.
    pub(crate) fn met(&self, flow: &str, mut can: Vec<usize>) -> BTreeSet<usize> {
        if let Some(most) = self.faults {
            self.random(flow, 0).shuffle(&mut can);
            can.truncate(most);
        }
        can.into_iter().collect()
    }

    fn random(&self, flow: &str, column: usize) -> fastrand::Rng {
        let named = flow.bytes().fold(self.seed, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        fastrand::Rng::with_seed(named.wrapping_add(column as u64))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_full {
            true => f.write_str("every request and every write"),
            false => write!(f, "drawn by UCM_ODOO_SEED={}", self.seed),
        }
    }
}
