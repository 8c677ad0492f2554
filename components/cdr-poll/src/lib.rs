//! Reads the call detail records of every UCM on a timer, or when asked, and writes each call into Odoo once.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

mod buttons;
mod letters;
mod pressed;
mod timer;

use std::collections::BTreeMap;

use bridge_core::config::Config;
use bridge_core::flows;
use bridge_core::flows::examine::Probe;
use bridge_core::flows::period::Period;
use bridge_core::flows::prove::{Completeness, Proved};
use bridge_core::flows::replay::Replayed;
use bridge_core::flows::report::RunReport;
use bridge_core::flows::roster::Which;
use bridge_core::flows::show::Action;
use bridge_core::state::{Journal, listens};
use bridge_faces::WORDS;
use bridge_faces::page::brief;
use bridge_faces::problem::Problem;
use bridge_spin::{
    Response, Spin, admin_token, answer, authorised, config, field, language, page, parameter,
    problem, query, received, wants_page,
};
use calls::language::Language;
use ports::Clock as _;
use serde_json::json;
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};
use spin_sdk::http_component;

/// Called once, at build time: see `components/preinit`.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn prepare() {
    calls::phone::prepare();
}

/// What can be asked of one server, by administrators with their token or by people in Odoo with a signed link, and
/// `GET /listens/ID`, for administrators.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let Some((request, reply)) = received(request, out).await else {
        return;
    };
    if let Some(pressed) = pressed::Pressed::read(&request) {
        return pressed.carry_out(reply).await;
    }
    let response = match buttons::Asked::read(&request) {
        Some(asked) => asked.answer(&request).await,
        None => route(&request)
            .await
            .unwrap_or_else(|refused| problem(&refused)),
    };
    reply.send(response);
}

async fn route(request: &Request) -> Result<Response, Problem> {
    authorised(request, &admin_token())?;
    let config = config().map_err(Problem::settings)?;
    let world = Spin::default();
    if let Some(server) = request.path().strip_prefix("/listens/") {
        return listens_to(request, &world, &config, server);
    }
    let Some((action, server)) = action(request.path(), request.query()) else {
        return Err(Problem::not_found("page of that name"));
    };
    if action == Action::Prove && *request.method() == Method::Get {
        return completeness_of_all(&world, &config, server);
    }
    if action == Action::Examine {
        return doctor(request, &world, &config).await;
    }
    if action == Action::Letters {
        let server = server.unwrap_or_default();
        return letters::by_token(request, &world, &config, &server);
    }
    if *request.method() != Method::Post {
        return Err(Problem::method_not_allowed("POST"));
    }
    match action {
        Action::Sync => {
            let which = chosen(server, query(request, "due").as_deref())?;
            let report = synchronise(&world, &config, &which).await?;
            Ok(answer(if report.is_ok() { 200 } else { 502 }, &report))
        }
        Action::Test => {
            let probe = test(&world, &config, &server.unwrap_or_default()).await?;
            Ok(answer(if probe.ok { 200 } else { 502 }, &probe))
        }
        Action::Replay if query(request, "letter").is_some() => {
            let server = server.unwrap_or_default();
            let retried = letters::retry(request, &world, &config, &server).await?;
            let is_ok = retried.status.is_ok() && retried.refused == 0;
            Ok(answer(if is_ok { 200 } else { 502 }, &retried))
        }
        Action::Replay => {
            let replayed = replay(request, &world, &config, &server.unwrap_or_default()).await?;
            let status = if replayed.report.status.is_ok() {
                200
            } else {
                502
            };
            Ok(answer(status, &replayed))
        }
        Action::Letters | Action::Examine | Action::Overview => {
            Err(Problem::method_not_allowed("GET"))
        }
        Action::Prove => {
            let proved = prove(request, &world, &config, &server.unwrap_or_default()).await?;
            let is_ok = proved.whole || proved.go_on_from.is_some();
            Ok(answer(if is_ok { 200 } else { 502 }, &proved))
        }
    }
}

/// What an address asks for, and of which server.
fn action(path: &str, query: &str) -> Option<(Action, Option<String>)> {
    match path {
        "/sync" => Some((Action::Sync, parameter(query, "server"))),
        "/replay" => Some((Action::Replay, parameter(query, "server"))),
        "/doctor" => Some((Action::Examine, None)),
        "/completeness" => Some((Action::Prove, parameter(query, "server"))),
        path => {
            if let Some(server) = path.strip_prefix("/dead-letters/") {
                // What follows the server names one letter.
                let server = server.split('/').next().unwrap_or_default();
                return Some((Action::Letters, Some(server.to_owned())));
            }
            let server = path.strip_prefix("/servers/")?.strip_suffix("/test")?;
            Some((Action::Test, Some(server.to_owned())))
        }
    }
}

