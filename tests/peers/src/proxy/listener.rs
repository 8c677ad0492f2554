//! The port: open, or closed so that the machine itself refuses whoever comes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Shared, forward};
use crate::broken::{Broken, Resettable};
use crate::port;

/// Accepts until it is aborted, which ends its connections too.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut changes = shared.changes.subscribe();
    let mut connections = JoinSet::new();
    let mut listener = listener;
    loop {
        while connections.try_join_next().is_some() {}
        let change = *changes.borrow_and_update();
        if !shared.lets_in() {
            drop(listener);
            // The proxy cannot go on without its port.
            let Ok(opened) = closed(address, &shared, &mut changes).await else {
                return;
            };
            listener = opened;
            continue;
        }
        shared.heeded.send_replace(change);
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(connection(stream, Arc::clone(&shared)));
                shared.state().connections += 1;
            },
            _ = changes.changed() => {}
        }
    }
}

/// Keeps the port without listening on it until it is to be open again.
async fn closed(
    address: SocketAddr,
    shared: &Shared,
    changes: &mut watch::Receiver<u64>,
) -> io::Result<TcpListener> {
    let held = port::hold(address)?;
    loop {
        let change = *changes.borrow_and_update();
        if shared.lets_in() {
            return held.listen(port::BACKLOG);
        }
        shared.heeded.send_replace(change);
        changes.changed().await.map_err(io::Error::other)?;
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Small answers must not wait for one another; a failure only costs time.
    let _nagle_stays = stream.set_nodelay(true);
    let is_reset = Arc::new(AtomicBool::new(false));
    let stream = Resettable {
        stream,
        is_reset: Arc::clone(&is_reset),
    };
    let service = service_fn(|request| {
        let (shared, is_reset) = (Arc::clone(&shared), Arc::clone(&is_reset));
        async move {
            let answer = forward::answer(&shared, request).await;
            if answer
                .as_ref()
                .is_err_and(|broken| *broken == Broken::Reset)
            {
                is_reset.store(true, Ordering::Relaxed);
            }
            answer
        }
    });
    // Errors here are the client's leaving, or a fault that was asked for.
    let _ended = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
