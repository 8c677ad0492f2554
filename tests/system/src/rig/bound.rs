//! No test goes on for ever: of one that waits for what never comes, whoever runs the suite hears the name.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How long a rig may have nothing to do. The longest single run of a test takes some minutes beside other work.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Ends the process, and with it the other tests of the same binary, once a rig had nothing to do for too long.
#[derive(Debug)]
pub(super) struct Bound(Sender<()>);

impl Bound {
    /// From now on, in the name of the test that begins it.
    pub(super) fn begin() -> Self {
        Self::of(LONGEST, |test| {
            let minutes = LONGEST.as_secs() / 60;
            let seed = crate::chance::drawn()
                .map_or(String::new(), |seed| format!(" (UCM_ODOO_SEED={seed})"));
            // What a test prints is kept until it has ended, which this one never does: not what is written here.
            _ = writeln!(
                std::io::stderr(),
                "{test}: for {minutes} minutes nothing was started and no time passed, so it is ended{seed}"
            );
            std::process::exit(101);
        })
    }

    fn of(longest: Duration, end: impl FnOnce(&str) + Send + 'static) -> Self {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let (goes_on, is_heard) = mpsc::channel();
        thread::spawn(move || {
            loop {
                match is_heard.recv_timeout(longest) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Timeout) => return end(&test),
                    // The rig is gone.
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self(goes_on)
    }

    /// It still goes on.
    pub(super) fn goes_on(&self) {
        // The only error is that it was ended.
        _ = self.0.send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_millis(200);

    fn watched() -> (Bound, mpsc::Receiver<String>) {
        let (says, said) = mpsc::channel();
        let end = move |test: &str| _ = says.send(test.to_owned());
        (Bound::of(LONGEST, end), said)
    }

    #[test]
    fn whoever_goes_on_no_longer_is_named() {
        let (bound, said) = watched();
        bound.goes_on();
        let name = said.recv_timeout(LONGEST * 50).unwrap();
        assert_eq!(Some(name.as_str()), thread::current().name());
    }

    #[test]
    fn whoever_is_through_is_not() {
        let (bound, said) = watched();
        drop(bound);
        // Whoever could say it is gone.
        let nobody = said.recv_timeout(LONGEST * 50);
        assert_eq!(nobody, Err(RecvTimeoutError::Disconnected));
    }
}
