//! What happened on the phones in a period. It reaches Odoo at most, never a UCM.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

use bridge_core::config::Config;
use bridge_core::link::LinkError;
use bridge_core::ports::Clock as _;
use bridge_core::problem::Problem;
use bridge_core::stats::{Address, Asked, Sight, Statistics};
use bridge_core::sync;
use bridge_spin::{Signed, Spin, answer, config, may_read, problem, query};
use spin_sdk::http::{Method, Request, Response};
use spin_sdk::http_component;

#[http_component]
async fn handle(request: Request) -> Response {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return problem(&Problem::method_not_allowed("GET"));
    }
    match statistics(&request).await {
        Ok(statistics) => answer(200, &statistics),
        Err(refused) => problem(&refused),
    }
}

async fn statistics(request: &Request) -> Result<Statistics, Problem> {
    let address = Address::read(request.path())
        .filter(|address| address.ending.is_none())
        .ok_or_else(|| Problem::not_found("page of that name"))?;
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
    let given = |name: &str| match address.contact {
        Some(contact) if name == "contact" => Some(contact.to_owned()),
        _ => sight.or_limit(name, query(request, name)),
    };
    let zone = match given("server") {
        Some(server) => sync::zone_of_server(&world, &config, &server)?,
        None => None,
    };
    let asked = Asked::read(given, zone, world.now())?;
    sight.permit(&asked.filter).map_err(refused)?;
    Ok(sync::statistics(&world, &config, asked).await?)
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
