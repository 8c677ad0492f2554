//! A tick of the timer: every call of every UCM, exactly once, in Odoo.
//!
//! Read it from top to bottom: [`run`] has the calls made that somebody waits for, brings in what was pushed, finds the servers that are due and
//! polls them side by side; then what people see in Odoo and on their phones is renewed, and at night the last days are proved.
//!
//! A run can die at any point, and two can be at work at once. Nothing is lost, because the cursor moves only after Odoo has confirmed a
//! page; nothing is there twice, because every record is found by its key, with a unique index as the guard.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;

use super::deliver::followup;
use super::desk;
use super::dial::{self, DialError, Waiting};
use super::reach::Odoo;
use super::recordings::copies;
use super::report::{PushReport, RunReport, ServerReport, Status, Words};
use super::roster::{self, Roster, TICK, Which, tick};
use super::{phonebook, poll, prove, push, show};
use crate::config::{Config, Server};
use crate::flows::reach::timed::Timed;
use crate::state::{self, Due, Journal, Place, Proving, Schedule, inbox, listens};
use odoo_client::campaign::Back;
use ports::{KeyValue, StoreError, Transfer, World};

/// Synchronises the servers that `which` names, side by side: one that fails or stalls never stops the others.
///
/// What people see of it in Odoo is said by `words`.
///
/// A tick with nothing due reads one key and returns; once in ten minutes it asks Odoo which servers are configured there.
///
/// # Errors
/// [`StoreError`] when it cannot be found out what is due.
pub async fn run(
    world: &(impl World + Transfer),
    config: &Config,
    which: &Which,
    words: Words,
) -> Result<RunReport, StoreError> {
    let started_at = world.now();
    let world = &Timed::new(world, config.run_budget);
    let place = config.place();
    let mut schedule = Schedule::load(world, &place)?;
    if schedule == Schedule::default() {
        // The first run for this Odoo, perhaps the first of this version.
        state::take_over(world, &place, &world.keys()?)?;
    }
    let (waiting, unplaced) = dial_for_who_waits(world, config, &schedule, words).await;
    let mut roster = roster::in_time(world, config, &schedule, which).await?;
    roster.remarks.extend(unplaced);
    if roster.anew.is_some() {
        schedule = Schedule::default();
    }
    let chosen: Vec<&Server> = roster
        .servers
        .iter()
        .filter(|server| is_chosen(which, server, &schedule, tick(started_at)))
        .collect();
    // First what was pushed: the poll then confirms it, and finds what was never pushed.
    let pushed = drain_pushed(world, config, &roster, &schedule, which, &chosen).await?;
    // Whoever names a server has corrected its password; whoever asks for all may be a scheduler, and a UCM locks who is refused too often.
    let tries_again = matches!(which, Which::One(_));
    let has_work = !chosen.is_empty();
    let journal = match has_work {
        true => Some(Journal::last_met(world, &config.odoo)?),
        false => None,
    };
    let runs = chosen
        .iter()
        .map(|server| poll::synchronise(world, config, server, tries_again, words));
    let servers = join_all(runs).await;
    let odoo = Odoo::remembering(world, &config.odoo);
    if has_work || roster.refresh_at.is_some() {
        // Where one of them has met another journal, the others have polled for the one before: all are due again.
        let now_there = Journal::last_met(world, &config.odoo)?;
        let is_same = journal.is_none_or(|journal| journal == now_there);
        let settled = if is_same { chosen.as_slice() } else { &[] };
        reschedule(world, &place, &roster, settled, &servers, started_at)?;
        let remarks = look_after(world, config, &odoo, started_at).await;
        roster.remarks.extend(remarks);
    }
    if waiting.is_worth_a_look(started_at) {
        let linked = waiting.link(&odoo).await;
        roster.remarks.extend(linked.err().map(in_vain));
    }
    for server in have_calls(&pushed, &servers) {
        let settled = desk::ring::settle(world, config, server).await;
        let remark = |error| format!("{server}: notes were left without their calls: {error}");
        roster.remarks.extend(settled.err().map(remark));
    }
    // After everything that has brought calls in.
    let back = match roster.refresh_at {
        Some(_) => Back::ToTheBegin,
        None => Back::Lately,
    };
    let campaigns = waiting.campaigns(world, &odoo, back).await;
    roster.remarks.extend(
        campaigns
            .err()
            .map(|error| format!("call campaigns could not be looked after: {error}")),
    );
    if roster.refresh_at.is_some() && roster.has_read {
        let remark = show::mirror::keep(&odoo, &config.servers, &mut roster).await;
        roster.remarks.extend(remark);
        // How long copies are kept is not for a UCM to say: neither for one that no poll comes to, nor for one that takes all of its poll's time.
        let is_incomplete = |server: &Server| {
            let is_left = |status| matches!(status, Status::Failed | Status::MoreToCome);
            let mut reports = servers.iter();
            reports.any(|report| report.server == server.id && is_left(report.status))
        };
        let unpolled = roster
            .servers
            .iter()
            .filter(|it| is_left_alone(it, &schedule) || is_incomplete(it));
        let remarks = copies::remove_unpolled(world, &odoo, unpolled).await;
        roster.remarks.extend(remarks);
        let remarks = phonebook::keep(world, &odoo, &config.links, &roster.servers, words).await;
        roster.remarks.extend(remarks);
        let remarks = phonebook::show_phones(world, &odoo, &place, &roster.servers).await;
        roster.remarks.extend(remarks);
        let remark = desk::ring::forget(world, &odoo, &place).await;
        roster.remarks.extend(remark);
    }
    let remarks = show::status::show(world, &odoo, &config.links, &roster, &servers, words).await;
    roster.remarks.extend(remarks);
    roster
        .remarks
        .extend(roster.anew.map(|anew| anew.to_string()));
    if *which == Which::Due {
        let proved = prove::prove_due(world, config, &schedule).await?;
        roster.remarks.extend(proved);
    }
    Ok(RunReport {
        started_at,
        pushed,
        refused: match which {
            Which::One(id) if !servers.is_empty() => roster.faults_of(id),
            _ => roster.refused,
        },
        servers,
        remarks: roster.remarks,
    })
}

