//! Takes what desk phones say of their calls, and shows who calls in Odoo; gives them their phonebook.
#![expect(
    unsafe_code,
    reason = "the exports that the macros generate cross the boundary of the module"
)]

mod book;
mod ring;

use bridge_core::config::{Config, Server};
use bridge_core::flows::desk::{self, Door, Visitor};
use bridge_core::flows::roster;
use bridge_faces::problem::Problem;
use bridge_spin::{Inbound, Reply, Spin, config, problem};
use spin_sdk::http::{IncomingRequest, Method, ResponseOutparam};
use spin_sdk::http_component;

/// Called once, at build time: see `components/preinit`.
#[unsafe(export_name = "wizer-initialize")]
extern "C" fn prepare() {
    calls::phone::prepare();
}

/// `GET /ring/<server>/<secret>?event=…`, which a phone calls when something happens at it, and `GET`, `HEAD /phonebook/<server>/…`, which it fetches
/// now and then.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let (request, reply) = (Inbound::new(request), Reply::new(out));
    if request.path().starts_with("/phonebook") {
        book::give(&request, reply);
        return;
    }
    if !matches!(request.method(), Method::Get) {
        reply.send(problem(&Problem::method_not_allowed("GET")));
        return;
    }
    ring::take(&request, reply).await;
}

/// The settings, and the server whose phone is at `door`.
fn admit(request: &Inbound, door: Door) -> Result<(Config, Server), Problem> {
    if request.target_bytes() > LONGEST_ADDRESS_BYTES {
        return Err(Problem::long_address(LONGEST_ADDRESS_BYTES));
    }
    let config = config()?;
    let servers = roster::servers_as_last_known(&Spin::default(), &config)?;
    let path = request.path();
    let visitor = Visitor::of_path(&path, request.client());
    let server = desk::admit(&config.links.keys, &servers, door, &visitor)?.clone();
    Ok((config, server))
}

/// An address with all its values has some 400 bytes.
const LONGEST_ADDRESS_BYTES: usize = 2_048;
