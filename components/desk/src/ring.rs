//! What happens at a phone.

use bridge_core::flows::desk::{Door, ring};
use bridge_spin::{Inbound, Reply, Spin, parameter, problem, response};
use calls::ring::Said;

/// Answers the phone, which waits, and then looks after what it has said. What it says that is of no use is answered alike: a phone can do nothing
/// about it, and would only try again.
pub(crate) async fn take(request: &Inbound, reply: Reply) {
    let (config, server) = match super::admit(request, Door::Ring) {
        Ok(admitted) => admitted,
        Err(refused) => {
            reply.send(problem(&refused));
            return;
        }
    };
    reply.send(response(200, [], Vec::new()));
    let query = request.query();
    let Some(said) = Said::read(|name| parameter(&query, name)) else {
        return;
    };
    if let Err(error) = ring::rang(&Spin::default(), &config, &server, &said).await {
        // Whoever signs in to the UCM with a whole number has it here.
        let is_short = said.extension.len() <= LONGEST_LOGGED;
        let extension = if is_short {
            said.extension.as_str()
        } else {
            "?"
        };
        let event = said.event.name();
        println!("{}: extension {extension}, {event}: {error}", server.id);
    }
}

/// Digits of an extension that a log may have; longer ones may be somebody's number.
const LONGEST_LOGGED: usize = 6;
