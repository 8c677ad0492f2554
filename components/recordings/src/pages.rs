//! Answers for people: the player, and the words for what is not to be heard.

use bridge_core::flows::recordings::{Refusal, Why};
use bridge_faces::player;
use bridge_faces::problem::Problem;
use bridge_spin::{Asked, Response, response, set};
use calls::language::Language;
use http::header;

use crate::Admitted;

/// The player, or one of the two files that it is made of.
pub(crate) fn answer(request: &Asked, link: &str) -> Response {
    match link {
        "player.css" => file("text/css; charset=utf-8", player::STYLE),
        "player.js" => file("text/javascript; charset=utf-8", player::SCRIPT),
        _ => match super::admit(request, link) {
            Ok(admitted) => {
                let Admitted {
                    address, ticket, ..
                } = &admitted;
                html(200, player::player(language(request), address, ticket))
            }
            Err(refusal) => refused(request, &refusal),
        },
    }
}

/// Why there is nothing to hear, as a page.
pub(crate) fn refused(request: &Asked, refusal: &Refusal) -> Response {
    let page = player::refusal(language(request), refusal);
    with_retry(html(Problem::from(refusal).status, page), refusal)
}

/// The same for programs, as RFC 9457 has it.
pub(crate) fn problem(refusal: &Refusal) -> Response {
    // Texts and numbers always serialise.
    let problem = Problem::from(refusal);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    with_retry(response(problem.status, headers, body), refusal)
}

fn with_retry(mut response: Response, refusal: &Refusal) -> Response {
    if let Some(secs) = refusal.retry_after_secs() {
        set(&mut response, header::RETRY_AFTER, &secs.to_string());
    }
    if refusal.why == Why::Method {
        set(&mut response, header::ALLOW, "GET, HEAD");
    }
    response
}

fn html(code: u16, page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    response(code, headers, page.into_bytes())
}

fn file(content_type: &str, text: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    response(200, headers, text.as_bytes().to_vec())
}

fn language(request: &Asked) -> Language {
    Language::preferred(request.header(&header::ACCEPT_LANGUAGE).unwrap_or_default())
}

/// The page's own style, script and audio; framed nowhere.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; media-src 'self'; connect-src 'self'; \
                              frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
