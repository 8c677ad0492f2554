//! What happened on the phones in a period: for programs, as a page, and as files. It reaches Odoo at most, never a UCM.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

mod campaigns;

use std::fmt::Display;

use bridge_core::config::{Config, Server};
use bridge_core::flows;
use bridge_core::flows::count::Sight;
use bridge_core::link::LinkError;
use bridge_export::{ExportError, Format};
use bridge_faces::page::{self, Addresses, Choices};
use bridge_faces::problem::Problem;
use bridge_spin::{
    Response, Signed, Spin, accepted, answer, config, file, language, may_read, page as show,
    problem, query, received,
};
use calls::stats::{Address, Asked, QuestionError, Statistics, Subject, liked_best};
use ports::Clock as _;
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};
use spin_sdk::http_component;

/// How the answer is given.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Page,
    File(Format),
}

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    if let Some((request, reply)) = received(request, out).await {
        reply.send(respond(&request).await);
    }
}

async fn respond(request: &Request) -> Response {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return problem(&Problem::method_not_allowed("GET"));
    }
    let address = Address::read(request.path());
    let Some((address, form)) = address.and_then(|known| Some((known, form(known, request)?)))
    else {
        return problem(&Problem::not_found("page of that name"));
    };
    match (answered(request, address.subject, form).await, form) {
        (Ok(response), _) => response,
        (Err(refused), Form::Page) => show(
            refused.status,
            page::no_statistics(language(request), &refused),
        ),
        (Err(refused), _) => problem(&refused),
    }
}

async fn answered(
    request: &Request,
    subject: Subject<'_>,
    form: Form,
) -> Result<Response, Problem> {
    match subject {
        Subject::Calls => statistics(request, None, form).await,
        Subject::Contact(contact) => statistics(request, Some(contact), form).await,
        Subject::Campaigns => campaigns::all(request, form).await,
        Subject::Campaign(campaign) => campaigns::one(request, campaign, form).await,
        Subject::Member(campaign, member) => {
            campaigns::member(request, (campaign, member), form).await
        }
    }
}

/// By the end of the address, or else by what the caller likes best. What is a list or a proof has no files.
fn form(address: Address<'_>, request: &Request) -> Option<Form> {
    let files: &[Format] = match address.subject {
        Subject::Campaigns | Subject::Member(..) => &[],
        _ => &Format::ALL,
    };
    if let Some(ending) = address.ending {
        let mut files = files.iter().copied();
        return files
            .find(|format| format.extension() == ending)
            .map(Form::File);
    }
    let files = files
        .iter()
        .map(|format| (media_type(*format), Form::File(*format)));
    let others = [("application/json", Form::Json), ("text/html", Form::Page)];
    let (offered, forms): (Vec<&str>, Vec<Form>) = others.into_iter().chain(files).unzip();
    let liked = liked_best(accepted(request), &offered);
    Some(liked.map_or(Form::Json, |place| forms[place]))
}

/// Without parameters.
fn media_type(format: Format) -> &'static str {
    let content_type = format.content_type();
    content_type.split(';').next().unwrap_or(content_type)
}

async fn statistics(
    request: &Request,
    contact: Option<&str>,
    form: Form,
) -> Result<Response, Problem> {
    let (config, sight) = let_in(request)?;
    let world = Spin::default();
    let servers = flows::roster::servers_as_last_known(&world, &config)?;
    let given = |name: &str| match contact {
        Some(contact) if name == "contact" => Some(contact.to_owned()),
        _ => sight.or_limit(name, query(request, name)),
    };
    let zone_of = |id: String| servers.iter().find(|server| server.id == id)?.time_zone;
    let asked = match Asked::read(given, given("server").and_then(zone_of), world.now()) {
        Err(QuestionError::NoZone) if matches!(form, Form::Page) => {
            return Ok(which_zone(request, contact, &servers));
        }
        asked => asked?,
    };
    sight.permit(&asked.filter).map_err(refused)?;
    let mut found = flows::count::statistics(&world, &config, asked).await?;
    let named = servers
        .iter()
        .map(|server| (server.id.clone(), server.name.clone()));
    found.server_names = named.collect();
    match form {
        Form::Json => Ok(answer(200, &found)),
        Form::File(format) => {
            let content = format.write(language(request), &found);
            written(format, &format.file_name(&found), content)
        }
        Form::Page => Ok(dashboard(request, &config, &sight, &servers, &found)),
    }
}

