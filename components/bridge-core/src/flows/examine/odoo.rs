//! Odoo, from its address to the countries of its companies.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Advice, Course, Examined, Health, Step, listed, within_patience};
use crate::config::Config;
use crate::flows::install::{self, Plan};
use crate::flows::oversee::{is_soon, key_end};
use crate::flows::reach::Odoo;
use odoo_client::{Call, OdooError, call, extension, journal};
use ports::{HttpError, World};

const COURSE: [Examined; 10] = [
    Examined::HostAllowed,
    Examined::Network,
    Examined::Certificate,
    Examined::OdooVersion,
    Examined::OdooKey,
    Examined::OdooEdition,
    Examined::OdooRights,
    Examined::OdooSetup,
    Examined::OdooCountry,
    Examined::OdooExtensions,
];

pub(super) async fn examine<W: World>(world: &W, odoo: &Odoo<'_, W>, config: &Config) -> Vec<Step> {
    let mut course = Course::of(&COURSE);
    let talked = talk(odoo, config, world.now(), &mut course);
    match within_patience(world, talked).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => refused(&mut course, &error),
        Err(patience) => {
            course.fell_silent(Examined::OdooVersion, patience, Advice::CheckOdooUrl);
        }
    }
    course.steps
}

/// Every question in turn; the first error that leaves nothing to go on with ends it.
async fn talk<W: World>(
    odoo: &Odoo<'_, W>,
    config: &Config,
    now: DateTime<Utc>,
    course: &mut Course,
) -> Result<(), OdooError> {
    let version = odoo.version().await?;
    course.good_until(Examined::OdooVersion);
    if config.odoo.base.scheme() == "http" {
        let detail = "Odoo is reached without encryption";
        course.set(Examined::Certificate, Health::Warning, detail, None);
    }
    course.good(Examined::OdooVersion, &format!("Odoo {version}"));
    // Nobody's contact: only whether the key is let in, and may read contacts.
    let nobody = json!([["id", "=", 0]]);
    let contacts = odoo
        .call(&Call::search_count("res.partner", nobody.clone()))
        .await;
    match contacts {
        Ok(_) | Err(OdooError::MissingRight { .. }) => {
            key(odoo, config, now, course).await;
            edition(odoo, course).await;
        }
        Err(_) => {}
    }
    contacts?;
    let mut is_there = true;
    for model in [journal::MODEL, odoo_client::server::MODEL] {
        match odoo.call(&Call::search_count(model, nobody.clone())).await {
            Err(OdooError::NoModel { .. }) => is_there = false,
            other => _ = other?,
        }
    }
    if is_there {
        odoo.action(journal::change::ACTION).await?;
        course.good(Examined::OdooRights, "contacts and the journal can be read");
        setup(odoo, course).await;
    } else {
        course.good(Examined::OdooRights, "contacts can be read");
        let detail = "the call journal is not installed in this Odoo";
        course.set(
            Examined::OdooSetup,
            Health::Failed,
            detail,
            Some(Advice::RunSetup),
        );
    }
    countries(odoo, course).await?;
    if is_there {
        extensions(odoo, course).await;
    }
    Ok(())
}

/// The key is let in; whether it will be next month, only where Odoo tells.
async fn key<W: World>(
    odoo: &Odoo<'_, W>,
    config: &Config,
    now: DateTime<Utc>,
    course: &mut Course,
) {
    let what = Examined::OdooKey;
    match key_end(odoo, &config.odoo.login, now).await {
        Ok(None) => course.good(what, "the key is accepted"),
        Ok(Some(end)) => {
            let day = end.format("%Y-%m-%d");
            let detail = format!("the key is accepted; the first of its user's keys ends on {day}");
            let (state, advice) = match is_soon(end, now) {
                true => (Health::Warning, Some(Advice::MakeKey)),
                false => (Health::Ok, None),
            };
            course.set(what, state, &detail, advice);
        }
        Err(error) => {
            let detail = format!("the key is accepted; when it ends cannot be read: {error}");
            course.set(what, Health::Warning, &detail, None);
        }
    }
}

async fn edition<W: World>(odoo: &Odoo<'_, W>, course: &mut Course) {
    let domain = json!([["name", "=", "web_enterprise"], ["state", "=", "installed"]]);
    match odoo
        .call(&Call::search_count("ir.module.module", domain))
        .await
    {
        Ok(0) => course.good(Examined::OdooEdition, "Community; its external API is open"),
        Ok(_) => course.good(
            Examined::OdooEdition,
            "Enterprise; its plan has the external API",
        ),
        Err(_) => course.set(
            Examined::OdooEdition,
            Health::Warning,
            "the API key's user may not see which edition this is; its external API is open",
            None,
        ),
    }
}

