//! What is in the journal against what really happened.

use std::collections::BTreeMap;

use anyhow::{bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use peers::ucm::{Outcome, Truth};
use serde_json::{Value, json};

use crate::{Rig, Site};

/// Nothing lost and nothing twice: the calls of every PBX are in Odoo, each once, each as it was.
///
/// # Errors
/// The first differences, call by call.
pub async fn complete(rig: &Rig) -> anyhow::Result<()> {
    for site in &rig.sites {
        site_complete(rig, site).await?;
    }
    Ok(())
}

/// Every number is one contact's.
///
/// # Errors
/// The first numbers that several have.
pub fn each_number_once(rig: &Rig) -> anyhow::Result<()> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for contact in rig.journal.handle().records("res.partner") {
        if let Some(number) = contact["phone_sanitized"].as_str() {
            *times.entry(number.to_owned()).or_default() += 1;
        }
    }
    let several: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    ensure!(
        several.is_empty(),
        "{} numbers of several contacts: {:?}",
        several.len(),
        several.iter().take(5).collect::<Vec<_>>()
    );
    Ok(())
}

/// Every recording of every PBX is in Odoo once, to the byte, at its call.
///
/// # Errors
/// The first recording that is not.
pub async fn copied(rig: &Rig) -> anyhow::Result<()> {
    for site in &rig.sites {
        let of_site = json!([["x_ucm_key", "=like", format!("{}/%", site.id)]]);
        let fields = ["res_model", "res_id", "x_ucm_key", "datas"];
        let copies = rig.journal.records("ir.attachment", of_site, &fields);
        let copies = copies.await?;
        let recordings = site.ucm.recordings();
        ensure!(
            copies.len() == recordings.len(),
            "{} copies of {} recordings",
            copies.len(),
            recordings.len()
        );
        for recording in recordings {
            let bytes = BASE64_STANDARD.encode(recording.bytes());
            let same = copies.iter().filter(|copy| copy["datas"] == bytes.as_str());
            ensure!(same.count() == 1, "no single copy of {}", recording.name);
        }
        let calls = rig.journal.calls(&site.id).await?;
        for copy in &copies {
            let call = calls.iter().find(|call| call["id"] == copy["res_id"]);
            let knows_it = call.is_some_and(|call| {
                let ids = call["x_copy_ids"].as_array();
                call["x_copy_state"] == "copied" && ids.is_some_and(|ids| ids.contains(&copy["id"]))
            });
            ensure!(knows_it, "{} is not at its call", copy["x_ucm_key"]);
        }
    }
    Ok(())
}

async fn site_complete(rig: &Rig, site: &Site) -> anyhow::Result<()> {
    let rows = rig.journal.calls(&site.id).await?;
    let mut journal = BTreeMap::new();
    for row in &rows {
        let session = row["x_session"].as_str().unwrap_or_default().to_owned();
        ensure!(
            row["x_uid"] == json!(format!("{}/{session}", site.id)),
            "a key that is not its session's: {}",
            row["x_uid"]
        );
        ensure!(
            journal.insert(session, row).is_none(),
            "{} is in the journal twice",
            row["x_uid"]
        );
    }
    let mut faults = Vec::new();
    for truth in site.ucm.truth() {
        match journal.remove(&truth.session) {
            Some(row) => faults.extend(differences(&truth, row)),
            None => faults.push(format!(
                "{} ({:?}) is not in the journal",
                truth.session, truth.scenario
            )),
        }
    }
    faults.extend(
        journal
            .keys()
            .map(|session| format!("{session} is in the journal and never happened")),
    );
    if !faults.is_empty() {
        let first: Vec<&str> = faults.iter().take(15).map(String::as_str).collect();
        bail!(
            "{} differences on {}:\n{}",
            faults.len(),
            site.id,
            first.join("\n")
        );
    }
    Ok(())
}

fn differences(truth: &Truth, row: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, expected: Value, actual: &Value| {
        if expected != *actual {
            found.push(format!(
                "{} ({:?}): {what} is {actual}, and was {expected}",
                truth.session, truth.scenario
            ));
        }
    };
    let text = |text: Option<&str>| text.map_or(Value::Bool(false), |text| json!(text));
    check("direction", json!(truth.direction), &row["x_direction"]);
    check("outcome", json!(truth.outcome), &row["x_outcome"]);
    check(
        "start",
        json!(truth.start.format("%Y-%m-%d %H:%M:%S").to_string()),
        &row["x_started_at"],
    );
    check("number", text(truth.external.as_deref()), &row["x_number"]);
    let recordings = row["x_recordings"]
        .as_str()
        .unwrap_or_default()
        .lines()
        .count();
    check(
        "number of recordings",
        json!(truth.recordings.len()),
        &json!(recordings),
    );
    if truth.outcome == Outcome::Answered {
        let talked = row["x_extension"]
            .as_str()
            .is_some_and(|extension| truth.talked.iter().any(|known| known == extension));
        if !truth.talked.is_empty() {
            check("extension that talked", json!(true), &json!(talked));
        }
        let talk_secs = row["x_talk_seconds"].as_i64().unwrap_or_default();
        // The device truncates seconds, leg by leg.
        let off = (talk_secs - i64::from(truth.talk_secs)).abs();
        if off > 3 {
            check("talk seconds", json!(truth.talk_secs), &json!(talk_secs));
        }
    } else {
        check("talk seconds", json!(0), &row["x_talk_seconds"]);
    }
    found
}