/// The servers of which calls were written.
fn have_calls<'r>(pushed: &'r [PushReport], polled: &'r [ServerReport]) -> BTreeSet<&'r str> {
    let pushed = pushed.iter().map(|report| {
        let calls = report.calls_new + report.calls_changed;
        (&report.server, calls)
    });
    let polled = polled.iter().map(|report| {
        let calls = report.counts.calls_new + report.counts.calls_changed;
        (&report.server, calls)
    });
    let all = pushed.chain(polled).filter(|(_, calls)| *calls > 0);
    all.map(|(server, _)| server.as_str()).collect()
}

/// Has the calls made that people in Odoo have asked for and no hint came for; gives what a call may still come of, and what went wrong.
async fn dial_for_who_waits(
    world: &Timed<'_, impl World>,
    config: &Config,
    schedule: &Schedule,
    words: Words,
) -> (Waiting, Option<String>) {
    if !schedule.dials {
        return (Waiting::default(), None);
    }
    match dial::sweep(world, config, words).await {
        Ok(waiting) => (waiting, None),
        Err(error) => (Waiting::default(), Some(in_vain(error))),
    }
}

fn in_vain(error: DialError) -> String {
    format!("calls that were asked for in Odoo could not be looked after: {error}")
}

/// Renews what time makes old: the link behind the menu, and the records of what was listened to. Says what could not be done.
async fn look_after<W: World>(
    world: &W,
    config: &Config,
    odoo: &Odoo<'_, W>,
    now: DateTime<Utc>,
) -> Vec<String> {
    let menu = show::menu::renew_statistics(world, odoo, &config.links).await;
    // Also where no server is dialled yet: the first that is switched on is dialled at once.
    let hint = dial::renew_hint(world, odoo, config).await;
    let tidied = listens::tidy(world, now, now - config.listens_kept);
    let failed = tidied.err().map(|error| error.to_string());
    menu.into_iter().chain(hint).chain(failed).collect()
}

