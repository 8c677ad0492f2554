//! The fault matrix: every flow meets every fault, of the network and of the machine, and afterwards nothing is lost and nothing is there twice.
//!
//! A row is a flow, as people use it; a column is a fault: what a proxy before a peer does to a request ([`peers::proxy`]), or the end of the
//! instance at a request or at a write to the store. Then comes what comes in life: the next tick, a push that is sent again, a button that is
//! pressed once more. What is in Odoo afterwards is held against what really happened.
//!
//! A normal run draws where in its flow each fault strikes, and says by which seed: every cell of the table once. `UCM_ODOO_FAULTS=full` tries
//! every request and every write; `UCM_ODOO_SEED=…` draws what another run has drawn; `UCM_ODOO_FLOW=…` tries the flows whose names hold that text.
//! Where the environment names a real Odoo, flows meet some faults before that one as well, drawn anew each time; what people run of campaigns is
//! programs of a real Odoo, so that row is there alone.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod bench;
mod calls;
mod campaign;
mod cells;
#[path = "../stats/count.rs"]
mod count;
mod dial;
mod fault;
mod flow;
mod follow_up;
mod odoo_side;
mod pushes;
mod ring;
mod sounds;
mod table;

use cells::Plan;
use flow::{row, row_of_real};
use system::RealOdoo;
use table::Table;

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_loses_anything_or_does_it_twice() {
    let plan = Plan::from_environment();
    println!("{plan}");
    let begun = std::time::Instant::now();
    let rows = vec![
        row::<calls::FirstImport>(&plan),
        row::<calls::SteadyPoll>(&plan),
        row::<pushes::Pushed>(&plan),
        row::<pushes::Drained>(&plan),
        row::<sounds::Listening>(&plan),
        row::<sounds::Copied>(&plan),
        row::<odoo_side::SetUp>(&plan),
        row::<odoo_side::Statistics>(&plan),
        row::<follow_up::ToDos>(&plan),
        row::<follow_up::Leads>(&plan),
        row::<dial::Dialled>(&plan),
        row::<ring::Rung>(&plan),
    ];
    let table = Table::of(rows.into_iter().flatten()).await;
    println!("{table}took {:?}", begun.elapsed());
    table.assert_nothing_lost();
}

/// One after the other: they are in one database.
#[tokio::test(flavor = "multi_thread")]
async fn no_fault_before_a_real_odoo_loses_anything_or_does_it_twice() {
    let Some(odoo) = RealOdoo::from_environment() else {
        eprintln!("skipped: no real Odoo is named (ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_API_KEY)");
        return;
    };
    let plan = Plan::from_environment().of_few(FAULTS_BEFORE_A_REAL_ODOO);
    println!("{plan}");
    let begun = std::time::Instant::now();
    let rows = [
        row_of_real::<calls::FirstImport>(&plan, &odoo).await,
        row_of_real::<calls::SteadyPoll>(&plan, &odoo).await,
        row_of_real::<pushes::Pushed>(&plan, &odoo).await,
        row_of_real::<sounds::Listening>(&plan, &odoo).await,
        row_of_real::<odoo_side::Statistics>(&plan, &odoo).await,
        row_of_real::<follow_up::ToDos>(&plan, &odoo).await,
        row_of_real::<follow_up::Leads>(&plan, &odoo).await,
        row_of_real::<dial::Dialled>(&plan, &odoo).await,
        row_of_real::<campaign::CalledNext>(&plan, &odoo).await,
    ];
    let table = Table::from_iter(rows.into_iter().flatten());
    println!("{table}took {:?}", begun.elapsed());
    table.assert_nothing_lost();
}

/// Each takes seconds there.
const FAULTS_BEFORE_A_REAL_ODOO: usize = 3;
