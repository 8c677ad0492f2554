//! The port: open, or closed so that the machine itself refuses whoever comes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Shared, forward};
use crate::broken::{Broken, Resettable};

/// Most connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// Accepts until it is aborted, which ends its connections too.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut changed = shared.changed.subscribe();
    let mut connections = JoinSet::new();
    let mut listener = listener;
    loop {
        while connections.try_join_next().is_some() {}
        if !shared.lets_in() {
            drop(listener);
            // The proxy cannot go on without its port.
            let Ok(opened) = closed(address, &shared, &mut changed).await else {
                return;
            };
            listener = opened;
        }
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(connection(stream, Arc::clone(&shared)));
                shared.state().connections += 1;
            },
            _ = changed.changed() => {}
        }
    }
}

/// Keeps the port without listening on it, so that nobody else takes it, until it is to be open again.
async fn closed(
    address: SocketAddr,
    shared: &Shared,
    changed: &mut watch::Receiver<()>,
) -> io::Result<TcpListener> {
    let held = TcpSocket::new_v4()?;
    held.set_reuseaddr(true)?;
    held.bind(address)?;
    shared.is_open.send_replace(false);
    while !shared.lets_in() {
        changed.changed().await.map_err(io::Error::other)?;
    }
    let listener = held.listen(BACKLOG)?;
    shared.is_open.send_replace(true);
    Ok(listener)
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
