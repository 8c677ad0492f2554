//! A port of a peer: open, or closed so that the machine itself refuses whoever comes.

use std::io;
use std::net::SocketAddr;

use futures::future::BoxFuture;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// Most connections that wait to be accepted.
pub(crate) const BACKLOG: u32 = 1024;

/// A port on which a peer listens; it ends with this.
pub(crate) struct Port {
    address: SocketAddr,
    serve: Box<dyn Fn(TcpListener) -> BoxFuture<'static, ()> + Send + Sync>,
    /// Locked until the port is open or closed: a change that comes meanwhile is the next one, and none is overtaken.
    door: Mutex<Door>,
}

#[derive(Debug)]
enum Door {
    /// What serves ends its connections when it is aborted.
    Open(JoinHandle<()>),
    /// With the port held, where nobody else was quicker.
    Closed(Option<TcpSocket>),
}

impl Port {
    /// Listens there; port 0 takes a free one. Whatever `serve` gives accepts connections until it is aborted, which ends them too.
    pub(crate) async fn open<F>(
        address: impl Into<SocketAddr>,
        serve: impl Fn(TcpListener) -> F + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address.into()).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener));
        Ok(Self {
            address,
            serve: Box::new(move |listener| Box::pin(serve(listener))),
            door: Mutex::new(Door::Open(serving)),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and all its connections: clients are refused when this returns.
    pub(crate) async fn down(&self) {
        let mut door = self.door.lock().await;
        if let Door::Open(serving) = &mut *door {
            serving.abort();
            // The only error is the cancellation asked for.
            let _cancelled = serving.await;
            *door = Door::Closed(hold(self.address).ok());
        }
    }

    /// Listens again on the same port.
    ///
    /// # Errors
    /// When somebody else has taken it meanwhile.
    pub(crate) async fn up(&self) -> io::Result<()> {
        let mut door = self.door.lock().await;
        if let Door::Closed(held) = &mut *door {
            let held = held.take().map_or_else(|| hold(self.address), Ok)?;
            let serving = (self.serve)(held.listen(BACKLOG)?);
            *door = Door::Open(tokio::spawn(serving));
        }
        Ok(())
    }
}

/// Keeps a port without listening on it, so that nobody else takes it.
pub(crate) fn hold(address: SocketAddr) -> io::Result<TcpSocket> {
    let held = TcpSocket::new_v4()?;
    held.set_reuseaddr(true)?;
    held.bind(address)?;
    Ok(held)
}

impl Drop for Port {
    fn drop(&mut self) {
        if let Door::Open(serving) = self.door.get_mut() {
            serving.abort();
        }
    }
}

impl std::fmt::Debug for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut port = f.debug_struct("Port");
        port.field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;
    use tokio::task::JoinSet;

    use super::*;

    async fn silent() -> Port {
        let serve = |listener: TcpListener| async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(async move {
                    let _held = stream;
                    std::future::pending::<()>().await;
                });
            }
        };
        Port::open((Ipv4Addr::LOCALHOST, 0), serve).await.unwrap()
    }

    async fn is_open(port: &Port) -> bool {
        match TcpStream::connect(port.address()).await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
                false
            }
        }
    }

    #[tokio::test]
    async fn it_closes_with_its_connections_and_opens_again() {
        let port = silent().await;
        let mut stream = TcpStream::connect(port.address()).await.unwrap();
        for _ in 0..2 {
            port.down().await;
        }
        assert_eq!(stream.read(&mut [0]).await.unwrap_or_default(), 0);
        assert!(!is_open(&port).await);
        for _ in 0..2 {
            port.up().await.unwrap();
        }
        assert!(is_open(&port).await);
    }

    /// Neither waits for a state that the other has ended.
    #[tokio::test]
    async fn of_changes_at_once_each_is_made() {
        let port = silent().await;
        for is_up_last in [true, false] {
            let changes = async {
                if is_up_last {
                    futures::join!(port.down(), port.up()).1
                } else {
                    futures::join!(port.up(), port.down()).0
                }
            };
            let made = tokio::time::timeout(Duration::from_secs(10), changes).await;
            made.expect("both end").unwrap();
            assert_eq!(is_open(&port).await, is_up_last);
        }
    }
}
