//! Says what is known of the bridge, beginning with its settings: pages for people, health and metrics for machines. It reaches Odoo at most,
//! never a UCM.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

use bridge_core::config::{Config, Fault, Standing, Survey};
use bridge_core::flows;
use bridge_core::flows::count::Sight;
use bridge_core::flows::oversee::{Heartbeat, Overview};
use bridge_core::flows::show::Action;
use bridge_faces::metrics;
use bridge_faces::page::{self, Doors, More};
use bridge_faces::problem::Problem;
use bridge_spin::{
    Response, Signed, Spin, admin_token, answer, authorised, config, language, may_read, odoo,
    page as show, problem, received, survey, text, wants_page,
};
use chrono::{DateTime, TimeDelta, Utc};
use ports::Clock as _;
use serde::Serialize;
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};
use spin_sdk::http_component;

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let Some((request, reply)) = received(request, out).await else {
        return;
    };
    let result = match request.path() {
        _ if !matches!(request.method(), Method::Get | Method::Head) => {
            Err(Problem::method_not_allowed("GET"))
        }
        "/" => Ok(start(&request)),
        "/health" => health(),
        "/metrics" => measured(&request).await,
        _ => status(&request).await,
    };
    reply.send(result.unwrap_or_else(|refused| problem(&refused)));
}

/// For anyone: which settings there are, and what to do next; what is wrong with them for those who may read, and where to go from here for
/// those who may act. 503 as long as the bridge can do nothing.
fn start(request: &Request) -> Response {
    let survey = survey();
    let may_know = may_read(request).is_ok();
    let may_act = authorised(request, &admin_token()).is_ok();
    let config = may_act.then(config).and_then(Result::ok);
    let pages = config.map(|config| Pages::of(&config, Spin::default().now() + WHILE_READING));
    let status = if survey.is_usable() { 200 } else { 503 };
    if wants_page(request) {
        let doors = pages.map(Doors::from).unwrap_or_default();
        let page = page::start(language(request), &survey, may_know, &doors);
        return show(status, page);
    }
    answer(status, &Settings::told(&survey, may_know, pages))
}

/// For anyone: whether the timer runs, and nothing else.
fn health() -> Result<Response, Problem> {
    let (world, odoo) = (Spin::default(), odoo()?);
    let heartbeat = Heartbeat::read(&world, &odoo, world.now())?;
    Ok(answer(if heartbeat.alive { 200 } else { 503 }, &heartbeat))
}

async fn measured(request: &Request) -> Result<Response, Problem> {
    may_read(request)?;
    let config = config().map_err(Problem::settings)?;
    let overview = overview(&config).await?;
    Ok(text(200, metrics::CONTENT_TYPE, metrics::render(&overview)))
}

/// By a token, or by a signed link; as a page where that is asked for.
async fn status(request: &Request) -> Result<Response, Problem> {
    let signed = Signed::read(request);
    let config = match &signed {
        Some(signed) => {
            let config = config()?;
            by_link(signed, &config)?;
            config
        }
        None => {
            may_read(request)?;
            config().map_err(Problem::settings)?
        }
    };
    let is_by_link = signed.is_some();
    let overview = overview(&config).await?;
    // The token of the statistics opens no page that does something.
    let may_act = is_by_link || authorised(request, &admin_token()).is_ok();
    if !is_by_link && !wants_page(request) {
        let pages = may_act.then(|| Pages::of(&config, overview.at + WHILE_READING));
        return Ok(answer(200, &Told { overview, pages }));
    }
    let more = if may_act {
        more(&config, &overview)
    } else {
        More::default()
    };
    Ok(show(200, page::status(language(request), &overview, &more)))
}

async fn overview(config: &Config) -> Result<Overview, Problem> {
    let world = Spin::default();
    let odoo = flows::oversee::look_at_odoo(&world, config).await?;
    Ok(flows::oversee::overview(&world, config, world.now(), odoo)?)
}

fn by_link(signed: &Signed, config: &Config) -> Result<(), Problem> {
    let (keys, now) = (&config.links.keys, Spin::default().now());
    Action::Overview
        .verify(keys, "", signed.expires, &signed.signature, now)
        .map_err(|error| {
            Problem::link(
                error,
                "open the server in Odoo and press \"Test Connection\": its page leads here",
            )
        })
}

/// What programs are told.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    overview: Overview,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Pages>,
}

/// What programs are told of the settings.
#[derive(Serialize)]
struct Settings<'a> {
    /// Whether nothing is wrong.
    ok: bool,
    /// Whether the bridge can work with them.
    usable: bool,
    settings: Vec<Setting<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Pages>,
}

/// What programs are told of one setting.
#[derive(Serialize)]
struct Setting<'a> {
    variable: &'static str,
    standing: Standing,
    /// Only for those who may know: parts of what was written stand in them.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<&'a [Fault]>,
}

impl<'a> Settings<'a> {
    fn told(survey: &'a Survey, may_know: bool, pages: Option<Pages>) -> Self {
        let settings = survey.variables.iter().map(|it| Setting {
            variable: it.variable,
            standing: it.standing,
            faults: (may_know || it.is_told_to_all()).then_some(&it.faults),
        });
        Self {
            ok: survey.is_whole(),
            usable: survey.is_usable(),
            settings: settings.collect(),
            pages,
        }
    }
}

/// Signed addresses for a browser, which sends no token: where people can reach the bridge, and something signs.
#[derive(Serialize)]
struct Pages {
    status: Option<String>,
    doctor: Option<String>,
    statistics: Option<String>,
}

impl Pages {
    fn of(config: &Config, expires: DateTime<Utc>) -> Self {
        // Where they cannot be read, the page asks for what they would have told.
        let servers = flows::roster::servers_as_last_known(&Spin::default(), config);
        let servers = servers.unwrap_or_default();
        Self {
            status: Action::Overview.address(&config.links, "", expires),
            doctor: Action::Examine.address(&config.links, "", expires),
            statistics: Sight::default().address_among(&config.links, &servers, expires),
        }
    }
}

impl From<Pages> for Doors {
    fn from(pages: Pages) -> Self {
        Self {
            status: pages.status,
            doctor: pages.doctor,
            statistics: pages.statistics,
        }
    }
}

/// Signed addresses of the pages that say more.
fn more(config: &Config, overview: &Overview) -> More {
    let expires = overview.at + WHILE_READING;
    let address = |action: Action, server: &str| action.address(&config.links, server, expires);
    let of_each = |action| {
        let servers = overview.servers.iter();
        servers.map(|seen| address(action, &seen.server)).collect()
    };
    More {
        doctor: address(Action::Examine, ""),
        completeness: of_each(Action::Prove),
        letters: of_each(Action::Letters),
    }
}

/// How long the pages that this one leads to are open.
const WHILE_READING: TimeDelta = TimeDelta::hours(1);
