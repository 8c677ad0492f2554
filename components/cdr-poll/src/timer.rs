//! The cron trigger's side of the component.

use bridge_core::flows;
use bridge_core::flows::roster::Which;
use bridge_faces::WORDS;
use bridge_spin::{Spin, config};
use spin_sdk::http::run;

mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "spin-cron" });
}

use bindings::{Error, Guest, Metadata};

struct Timer;

impl Guest for Timer {
    /// A tick. The trigger neither retries nor catches up: what is due is decided by the schedule that is kept, not by the tick.
    fn handle_cron_event(_tick: Metadata) -> Result<(), Error> {
        let config = config().map_err(|error| Error::Other(error.to_string()))?;
        let report = run(flows::tick::run(
            &Spin::default(),
            &config,
            &Which::Due,
            WORDS,
        ))
        .map_err(|error| Error::Other(error.to_string()))?;
        for line in report.lines() {
            println!("{line}");
        }
        Ok(())
    }
}

bindings::export!(Timer with_types_in bindings);