/// Odoo and every UCM, step by step; as a page where that is asked for.
async fn doctor(request: &Request, world: &Spin, config: &Config) -> Result<Response, Problem> {
    only_get(request)?;
    let found = flows::examine::examine(world, config).await?;
    Ok(if wants_page(request) {
        page(200, bridge_faces::page::doctor(language(request), &found))
    } else {
        let word = |advice| bridge_faces::page::advice(Language::En, advice);
        answer(200, &found.in_words(word))
    })
}

/// Which servers are to be synchronised. With `due` it is the timer's tick, for schedulers outside.
fn chosen(server: Option<String>, due: Option<&str>) -> Result<Which, Problem> {
    match (server, due) {
        (Some(server), None) => Ok(Which::One(server)),
        (None, None) => Ok(Which::All),
        (None, Some("yes")) => Ok(Which::Due),
        (_, Some(_)) => Err(Problem::undecided(
            "`due` is not `yes`, or stands beside `server`",
            "send POST /sync for all servers, POST /sync?server=… for one, or POST /sync?due=yes for those whose time has come",
        )),
    }
}

async fn synchronise(world: &Spin, config: &Config, which: &Which) -> Result<RunReport, Problem> {
    let report = flows::tick::run(world, config, which, WORDS).await?;
    if matches!(which, Which::One(_)) && report.servers.is_empty() {
        return Err(Problem {
            faults: report.refused,
            ..unknown_server()
        });
    }
    Ok(report)
}

async fn test(world: &Spin, config: &Config, server: &str) -> Result<Probe, Problem> {
    let probe = flows::examine::probe(world, config, server).await?;
    probe.ok_or_else(unknown_server)
}

/// Keeps what a person's test has found where that person sees it again: with the server in Odoo.
async fn keep(world: &Spin, config: &Config, probe: &Probe) {
    let words = |language| brief::probe(language, probe).message;
    if let Err(error) = flows::show::keep_test(world, config, &probe.server, words).await {
        println!(
            "{}: what the test found could not be kept in Odoo: {error}",
            probe.server
        );
    }
}

async fn replay(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<Replayed, Problem> {
    let given = |name| field(request, name).unwrap_or_default();
    let period = Period::parse(&given("from"), &given("to"))?;
    let replayed = flows::replay::replay(world, config, server, period).await?;
    replayed.ok_or_else(unknown_server)
}

async fn prove(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<Proved, Problem> {
    let given = |name| field(request, name).unwrap_or_default();
    let period = Period::parse(&given("from"), &given("to"))?;
    let proved = flows::prove::prove(world, config, server, period).await?;
    proved.ok_or_else(unknown_server)
}

fn completeness(world: &Spin, config: &Config, server: &str) -> Result<Completeness, Problem> {
    check_known(world, config, server)?;
    let journal = Journal::last_met(world, &config.odoo)?;
    Ok(Completeness::load(world, &journal, server)?)
}

fn check_known(world: &Spin, config: &Config, server: &str) -> Result<(), Problem> {
    let known = flows::roster::known_servers(world, config)?;
    match known.iter().any(|id| id == server) {
        true => Ok(()),
        false => Err(unknown_server()),
    }
}

/// What is known of one server's completeness, or of all of them.
fn completeness_of_all(
    world: &Spin,
    config: &Config,
    server: Option<String>,
) -> Result<Response, Problem> {
    let ids = match server {
        Some(id) => vec![id],
        None => flows::roster::known_servers(world, config)?,
    };
    let known: Result<BTreeMap<String, Completeness>, Problem> = ids
        .into_iter()
        .map(|id| completeness(world, config, &id).map(|known| (id, known)))
        .collect();
    let servers = known?;
    let whole = Completeness::are_whole(servers.values());
    Ok(answer(200, &json!({ "whole": whole, "servers": servers })))
}

fn unknown_server() -> Problem {
    Problem::not_found("server of that id whose settings can be used")
}

/// What the server's recordings were listened to, the latest first; of a server that is configured no more as well, as long as it is kept.
fn listens_to(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<Response, Problem> {
    only_get(request)?;
    let since = world.now() - config.listens_kept;
    let listens = listens::heard(world, server, since)?;
    if listens.is_empty() {
        check_known(world, config, server)?;
    }
    Ok(answer(
        200,
        &json!({ "server": server, "since": since, "listens": listens }),
    ))
}

fn only_get(request: &Request) -> Result<(), Problem> {
    match request.method() {
        Method::Get => Ok(()),
        _ => Err(Problem::method_not_allowed("GET")),
    }
}
