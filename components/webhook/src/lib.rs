//! Takes call records that a UCM pushes when a leg ends (*CDR Real-Time Output*), and writes each call into Odoo once.
#![expect(unsafe_code, reason = "the exports cross the boundary of the module")]

use bridge_core::config::PushConfig;
use bridge_core::flows;
use bridge_core::flows::push;
use bridge_core::flows::push::{PushRefusal, Shown, Visitor};
use bridge_core::flows::roster;
use bridge_core::state::pushes;
use bridge_faces::WORDS;
use bridge_faces::problem::Problem;
use bridge_spin::{Inbound, Reply, Response, Spin, answer, config, problem, pushing, set};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use ports::Clock;
use serde_json::json;
use spin_sdk::http::{IncomingRequest, Method, ResponseOutparam};
use spin_sdk::http_component;

/// Called once, at build time: see `components/preinit`.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn prepare() {
    calls::phone::prepare();
}

/// `POST /webhook/<server>[/<secret>]`, and the UCM's test of it: an empty POST, or a GET.
///
/// The sender is answered as soon as the legs are durable; bringing them into Odoo is work after the answer.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let world = Spin::default();
    let (response, kept) = match pushing() {
        Err(error) => (refused(&error.into()), None),
        Ok(config) => match take(&world, &config, request).await {
            Ok((response, server)) => (response, server.map(|server| (config.odoo, server))),
            Err(error) => (refused(&error), None),
        },
    };
    Reply::new(out).send(response);
    if let Some((place, server)) = kept
        && flows::push::falls_to_deliver(&world, &place, &server)
    {
        deliver(&world, &server).await;
    }
}

/// Brings in what waits. Settings that cannot be used are the timer's to report.
async fn deliver(world: &Spin, server: &str) {
    let Ok(config) = config() else {
        return;
    };
    let Ok(Some(server)) = roster::server_as_last_known(world, &config, server) else {
        return;
    };
    let Some(report) = flows::push::deliver(world, &config, &server).await else {
        return;
    };
    println!("{}", report.line());
    if report.calls_new + report.calls_changed > 0
        && let Err(error) = flows::desk::ring::settle(world, &config, &server.id).await
    {
        println!(
            "{}: notes were left without their calls: {error}",
            server.id
        );
    }
    if server.dial.is_some()
        && report.calls_new > 0
        && let Err(error) = flows::dial::settle(world, &config, &server.id, WORDS).await
    {
        println!("{}: no call was linked with its order: {error}", server.id);
    }
}

/// Says how to authenticate, or when to come again, where that is what is missing.
fn refused(error: &Problem) -> Response {
    let mut response = problem(error);
    match error.status {
        401 => set(&mut response, WWW_AUTHENTICATE, "Basic realm=\"ucm-odoo\""),
        429 | 503 => set(&mut response, RETRY_AFTER, "60"),
        _ => {}
    }
    response
}

/// What is answered; where legs were taken, also the id of their server.
async fn take(
    world: &Spin,
    config: &PushConfig,
    request: IncomingRequest,
) -> Result<(Response, Option<String>), Problem> {
    let request = Inbound::new(request);
    let path = request.path();
    let visitor = Visitor {
        path: &path,
        authorization: request.header("authorization"),
        source: request.client(),
    };
    let (server, shown) = push::admit(world, config, &visitor, world.now())?;
    let body = match request.method() {
        Method::Get | Method::Head => Vec::new(),
        Method::Post | Method::Put if shown == Shown::Secret => {
            request.body(push::MOST_BODY_BYTES).await?
        }
        // Whoever shows nothing may only test: no more than its first bytes are read.
        Method::Post | Method::Put => request
            .body(1)
            .await
            .map_err(|_| PushRefusal::NothingShown)?,
        _ => return Err(Problem::method_not_allowed("POST, or GET to test")),
    };
    if body.trim_ascii().is_empty() {
        return Ok((ready(world, &server.id, shown), None));
    }
    if shown == Shown::Nothing {
        return Err(PushRefusal::NothingShown.into());
    }
    let receipt = push::receive(world, &config.odoo, &server, &body, world.now())?;
    Ok((answer(200, &receipt), Some(server.id)))
}

/// The answer to a test; whoever has shown the secret is told when records last came.
fn ready(world: &Spin, server: &str, shown: Shown) -> Response {
    if shown == Shown::Nothing {
        return answer(
            200,
            &json!({ "status": "ready", "secret": "not shown: records need it" }),
        );
    }
    let last_push_at = pushes::last_at(world, server).ok().flatten();
    answer(
        200,
        &json!({ "status": "ready", "secret": "accepted", "last_push_at": last_push_at }),
    )
}
