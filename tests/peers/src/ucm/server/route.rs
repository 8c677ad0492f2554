//! From a request's path to the face of the device that answers it, with faults and the log around.

use std::net::IpAddr;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, Request as HttpRequest, Response, StatusCode};

use super::super::api;
use super::super::device::Device;
use super::super::legacy::{self, LegacyRequest};
use super::super::log::{Request, SECRETS};
use super::super::query::Params;
use super::super::rest;
use super::super::wire::{self, AppStatus, Body, failure, status};
use crate::broken::Broken;

/// Larger request bodies are refused.
const MAX_BODY_BYTES: usize = 1 << 20;

/// A request that has been read.
struct Asked {
    parts: Parts,
    body: Vec<u8>,
    action: Option<String>,
    params: Params,
    from: IpAddr,
}

pub(super) async fn answer(
    device: &Device,
    request: HttpRequest<Incoming>,
    from: IpAddr,
) -> Result<Response<Body>, Broken> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(_) => return Ok(wire::answer(StatusCode::PAYLOAD_TOO_LARGE, "text/html", "")),
    };
    let asked = Asked::new(parts, body, from);
    let fault = device.state().faults.take(asked.name(), asked.path());
    let is_struck = fault.is_some();
    let Some(fault) = fault else {
        let response = route(device, &asked);
        log(device, &asked, Some(&response), is_struck);
        return Ok(response);
    };
    let work = fault.is_after_work().then(|| route(device, &asked));
    log(device, &asked, work.as_ref(), is_struck);
    fault.strike(work).await
}

impl Asked {
    fn new(parts: Parts, body: Vec<u8>, from: IpAddr) -> Self {
        let is_api = parts.method == Method::POST && parts.uri.path() == "/api";
        let (action, params) = match api::parse(&body).filter(|_| is_api) {
            Some((action, params)) => (Some(action), params),
            None => (None, query_params(&parts)),
        };
        Self {
            parts,
            body,
            action,
            params,
            from,
        }
    }

    fn path(&self) -> &str {
        self.parts.uri.path()
    }

    fn name(&self) -> &str {
        self.action.as_deref().unwrap_or_else(|| self.path())
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }
}

fn query_params(parts: &Parts) -> Params {
    let query = parts.uri.query().unwrap_or_default();
    let mut params: Params = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    // The device takes a trailing `&` for one more, empty argument.
    if query.ends_with('&') {
        params.push((String::new(), String::new()));
    }
    params
}

fn route(device: &Device, asked: &Asked) -> Response<Body> {
    let (rest_gateway, legacy_enabled, is_permitted, is_permitted_legacy) = {
        let switches = &device.state().switches;
        let permitted = &switches.permitted_ips;
        (
            switches.rest_gateway,
            switches.legacy_enabled,
            permitted.is_empty() || permitted.contains(&asked.from),
            switches.legacy_permitted_ips.contains(&asked.from),
        )
    };
    let path = asked.path();
    match (asked.parts.method.as_str(), path) {
        ("POST", "/api") => match &asked.action {
            Some(action) => api::act(device, action, &asked.params, asked.from),
            None => failure(status::INVALID_PARAMETERS),
        },
        ("POST", "/api/login") if rest_gateway => {
            permitted(asked, is_permitted, |_| rest::login(device, &asked.body))
        }
        ("GET", "/api/cdr" | "/api/recording") if rest_gateway => {
            permitted(asked, is_permitted, |_| {
                rest::answer(device, path, &asked.params, asked.header(COOKIE))
            })
        }
        ("GET", "/cdrapi" | "/recapi") if legacy_enabled => {
            permitted(asked, is_permitted_legacy, |target| {
                legacy::answer(
                    device,
                    &LegacyRequest {
                        method: "GET",
                        path,
                        target,
                        params: &asked.params,
                        authorization: asked.header(AUTHORIZATION),
                    },
                )
            })
        }
        (_, path) if path.starts_with("/api") => failure(status::INVALID_PARAMETERS),
        _ => wire::web_page(),
    }
}

/// Answers unless the client's address may not use the API.
fn permitted(
    asked: &Asked,
    is_permitted: bool,
    answer: impl FnOnce(&str) -> Response<Body>,
) -> Response<Body> {
    if !is_permitted {
        return wire::answer(StatusCode::FORBIDDEN, "text/html", "403 Forbidden\n");
    }
    let target = asked
        .parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    answer(target)
}

fn log(device: &Device, asked: &Asked, response: Option<&Response<Body>>, is_struck: bool) {
    let is_public = |(name, _): &&(String, String)| !SECRETS.contains(&name.as_str());
    let request = Request {
        at: device.clock.now(),
        method: asked.parts.method.to_string(),
        path: asked.path().to_owned(),
        action: asked.name().to_owned(),
        params: asked.params.iter().filter(is_public).cloned().collect(),
        headers: asked
            .parts
            .headers
            .keys()
            .map(ToString::to_string)
            .collect(),
        http_status: response.map(|response| response.status().as_u16()),
        app_status: response
            .and_then(|response| response.extensions().get::<AppStatus>())
            .map(|status| status.0),
        is_struck,
    };
    device.state().requests.push(request);
}
