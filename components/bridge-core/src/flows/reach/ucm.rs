//! Asking a UCM: one operation from its first request to its answer.

use crate::state::key;
use ports::{StoreError, World};
use ucm_client::{Answer, Client, Operation, Step, UcmError};

/// Carries out `operation`, and keeps the session whatever came of it: a refused account must not be tried again.
///
/// # Errors
/// [`StoreError`] when the session cannot be kept; the UCM's own failures are the inner result.
pub(crate) async fn ask(
    world: &impl World,
    client: &mut Client,
    server: &str,
    operation: Operation,
    requests: &mut u32,
) -> Result<Result<Answer, UcmError>, StoreError> {
    client.end_by(world.end());
    client.begin(operation);
    let answer = loop {
        match client.poll(world.now()) {
            Step::Send(request) => {
                *requests += 1;
                let reply = world.send(request, client.timeouts()).await;
                client.handle(world.now(), reply);
            }
            Step::Wait(pause) => world.sleep(pause).await,
            Step::Done(answer) => break answer,
        }
    };
    keep(world, client, server)?;
    Ok(answer)
}

/// Keeps what the client has learned, if that is anything new.
///
/// # Errors
/// [`StoreError`] when it cannot be kept.
pub(crate) fn keep(world: &impl World, client: &Client, server: &str) -> Result<(), StoreError> {
    match client.saved() {
        Some(saved) => world.set(&key::of(server, key::What::Session), &saved.to_bytes()),
        None => Ok(()),
    }
}
