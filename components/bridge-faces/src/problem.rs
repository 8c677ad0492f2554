//! What an HTTP caller is told when something is wrong: problem details of RFC 9457, each with what to do next.

mod desk;
mod dial;
mod push;
mod recording;
mod setup;

use serde::Serialize;

pub use recording::kind as recording_kind;

use bridge_core::config::{ConfigError, Fault};
use bridge_core::flows::count::StatisticsError;
use bridge_core::flows::period::PeriodError;
use bridge_core::link::LinkError;
use calls::stats::QuestionError;
use odoo_client::Reaction;
use ports::StoreError;

/// A problem, as `application/problem+json` has it. It never carries a secret, a number or a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A name for the kind of problem, for programs.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind of problem, for people; the same for all of a kind.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What is wrong this time.
    pub detail: String,
    /// What to do next.
    pub action: String,
    /// The faults of the settings, where they are the problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl Problem {
    /// A problem of another kind than those below.
    pub fn new(
        status: u16,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            title,
            status,
            detail: detail.into(),
            action: action.into(),
            faults: Vec::new(),
        }
    }

    /// A secret that this route depends on is not set.
    pub fn not_configured(variable: &str) -> Self {
        Self::new(
            503,
            "urn:ucm-odoo:not-configured",
            "This route is closed",
            format!("the variable `{variable}` is not set, so nobody is let in"),
            format!(
                "set `{variable}` (as an environment variable of Spin: SPIN_VARIABLE_{})",
                variable.to_uppercase()
            ),
        )
    }

    /// A secret that this route depends on could be found by trying.
    pub fn guessable(variable: &str) -> Self {
        Self::new(
            503,
            "urn:ucm-odoo:not-configured",
            "This route is closed",
            format!("the variable `{variable}` can be guessed, so nobody is let in by it"),
            format!(
                "set `{variable}` to 32 random characters or more (openssl rand -hex 20), and start the application again"
            ),
        )
    }

    /// The caller did not show the right token.
    pub fn unauthorised() -> Self {
        Self::new(
            401,
            "urn:ucm-odoo:unauthorised",
            "Not authorised",
            "the request carries no token, or another one",
            "send the header `Authorization: Bearer …` with the `admin_token`; for what is only read, the `stats_token` will do",
        )
    }

    /// What is wrong with the settings, for whoever has shown a token.
    pub fn settings(error: ConfigError) -> Self {
        let faults = error.0.clone();
        Self {
            faults,
            action: "correct what `faults` lists and start the application again".to_owned(),
            ..error.into()
        }
    }

    /// There is nothing at this address.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            404,
            "urn:ucm-odoo:not-found",
            "Not found",
            format!("there is no {what}"),
            "check the address",
        )
    }

    /// The request leaves open, or contradicts, what only its sender can decide.
    pub fn undecided(detail: &str, action: &str) -> Self {
        Self::new(400, "urn:ucm-odoo:undecided", "Say which", detail, action)
    }

    /// What was asked for has to wait for a run on the server.
    pub fn at_work() -> Self {
        Self::new(
            503,
            "urn:ucm-odoo:at-work",
            "A run is at work",
            "a run is at work on this server; what waits for another Odoo can be discarded between two runs",
            "try again in a moment",
        )
    }

    /// The body is larger than this route takes.
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::new(
            413,
            "urn:ucm-odoo:too-large",
            "Too large",
            format!("the body has more than {limit_bytes} bytes"),
            "send less at once",
        )
    }

    /// The body ended before its end.
    pub fn cut_off() -> Self {
        Self::new(
            400,
            "urn:ucm-odoo:cut-off",
            "The body broke off",
            "the connection ended in the middle of the body",
            "send it again",
        )
    }

    /// A link that opens nothing. `renewal` says how to come by another one.
    pub fn link(error: LinkError, renewal: &str) -> Self {
        let status = match error {
            LinkError::NotConfigured => return Self::not_configured("link_secret"),
            LinkError::Forbidden => 403,
            LinkError::Expired => 410,
        };
        Self::new(
            status,
            "urn:ucm-odoo:link",
            "The link opens nothing",
            error.to_string(),
            renewal,
        )
    }

    /// The address exists, for another method.
    pub fn method_not_allowed(allowed: &str) -> Self {
        Self::new(
            405,
            "urn:ucm-odoo:method-not-allowed",
            "Method not allowed",
            "this address does not take that method",
            format!("use {allowed}"),
        )
    }
}

/// For anyone. What is wrong with a setting may quote what was written there: [`Problem::settings`] is for holders of a token.
impl From<ConfigError> for Problem {
    fn from(ConfigError(faults): ConfigError) -> Self {
        let count = faults.len();
        Self::new(
            500,
            "urn:ucm-odoo:settings",
            "The settings cannot be used",
            format!("{count} of the application's variables are missing or wrong"),
            "open `/` with a token: it says which, and how to correct them",
        )
    }
}

impl From<PeriodError> for Problem {
    fn from(error: PeriodError) -> Self {
        Self::new(
            400,
            "urn:ucm-odoo:period",
            "The period cannot be read",
            error.to_string(),
            "give `from` and `to`, the first and the last day on the UCM's clock",
        )
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Self {
        let action = match error {
            QuestionError::NoZone => {
                "give `zone`, the IANA name of the reader's time zone such as Europe/Paris, or ask for a `server` that has one in its settings"
            }
            QuestionError::TooLong => {
                "ask for a shorter period, or for several one after the other"
            }
            _ => "correct the parameter and ask again",
        };
        Self::new(
            400,
            "urn:ucm-odoo:question",
            "The question cannot be answered as it is put",
            error.to_string(),
            action,
        )
    }
}

impl From<StatisticsError> for Problem {
    fn from(error: StatisticsError) -> Self {
        let (status, action) = match &error {
            StatisticsError::Question(error) => return (*error).into(),
            StatisticsError::NoCampaign(_) => (
                404,
                "look for it in the list at /stats/campaigns; where it is of another company, give the bridge's user that company",
            ),
            StatisticsError::NoMember(_) => (
                404,
                "open it in the form of the member in Odoo: it may have been removed since",
            ),
            StatisticsError::NoCampaigns => (
                404,
                "install them by POST /setup?campaigns=yes, with the admin_token",
            ),
            StatisticsError::UnknownZone(_) => (
                409,
                "correct the campaign's Time Zone in Odoo: an IANA name such as Europe/Paris",
            ),
            StatisticsError::NoContact(_) => (404, "check the contact's number"),
            StatisticsError::OtherDays(_) => (
                502,
                "ask with another `zone`, or bring the time zones of Odoo's server (tzdata, pytz) and of the bridge up to date",
            ),
            StatisticsError::TooManyCallers => (
                422,
                "ask for a shorter period, or for one server or extension",
            ),
            StatisticsError::Odoo(error) if error.reaction() == Reaction::Retry => {
                (503, "try again in a moment")
            }
            StatisticsError::Odoo(_) => (502, "correct what the detail says, then ask again"),
        };
        Self::new(
            status,
            "urn:ucm-odoo:statistics",
            "There are no statistics",
            error.to_string(),
            action,
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(
            503,
            "urn:ucm-odoo:store",
            "The key-value store failed",
            error.to_string(),
            "give the component the store `default` in spin.toml, and check the store's provider",
        )
    }
}