/// Brings in the pushed records that still wait, and follows up what was brought in where no poll does. One look at the keys tells whose wait; without
/// servers that push, or have (`schedule.pushes`, as far as was last known), there is none. An idle tick has left those alone that are configured in
/// Odoo: it looks for them once something waits, and every ten minutes.
async fn drain_pushed(
    world: &Timed<'_, impl World>,
    config: &Config,
    roster: &Roster,
    schedule: &Schedule,
    which: &Which,
    chosen: &[&Server],
) -> Result<Vec<PushReport>, StoreError> {
    let pushes = schedule.pushes;
    let is_open = |servers: &[Server]| servers.iter().any(|server| server.push.is_open());
    if !pushes && !is_open(&roster.servers) {
        return Ok(Vec::new());
    }
    let (place, keys) = (config.place(), world.keys()?);
    // Perhaps the version before has taken a push since this one has run.
    state::take_over(world, &place, &keys)?;
    let all = match pushes && !roster.has_records && inbox::has_some(&keys, &place) {
        true => Some(Roster::as_last_known(world, config)?),
        false => None,
    };
    let servers = &all.as_ref().unwrap_or(roster).servers;
    let asked = |server: &&Server| match which {
        Which::One(id) => server.id == *id,
        Which::All | Which::Due => true,
    };
    let journal = Journal::last_met(world, &config.odoo)?;
    let mut waiting = Vec::new();
    for server in servers.iter().filter(asked) {
        let has_parcels = !inbox::of_server(&keys, &place, &server.id).is_empty();
        // A poll follows up what it finds noted. Who pushes may be polled an hour later, and people are told of a call within half of one.
        let is_polled = chosen.iter().any(|chosen| chosen.id == server.id);
        let is_soon = server.push.is_open() || is_left_alone(server, schedule);
        if has_parcels || (is_soon && !is_polled && followup::is_open(world, &journal, server)?) {
            waiting.push(server);
        }
    }
    let drains = waiting
        .into_iter()
        .map(|server| push::drain(world, config, server));
    let reports: Result<Vec<_>, _> = join_all(drains).await.into_iter().collect();
    Ok(reports?.into_iter().flatten().collect())
}

fn is_chosen(which: &Which, server: &Server, schedule: &Schedule, now: DateTime<Utc>) -> bool {
    if !server.polled {
        return false;
    }
    match which {
        Which::All => true,
        Which::One(id) => server.id == *id,
        Which::Due => schedule.servers.get(&server.id).is_none_or(|due| {
            let interval = TimeDelta::from_std(server.interval).unwrap_or(TimeDelta::days(1));
            let is_due = |at| state::has_come(at, now, interval);
            due.revision != server.revision || due.at.is_some_and(is_due)
        }),
    }
}

/// Whether no poll comes to the server: it only pushes, or waits for a person.
fn is_left_alone(server: &Server, schedule: &Schedule) -> bool {
    let is_held = |due: &Due| due.at.is_none() && due.revision == server.revision;
    !server.polled || schedule.servers.get(&server.id).is_some_and(is_held)
}

/// Notes when each server is due again. The schedule is read anew: another run may have written it meanwhile.
fn reschedule(
    store: &impl KeyValue,
    place: &Place,
    roster: &Roster,
    servers: &[&Server],
    reports: &[ServerReport],
    started_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tick = roster::tick(started_at);
    let mut schedule = Schedule::load(store, place)?;
    schedule.refresh_at = roster.refresh_at.or(schedule.refresh_at);
    schedule.proving = schedule
        .proving
        .filter(|proving| proving.is_near(started_at))
        .or_else(|| Some(Proving::after(started_at)));
    if roster.has_records {
        // Servers that were removed, or only push by now, are due no more.
        let is_polled = |id: &String| {
            let mut servers = roster.servers.iter();
            servers.any(|server| server.polled && server.id == *id)
        };
        schedule.servers.retain(|id, _| is_polled(id));
        schedule.dials = roster.servers.iter().any(|server| server.dial.is_some());
        // What was taken before the door was closed is still to be brought in.
        schedule.pushes = roster.servers.iter().any(|server| server.push.is_open())
            || inbox::has_some(&store.keys()?, place);
    }
    for (server, report) in servers.iter().zip(reports) {
        let at = match report.status {
            Status::Complete if report.copies_waiting => Some(tick),
            Status::Complete | Status::NeedsAttention => Some(tick + server.interval),
            Status::MoreToCome => Some(tick),
            Status::Failed | Status::Busy => Some(tick + TICK),
            Status::Held => None,
        };
        schedule.servers.insert(
            server.id.clone(),
            Due {
                at,
                revision: server.revision.clone(),
            },
        );
    }
    schedule.save(store, place)
}
