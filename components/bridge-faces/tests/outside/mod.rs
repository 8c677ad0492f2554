//! What the pages are shown when everything that comes from outside is meant to do harm.
#![expect(clippy::unwrap_used, reason = "a sample is made of constants")]

use std::collections::BTreeMap;

use bridge_core::config::{Fault, Standing, Survey, Surveyed, Wrong};
use bridge_core::flows::examine::{
    Advice, Check, Checked, Examination, Examined, Health, Patient, Probe, Step,
};
use bridge_core::flows::letters::{Listed, Retried};
use bridge_core::flows::oversee::{
    BookSeen, Heartbeat, OdooSeen, Overview, ServerSeen, SessionState, Stranded,
};
use bridge_core::flows::prove::{Attempt, DayProof};
use bridge_core::flows::recordings::Ticket;
use bridge_core::flows::report::{Counts, RunReport, ServerReport, Status};
use bridge_core::state::{Anew, Change};
use bridge_faces::page::{Doors, More};
use bridge_faces::problem::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;

use crate::html::HOSTILE;

/// When all of this was seen.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_781_504_500, 0).unwrap()
}

fn hostile() -> String {
    HOSTILE.to_owned()
}

pub(crate) fn faults() -> Vec<Fault> {
    vec![Fault {
        setting: hostile(),
        problem: Wrong::Unknown(hostile()),
    }]
}

pub(crate) fn problem(status: u16) -> Problem {
    Problem {
        faults: faults(),
        ..Problem::new(status, "urn:test", "Test", HOSTILE, HOSTILE)
    }
}

pub(crate) fn probe() -> Probe {
    Probe {
        server: hostile(),
        ok: false,
        checks: vec![Check {
            what: Checked::Records,
            ok: false,
            detail: hostile(),
        }],
        refused: faults(),
    }
}

pub(crate) fn report() -> ServerReport {
    ServerReport {
        server: hostile(),
        started_at: now(),
        status: Status::Failed,
        detail: Some(hostile()),
        set_aside: 2,
        counts: Counts::default(),
        cursor: None,
        importing: None,
        complete_at: Some(now()),
        names_refused: None,
        copies_waiting: false,
        duration_ms: 1,
    }
}

pub(crate) fn run() -> RunReport {
    RunReport {
        started_at: now(),
        pushed: Vec::new(),
        servers: vec![report(), report()],
        refused: faults(),
        remarks: Vec::new(),
    }
}

pub(crate) fn day() -> DayProof {
    DayProof {
        day: NaiveDate::from_ymd_opt(2026, 6, 14).unwrap(),
        zone: hostile(),
        at: now(),
        ucm: 9,
        odoo: 7,
        missing: 2,
        altered: 0,
        altered_fields: Default::default(),
        only_in_odoo: 0,
        unreadable: 0,
        still_missing: 1,
        still_altered: 0,
        why: Some(hostile()),
    }
}

pub(crate) fn attempt() -> Attempt {
    Attempt {
        at: now(),
        reason: hostile(),
    }
}

pub(crate) fn letter() -> Listed {
    Listed {
        id: hostile(),
        at: now(),
        reason: hostile(),
        session: Some(hostile()),
        payload: json!({ "caller_name": HOSTILE }),
        is_elsewhere: false,
    }
}

pub(crate) fn retried() -> Retried {
    Retried {
        server: hostile(),
        status: Status::Failed,
        detail: Some(hostile()),
        delivered: 1,
        refused: 1,
        letters: vec![letter()],
    }
}

pub(crate) fn overview() -> Overview {
    Overview {
        at: now(),
        ok: false,
        heartbeat: Heartbeat {
            alive: false,
            overdue_since: Some(now() - TimeDelta::hours(3)),
            has_run: true,
        },
        odoo: OdooSeen {
            version: Some(hostile()),
            detail: Some(hostile()),
            key_expires_at: Some(now()),
            ..OdooSeen::default()
        },
        anew: Some(Anew {
            at: now(),
            change: Change::Journal,
        }),
        refused: faults(),
        servers: vec![server()],
        stranded: BTreeMap::from([(
            hostile(),
            Stranded {
                inbox: 3,
                dead_letters: 1,
            },
        )]),
    }
}

fn server() -> ServerSeen {
    ServerSeen {
        name: HOSTILE.to_owned(),
        server: hostile(),
        last_run: Some(report()),
        lag_secs: None,
        due_at: None,
        phonebook: Some(BookSeen {
            contacts: 1_000,
            left_out: 7,
            unreadable: 2,
            bytes: 300_000,
            changed_at: Some(DateTime::UNIX_EPOCH),
            checked_at: Some(DateTime::UNIX_EPOCH),
            trouble: Some(hostile()),
        }),
        last_push_at: None,
        inbox: 0,
        dead_letters: 2,
        elsewhere: 1,
        session: SessionState::Refused,
        days_whole: 0,
        days_damaged: vec![day()],
        proved_at: None,
        proof_failed: Some(hostile()),
    }
}

/// Addresses are the bridge's own, and signed; that nothing else can be in them is not for a page to trust.
/// Settings of which one is wrong.
pub(crate) fn survey() -> Survey {
    let mut survey = Survey::read(|_| None);
    survey.variables.push(Surveyed {
        variable: "ucm_servers",
        standing: Standing::Wrong,
        faults: faults(),
    });
    survey
}

pub(crate) fn doors() -> Doors {
    Doors {
        status: Some(hostile()),
        doctor: Some(hostile()),
        statistics: Some(hostile()),
    }
}

pub(crate) fn more() -> More {
    More {
        doctor: Some(hostile()),
        completeness: vec![Some(hostile())],
        letters: vec![Some(hostile())],
    }
}

pub(crate) fn examination() -> Examination {
    Examination {
        at: now(),
        ok: false,
        odoo: vec![step(Examined::OdooKey, Health::NotReached)],
        servers: vec![Patient {
            server: format!("{HOSTILE} 2"),
            name: hostile(),
            steps: vec![
                step(Examined::Network, Health::Ok),
                step(Examined::Clock, Health::Warning),
                step(Examined::Credentials, Health::Failed),
            ],
        }],
        refused: faults(),
    }
}

fn step(what: Examined, state: Health) -> Step {
    Step {
        what,
        state,
        detail: hostile(),
        advice: Some(Advice::CheckPassword),
    }
}

pub(crate) fn ticket() -> Ticket {
    Ticket {
        file: "auto-1-0199000042-1001.wav".into(),
        in_queue: false,
        number: 2,
        size_bytes: None,
        started_at: 1_717_090_900,
        ended_at: Some(1_717_094_561),
        caller: hostile(),
        called: hostile(),
    }
}
