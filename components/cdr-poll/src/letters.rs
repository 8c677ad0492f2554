//! What was set aside: listed, shown, tried again, discarded.

use bridge_core::config::Config;
use bridge_core::flows;
use bridge_core::flows::letters::{Discarded, Letters, Listed, Retried};
use bridge_core::state::DeadLetter;
use bridge_faces::page;
use bridge_faces::problem::Problem;
use bridge_spin::{Response, Spin, answer, field, language};
use serde_json::json;
use spin_sdk::http::{Method, Request};

/// `GET /dead-letters/SERVER` lists them without what is personal; `GET` and `DELETE /dead-letters/SERVER/ID` are about one, as it came.
pub(crate) fn by_token(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<Response, Problem> {
    let id = request.path().strip_prefix("/dead-letters/");
    let id = id.and_then(|path| path.split_once('/')).map(|(_, id)| id);
    match (request.method(), id) {
        (Method::Get, None) => {
            let letters = list(world, config, server)?;
            Ok(answer(200, &json!({ "letters": letters })))
        }
        (Method::Get, Some(id)) => {
            let letter =
                flows::letters::show(world, &config.place(), server, id)?.ok_or_else(no_such)?;
            Ok(answer(200, &letter))
        }
        (Method::Delete, Some(id)) => Ok(answer(200, &discard(world, config, server, id)?)),
        (_, None) => Err(Problem::method_not_allowed("GET")),
        (_, Some(_)) => Err(Problem::method_not_allowed("GET or DELETE")),
    }
}

/// What is set aside for a server that is known, or that has something set aside although there is none of its name any more.
pub(crate) fn list(world: &Spin, config: &Config, server: &str) -> Result<Vec<Listed>, Problem> {
    let letters = flows::letters::list(world, &config.place(), server)?;
    if letters.is_empty() {
        super::check_known(world, config, server)?;
    }
    Ok(letters)
}

/// Tries one letter, or `all`, again.
pub(crate) async fn retry(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<Retried, Problem> {
    let which = match field(request, "letter").unwrap_or_default() {
        all if all == "all" => Letters::All,
        id => Letters::One(id),
    };
    let retried = flows::letters::retry(world, config, server, &which).await?;
    retried.ok_or_else(no_such)
}

/// The page after its form was sent: a letter was tried again, or discarded.
pub(crate) async fn carry_out(
    request: &Request,
    world: &Spin,
    config: &Config,
    server: &str,
) -> Result<String, Problem> {
    let language = language(request);
    if field(request, "discard").is_some() {
        discard(
            world,
            config,
            server,
            &field(request, "letter").unwrap_or_default(),
        )?;
        return Ok(page::letters(
            language,
            server,
            &list(world, config, server)?,
        ));
    }
    let retried = retry(request, world, config, server).await?;
    Ok(page::retried(language, &retried))
}

fn discard(world: &Spin, config: &Config, server: &str, id: &str) -> Result<DeadLetter, Problem> {
    match flows::letters::discard(world, &config.place(), server, id)? {
        Discarded::Gone(letter) => Ok(letter),
        Discarded::NoSuch => Err(no_such()),
        Discarded::Busy => Err(Problem::at_work()),
    }
}

fn no_such() -> Problem {
    Problem::not_found("record of that id set aside for a server of that id")
}
