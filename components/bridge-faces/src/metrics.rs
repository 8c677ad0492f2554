//! The overview in Prometheus' text format, version 0.0.4.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use bridge_core::flows::oversee::{Overview, ServerSeen, SessionState, Stranded};
use bridge_core::flows::report::Status;

/// Content type of the format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The overview, a family of samples after the other.
pub fn render(overview: &Overview) -> String {
    let mut out = String::new();
    bridge(&mut out, overview);
    for family in FAMILIES {
        let samples = overview.servers.iter().filter_map(|server| {
            (family.value)(server).map(|value| (label("server", &server.server), value))
        });
        write_family(&mut out, family.name, family.help, samples);
    }
    states(&mut out, overview);
    let here = |of: fn(&ServerSeen) -> usize| {
        let servers = overview.servers.iter();
        servers.map(move |server| (server.server.clone(), of(server) as u64))
    };
    let gone = |of: fn(&Stranded) -> u64| {
        let stranded = overview.stranded.iter();
        stranded.map(move |(id, kept)| (id.clone(), of(kept)))
    };
    let waiting = here(|server| server.inbox).chain(gone(|kept| kept.inbox));
    let waiting: BTreeMap<String, u64> = waiting.collect();
    let letters = here(|server| server.dead_letters).chain(gone(|kept| kept.dead_letters));
    let letters: BTreeMap<String, u64> = letters.collect();
    for (name, help, counts) in [
        (
            "ucm_odoo_inbox_records",
            "Pushed records that wait for Odoo, or for a server that there is not any more.",
            &waiting,
        ),
        (
            "ucm_odoo_dead_letters",
            "Records that could not be delivered, also those of a server that there is not any more.",
            &letters,
        ),
        (
            "ucm_odoo_ambiguous_calls",
            "Calls in the journal whose number several contacts share.",
            &overview.odoo.ambiguous,
        ),
        (
            "ucm_odoo_unreadable_calls",
            "Calls in the journal whose outside party is no number that could be read.",
            &overview.odoo.unreadable,
        ),
    ] {
        let samples = counts
            .iter()
            .map(|(server, count)| (label("server", server), number(*count)));
        write_family(&mut out, name, help, samples);
    }
    orders(&mut out, overview);
    out
}

/// Calls that people asked for in Odoo; nothing where they may not.
fn orders(out: &mut String, overview: &Overview) {
    let odoo = &overview.odoo;
    let counts = [
        ("refused", odoo.orders_refused),
        ("unknown", odoo.orders_unknown),
    ];
    let samples = counts
        .into_iter()
        .filter_map(|(state, count)| Some((label("state", state), number(count?))));
    write_family(
        out,
        "ucm_odoo_troubled_orders",
        "Calls asked for in Odoo in the last 24 hours that were refused, or of which it is not known what came.",
        samples,
    );
}

fn bridge(out: &mut String, overview: &Overview) {
    let one = |value: f64| std::iter::once((String::new(), value));
    let heartbeat = &overview.heartbeat;
    write_family(
        out,
        "ucm_odoo_heartbeat",
        "1 while the timer does what is due, 0 when the bridge is silent.",
        one(truth(heartbeat.alive)),
    );
    let overdue = heartbeat
        .overdue_since
        .map_or(0, |since| (overview.at - since).num_seconds());
    write_family(
        out,
        "ucm_odoo_heartbeat_overdue_seconds",
        "How long something has been due that no tick has done.",
        one(signed(overdue)),
    );
    write_family(
        out,
        "ucm_odoo_odoo_up",
        "1 when Odoo answered as asked, at most a minute ago.",
        one(truth(overview.odoo.reachable)),
    );
    write_family(
        out,
        "ucm_odoo_settings_refused",
        "Faults of server entries: what they name is not synchronised.",
        one(number(overview.refused.len() as u64)),
    );
    let version = overview.odoo.version.iter();
    write_family(
        out,
        "ucm_odoo_odoo_info",
        "The series of Odoo.",
        version.map(|version| (label("version", version), 1.0)),
    );
    let key = overview.odoo.key_expires_at.into_iter();
    write_family(
        out,
        "ucm_odoo_api_key_end_timestamp_seconds",
        "When the first of the API keys of the bridge's user ends.",
        key.map(|end| (String::new(), instant(end))),
    );
}

