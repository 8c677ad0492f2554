//! What is on record of the number of a member: seven requests at most.

use chrono::TimeDelta;

use super::StatisticsError;
use super::campaign::{call, named};
use crate::config::Config;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use calls::stats::campaign::record::{
    CallOnRecord, Consent, Hours, Member, Record, Refusal, Rules,
};
use odoo_client::OdooError;
use odoo_client::campaign::count::{self, NOT_UNDERSTOOD};
use odoo_client::campaign::record as odoo_record;
use ports::{Clock as _, World};

/// When the number of the member `id` of a campaign was called, by whom and on what ground.
///
/// # Errors
/// [`StatisticsError`].
pub async fn record<W: World>(
    world: &W,
    config: &Config,
    campaign: i64,
    id: i64,
) -> Result<Record, StatisticsError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = &Odoo::new(world, &config.odoo);
    let found = call(odoo, &count::one(campaign)).await?.pop();
    let found = named(found.ok_or(StatisticsError::NoCampaign(campaign))?);
    let member = call(odoo, &odoo_record::member(campaign, id)).await?.pop();
    let member = member.ok_or(StatisticsError::NoMember(id))?;
    let consent = match member.contact {
        Some(contact) => call(odoo, &odoo_record::consent(contact)).await?.pop(),
        None => None,
    };
    let calls_since = member.added_at - TimeDelta::days(LOOKED_BACK_DAYS);
    let (calls, refusals) = match member.number.as_str() {
        "" => (Vec::new(), Vec::new()),
        number => (
            call(odoo, &odoo_record::calls(number, calls_since, MOST + 1)).await?,
            call(odoo, &odoo_record::refusals(number, MOST + 1)).await?,
        ),
    };
    Ok(Record {
        campaign: found,
        looked_up_at: world.now(),
        member: shown(member),
        consent: consent.and_then(given),
        rules: rules(odoo, campaign).await?,
        calls_since,
        more_calls: calls.len() > MOST,
        calls: calls.into_iter().take(MOST).map(on_record).collect(),
        more_refusals: refusals.len() > MOST,
        refusals: refusals.into_iter().take(MOST).map(refused).collect(),
    })
}

async fn rules<W: World>(odoo: &Odoo<'_, W>, campaign: i64) -> Result<Rules, StatisticsError> {
    let rules = call(odoo, &odoo_record::rules(campaign)).await?.pop();
    let rules = rules.ok_or(StatisticsError::NoCampaign(campaign))?;
    let hours = call(odoo, &odoo_record::hours(campaign)).await?;
    let closed = call(odoo, &odoo_record::closed(campaign)).await?;
    let hours: Result<Vec<Hours>, OdooError> = hours.iter().map(of_day).collect();
    Ok(Rules {
        law: text(rules.law),
        most_calls: rules.most_calls,
        most_attempts: rules.most_attempts,
        rest_days: rules.rest_days,
        needs_consent: rules.needs_consent,
        from: rules.from,
        until: rules.until,
        hours: hours?,
        closed: closed.into_iter().map(|closed| closed.day).collect(),
    })
}

/// Odoo writes times of the day as hours with fractions.
fn of_day(hours: &odoo_record::Hours) -> Result<Hours, OdooError> {
    let weekday: u8 = hours.weekday.parse().map_err(|_| NOT_UNDERSTOOD)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a day"
    )]
    let minutes = |hours: f64| (hours.clamp(0.0, 24.0) * 60.0).round() as u32;
    Ok(Hours {
        weekday: weekday.saturating_add(1),
        from_minute: minutes(hours.from),
        until_minute: minutes(hours.until),
    })
}

fn shown(member: odoo_record::Member) -> Member {
    Member {
        id: member.id,
        name: member.name,
        number: text(member.number),
        entered: member.entered,
        added_at: member.added_at,
        state: member.state,
        why: text(member.why),
        kind: text(member.kind),
        is_blacklisted: member.is_blacklisted,
    }
}

fn given(consent: odoo_record::Consent) -> Option<Consent> {
    Some(Consent {
        given_on: consent.given_on?,
        source: text(consent.source),
        proof: text(consent.proof),
    })
}

fn on_record(called: odoo_record::Called) -> CallOnRecord {
    CallOnRecord {
        id: called.id,
        at: called.at,
        direction: called.direction,
        outcome: called.outcome,
        agent: called.agent.map(|(_, name)| name),
        extension: text(called.extension),
        talk_secs: called.talk_secs,
    }
}

fn refused(refused: odoo_record::Refused) -> Refusal {
    Refusal {
        at: refused.at,
        rule: refused.rule,
        campaign: refused.campaign.map(|(_, name)| name),
        agent: refused.agent.map(|(_, name)| name),
        detail: text(refused.detail),
    }
}

fn text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// How far the rules look back: the calls to a number are limited in so many days.
const LOOKED_BACK_DAYS: i64 = 30;

/// Most calls, and most refusals, of one answer.
const MOST: usize = 500;
