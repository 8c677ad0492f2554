//! What a measurement takes of the processor.

use std::io;
use std::time::Duration;

/// User and system time of this process, which holds client, host and peers.
#[derive(Clone, Copy, Debug)]
pub struct Cpu(Duration);

impl Cpu {
    /// What has been taken so far.
    ///
    /// # Errors
    /// Where the system has no `/proc` to read it from.
    pub fn now() -> io::Result<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        // The name of the program comes first, in brackets, and may have spaces of its own.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(str::parse::<u64>)
            .sum::<Result<u64, _>>()
            .map_err(io::Error::other)?;
        // In hundredths of a second, as Linux counts.
        Ok(Self(Duration::from_millis(ticks * 10)))
    }

    /// What has been taken since.
    ///
    /// # Errors
    /// As of [`Self::now`].
    pub fn since(self) -> io::Result<Duration> {
        Ok(Self::now()?.0.saturating_sub(self.0))
    }
}
