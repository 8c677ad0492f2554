//! The fault matrix: every flow meets every fault, of the network and of the machine, and afterwards nothing is lost and nothing is there twice.
//!
//! A row is a flow, as people use it; a column is a fault: what a proxy before a peer does to a request ([`peers::proxy`]), or the end of the
//! instance at a request or at a write to the store. Then comes what comes in life: the next tick, a push that is sent again, a button that is
//! pressed once more. What is in Odoo afterwards is held against what really happened.
//!
//! A normal run draws where in its flow each fault strikes, and says by which seed: every cell of the table once. `UCM_ODOO_FAULTS=full` tries
//! every request and every write; `UCM_ODOO_SEED=…` draws what another run has drawn; `UCM_ODOO_FLOW=…` tries the flows whose names hold that text.
//! What people run of campaigns is programs of a real Odoo: that row is not here.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod bench;
mod calls;
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
use flow::row;
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