/// One sample of each server, per state, of which one is 1.
fn states(out: &mut String, overview: &Overview) {
    let ended = overview.servers.iter().flat_map(|server| {
        let at = move |(name, status): (&str, Status)| {
            let labels = format!(
                "{},{}",
                label("server", &server.server),
                label("status", name)
            );
            (labels, truth(server.status() == Some(status)))
        };
        STATUSES.into_iter().map(at)
    });
    write_family(
        out,
        "ucm_odoo_last_run_status",
        "How the last run of a server ended.",
        ended,
    );
    let sessions = overview.servers.iter().flat_map(|server| {
        let at = move |(name, state): (&str, SessionState)| {
            let labels = format!(
                "{},{}",
                label("server", &server.server),
                label("state", name)
            );
            (labels, truth(server.session == state))
        };
        SESSIONS.into_iter().map(at)
    });
    write_family(
        out,
        "ucm_odoo_session_state",
        "The session with the UCM.",
        sessions,
    );
}

fn write_family(
    out: &mut String,
    name: &str,
    help: &str,
    samples: impl Iterator<Item = (String, f64)>,
) {
    let mut samples = samples.peekable();
    if samples.peek().is_none() {
        return;
    }
    // Writing to a String cannot fail.
    _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in samples {
        _ = match labels.as_str() {
            "" => writeln!(out, "{name} {value}"),
            labels => writeln!(out, "{name}{{{labels}}} {value}"),
        };
    }
}

/// `name="value"`, with what the format wants escaped.
fn label(name: &str, value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

struct Family {
    name: &'static str,
    help: &'static str,
    value: fn(&ServerSeen) -> Option<f64>,
}

const FAMILIES: [Family; 11] = [
    Family {
        name: "ucm_odoo_last_run_timestamp_seconds",
        help: "When the last run of a server began.",
        value: |server| {
            server
                .last_run
                .as_ref()
                .map(|report| instant(report.started_at))
        },
    },
    Family {
        name: "ucm_odoo_last_success_timestamp_seconds",
        help: "When everything that the UCM held was in Odoo.",
        value: |server| server.last_run.as_ref()?.complete_at.map(instant),
    },
    Family {
        name: "ucm_odoo_lag_seconds",
        help: "Time since everything that the UCM held was in Odoo.",
        value: |server| server.lag_secs.map(signed),
    },
    Family {
        name: "ucm_odoo_last_push_timestamp_seconds",
        help: "When the server last pushed a record.",
        value: |server| server.last_push_at.map(instant),
    },
    Family {
        name: "ucm_odoo_records_elsewhere",
        help: "Records that wait for another Odoo than that of the settings.",
        value: |server| Some(number(server.elsewhere as u64)),
    },
    Family {
        name: "ucm_odoo_phonebook_contacts",
        help: "Contacts in the phonebook of the server's phones.",
        value: |server| Some(number(server.phonebook.as_ref()?.contacts as u64)),
    },
    Family {
        name: "ucm_odoo_phonebook_left_out",
        help: "Contacts chosen for the phonebook that are not in it: without room, or without a number that can be dialled.",
        value: |server| {
            let book = server.phonebook.as_ref()?;
            Some(number((book.left_out + book.unreadable) as u64))
        },
    },
    Family {
        name: "ucm_odoo_phonebook_checked_timestamp_seconds",
        help: "When the phonebook was last found to be as Odoo has it.",
        value: |server| server.phonebook.as_ref()?.checked_at.map(instant),
    },
    Family {
        name: "ucm_odoo_days_whole",
        help: "Days that were proved complete.",
        value: |server| Some(number(server.days_whole as u64)),
    },
    Family {
        name: "ucm_odoo_days_damaged",
        help: "Days on which Odoo does not have everything that the UCM holds.",
        value: |server| Some(number(server.days_damaged.len() as u64)),
    },
    Family {
        name: "ucm_odoo_last_proof_timestamp_seconds",
        help: "When a day was last proved.",
        value: |server| server.proved_at.map(instant),
    },
];

const STATUSES: [(&str, Status); 6] = [
    ("complete", Status::Complete),
    ("more_to_come", Status::MoreToCome),
    ("busy", Status::Busy),
    ("failed", Status::Failed),
    ("needs_attention", Status::NeedsAttention),
    ("held", Status::Held),
];
const SESSIONS: [(&str, SessionState); 3] = [
    ("none", SessionState::None),
    ("open", SessionState::Open),
    ("refused", SessionState::Refused),
];

fn truth(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn instant(at: DateTime<Utc>) -> f64 {
    signed(at.timestamp())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds stay far below 2^53"
)]
fn number(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds stay far below 2^53"
)]
fn signed(secs: i64) -> f64 {
    secs as f64
}
