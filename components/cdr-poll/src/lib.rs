//! Reads the call detail records of every UCM on a timer, or when asked, and writes each call into Odoo once.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

mod timer;

use bridge_core::config::Config;
use bridge_core::problem::Problem;
use bridge_core::state::{self, DeadLetters, key};
use bridge_core::sync::{self, Which};
use bridge_spin::{Spin, admin_token, answer, authorised, config, problem, query};
use spin_sdk::http::{Method, Request, Response};
use spin_sdk::http_component;

/// Called once, at build time: see `tools/preinit`.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn prepare() {
    bridge_core::phone::prepare();
}

/// `POST /sync[?server=ID]` and `GET /dead-letters/ID`, for administrators.
#[http_component]
async fn handle(request: Request) -> Response {
    match route(&request).await {
        Ok(response) => response,
        Err(refused) => problem(&refused),
    }
}

async fn route(request: &Request) -> Result<Response, Problem> {
    authorised(request, &admin_token())?;
    let config = config()?;
    let world = Spin::default();
    match (request.method(), request.path()) {
        (Method::Post, "/sync") => {
            let report = sync::run(&world, &config, &which(request, &config)?).await?;
            Ok(answer(if report.is_ok() { 200 } else { 502 }, &report))
        }
        (Method::Get, path) if path.starts_with("/dead-letters/") => {
            let server = path.trim_start_matches("/dead-letters/");
            known(&config, server)?;
            let letters: Option<DeadLetters> =
                state::load(&world, &key::of(server, key::What::DeadLetters))?;
            Ok(answer(200, &letters.unwrap_or_default()))
        }
        (_, "/sync") => Err(Problem::method_not_allowed("POST")),
        _ => Err(Problem::method_not_allowed("GET")),
    }
}

fn which(request: &Request, config: &Config) -> Result<Which, Problem> {
    let Some(server) = query(request, "server") else {
        return Ok(Which::All);
    };
    known(config, &server)?;
    Ok(Which::One(server))
}

fn known(config: &Config, server: &str) -> Result<(), Problem> {
    let known = config.servers.iter().any(|known| known.id == server);
    known
        .then_some(())
        .ok_or_else(|| Problem::not_found("server of that id"))
}