async fn setup<W: World>(odoo: &Odoo<'_, W>, course: &mut Course) {
    let what = Examined::OdooSetup;
    match install::plan(odoo).await {
        Ok(plan) => match behind(&plan) {
            Some(detail) => course.set(what, Health::Warning, &detail, Some(Advice::RunSetup)),
            None => {
                let detail = format!("the call journal {} is installed", plan.journal.packaged);
                course.good(what, &detail);
            }
        },
        // The daily work needs no administrator.
        Err(install::ProvisionError::NotAdministrator { .. }) => course.good(
            what,
            "the call journal is installed; only an administrator's key could tell whether it is up to date",
        ),
        Err(error) => course.set(what, Health::Warning, &error.to_string(), Some(Advice::RunSetup)),
    }
}

/// The first part that is not as it is packed; the set-up brings all of them up to date.
fn behind(plan: &Plan) -> Option<String> {
    let parts = [
        ("the call journal", "is not that", Some(&plan.journal)),
        (
            "the journal's part in CRM",
            "is not that",
            plan.crm.as_ref(),
        ),
        (
            "the call campaigns",
            "are not those",
            plan.campaigns.as_ref(),
        ),
    ];
    let (name, differs, part) = parts
        .into_iter()
        .filter_map(|(name, differs, part)| Some((name, differs, part?)))
        .find(|(_, _, part)| !part.is_done())?;
    let installed = part.installed.as_deref().unwrap_or("none");
    Some(match &part.remark {
        Some(remark) => format!("{name} {installed}: {remark}"),
        None => format!(
            "{name} in Odoo ({installed}) {differs} of this bridge ({})",
            part.packaged
        ),
    })
}

#[derive(Deserialize)]
struct Company {
    #[serde(deserialize_with = "call::text")]
    name: String,
    country_id: Value,
}

async fn countries<W: World>(odoo: &Odoo<'_, W>, course: &mut Course) -> Result<(), OdooError> {
    let what = Examined::OdooCountry;
    let companies = Call::search_read("res.company", json!([]), &["name", "country_id"]);
    let companies: Vec<Company> = match odoo.call(&companies).await {
        Err(OdooError::MissingRight { .. }) => {
            let detail = "the API key's user may not see the companies";
            course.set(what, Health::Warning, detail, None);
            return Ok(());
        }
        other => other?,
    };
    let without: Vec<&str> = companies
        .iter()
        .filter(|company| !company.country_id.is_array())
        .map(|company| company.name.as_str())
        .collect();
    if without.is_empty() {
        course.good(what, "every company has one");
    } else {
        let detail = format!("no country: {}", without.join(", "));
        course.set(what, Health::Warning, &detail, Some(Advice::SetCountry));
    }
    Ok(())
}

async fn extensions<W: World>(odoo: &Odoo<'_, W>, course: &mut Course) {
    let what = Examined::OdooExtensions;
    let all = match odoo.call(&extension::all()).await {
        Ok(all) => all,
        Err(error) => return course.set(what, Health::Warning, &error.to_string(), None),
    };
    let twins = extension::entered_twice(&all);
    if twins.is_empty() {
        course.good(what, &format!("users have extensions: {}", all.len()));
    } else {
        let detail = format!("entered twice: {}", listed(twins.into_iter()));
        course.set(what, Health::Warning, &detail, Some(Advice::RemoveTwins));
    }
}

fn refused(course: &mut Course, error: &OdooError) {
    use Examined::{
        Certificate, HostAllowed, Network, OdooKey, OdooRights, OdooSetup, OdooVersion,
    };
    let (what, advice) = match error {
        OdooError::Http(HttpError::Denied) => (HostAllowed, Advice::RepairHosts),
        OdooError::Http(HttpError::Tls(_)) => (Certificate, Advice::TrustOdoo),
        OdooError::Http(_) => (Network, Advice::CheckOdooUrl),
        OdooError::TooOld { .. } => (OdooVersion, Advice::UpgradeOdoo),
        OdooError::UnknownDatabase => (OdooKey, Advice::CheckDatabase),
        OdooError::KeyRefused | OdooError::Misconfigured { .. } => (OdooKey, Advice::MakeKey),
        OdooError::MissingRight { .. } => (OdooRights, Advice::GiveRights),
        OdooError::NoModel { .. }
        | OdooError::NoField { .. }
        | OdooError::NoChoice { .. }
        | OdooError::BeingSetUp => (OdooSetup, Advice::RunSetup),
        _ => (OdooVersion, Advice::CheckOdooUrl),
    };
    course.failed(what, &error.to_string(), advice);
}
