//! Two simulated offices that telephone.

use std::time::Duration;

use chrono_clock::Utc;
use peers::ucm::{Call, Country, Outcome, Scenario, Traffic, Truth, Ucm};
use serde_json::{Value, json};
use system::{Journal, Site};

/// The simulated PBXs, with a month of calls each.
pub(crate) async fn start(calls: usize, days: u32) -> anyhow::Result<Vec<Site>> {
    let offices = [
        ("paris", "Paris", Country::Fr, "Europe/Paris", 1),
        ("newyork", "New York", Country::Us, "America/New_York", 2),
    ];
    let mut sites = Vec::new();
    for (id, name, country, zone, seed) in offices {
        let traffic = Traffic { seed, days, calls };
        let ucm = Ucm::builder()
            .country(country)
            .zone(zone)
            .now(Utc::now())
            .traffic(traffic)
            .start()
            .await?;
        // Little is as dull as waiting: the interval is the shortest there is.
        sites.push(
            Site::new(id, ucm).with(json!({ "name": name, "interval_minutes": 1, "days": days })),
        );
    }
    Ok(sites)
}

/// The address book that the simulated Odoo begins with: every other customer is known, and two share a number.
pub(crate) fn seed_contacts(journal: &Journal, sites: &[Site]) -> anyhow::Result<usize> {
    let mut numbers: Vec<(String, String)> = Vec::new();
    for Truth { external, name, .. } in sites.iter().flat_map(|site| site.ucm.truth()) {
        if let Some(number) = external
            .filter(|number| !name.is_empty() && numbers.iter().all(|(known, _)| known != number))
        {
            numbers.push((number, name));
        }
    }
    let mut contacts: Vec<Value> = numbers
        .iter()
        .step_by(2)
        .map(|(number, name)| json!({ "name": name, "phone": number }))
        .collect();
    contacts.extend(
        numbers.first().map(
            |(number, _)| json!({ "name": "Reception of the same building", "phone": number }),
        ),
    );
    journal
        .handle()
        .seed_partners(contacts.len(), |index| contacts[index].clone())
        .map_err(|error| anyhow::anyhow!("the simulated Odoo refused its contacts: {error:?}"))?;
    Ok(contacts.len())
}

/// Lets a new call end every few seconds, for ever.
pub(crate) async fn keep_calling(sites: &[Site]) {
    let courses = [
        Scenario::Answered,
        Scenario::Missed,
        Scenario::RingGroup,
        Scenario::Outbound,
        Scenario::NoAnswerVoicemail,
    ];
    for (turn, scenario) in courses.into_iter().cycle().enumerate() {
        tokio::time::sleep(BETWEEN_CALLS).await;
        let site = &sites[turn % sites.len()];
        let known: Vec<Truth> = site
            .ucm
            .truth()
            .into_iter()
            .filter(|call| call.outcome == Outcome::Answered)
            .collect();
        let Some((number, name)) = known
            .get(turn * 7 % known.len().max(1))
            .and_then(|call| Some((call.external.clone()?, call.name.clone())))
        else {
            continue;
        };
        let start = Utc::now() - Duration::from_secs(45);
        site.ucm.add_call(
            &Call::new(scenario, start)
                .with(&number, &name)
                .ringing(8)
                .talking(20),
        );
        site.ucm.set_now(Utc::now());
    }
}

/// Time between two new calls while the demonstration keeps running.
const BETWEEN_CALLS: Duration = Duration::from_secs(12);
