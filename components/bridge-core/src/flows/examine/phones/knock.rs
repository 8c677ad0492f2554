//! The bridge asks itself at the addresses of its phones, as they would: with the secret, and with nothing that anything would come of.

use http::header::IF_NONE_MATCH;
use serde::Deserialize;

use crate::config::{Links, Server};
use crate::flows::desk::Door;
use crate::flows::phonebook;
use crate::flows::reach::HASTY;
use ports::{HttpError, World};

/// What is not answered as it should be: each door's name, and the status.
pub(super) type Answers = Result<Vec<(&'static str, u16)>, HttpError>;

/// Knocks at each door that the phones of `server` have a use for.
pub(super) async fn at_doors(world: &impl World, server: &Server, links: &Links) -> Answers {
    let mut odd = Vec::new();
    let book = server.phonebook.map(|_| Door::Phonebook);
    for door in [Some(Door::Ring), book].into_iter().flatten() {
        let Some(request) = request(door, server, links) else {
            continue;
        };
        let answer = world.send(request, HASTY).await?;
        if !is_right(door, &answer) {
            odd.push((door.name(), answer.status().as_u16()));
        }
    }
    Ok(odd)
}

/// An event that is none; the phonebook, as whoever has it already asks for it.
fn request(door: Door, server: &Server, links: &Links) -> Option<http::Request<Vec<u8>>> {
    let mut url = door.address(server, links)?;
    let mut request = http::Request::get("/");
    if door == Door::Phonebook {
        url.set_path(&format!("{}/{}", url.path(), phonebook::FILE));
        request = request.header(IF_NONE_MATCH, "*");
    }
    request.uri(url.as_str()).body(Vec::new()).ok()
}

/// The bridge says nothing where all is well, and gives its reasons a name where it refuses: another server does neither.
fn is_right(door: Door, answer: &http::Response<Vec<u8>>) -> bool {
    #[derive(Deserialize)]
    struct Reason {
        r#type: String,
    }
    let reason: Option<Reason> = serde_json::from_slice(answer.body()).ok();
    let is_for = |name: &str| reason.as_ref().is_some_and(|reason| reason.r#type == name);
    match (door, answer.status().as_u16()) {
        (Door::Ring, 200) => answer.body().is_empty(),
        (Door::Phonebook, 304) => true,
        // Not built yet, which is said elsewhere.
        (Door::Phonebook, 503) => is_for("urn:ucm-odoo:not-yet"),
        // `phone_sources` has the phones, and not the bridge itself.
        (_, 403) => is_for("urn:ucm-odoo:source"),
        _ => false,
    }
}
