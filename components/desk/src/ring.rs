//! What happens at a phone.

use bridge_core::flows::desk::Door;
use bridge_spin::{Inbound, Reply, parameter, problem, response};
use calls::ring::Said;

/// Answers the phone, which waits, and then looks after what it has said. What it says that is of no use is answered alike: a phone can do nothing
/// about it, and would only try again.
pub(crate) async fn take(request: &Inbound, reply: Reply) {
    let server = match super::admit(request, Door::Ring) {
        Ok((_config, server)) => server,
        Err(refused) => {
            reply.send(problem(&refused));
            return;
        }
    };
    reply.send(response(200, [], Vec::new()));
    let query = request.query();
    if let Some(said) = Said::read(|name| parameter(&query, name)) {
        let (extension, event) = (&said.extension, said.event.name());
        println!("{}: extension {extension}: {event}", server.id);
    }
}
