//! Sockets: one port for HTTP and one for HTTPS.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::device::Device;
use crate::broken::{Broken, Resettable};
use crate::port::Port;

mod route;
pub(crate) mod tls;

use tls::Certificates;

/// Listens on loopback; port 0 takes a free one. With certificates it speaks HTTPS.
pub(crate) async fn open(
    device: &Arc<Device>,
    certificates: Option<Arc<Certificates>>,
    address: (Ipv4Addr, u16),
) -> io::Result<Port> {
    let device = Arc::clone(device);
    let serve = move |listener| serve(listener, Arc::clone(&device), certificates.clone());
    Port::open(address, serve).await
}

/// Accepts until it is aborted, which ends its connections too.
async fn serve(
    listener: TcpListener,
    device: Arc<Device>,
    certificates: Option<Arc<Certificates>>,
) {
    let mut connections = JoinSet::new();
    loop {
        // Too many open files or a peer that is gone already: there will be others.
        let Ok((stream, from)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (device, certificates) = (Arc::clone(&device), certificates.clone());
        connections.spawn(async move {
            // Small answers must not wait for one another; a failure only costs time.
            let _nagle_stays = stream.set_nodelay(true);
            let is_reset = Arc::new(AtomicBool::new(false));
            let stream = Resettable {
                stream,
                is_reset: Arc::clone(&is_reset),
            };
            match certificates {
                None => speak(stream, device, from, is_reset).await,
                Some(certificates) => {
                    let is_self_signed = device.state().switches.self_signed;
                    let acceptor = certificates.acceptor(is_self_signed);
                    // A client that refuses the certificate goes away here.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        speak(stream, device, from, is_reset).await;
                    }
                }
            }
        });
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    device: Arc<Device>,
    from: SocketAddr,
    is_reset: Arc<AtomicBool>,
) {
    let service = service_fn(|request| {
        let device = Arc::clone(&device);
        let is_reset = Arc::clone(&is_reset);
        async move {
            let answer = route::answer(&device, request, from.ip()).await;
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
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
