//! Answers for people: the player, and the words for what is not to be heard.

use bridge_core::page::Language;
use bridge_core::recording::Refusal;
use bridge_core::recording::page;
use bridge_spin::Asked;
use http::{Response, header};

use crate::Admitted;

/// The player, or one of the two files that it is made of.
pub(crate) fn answer(request: &Asked, link: &str) -> Response<Vec<u8>> {
    match link {
        "player.css" => file("text/css; charset=utf-8", page::STYLE),
        "player.js" => file("text/javascript; charset=utf-8", page::SCRIPT),
        _ => match super::admit(request, link) {
            Ok(admitted) => {
                let Admitted {
                    address, ticket, ..
                } = &admitted;
                html(200, page::player(language(request), address, ticket))
            }
            Err(refusal) => refused(request, &refusal),
        },
    }
}

/// Why there is nothing to hear, as a page.
pub(crate) fn refused(request: &Asked, refusal: &Refusal) -> Response<Vec<u8>> {
    let page = page::refusal(language(request), refusal);
    with_retry(html(refusal.problem.status, page), refusal)
}

/// The same for programs, as RFC 9457 has it.
pub(crate) fn problem(refusal: &Refusal) -> Response<Vec<u8>> {
    // Texts and numbers always serialise.
    let body = serde_json::to_vec(&refusal.problem).unwrap_or_default();
    let mut response = Response::new(body);
    *response.status_mut() = status(refusal.problem.status);
    set(
        &mut response,
        header::CONTENT_TYPE,
        "application/problem+json",
    );
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    with_retry(response, refusal)
}

fn with_retry(mut response: Response<Vec<u8>>, refusal: &Refusal) -> Response<Vec<u8>> {
    if let Some(secs) = refusal.retry_after_secs {
        set(&mut response, header::RETRY_AFTER, &secs.to_string());
    }
    if refusal.problem.status == 405 {
        set(&mut response, header::ALLOW, "GET, HEAD");
    }
    response
}

fn html(code: u16, page: String) -> Response<Vec<u8>> {
    let mut response = Response::new(page.into_bytes());
    *response.status_mut() = status(code);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        set(&mut response, name, value);
    }
    response
}

fn file(content_type: &'static str, text: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(text.as_bytes().to_vec());
    set(&mut response, header::CONTENT_TYPE, content_type);
    set(&mut response, header::CACHE_CONTROL, "public, max-age=3600");
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn language(request: &Asked) -> Language {
    Language::preferred(request.header(&header::ACCEPT_LANGUAGE).unwrap_or_default())
}

fn status(code: u16) -> http::StatusCode {
    http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
}

fn set(response: &mut Response<Vec<u8>>, name: header::HeaderName, value: &str) {
    if let Ok(value) = http::HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The page's own style, script and audio; framed nowhere.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; media-src 'self'; connect-src 'self'; \
                              frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
