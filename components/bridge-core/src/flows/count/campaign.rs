//! Figures of call campaigns: a bounded number of requests whatever the number of members and calls.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::StatisticsError;
use crate::config::Config;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
use calls::stats::Span;
use calls::stats::campaign::{
    Agent, Calls, Campaign, CampaignFigures, CampaignLine, Campaigns, Counted, HourOfWeek, Members,
    Resulted, week,
};
use odoo_client::campaign::count::{self as odoo_counts, Bounds, CAMPAIGN, Found, Group};
use odoo_client::{Call, OdooError, Version};
use ports::{Clock as _, World};

/// The campaigns that there are, with who is in them.
///
/// # Errors
/// [`StatisticsError`].
pub async fn campaigns<W: World>(world: &W, config: &Config) -> Result<Campaigns, StatisticsError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let counted_at = world.now();
    let mut found = call(&odoo, &odoo_counts::all(MOST_CAMPAIGNS + 1)).await?;
    let more = found.len() > MOST_CAMPAIGNS;
    found.truncate(MOST_CAMPAIGNS);
    let ids: Vec<i64> = found.iter().map(|campaign| campaign.id).collect();
    let counter = Counter {
        odoo: &odoo,
        version: odoo.version().await?,
        now: counted_at,
    };
    let (_, mut members) = counter.members(&ids, &STANDING).await?;
    let line = |found: Found| CampaignLine {
        members: members.remove(&found.id).unwrap_or_default(),
        campaign: named(found),
    };
    Ok(Campaigns {
        counted_at,
        campaigns: found.into_iter().map(line).collect(),
        more,
    })
}

/// The figures of the campaign `id`: its members as they stand, and its calls of the days that `given` asks for.
///
/// # Errors
/// [`StatisticsError`].
pub async fn campaign<W: World>(
    world: &W,
    config: &Config,
    id: i64,
    given: impl Fn(&str) -> Option<String>,
) -> Result<CampaignFigures, StatisticsError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let now = world.now();
    let found = call(&odoo, &odoo_counts::one(id)).await?.pop();
    let campaign = named(found.ok_or(StatisticsError::NoCampaign(id))?);
    let span = Span::of_campaign(given, zone(&campaign)?, now)?;
    let counter = Counter {
        odoo: &odoo,
        version: odoo.version().await?,
        now,
    };
    counter.figures(campaign, span).await
}

/// The time zone of a campaign's hours and days.
pub(super) fn zone(campaign: &Campaign) -> Result<Tz, StatisticsError> {
    let unknown = |_| StatisticsError::UnknownZone(campaign.zone.clone());
    campaign.zone.parse().map_err(unknown)
}

/// As the statistics name it. Where no zone was entered yet the module counts in UTC.
pub(super) fn named(found: Found) -> Campaign {
    let zone = Some(found.zone).filter(|zone| !zone.is_empty());
    Campaign {
        id: found.id,
        name: found.name,
        state: found.state,
        zone: zone.unwrap_or_else(|| Tz::UTC.name().to_owned()),
        goal: (found.goal > 0).then_some(found.goal),
    }
}

/// Asks Odoo; where the models are not there, campaigns are not.
pub(super) async fn call<W: World, T>(
    odoo: &Odoo<'_, W>,
    call: &Call<T>,
) -> Result<T, StatisticsError> {
    odoo.call(call).await.map_err(|error| match error {
        OdooError::NoModel { .. } => StatisticsError::NoCampaigns,
        error => StatisticsError::Odoo(error),
    })
}

/// Asks what figures take.
struct Counter<'a, 'o, W> {
    odoo: &'a Odoo<'o, W>,
    version: Version,
    now: DateTime<Utc>,
}

