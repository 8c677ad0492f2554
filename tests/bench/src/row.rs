//! One measurement.

use std::fmt;
use std::time::Duration;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Calls a second.
    CallsPerSecond,
    /// Requests a second.
    RequestsPerSecond,
    /// Megabytes a second.
    MegabytesPerSecond,
    /// Milliseconds.
    Millis,
    /// Megabytes.
    Megabytes,
    /// Requests.
    Requests,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallsPerSecond => "calls/s",
            Self::RequestsPerSecond => "requests/s",
            Self::MegabytesPerSecond => "MB/s",
            Self::Millis => "ms",
            Self::Megabytes => "MB",
            Self::Requests => "requests",
        })
    }
}

/// What is aimed at: of the ratio where there is a limit, of the figure itself where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// This much, or more.
    AtLeast(f64),
    /// This much, or less.
    AtMost(f64),
}

impl Goal {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, ">= {least}"),
            Self::AtMost(most) => write!(f, "<= {most}"),
        }
    }
}

/// What has become of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is reached.
    Met,
    /// It is not reached.
    Missed,
    /// There is none.
    NoGoal,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NoGoal => "no goal",
        })
    }
}

/// One measurement, with what it is measured against.
#[derive(Clone, Debug)]
pub struct Row {
    pub(crate) what: String,
    pub(crate) figure: f64,
    pub(crate) unit: Unit,
    pub(crate) limit: Option<f64>,
    pub(crate) goal: Option<Goal>,
    pub(crate) cpu: Option<Duration>,
    pub(crate) peak_memory_bytes: Option<usize>,
    pub(crate) note: String,
}

impl Row {
    /// So much of something.
    pub fn new(what: impl Into<String>, figure: f64, unit: Unit) -> Self {
        Self {
            what: what.into(),
            figure,
            unit,
            limit: None,
            goal: None,
            cpu: None,
            peak_memory_bytes: None,
            note: String::new(),
        }
    }

    /// A time.
    pub fn time(what: impl Into<String>, took: Duration) -> Self {
        Self::new(what, took.as_secs_f64() * 1e3, Unit::Millis)
    }

    /// What the same run has measured of something that does nothing else, in the figure's unit.
    #[must_use]
    pub fn limit(mut self, limit: f64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What is aimed at.
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// What all of this process took of the processor meanwhile.
    #[must_use]
    pub fn cpu(mut self, cpu: Duration) -> Self {
        self.cpu = Some(cpu);
        self
    }

    /// The most memory that an instance of the component has had.
    #[must_use]
    pub fn peak_memory_bytes(mut self, bytes: Option<usize>) -> Self {
        self.peak_memory_bytes = bytes;
        self
    }

    /// What else is to be said of it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Something more to be said of it.
    #[must_use]
    pub fn also(mut self, note: impl AsRef<str>) -> Self {
        self.note = format!("{}, {}", self.note, note.as_ref());
        self
    }

    /// The figure as a part of the limit.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.limit.map(|limit| self.figure / limit)
    }

    /// Whether the goal is reached.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Some(goal) = self.goal else {
            return Verdict::NoGoal;
        };
        match goal.is_met_by(self.ratio().unwrap_or(self.figure)) {
            true => Verdict::Met,
            false => Verdict::Missed,
        }
    }
}
