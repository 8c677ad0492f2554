//! Asks Odoo to count: a bounded number of requests whatever the number of calls, and no more groups in an answer than a period can have.

mod callers;
mod campaign;
mod record;
mod sight;
mod tally;
mod times;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::config::Config;
use crate::flows::reach::Odoo;
use crate::flows::reach::timed::Timed;
pub use campaign::{campaign, campaigns};
use odoo_client::statistics::{self as journal, Domain, Group, Waited};
use odoo_client::{Call, OdooError, Version};
use ports::{Clock as _, World};
pub use record::record;
pub use sight::{Sight, zones};
use tally::{Count as _, Slices, answered_per_mille, ring, weekdays};

use calls::stats::{
    Asked, Figures, OfServer, Question, QuestionError, Slice, Span, Statistics, Wait,
};

/// Why there are no statistics.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatisticsError {
    /// There is no such contact, or the bridge's user may not see it.
    #[error("Odoo has no contact with the number {0}")]
    NoContact(i64),
    /// Odoo counted in other days than were asked for.
    #[error(
        "Odoo has other days than the bridge in the time zone {0}: it does not know this zone, or has other rules for its clocks"
    )]
    OtherDays(Tz),
    /// More people called than one answer holds.
    #[error(
        "more than {} different numbers are to be compared",
        callers::MOST_NUMBERS
    )]
    TooManyCallers,
    /// The question cannot be answered as it is put.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// There is no such campaign, or the bridge's user may not see it.
    #[error("Odoo has no campaign with the number {0}")]
    NoCampaign(i64),
    /// It has no such member.
    #[error("the campaign has no member with the number {0}")]
    NoMember(i64),
    /// Call campaigns were never asked for.
    #[error("there are no call campaigns in this Odoo")]
    NoCampaigns,
    /// A campaign's days and hours are those of a zone that the bridge does not know.
    #[error("the time zone of the campaign is `{0}`, which the bridge does not know")]
    UnknownZone(String),
    /// Odoo did not answer as asked.
    #[error(transparent)]
    Odoo(#[from] OdooError),
}

/// Answers `asked` by what is in the journal now.
///
/// # Errors
/// [`StatisticsError`].
pub async fn statistics<W: World>(
    world: &W,
    config: &Config,
    asked: Asked,
) -> Result<Statistics, StatisticsError> {
    let world = &Timed::new(world, config.run_budget);
    let odoo = Odoo::new(world, &config.odoo);
    let now = world.now();
    let contact = match asked.filter.contact {
        Some(id) => Some(name(&odoo, id).await?),
        None => None,
    };
    let filtered = Domain::of(&asked.filter);
    let is_all = asked.span == Span::All;
    let first = match is_all {
        true => first_call(&odoo, &filtered).await?,
        false => None,
    };
    let question = asked.question(first, now);
    let (from, until) = question.bounds();
    let counter = Counter {
        odoo: &odoo,
        version: odoo.version().await?,
        domain: match is_all {
            true => filtered.clone(),
            false => filtered.between(from, until),
        },
        question: &question,
        filtered,
        is_all,
    };
    Ok(Statistics {
        contact,
        counted_at: now,
        ..counter.answer().await?
    })
}

async fn name<W: World>(odoo: &Odoo<'_, W>, contact: i64) -> Result<String, StatisticsError> {
    let found = odoo.call(&journal::contact(contact)).await?;
    match found.into_iter().next() {
        Some(named) => Ok(named.display_name),
        None => Err(StatisticsError::NoContact(contact)),
    }
}

async fn first_call<W: World>(
    odoo: &Odoo<'_, W>,
    domain: &Domain,
) -> Result<Option<DateTime<Utc>>, OdooError> {
    let found = odoo.call(&journal::first(domain)).await?;
    found.first().map(journal::began).transpose()
}

/// Asks what one question takes.
struct Counter<'a, 'o, W> {
    odoo: &'a Odoo<'o, W>,
    version: Version,
    question: &'a Question,
    /// The calls of the filter, of all times.
    filtered: Domain,
    /// Those of the period.
    domain: Domain,
    /// Whether the period is all the time there is, so that calls without a beginning belong to it.
    is_all: bool,
}

