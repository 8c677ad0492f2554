//! What happened on the phones in a period: for programs, as a page, and as files. It reaches Odoo at most, never a UCM.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

use bridge_core::config::{Config, Server};
use bridge_core::flows;
use bridge_core::flows::count::Sight;
use bridge_core::link::LinkError;
use bridge_export::Format;
use bridge_faces::page::{self, Addresses, Choices};
use bridge_faces::problem::Problem;
use bridge_spin::{
    Reply, Response, Signed, Spin, accepted, answer, config, file, language, may_read,
    page as show, problem, query,
};
use calls::stats::{Address, Asked, Statistics, liked_best};
use ports::Clock as _;
use spin_sdk::http::{Method, Request, ResponseOutparam};
use spin_sdk::http_component;

/// How the answer is given.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Page,
    File(Format),
}

#[http_component]
async fn handle(request: Request, out: ResponseOutparam) {
    Reply::new(out).send(respond(&request).await);
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
    match (statistics(request, address, form).await, form) {
        (Ok(response), _) => response,
        (Err(refused), Form::Page) => show(
            refused.status,
            page::no_statistics(language(request), &refused),
        ),
        (Err(refused), _) => problem(&refused),
    }
}

/// By the end of the address, or else by what the caller likes best.
fn form(address: Address<'_>, request: &Request) -> Option<Form> {
    if let Some(ending) = address.ending {
        let mut files = Format::ALL.into_iter();
        return files
            .find(|format| format.extension() == ending)
            .map(Form::File);
    }
    let files = Format::ALL.map(|format| (media_type(format), Form::File(format)));
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
    address: Address<'_>,
    form: Form,
) -> Result<Response, Problem> {
    let signed = Signed::read(request);
    if signed.is_none() {
        may_read(request)?;
    }
    let config = config()?;
    let world = Spin::default();
    let sight = match &signed {
        Some(signed) => by_link(request, signed, &config)?,
        None => Sight::default(),
    };
    let servers = flows::roster::servers_as_last_known(&world, &config)?;
    let given = |name: &str| match address.contact {
        Some(contact) if name == "contact" => Some(contact.to_owned()),
        _ => sight.or_limit(name, query(request, name)),
    };
    let zone_of = |id: String| servers.iter().find(|server| server.id == id)?.time_zone;
    let asked = Asked::read(given, given("server").and_then(zone_of), world.now())?;
    sight.permit(&asked.filter).map_err(refused)?;
    let found = flows::count::statistics(&world, &config, asked).await?;
    match form {
        Form::Json => Ok(answer(200, &found)),
        Form::File(format) => {
            let content = format.write(language(request), &found);
            let content = content.map_err(|error| unwritten(&error.to_string()))?;
            Ok(file(
                format.content_type(),
                &format.file_name(&found),
                content,
            ))
        }
        Form::Page => Ok(dashboard(request, &config, &sight, &servers, &found)),
    }
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

fn unwritten(reason: &str) -> Problem {
    Problem::new(
        500,
        "urn:ucm-odoo:export",
        "The file could not be written",
        reason,
        "ask for another format, and report this",
    )
}

fn dashboard(
    request: &Request,
    config: &Config,
    sight: &Sight,
    servers: &[Server],
    found: &Statistics,
) -> Response {
    let page = match found.filter.contact {
        Some(contact) => format!("/stats/contacts/{contact}"),
        None => "/stats".to_owned(),
    };
    let file = |format: Format| format!("{page}.{}?{}", format.extension(), request.query());
    let carried = Sight::PARAMETERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), query(request, name)?)));
    let addresses = Addresses {
        carried: carried.collect(),
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
