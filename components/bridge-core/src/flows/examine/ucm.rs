//! One UCM, from the bridge's own permission to reach it to its recordings.

use chrono::{DateTime, FixedOffset, Offset as _, TimeZone as _, Utc};

use super::{Advice, Course, Examined, Health, Patient, Step, within_patience};
use crate::config::{Config, Offer, Server};
use crate::flows::examine::probe::{MOST_MINUTES_OFF, newest_records};
use crate::flows::reach::ucm::ask;
use crate::flows::report::ServerReport;
use crate::state::key::{self, About};
use crate::state::{self, Journal, pushes};
use ports::{HttpError, KeyValue, StoreError, TlsFault, World};
use ucm_client::Dialect;
use ucm_client::{
    Answer, Callee, Client, Dial, Misconfigured, Operation, RecordingFolder, RecordingPlace, Saved,
    Trouble, UcmError,
};

/// The steps, each of which needs those before it up to the records.
const COURSE: [Examined; 14] = [
    Examined::HostAllowed,
    Examined::Network,
    Examined::Certificate,
    Examined::Api,
    Examined::PermittedIp,
    Examined::Credentials,
    Examined::Permission,
    Examined::Records,
    Examined::Clock,
    Examined::TimeZone,
    Examined::Recordings,
    Examined::Dial,
    Examined::LastRun,
    Examined::Pushes,
];

pub(super) async fn examine(
    world: &impl World,
    config: &Config,
    server: &Server,
    loose: Option<&str>,
) -> Result<Patient, StoreError> {
    // A UCM that only pushes is never asked.
    let is_wanted = |what: &Examined| match what {
        Examined::Pushes => server.push.is_open(),
        Examined::Dial => server.polled && server.dial.is_some(),
        _ => server.polled,
    };
    let steps: Vec<Examined> = COURSE.into_iter().filter(is_wanted).collect();
    let mut course = Course::of(&steps);
    if server.polled {
        match within_patience(world, ask_ucm(world, config, server, &mut course)).await {
            Ok(asked) => asked?,
            Err(patience) => course.fell_silent(Examined::Api, patience, Advice::Wait),
        }
        if let Some(name) = loose {
            password_is_loose(&mut course, name);
        }
        last_run(world, config, server, &mut course)?;
    }
    last_push(world, server, &mut course)?;
    Ok(Patient {
        server: server.id.clone(),
        name: server.name.clone(),
        steps: course.steps,
    })
}

/// Whoever may change the record could have the bridge log in at a host of their own.
fn password_is_loose(course: &mut Course, name: &str) {
    let what = Examined::HostAllowed;
    let is_good = |step: &Step| step.what == what && step.state == Health::Ok;
    if course.steps.iter().any(is_good) {
        let detail = format!(
            "the password `{name}` of `ucm_passwords` is sent to whatever host the record in Odoo names"
        );
        course.set(what, Health::Warning, &detail, Some(Advice::BindPassword));
    }
}

async fn ask_ucm(
    world: &impl World,
    config: &Config,
    server: &Server,
    course: &mut Course,
) -> Result<(), StoreError> {
    let saved = world
        .get(&key::of(&server.id, key::What::Session))?
        .and_then(|bytes| Saved::from_bytes(&bytes).ok());
    let mut client =
        Client::new(server.account(), saved).with_wait_budget(std::time::Duration::ZERO);
    let (id, mut requests) = (&server.id, 0);
    let page = Operation::CdrPage(newest_records(world.now()));
    match ask(world, &mut client, id, page, &mut requests).await? {
        Ok(Answer::Page(page)) if page.items == 0 => {
            course.good_until(Examined::Records);
            course.set(
                Examined::Records,
                Health::Warning,
                "the UCM has no call records of the last days",
                None,
            );
        }
        Ok(_) => course.good_until(Examined::Clock),
        Err(error) => {
            refused(course, &error);
            return Ok(());
        }
    }
    if server.base.scheme() == "http" {
        let detail = "the server is reached without encryption";
        course.set(Examined::Certificate, Health::Warning, detail, None);
    }
    if server.dialect == Dialect::Action {
        let status = ask(
            world,
            &mut client,
            id,
            Operation::SystemStatus,
            &mut requests,
        )
        .await?;
        clock(course, server, status, world.now());
    } else {
        not_told(course, "this dialect does not tell the UCM's clock");
    }
    if server.recordings.offer != Offer::Off {
        let place = RecordingPlace {
            folder: RecordingFolder::Monitor,
            file: NO_RECORDING.to_owned(),
        };
        let answer = ask(
            world,
            &mut client,
            id,
            Operation::Recording(place),
            &mut requests,
        )
        .await?;
        recordings(course, config, answer);
    } else {
        course.good(Examined::Recordings, "not wanted for this server");
    }
    if server.dial.is_some() {
        let nobody = Dial {
            caller: String::new(),
            callee: Callee::Outside(String::new()),
        };
        let answer = ask(
            world,
            &mut client,
            id,
            Operation::Dial(nobody),
            &mut requests,
        )
        .await?;
        may_dial(course, answer);
    }
    Ok(())
}