/// The question again, with a field for what it lacks.
fn which_zone(request: &Request, contact: Option<&str>, servers: &[Server]) -> Response {
    let said = Asked::NAMES.into_iter().filter(|name| *name != "zone");
    let said = said.filter_map(|name| Some((name.to_owned(), query(request, name)?)));
    let addresses = Addresses {
        page: page_of(contact),
        carried: carried(request),
        ..Addresses::default()
    };
    let zones = flows::count::zones(servers);
    let zones: Vec<&str> = zones.iter().map(|zone| zone.name()).collect();
    let html = page::which_zone(language(request), &addresses, said.collect(), &zones);
    show(400, html)
}

/// The settings, and what whoever asks may see: all by a token, what it was made for by a link.
fn let_in(request: &Request) -> Result<(Config, Sight), Problem> {
    let Some(signed) = Signed::read(request) else {
        may_read(request)?;
        let config = config().map_err(Problem::settings)?;
        return Ok((config, Sight::default()));
    };
    let config = config()?;
    let sight = by_link(request, &signed, &config)?;
    Ok((config, sight))
}

/// What the link lets its holder see.
fn by_link(request: &Request, signed: &Signed, config: &Config) -> Result<Sight, Problem> {
    let sight = Sight::read(|name| query(request, name));
    let (keys, now) = (&config.links.keys, Spin::default().now());
    sight
        .verify(keys, signed.expires, &signed.signature, now)
        .map_err(refused)?;
    Ok(sight)
}

fn refused(error: LinkError) -> Problem {
    Problem::link(error, "open Grandstream > Statistics in Odoo again")
}

/// The file, or why there is none.
fn written(
    format: Format,
    name: &str,
    content: Result<Vec<u8>, ExportError>,
) -> Result<Response, Problem> {
    let unwritten = |error: ExportError| {
        Problem::new(
            500,
            "urn:ucm-odoo:export",
            "The file could not be written",
            error.to_string(),
            "ask for another format, and report this",
        )
    };
    Ok(file(
        format.content_type(),
        name,
        content.map_err(unwritten)?,
    ))
}

fn dashboard(
    request: &Request,
    config: &Config,
    sight: &Sight,
    servers: &[Server],
    found: &Statistics,
) -> Response {
    let page = page_of(found.filter.contact);
    let file = |format: Format| format!("{page}.{}?{}", format.extension(), request.query());
    let addresses = Addresses {
        carried: carried(request),
        csv: file(Format::Csv),
        xlsx: file(Format::Xlsx),
        pdf: file(Format::Pdf),
        odoo: Some(config.odoo.base.to_string()),
        page: page.clone(),
    };
    let offered = servers.iter().filter(|server| match &sight.server {
        Some(only) => server.id == *only,
        None => true,
    });
    let choices = Choices {
        servers: offered
            .map(|server| (server.id.clone(), server.name.clone()))
            .collect(),
    };
    let html = page::dashboard(language(request), found, &addresses, &choices);
    show(200, html)
}

/// The address of all statistics, or of those of one contact.
fn page_of(contact: Option<impl Display>) -> String {
    match contact {
        Some(contact) => format!("/stats/contacts/{contact}"),
        None => "/stats".to_owned(),
    }
}

/// What every address of a page carries on: the parts of the link that it was opened by.
fn carried(request: &Request) -> Vec<(String, String)> {
    let carried = Sight::PARAMETERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), query(request, name)?)));
    carried.collect()
}
