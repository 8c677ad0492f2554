//! `POST /json/2/<model>/<method>` of 19: bearer keys, named arguments, real statuses.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::Value;

use super::env::Context;
use super::error::{Kind, OdooError, Outcome};
use super::http::{
    Answer, NO_DATABASE, Received, after_work, before_work, has_key_refused, html, json,
    wrong_media_type,
};
use super::server::{Call, Request, Server};
use super::signature::{Arguments, Face};
use super::value::Vals;

/// Answers one request.
pub(crate) async fn answer(received: &Received, server: &Arc<Server>) -> Answer {
    if !selects_database(received, server) {
        return Ok(html(StatusCode::NOT_FOUND, NO_DATABASE));
    }
    let path = received
        .parts
        .uri
        .path()
        .trim_start_matches("/json/2")
        .trim_matches('/');
    let (Some((model, method)), &Method::POST) = (path.split_once('/'), &received.parts.method)
    else {
        return Ok(refusal(&OdooError::new(
            Kind::NotFound,
            "Did you mean POST /json/2/<model>/<method>?",
        )));
    };
    if received.media_type() != "application/json" {
        return Ok(wrong_media_type(
            "/json/2/&lt;__model__&gt;/&lt;__method__&gt;",
            "json2",
        ));
    }
    let effects = server.faults.strike(model, method, &received.body);
    if let Some(answer) = before_work(&effects).await {
        return answer;
    }
    let result = match prepare(received, server, model, method, has_key_refused(&effects)) {
        Ok(call) => server.execute(call, &effects).await,
        Err(error) => Err(error),
    };
    let (status, body) = match result {
        Ok(value) => (StatusCode::OK, value.to_string()),
        Err(error) => (
            StatusCode::from_u16(error.kind.http_status()).unwrap_or_default(),
            error.data().to_string(),
        ),
    };
    after_work(&effects, Ok(json(status, body.clone())), &body)
}

/// Without the header the only database is taken, where it is the only one.
fn selects_database(received: &Received, server: &Server) -> bool {
    received
        .header("x-odoo-database")
        .map_or(!server.several_databases, |name| name == server.db)
}

fn refusal(error: &OdooError) -> hyper::Response<super::http::Body> {
    json(
        StatusCode::from_u16(error.kind.http_status()).unwrap_or_default(),
        error.data().to_string(),
    )
}

/// The key first, then the body, then the context: in the order in which Odoo looks at them.
fn prepare(
    received: &Received,
    server: &Server,
    model: &str,
    method: &str,
    key_refused: bool,
) -> Outcome<Call> {
    let uid = authenticate(received, server, key_refused)?;
    let mut named = body(received)?;
    let rows = rows(method, &named);
    server.record(Request {
        transport: "json2",
        model: model.to_owned(),
        method: method.to_owned(),
        rows,
    });
    let context = Context::parse(named.remove("context").as_ref())?;
    let arguments = Arguments {
        positional: Vec::new(),
        named,
    };
    Ok(Call {
        uid,
        model: model.to_owned(),
        method: method.to_owned(),
        arguments,
        context,
        face: Face::Json2,
    })
}

fn authenticate(received: &Received, server: &Server, key_refused: bool) -> Outcome<i64> {
    let header = received
        .header("authorization")
        .and_then(|header| header.split_once(' '));
    let Some((_, key)) = header.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        let text = "User not authenticated, use an API Key with a Bearer Authorization header.";
        return Err(OdooError::new(Kind::Unauthorized, text));
    };
    let user = if key_refused {
        None
    } else {
        server.user_of_key(key.trim())
    };
    user.ok_or_else(|| OdooError::new(Kind::Unauthorized, "Invalid apikey"))
}

/// An empty body has no arguments; neither has anything that is not an object.
fn body(received: &Received) -> Outcome<Vals> {
    if received.body.is_empty() {
        return Ok(Vals::new());
    }
    match serde_json::from_slice(&received.body) {
        Ok(Value::Object(named)) => Ok(named),
        Ok(_) => Ok(Vals::new()),
        Err(error) => Err(OdooError::new(
            Kind::BadRequest,
            format!("could not parse the body as json: {error}"),
        )),
    }
}

fn rows(method: &str, named: &Vals) -> usize {
    let key = match method {
        "create" => "vals_list",
        "load" => "data",
        "write" | "unlink" | "read" => "ids",
        _ => return 0,
    };
    match named.get(key) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(_)) => 1,
        _ => 0,
    }
}