/// Which step an error belongs to, and what to do.
fn refused(course: &mut Course, error: &UcmError) {
    use Examined::{Api, Certificate, Credentials, HostAllowed, Network, Permission, PermittedIp};
    let detail = error.to_string();
    let mut failed = |what, advice| course.failed(what, &detail, advice);
    match error {
        UcmError::Configuration(Misconfigured::HostNotAllowed) => {
            failed(HostAllowed, Advice::AllowHost);
        }
        UcmError::Configuration(Misconfigured::Connection(HttpError::Tls(fault))) => {
            failed(Certificate, about_tls(*fault));
        }
        UcmError::Configuration(Misconfigured::Connection(_)) => {
            failed(Network, Advice::CheckAddress);
        }
        UcmError::Unavailable(Trouble::Network(_))
        | UcmError::Configuration(Misconfigured::Address) => failed(Network, Advice::CheckAddress),
        // The UCM does not say which of the two it is.
        UcmError::Configuration(Misconfigured::ApiOff) => {
            failed(Api, Advice::EnableApi);
            let or_else =
                "or this is why: the UCM answers the same to an address that is not permitted";
            course.set(
                PermittedIp,
                Health::Warning,
                or_else,
                Some(Advice::PermitIp),
            );
        }
        UcmError::Configuration(_) | UcmError::Protocol(_) | UcmError::Unsupported { .. } => {
            failed(Api, Advice::CheckDialect);
        }
        UcmError::Credentials(_) => failed(Credentials, Advice::CheckPassword),
        UcmError::Permission {
            action: "challenge" | "login",
        } => failed(PermittedIp, Advice::PermitIp),
        UcmError::Permission { .. } => failed(Permission, Advice::GrantAction),
        UcmError::Unavailable(_) | UcmError::Busy { .. } => failed(Api, Advice::Wait),
        UcmError::TooLarge { .. }
        | UcmError::NoSuchItem { .. }
        | UcmError::Uncertain { .. }
        | UcmError::NothingBegun => {
            failed(Examined::Records, Advice::CheckDialect);
        }
    }
}

fn about_tls(fault: TlsFault) -> Advice {
    match fault {
        TlsFault::Certificate => Advice::TrustUcm,
        TlsFault::NothingInCommon(_) => Advice::RenewTls,
        TlsFault::Untold => Advice::TellTls,
    }
}

/// A call from nobody to nobody: a UCM that lets the user dial finds fault with it, one that does not says so first.
fn may_dial(course: &mut Course, answer: Result<Answer, UcmError>) {
    match answer {
        Err(error @ UcmError::Permission { .. }) => course.set(
            Examined::Dial,
            Health::Failed,
            &error.to_string(),
            Some(Advice::GrantAction),
        ),
        Ok(_) | Err(UcmError::Protocol(_)) => course.good(Examined::Dial, ""),
        Err(error) => course.set(Examined::Dial, Health::Warning, &error.to_string(), None),
    }
}

fn clock(
    course: &mut Course,
    server: &Server,
    status: Result<Answer, UcmError>,
    now: DateTime<Utc>,
) {
    let shown: Option<DateTime<FixedOffset>> = match status {
        Ok(Answer::SystemStatus(status)) => status.clock,
        Ok(_) => None,
        Err(error) => return not_told(course, &error.to_string()),
    };
    let Some(shown) = shown else {
        return not_told(course, "the UCM does not tell its clock in a known form");
    };
    let off = (shown.to_utc() - now).num_minutes();
    if off.abs() <= MOST_MINUTES_OFF {
        course.good(Examined::Clock, "the UCM's clock is right");
    } else {
        let detail = format!("the UCM's clock is {off} minutes off");
        course.set(
            Examined::Clock,
            Health::Failed,
            &detail,
            Some(Advice::SetClock),
        );
    }
    let there = shown.offset().fix();
    match server.time_zone {
        None => course.good(
            Examined::TimeZone,
            &format!("UTC{there} on the UCM; none is configured here, and none is needed"),
        ),
        Some(zone) => {
            let here = zone.offset_from_utc_datetime(&now.naive_utc()).fix();
            if here == there {
                course.good(
                    Examined::TimeZone,
                    &format!("UTC{there} on the UCM, as in {zone}"),
                );
            } else {
                let detail = format!(
                    "UTC{there} on the UCM, but UTC{here} in {zone}, which is configured here"
                );
                course.set(
                    Examined::TimeZone,
                    Health::Failed,
                    &detail,
                    Some(Advice::SetTimeZone),
                );
            }
        }
    }
}