impl<W: World> Counter<'_, '_, W> {
    async fn answer(&self) -> Result<Statistics, StatisticsError> {
        let times = self.times().await?;
        let answered = self.inbound().and("x_outcome", "=", "answered");
        let rung = self.count(&answered, &["x_ring_seconds"]).await?;
        let (not_called_back, not_called_back_total, top_callers) = self.callers().await?;
        let for_people = self.inbound().and("x_outcome", "!=", "service");
        let waits = journal::longest_waits(&for_people, WAITS);
        let waits = self.call(&waits).await?;
        Ok(Statistics {
            from: self.question.from,
            to: times.last_day,
            zone: self.question.zone.name().to_owned(),
            filter: self.question.filter.clone(),
            server_names: BTreeMap::new(),
            contact: None,
            counted_at: DateTime::UNIX_EPOCH,
            figures: sum(&times.groups)?,
            answered_per_mille: answered_per_mille(&times.groups)?,
            ring: ring(&rung)?,
            by_weekday: weekdays(&times.by_day),
            by_day: times.by_day,
            by_hour: times.by_hour,
            by_extension: self.of_servers("x_extension").await?,
            by_trunk: self.of_servers("x_trunk").await?,
            by_outcome: outcomes(&times.groups)?,
            longest_waits: waits.into_iter().filter_map(wait).collect(),
            not_called_back,
            not_called_back_total,
            top_callers,
        })
    }

    /// Inbound calls of the period: whoever calls may have to wait.
    fn inbound(&self) -> Domain {
        self.domain.and("x_direction", "=", "inbound")
    }

    /// Counts by what each server has of its own: others may call theirs the same.
    async fn of_servers(&self, field: &str) -> Result<Vec<OfServer>, OdooError> {
        let groups = [SERVER, field, "x_direction", "x_outcome"];
        let mut slices = Slices::of([]);
        for group in self.count(&self.domain, &groups).await? {
            let [key, server] = [group.text(field)?, group.text(SERVER)?];
            slices.add((key.map(str::to_owned), server.map(str::to_owned)), &group)?;
        }
        let of_server = |Slice { key, figures }| {
            let (key, server) = key;
            let slice = Slice { key, figures };
            OfServer { server, slice }
        };
        Ok(slices.busiest_first().into_iter().map(of_server).collect())
    }

    /// Counts on the reader's clock.
    async fn count(&self, domain: &Domain, by: &[&str]) -> Result<Vec<Group>, OdooError> {
        let counted = journal::count(self.version, domain, by);
        self.call(&counted.context("tz", self.question.zone.name()))
            .await
    }

    async fn call<T>(&self, call: &Call<T>) -> Result<T, OdooError> {
        self.odoo.call(call).await
    }
}

fn sum(groups: &[Group]) -> Result<Figures, OdooError> {
    let mut figures = Figures::default();
    groups.iter().try_for_each(|group| figures.add(group))?;
    Ok(figures)
}

/// In the journal's order; what has no outcome, which only a person can have made, comes last and without a text.
fn outcomes(groups: &[Group]) -> Result<Vec<Slice<String>>, OdooError> {
    let mut by_outcome: BTreeMap<&str, Figures> = BTreeMap::new();
    for group in groups {
        let outcome = group.text("x_outcome")?.unwrap_or_default();
        by_outcome.entry(outcome).or_default().add(group)?;
    }
    let mut slice = |key: &str| Slice {
        key: key.to_owned(),
        figures: by_outcome.remove(key).unwrap_or_default(),
    };
    let mut slices: Vec<Slice<String>> = OUTCOMES.map(&mut slice).into();
    slices.extend(by_outcome.into_iter().map(|(key, figures)| Slice {
        key: key.to_owned(),
        figures,
    }));
    Ok(slices)
}

fn wait(waited: Waited) -> Option<Wait> {
    let shown = |text: String| (!text.is_empty()).then_some(text);
    let number = shown(waited.number);
    let name = waited.contact.map(|(_, name)| name);
    let party = name.or_else(|| number.clone());
    Some(Wait {
        call: waited.id,
        started_at: waited.started_at?,
        ring_secs: waited.ring_secs,
        outcome: waited.outcome,
        party: party.unwrap_or(waited.caller_number),
        number,
        extension: shown(waited.extension),
        server: shown(waited.server),
    })
}

/// Field of the server.
const SERVER: &str = "x_server";

/// Values of `x_outcome`, in the order of the journal.
const OUTCOMES: [&str; 7] = [
    "answered",
    "missed",
    "no_answer",
    "voicemail",
    "busy",
    "failed",
    "service",
];

/// How many waits are shown.
const WAITS: usize = 10;
