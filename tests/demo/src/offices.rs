//! Two simulated offices that telephone.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono_clock::Utc;
use peers::ucm::{Call, Country, Outcome, Scenario, Traffic, Truth, Ucm};
use serde_json::{Value, json};
use system::{Journal, Site};

/// The time zone of the first office.
pub(crate) const ZONE: &str = "Europe/Paris";

/// The simulated PBXs, with a month of calls each.
pub(crate) async fn start(calls: usize, days: u32) -> anyhow::Result<Vec<Site>> {
    let offices = [
        ("paris", "Paris", Country::Fr, ZONE, 1),
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

/// The variables that let the application reach every server of `servers`, a list as `ucm_servers` takes it. None where the environment says
/// which hosts it may reach; a list that cannot be read is reported by the bridge itself.
pub(crate) fn addresses(servers: &str) -> Vec<(&'static str, String)> {
    if std::env::var_os("SPIN_VARIABLE_UCM_HOSTS").is_some() {
        return Vec::new();
    }
    let entries: Vec<Value> = serde_json::from_str(servers).unwrap_or_default();
    let patterns: BTreeSet<String> = entries.iter().filter_map(pattern).collect();
    let patterns = if patterns.len() > VARIABLES.len() {
        ["https", "http"]
            .map(|scheme| format!("{scheme}://*:*"))
            .into()
    } else {
        patterns
    };
    VARIABLES.into_iter().zip(patterns).collect()
}

/// Where a server is, as a manifest allows it.
fn pattern(entry: &Value) -> Option<String> {
    let host = entry["host"].as_str()?;
    let scheme = match entry["https"] {
        Value::Bool(false) => "http",
        _ => "https",
    };
    Some(format!("{scheme}://{host}:*"))
}

/// Lets a new call end every few seconds, for ever; where there is no simulated office, none does.
pub(crate) async fn keep_calling(sites: &[Site]) {
    let courses = [
        Scenario::Answered,
        Scenario::Missed,
        Scenario::RingGroup,
        Scenario::Outbound,
        Scenario::NoAnswerVoicemail,
    ];
    let turns = courses.into_iter().cycle().zip(sites.iter().cycle());
    for (turn, (scenario, site)) in turns.enumerate() {
        tokio::time::sleep(BETWEEN_CALLS).await;
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
/// Each takes one pattern.
const VARIABLES: [&str; 2] = ["ucm_hosts", "ucm_hosts_legacy"];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn where_there_is_no_office_nobody_calls() {
        let calling = tokio::time::timeout(Duration::from_secs(1), keep_calling(&[]));
        calling.await.unwrap();
    }

    #[test]
    fn every_server_of_the_list_can_be_reached() {
        let list = |entries: Value| addresses(&entries.to_string());
        let (a, b) = (
            json!({ "host": "a.test" }),
            json!({ "host": "10.0.0.1", "https": false }),
        );
        let expected = [("ucm_hosts", "https://a.test:*".to_owned())];
        assert_eq!(list(json!([a, a, {}])), expected);
        let (hosts, legacy) = (VARIABLES[0], VARIABLES[1]);
        let expected = [
            (hosts, "http://10.0.0.1:*".to_owned()),
            (legacy, "https://a.test:*".to_owned()),
        ];
        assert_eq!(list(json!([a, b])), expected);
        let expected = [
            (hosts, "http://*:*".to_owned()),
            (legacy, "https://*:*".to_owned()),
        ];
        assert_eq!(list(json!([a, b, { "host": "c.test" }])), expected);
        assert_eq!(addresses("no list"), []);
    }
}