fn not_told(course: &mut Course, detail: &str) {
    for what in [Examined::Clock, Examined::TimeZone] {
        course.set(what, Health::Warning, detail, None);
    }
}

/// A recording that does not exist is asked for: whoever may not have one is refused before it is looked for.
fn recordings(course: &mut Course, config: &Config, answer: Result<Answer, UcmError>) {
    let what = Examined::Recordings;
    match answer {
        Ok(_) | Err(UcmError::NoSuchItem { .. }) if !config.links.keys.can_sign() => {
            let detail = "the API user may fetch recordings, but without `link_secret` none is linked or copied";
            course.set(what, Health::Warning, detail, None);
        }
        Ok(_) | Err(UcmError::NoSuchItem { .. }) => {
            course.good(what, "the API user may fetch recordings");
        }
        Err(error @ UcmError::Permission { .. }) => {
            course.set(
                what,
                Health::Failed,
                &error.to_string(),
                Some(Advice::GrantAction),
            );
        }
        Err(error) => course.set(what, Health::Warning, &error.to_string(), None),
    }
}

fn last_run(
    world: &impl World,
    config: &Config,
    server: &Server,
    course: &mut Course,
) -> Result<(), StoreError> {
    let journal = Journal::last_met(world, &config.odoo)?;
    let report: Option<ServerReport> = state::load(world, &journal.of(&server.id, About::Report))?;
    let what = Examined::LastRun;
    match report {
        None => course.set(
            what,
            Health::Warning,
            "it has not been synchronised yet",
            None,
        ),
        Some(report) => {
            let at = report.started_at.format("%Y-%m-%d %H:%M UTC");
            let (state, detail) = match &report.detail {
                Some(detail) if !report.status.is_ok() => {
                    (Health::Failed, format!("{at}: {detail}"))
                }
                Some(detail) if report.set_aside > 0 => {
                    (Health::Warning, format!("{at}: {detail}"))
                }
                _ => (Health::Ok, at.to_string()),
            };
            course.set(what, state, &detail, None);
        }
    }
    Ok(())
}

/// A step of servers that may push; others have none.
fn last_push(
    store: &impl KeyValue,
    server: &Server,
    course: &mut Course,
) -> Result<(), StoreError> {
    match pushes::last_at(store, &server.id)? {
        Some(at) => course.good(
            Examined::Pushes,
            &at.format("%Y-%m-%d %H:%M UTC").to_string(),
        ),
        None => course.set(
            Examined::Pushes,
            Health::Warning,
            "the UCM has not pushed a record yet",
            Some(Advice::SetUpPush),
        ),
    }
    Ok(())
}

/// A name that no UCM gives to a recording.
const NO_RECORDING: &str = "auto-0-ucm-odoo.wav";

#[cfg(test)]
mod tests {
    use super::*;

    /// What is advised where no secure connection came about.
    fn advised(fault: TlsFault) -> Option<Advice> {
        let mut course = Course::of(&COURSE);
        let error = UcmError::Configuration(Misconfigured::Connection(HttpError::Tls(fault)));
        refused(&mut course, &error);
        let failed: Vec<_> = course
            .steps
            .iter()
            .filter(|step| step.state == Health::Failed)
            .collect();
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].what, Examined::Certificate);
        failed[0].advice
    }

    #[test]
    fn a_tls_that_is_too_old_is_told_from_a_certificate_where_the_platform_tells_them_apart() {
        let old = advised(TlsFault::of_alert(Some(70)));
        assert_eq!(old, Some(Advice::RenewTls));
        assert_eq!(advised(TlsFault::Certificate), Some(Advice::TrustUcm));
        assert_eq!(advised(TlsFault::Untold), Some(Advice::TellTls));
        for (alert, expected) in [
            (Some(40), TlsFault::NothingInCommon(40)),
            (Some(71), TlsFault::NothingInCommon(71)),
            (Some(80), TlsFault::Untold),
            (None, TlsFault::Untold),
        ] {
            assert_eq!(TlsFault::of_alert(alert), expected);
        }
    }
}
