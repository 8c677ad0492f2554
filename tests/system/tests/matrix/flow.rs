//! A flow as people use it, and its row of the table.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host::Hooks;
use peers::proxy::Struck;
use system::{Journal, RealOdoo, Rig};
use tokio::task::JoinHandle;

use super::bench::{Bench, Counts, Office};
use super::calls::next_runs;
use super::cells::Plan;
use super::fault::{Fault, Peer};
use super::table::{Cell, Row};

/// What people use the bridge for.
pub(crate) trait Flow: Sized {
    /// What the table calls it.
    const NAME: &'static str;
    /// Whom the bridge speaks with meanwhile.
    const SPEAKS_WITH: &'static [Peer];
    /// Whether it writes to the store.
    const WRITES: bool = true;
    /// What was made ready once.
    type Ready: Default;

    /// Where it takes place. `user` is the one of the key.
    fn office(user: i64) -> Office;

    /// What has happened before, once for all faults: nothing, unless a flow says so.
    async fn make_ready(_rig: &Rig) -> anyhow::Result<Self::Ready> {
        Ok(Self::Ready::default())
    }

    /// What is there now, a moment before.
    async fn begin(rig: Rig, ready: &Self::Ready) -> anyhow::Result<Self>;

    /// The office that it takes place in.
    fn rig(&self) -> &Rig;

    /// It takes place, and may be struck: a tick, unless a flow says so. What fails in it is for what follows to make good.
    async fn happen(&mut self, hooks: Arc<dyn Hooks>) -> anyhow::Result<()> {
        self.rig().tick_with(hooks).await?;
        Ok(())
    }

    /// What comes in life when something has failed: the next runs, unless a flow says so.
    async fn recover(&mut self) -> anyhow::Result<()> {
        next_runs(self.rig()).await
    }

    /// What is lost, twice or wrong in the end. `doubled` are the requests that somebody has sent on twice.
    async fn losses(&self, doubled: &[Struck]) -> anyhow::Result<Vec<String>>;
}

/// The row of a flow, if it is asked for, on a thread of its own.
pub(crate) fn row<F: Flow>(plan: &Plan) -> Option<JoinHandle<Row>> {
    let plan = plan.clone();
    plan.asks_for(F::NAME).then(|| {
        tokio::task::spawn_blocking(move || {
            let row = async { tried::<F>(&plan, Journal::simulated(19).await?).await };
            tokio::runtime::Handle::current()
                .block_on(row)
                .unwrap_or_else(|error| panic!("{}: {error:?}", F::NAME))
        })
    })
}

/// The row of a flow before a real Odoo, if it is asked for.
pub(crate) async fn row_of_real<F: Flow>(plan: &Plan, odoo: &RealOdoo) -> Option<Row> {
    if !plan.asks_for(F::NAME) {
        return None;
    }
    let row = async { tried::<F>(plan, Journal::real(odoo.clone()).await?).await };
    let row = row.await;
    Some(row.unwrap_or_else(|error| panic!("{}: {error:?}", F::NAME)))
}

/// Every fault, wherever the plan has it strike.
async fn tried<F: Flow>(plan: &Plan, journal: Journal) -> anyhow::Result<Row> {
    let office = F::office(journal.user());
    let bench = Bench::open(office, journal).await?;
    let ready = match bench.is_copied() {
        true => Some(F::make_ready(bench.first()).await?),
        false => None,
    };
    let counts = unharmed::<F>(&bench, ready.as_ref()).await?;
    let (mut cells, begun) = (Vec::new(), Instant::now());
    let can = Fault::all().enumerate();
    let can = can.filter(|(_, fault)| counts.of(*fault) > 0);
    let met = plan.met(F::NAME, can.map(|(column, _)| column).collect());
    for (column, fault) in Fault::all().enumerate() {
        if !met.contains(&column) {
            cells.push(None);
            continue;
        }
        let places = plan.places(F::NAME, column, counts.of(fault), fault.always());
        let mut cell = Cell::default();
        for mut nth in places {
            let fault = fault.turn(nth);
            struck::<F>(&bench, ready.as_ref(), fault, nth, &mut cell).await;
            // What comes at the same moment is brought in together: a run may be shorter than the one that was counted.
            while cell.injected == 0 && nth > 1 {
                nth /= 2;
                struck::<F>(&bench, ready.as_ref(), fault, nth, &mut cell).await;
            }
        }
        cells.push(Some(cell));
    }
    let took = begun.elapsed();
    bench.close().await?;
    Ok(Row {
        name: F::NAME,
        cells,
        took,
    })
}

/// A moment before a fault strikes. Where there is no copy of what was made ready, it is made ready again.
async fn begun<F: Flow>(
    bench: &Bench,
    ready: Option<&F::Ready>,
    fault: Option<Fault>,
) -> anyhow::Result<F> {
    let rig = bench.anew().await?;
    let rig = match fault.is_some_and(Fault::keeps_waiting) {
        true => rig.hurried(),
        false => rig,
    };
    match ready {
        Some(ready) => F::begin(rig, ready).await,
        None => {
            let ready = F::make_ready(&rig).await?;
            F::begin(rig, &ready).await
        }
    }
}

/// Without any fault nothing is lost either; gives what there is to strike.
async fn unharmed<F: Flow>(bench: &Bench, ready: Option<&F::Ready>) -> anyhow::Result<Counts> {
    let mut flow = begun::<F>(bench, ready, None).await?;
    let watch = bench.strike(None, 0).await;
    flow.happen(watch.hooks()).await?;
    let counts = bench.counts(&watch);
    flow.recover().await?;
    let losses = flow.losses(&[]).await?;
    anyhow::ensure!(losses.is_empty(), "without any fault: {losses:?}");
    for fault in Fault::all() {
        let is_expected = match fault {
            Fault::Network(peer, _) => F::SPEAKS_WITH.contains(&peer),
            Fault::KillAtRequest => true,
            Fault::KillAtWrite => F::WRITES,
        };
        let there_are = counts.of(fault);
        // A device that stays the same knows the bridge already: nothing is written where that is all that would be.
        let may_lack = fault == Fault::KillAtWrite && !bench.is_copied();
        anyhow::ensure!(
            is_expected == (there_are > 0) || is_expected && may_lack,
            "{there_are} places for {fault}"
        );
    }
    Ok(counts)
}

/// One run of the flow, with one fault.
async fn struck<F: Flow>(
    bench: &Bench,
    ready: Option<&F::Ready>,
    fault: Fault,
    nth: usize,
    cell: &mut Cell,
) {
    let run = async {
        let mut flow = begun::<F>(bench, ready, Some(fault)).await?;
        let watch = bench.strike(Some(fault), nth).await;
        flow.happen(watch.hooks()).await?;
        let (has_struck, requests) = bench.struck(fault, &watch).await;
        cell.injected += usize::from(has_struck);
        let doubled = if fault.doubles() {
            requests
        } else {
            Vec::new()
        };
        // Nobody is kept waiting any more.
        flow.rig().be_patient();
        flow.recover().await?;
        flow.losses(&doubled).await
    };
    let losses = match tokio::time::timeout(MOST, run).await {
        Ok(Ok(losses)) => losses,
        Ok(Err(error)) => vec![format!("{error:#}")],
        Err(_) => vec![format!("not over after {MOST:?}")],
    };
    let lost = losses
        .into_iter()
        .map(|loss| format!("{}, {fault} {nth}: {loss}", F::NAME));
    cell.losses.extend(lost);
}

/// Longer than any run takes on a busy machine.
const MOST: Duration = Duration::from_secs(120);
