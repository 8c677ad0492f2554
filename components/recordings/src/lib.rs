//! Plays recordings of calls straight out of the UCM, by signed links.
#![expect(
    unsafe_code,
    reason = "the export that the macro generates crosses the boundary of the module"
)]

mod listen;
mod pages;

use bridge_core::config::{ListeningConfig, Server};
use bridge_core::flows::recordings::{Address, Refusal, Ticket, Why};
use bridge_core::flows::roster::listened_server;
use bridge_spin::{Asked, Reply, Spin, listening};
use http::Method;
use ports::Clock as _;
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

/// `GET /listen/LINK` is the player, `GET` and `HEAD /recordings/LINK` the audio.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let (request, reply) = (Asked::of(&request), Reply::new(out));
    if let Some(link) = request.path.strip_prefix("/recordings/") {
        listen::answer(&request, link, reply).await;
    } else {
        let link = request.path.strip_prefix("/listen/").unwrap_or_default();
        reply.send(pages::answer(&request, link));
    }
}

/// What a link opens.
struct Admitted<'a> {
    config: ListeningConfig,
    server: Server,
    address: Address<'a>,
    ticket: Ticket,
    /// What stands for its file.
    mark: String,
}

/// What the link opens, for who may.
fn admit<'a>(request: &'a Asked, link: &'a str) -> Result<Admitted<'a>, Refusal> {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        return Err(Why::Method.into());
    }
    let config = listening()?;
    let address = Address::parse(link, &request.query);
    let address = address.ok_or(Refusal::unreadable(&config.links.keys))?;
    let (world, now) = (Spin::default(), Spin::default().now());
    let keys = &config.links.keys;
    let ticket = address
        .admit(keys, now)
        .map_err(|error| Refusal::from(error).about(address.once(keys)))?;
    let server = listened_server(&world, &config, address.server)?
        .filter(Server::has_players)
        .ok_or(Why::NoSuchServer)?;
    Refusal::check_kept(&server.recordings, &ticket, now)
        .map_err(|refusal| refusal.about(Some(ticket.clone())))?;
    let mark = ticket.mark(&config.links.keys, &server.id)?;
    Ok(Admitted {
        config,
        server,
        address,
        ticket,
        mark,
    })
}