impl<W: World> Counter<'_, '_, W> {
    async fn figures(
        &self,
        campaign: Campaign,
        span: Span,
    ) -> Result<CampaignFigures, StatisticsError> {
        let (id, bounds) = (campaign.id, span.bounds(zone(&campaign)?));
        let (parts, mut members) = self.members(&[id], &PARTS).await?;
        let by_agent = self.agents(id, bounds).await?;
        let week = odoo_counts::week(self.version, id, bounds);
        let by_hour = hours_of_week(&self.call(&week).await?)?;
        let refusals = odoo_counts::refusals(self.version, id, bounds);
        let by_rule = counted(&self.call(&refusals).await?, "x_rule")?;
        let (from, to) = match span {
            Span::Days(from, to) => (Some(from), Some(to)),
            Span::All => (None, None),
        };
        Ok(CampaignFigures {
            campaign,
            counted_at: self.now,
            from,
            to,
            members: members.remove(&id).unwrap_or_default(),
            by_result: results(&parts)?,
            by_reason: reasons(&parts)?,
            calls: Calls::of(&by_agent),
            by_hour,
            by_agent,
            refused: by_rule.iter().map(|rule| rule.count).sum(),
            by_rule,
        })
    }

    /// Who is in each of `campaigns`, and the groups `by` which they were counted.
    async fn members(
        &self,
        campaigns: &[i64],
        by: &[&str],
    ) -> Result<(Vec<Group>, HashMap<i64, Members>), StatisticsError> {
        let mut members: HashMap<i64, Members> = HashMap::new();
        if campaigns.is_empty() {
            return Ok((Vec::new(), members));
        }
        let groups = odoo_counts::members(self.version, campaigns, by);
        let groups = self.call(&groups).await?;
        for group in &groups {
            let (state, kind) = (group.text("x_state")?, group.text("x_kind")?);
            let of_campaign = members.entry(campaign_of(group)?).or_default();
            of_campaign.add(state, kind, group.flag("x_is_reached")?, group.count);
        }
        let callable = odoo_counts::callable(self.version, campaigns, self.now);
        let callable = by_campaign(&self.call(&callable).await?)?;
        let tried = by_campaign(
            &self
                .call(&odoo_counts::tried(self.version, campaigns))
                .await?,
        )?;
        for (id, of_campaign) in &mut members {
            let count = |of: &HashMap<i64, u64>| of.get(id).copied().unwrap_or_default();
            *of_campaign = of_campaign.rated(count(&callable), count(&tried));
        }
        Ok((groups, members))
    }

    /// All calls by who was on the phone.
    async fn agents(
        &self,
        campaign: i64,
        bounds: Option<Bounds>,
    ) -> Result<Vec<Agent>, StatisticsError> {
        let groups = odoo_counts::calls(self.version, campaign, bounds, &CALLS);
        let mut agents: BTreeMap<Option<i64>, (Option<String>, Calls)> = BTreeMap::new();
        for group in self.call(&groups).await? {
            let (id, name) = group.record(AGENT)?.unzip();
            let agent = agents.entry(id).or_default();
            agent.0 = name.map(str::to_owned);
            agent.1.add(
                group.text("x_direction")?,
                group.text("x_outcome")?,
                group.text("x_kind")?,
                (group.count, group.aggregate("x_talk_seconds", "sum")?),
            );
        }
        let hours = odoo_counts::hours(self.version, campaign, bounds);
        let mut hours_of: HashMap<Option<i64>, u64> = HashMap::new();
        for group in self.call(&hours).await? {
            let id = group.record(AGENT)?.map(|(id, _)| id);
            hours_of.insert(id, group.aggregate("x_slot", "count_distinct")?);
        }
        let agent = |(id, (name, calls)): (Option<i64>, (_, Calls))| {
            let hours = id.and_then(|_| hours_of.get(&id).copied());
            let calls = calls.rated(hours.unwrap_or_default(), calls.contacts);
            Agent { id, name, calls }
        };
        let mut agents: Vec<Agent> = agents.into_iter().map(agent).collect();
        agents
            .sort_by_key(|agent| std::cmp::Reverse(agent.calls.attempts + agent.calls.call_backs));
        Ok(agents)
    }

