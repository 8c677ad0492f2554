//! A run that is ended at every point in turn.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use host::KillAt;

use crate::{Rig, Site};

/// An office of which there are as many copies as there are points to end a run at: it is set up once.
#[derive(Debug)]
pub struct Points<S> {
    first: Rig,
    site: S,
    /// Every point, or every so many.
    pub step: usize,
}

impl<S: AsyncFn() -> Site> Points<S> {
    /// Points of runs that begin in the simulated Odoo of `first`, with the PBX that `site` makes anew each time.
    pub fn of(first: Rig, site: S) -> Self {
        Self {
            first,
            site,
            step: 1,
        }
    }

    /// Makes ready what is there before the run, ends the run, lets the next ones go on, and sees what has come of it: over and over, until no
    /// run is so long any more. Gives how many points there are.
    ///
    /// # Errors
    /// When a run cannot be tried, or what has come of it is not what should: with the point.
    pub async fn each(
        &self,
        ready: impl AsyncFn(&Rig) -> anyhow::Result<()>,
        go_on: impl AsyncFn(&Rig) -> anyhow::Result<()>,
        come_of_it: impl AsyncFn(&Rig) -> anyhow::Result<()>,
    ) -> anyhow::Result<usize> {
        let mut point = 1;
        loop {
            let rig = self.first.again(vec![(self.site)().await]).await?;
            ready(&rig).await?;
            let kill = Arc::new(KillAt::new(point));
            rig.tick_with(Arc::clone(&kill)).await?;
            let seen = async {
                go_on(&rig).await?;
                come_of_it(&rig).await
            };
            let seen = seen.await;
            seen.with_context(|| format!("killed at effect {point}"))?;
            if !kill.has_killed() {
                return Ok(point);
            }
            point += self.step;
        }
    }
}

/// The lease of the run that was ended runs out by itself, and the next ones do the rest.
///
/// # Errors
/// When they are not complete.
pub async fn next_runs(rig: &Rig) -> anyhow::Result<()> {
    rig.advance(Duration::from_secs(120));
    rig.run_to_completion(5).await
}
