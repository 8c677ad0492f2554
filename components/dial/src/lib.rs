//! Has a UCM call the number that somebody has clicked in Odoo, once at most.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

use bridge_core::config::Config;
use bridge_core::flows::dial::{self, Asked, Wish, hint};
use bridge_core::link::LinkError;
use bridge_faces::WORDS;
use bridge_faces::problem::Problem;
use bridge_spin::{
    Reply, Response, Signed, Spin, admin_token, answer, authorised, config, problem, received,
    unique,
};
use calls::order::Placed;
use ports::Clock as _;
use serde::Deserialize;
use serde_json::{Value, json};
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};
use spin_sdk::http_component;

/// Called once, at build time: see `components/preinit`.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn prepare() {
    calls::phone::prepare();
}

/// `POST /dial/hint`, which Odoo sends when somebody clicks, and `POST /dial`, for programs of administrators.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let Some((request, reply)) = received(request, out).await else {
        return;
    };
    if *request.method() != Method::Post {
        reply.send(problem(&Problem::method_not_allowed("POST")));
    } else if request.path() == hint::PATH {
        hinted(&request, reply).await;
    } else {
        let response = asked(&request).await;
        reply.send(response.unwrap_or_else(|refused| problem(&refused)));
    }
}

/// Answers Odoo, which waits for a second at most, and then looks after the order: what comes of it is said in Odoo.
async fn hinted(request: &Request, reply: Reply) {
    let (config, order) = match hint(request) {
        Ok(hint) => hint,
        Err(refused) => {
            reply.send(problem(&refused));
            return;
        }
    };
    reply.send(answer(202, &json!({ "status": "accepted" })));
    if let Err(error) = dial::hinted(&Spin::default(), &config, order, WORDS).await {
        println!("order {order}: {error}");
    }
}

/// Which order a hint of Odoo names, where it has the address that the bridge has signed for it. That is in the body, since Odoo logs the
/// addresses that it posts to.
fn hint(request: &Request) -> Result<(Config, i64), Problem> {
    let forbidden = || Problem::link(LinkError::Forbidden, RENEWAL);
    let body: Value = serde_json::from_slice(request.body()).map_err(|_| forbidden())?;
    let link = body["x_hint"].as_str().unwrap_or_default();
    let (_, query) = link.split_once('?').ok_or_else(forbidden)?;
    let Signed { expires, signature } = Signed::of(query).ok_or_else(forbidden)?;
    let config = config()?;
    hint::verify(
        &config.links.keys,
        expires,
        &signature,
        Spin::default().now(),
    )
    .map_err(|error| Problem::link(error, RENEWAL))?;
    let order = body["_id"].as_i64().filter(|order| *order > 0);
    let order = order.ok_or_else(|| Problem::bad_wish("the hint names no order"))?;
    Ok((config, order))
}

/// What a program sends.
#[derive(Deserialize)]
struct Body {
    user: String,
    number: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    extension: Option<String>,
    #[serde(default)]
    server: Option<String>,
}

async fn asked(request: &Request) -> Result<Response, Problem> {
    authorised(request, &admin_token())?;
    let config = config().map_err(Problem::settings)?;
    let body: Body = serde_json::from_slice(request.body()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::bad_wish(&format!(
            "the body is no JSON object with `user` and `number` (line {line}, column {column})"
        ))
    })?;
    let is_named = body.key.is_some();
    let key = match body.key {
        Some(key) if key.is_empty() || key.len() > LONGEST_KEY => {
            let what = format!("`key` must have 1 to {LONGEST_KEY} bytes");
            return Err(Problem::bad_wish(&what));
        }
        Some(key) => format!("program/{key}"),
        // Whoever gives none may not ask again when no answer comes.
        None => format!("program/{:016x}{:016x}", unique(), unique()),
    };
    let wish = Wish {
        key,
        is_named,
        login: body.user,
        extension: body.extension,
        server: body.server,
        number: body.number,
    };
    match dial::asked(&Spin::default(), &config, &wish, WORDS).await? {
        Asked::Placed { order, placed } => told(order, &placed),
        Asked::Known { order, state } => {
            Ok(answer(200, &json!({ "order": order, "state": state })))
        }
        Asked::Refused(reason) => Err(Problem::no_order(&reason)),
    }
}

fn told(order: i64, placed: &Placed) -> Result<Response, Problem> {
    match Problem::of_order(placed) {
        Some(problem) => Err(problem),
        None => Ok(answer(
            202,
            &json!({ "order": order, "state": "ringing", "extension": placed.extension, "server": placed.server }),
        )),
    }
}

const RENEWAL: &str =
    "wait for the next run of the bridge, which writes another address into Odoo, and click again";

/// Bytes of a program's key.
const LONGEST_KEY: usize = 64;
