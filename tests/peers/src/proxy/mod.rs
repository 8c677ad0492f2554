//! A proxy that fails on purpose: it stands before a peer, passes every request on, and spoils the ones that it is told to.
//!
//! It fails as what lies between two machines fails: a port that is closed, a gateway that answers in the place of the peer, an answer that is
//! lost on its way although the work is done, a request that somebody has sent on twice. What strikes is said by kind and by number, so that a
//! run can be tried again: the third request, and the two after it.
//!
//! Every request has a connection of its own, so that the m-th connection is the m-th request.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use peers::proxy::{Fault, Kind, Proxy};
//!
//! let proxy = Proxy::before("127.0.0.1:8069".parse().expect("an address")).await?;
//! proxy.fault(Fault::new(Kind::Lost).at(3)).await;
//! println!("{}", proxy.url());
//! # Ok(()) }
//! ```

mod fault;
mod forward;
mod listener;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use fault::{Fault, Kind};

/// A running proxy; it stops when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// What the connections share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// How often what strikes was changed.
    changes: watch::Sender<u64>,
    /// Up to which of them the port is open or closed as it should be.
    heeded: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    upstream: SocketAddr,
    fault: Option<Fault>,
    /// Connections since the fault was set or taken away.
    connections: usize,
    requests: usize,
    struck: Vec<Struck>,
}

/// A request that was struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// Its path, without a query.
    pub path: String,
    /// Its body.
    pub body: Bytes,
}

impl Proxy {
    /// A proxy before the peer at `upstream`, on a free port of loopback.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn before(upstream: SocketAddr) -> io::Result<Self> {
        Self::at(0, upstream).await
    }

    /// The same on a port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn at(port: u16, upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(upstream)),
            changes: watch::Sender::new(0),
            heeded: watch::Sender::new(0),
        });
        let serving = tokio::spawn(listener::serve(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            address,
            serving,
        })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Passes on to another peer from now on: the same one after it was started anew.
    pub fn lead_to(&self, upstream: SocketAddr) {
        self.shared.state().upstream = upstream;
    }

    /// Strikes from now on, in the place of what struck before; requests are counted anew.
    pub async fn fault(&self, fault: Fault) {
        self.set(Some(fault)).await;
    }

    /// Passes everything on from now on; requests are counted anew.
    pub async fn clear(&self) {
        self.set(None).await;
    }

    async fn set(&self, fault: Option<Fault>) {
        let upstream = self.shared.state().upstream;
        let state = State {
            fault,
            ..State::new(upstream)
        };
        *self.shared.state() = state;
        self.shared.changes.send_modify(|changes| *changes += 1);
        let change = *self.shared.changes.borrow();
        let mut heeded = self.shared.heeded.subscribe();
        // The only error is that the proxy has ended.
        _ = heeded.wait_for(|heeded| *heeded >= change).await;
    }

    /// How many requests have come in.
    pub fn requests(&self) -> usize {
        self.shared.state().requests
    }

    /// The requests that were struck. Whoever was refused is not among them: nobody sees them.
    pub fn struck(&self) -> Vec<Struck> {
        self.shared.state().struck.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn new(upstream: SocketAddr) -> Self {
        Self {
            upstream,
            fault: None,
            connections: 0,
            requests: 0,
            struck: Vec::new(),
        }
    }
}

impl Shared {
    /// Whether the next connection is let in.
    fn lets_in(&self) -> bool {
        let state = self.state();
        let next = state.connections + 1;
        state.fault.is_none_or(|fault| !fault.refuses(next))
    }

    /// Counts a request, and says to whom it goes and what is to be done to it.
    fn meet(&self, path: &str, body: &Bytes) -> (SocketAddr, Option<Kind>) {
        let mut state = self.state();
        state.requests += 1;
        let nth = state.requests;
        let kind = state.fault.and_then(|fault| fault.strikes(nth));
        if kind.is_some() {
            let (path, body) = (path.to_owned(), body.clone());
            state.struck.push(Struck { path, body });
        }
        (state.upstream, kind)
    }

    /// Only whole values are written under the lock, so a poisoned one is sound.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