    async fn call<T>(&self, asked: &Call<T>) -> Result<T, StatisticsError> {
        call(self.odoo, asked).await
    }
}

fn campaign_of(group: &Group) -> Result<i64, OdooError> {
    let campaign = group.record(CAMPAIGN)?;
    campaign
        .map(|(id, _)| id)
        .ok_or(odoo_counts::NOT_UNDERSTOOD)
}

fn by_campaign(groups: &[Group]) -> Result<HashMap<i64, u64>, OdooError> {
    let count = |group: &Group| Ok((campaign_of(group)?, group.count));
    groups.iter().map(count).collect()
}

/// Members by result: those of one kind whose result has another name are apart.
fn results(parts: &[Group]) -> Result<Vec<Resulted>, OdooError> {
    let mut by_result: BTreeMap<(Option<&str>, Option<i64>), Resulted> = BTreeMap::new();
    for group in parts {
        let (id, name) = group.record("x_result_id")?.unzip();
        let kind = group.text("x_kind")?;
        let result = by_result.entry((kind, id)).or_insert_with(|| Resulted {
            kind: kind.map(str::to_owned),
            name: name.map(str::to_owned),
            count: 0,
        });
        result.count += group.count;
    }
    let mut results: Vec<Resulted> = by_result.into_values().collect();
    results.sort_by_key(|result| std::cmp::Reverse(result.count));
    Ok(results)
}

/// Those who are excluded, by the reason.
fn reasons(parts: &[Group]) -> Result<Vec<Counted>, OdooError> {
    let mut excluded = Vec::new();
    for group in parts {
        if group.text("x_state")? == Some("excluded") {
            excluded.push(group.clone());
        }
    }
    counted(&excluded, "x_why")
}

/// How often each value of a field is there, most first.
fn counted(groups: &[Group], field: &str) -> Result<Vec<Counted>, OdooError> {
    let mut by_key: BTreeMap<String, u64> = BTreeMap::new();
    for group in groups {
        let key = group.text(field)?.unwrap_or_default();
        *by_key.entry(key.to_owned()).or_default() += group.count;
    }
    let counted = |(key, count)| Counted { key, count };
    let mut all: Vec<Counted> = by_key.into_iter().map(counted).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    Ok(all)
}

/// Every hour of the week. A call without a beginning has none.
fn hours_of_week(groups: &[Group]) -> Result<Vec<HourOfWeek>, OdooError> {
    let mut all = week();
    for group in groups {
        let (Some(weekday), Some(hour)) = (group.text("x_weekday")?, group.text("x_hour")?) else {
            continue;
        };
        let place = weekday
            .parse::<usize>()
            .ok()
            .zip(hour.parse::<usize>().ok());
        let place = place.filter(|(weekday, hour)| *weekday < 7 && *hour < 24);
        let (weekday, hour) = place.ok_or(odoo_counts::NOT_UNDERSTOOD)?;
        let slot = &mut all[weekday * 24 + hour];
        slot.attempts += group.count;
        slot.answered += group.aggregate("x_answered", "sum")?;
    }
    Ok(all)
}

/// How members stand.
const STANDING: [&str; 4] = [CAMPAIGN, "x_state", "x_kind", "x_is_reached"];

/// The same with what parts them further.
const PARTS: [&str; 6] = [
    CAMPAIGN,
    "x_state",
    "x_kind",
    "x_is_reached",
    "x_why",
    "x_result_id",
];

/// Who was on the phone.
const AGENT: &str = "x_user_id";

/// What calls are counted by: groups for each agent, however many calls there are.
const CALLS: [&str; 4] = [AGENT, "x_direction", "x_outcome", "x_kind"];

/// Most campaigns of one list: their groups are some megabytes of Odoo's answer.
const MOST_CAMPAIGNS: usize = 500;
