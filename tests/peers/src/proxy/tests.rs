use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::*;
use crate::ucm::Ucm;

/// A proxy before a UCM, whose web page is 200 and some bytes long.
async fn office() -> (Ucm, Proxy) {
    let ucm = Ucm::builder().start().await.expect("a UCM");
    let address = ucm.url().replace("http://", "");
    let proxy = Proxy::before(address.parse().expect("an address")).await;
    (ucm, proxy.expect("a proxy"))
}

/// Asks for the web page: all that comes, until the other side ends it.
async fn ask(proxy: &Proxy) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await?;
    stream
        .write_all(b"GET /page HTTP/1.1\r\nhost: pbx\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

async fn is_whole(proxy: &Proxy) -> bool {
    let answer = ask(proxy).await.expect("an answer");
    answer.starts_with("HTTP/1.1 200") && answer.ends_with("</html>\n")
}

fn is_reset(asked: &io::Result<String>) -> bool {
    matches!(asked, Err(error) if error.kind() == io::ErrorKind::ConnectionReset)
}

#[tokio::test]
async fn what_is_not_struck_passes_as_it_is() {
    let (ucm, proxy) = office().await;
    proxy.fault(Fault::new(Kind::Reset).at(2).times(2)).await;
    assert!(is_whole(&proxy).await);
    for _ in 0..2 {
        assert!(is_reset(&ask(&proxy).await));
    }
    assert!(is_whole(&proxy).await);
    assert_eq!((proxy.requests(), proxy.struck().len()), (4, 2));
    assert_eq!(proxy.struck()[0].path, "/page");
    assert_eq!(ucm.requests().len(), 2);
}

#[tokio::test]
async fn a_closed_port_refuses_until_it_is_opened() {
    let (ucm, proxy) = office().await;
    for let_in in [0, 1] {
        proxy.fault(Fault::new(Kind::Refuse).at(let_in + 1)).await;
        for _ in 0..let_in {
            assert!(is_whole(&proxy).await);
        }
        for _ in 0..2 {
            let refused = ask(&proxy).await.expect_err("the port is closed");
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        }
        proxy.clear().await;
        assert!(is_whole(&proxy).await);
    }
    assert_eq!(ucm.requests().len(), 3);
}

/// Whoever sets one does not wait for what another one has ended.
#[tokio::test]
async fn changes_at_once_wait_for_nothing_that_is_over() {
    let (_ucm, proxy) = office().await;
    let refuse = || proxy.fault(Fault::new(Kind::Refuse));
    for _ in 0..2 {
        let changes = async { tokio::join!(refuse(), proxy.clear(), refuse(), proxy.clear()) };
        let made = timeout(Duration::from_secs(10), changes).await;
        made.expect("all end");
        assert!(is_whole(&proxy).await);
    }
}

/// How often the peer has worked, and what the client got of it.
#[tokio::test]
async fn the_peer_works_once_twice_or_not_at_all() {
    let (ucm, proxy) = office().await;
    for (kind, worked) in [
        (Kind::Reset, 0),
        (Kind::Status(429), 0),
        (Kind::Html, 0),
        (Kind::Lost, 1),
        (Kind::Cut, 1),
        (Kind::Drip, 1),
        (Kind::Late, 1),
        (Kind::Twice, 2),
    ] {
        ucm.clear_requests();
        proxy.fault(Fault::new(kind)).await;
        let answer = ask(&proxy).await;
        assert_eq!(ucm.requests().len(), worked, "{kind:?}");
        match kind {
            Kind::Reset | Kind::Lost => assert!(is_reset(&answer), "{kind:?}: {answer:?}"),
            Kind::Cut => assert!(!answer.expect("a part").ends_with("</html>\n")),
            Kind::Status(_) => {
                let answer = answer.expect("a refusal");
                assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
                assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
            }
            _ => {
                let answer = answer.expect("an answer");
                assert!(answer.starts_with("HTTP/1.1 200"), "{kind:?}: {answer}");
                assert!(answer.trim_end().ends_with("</html>"), "{kind:?}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn who_is_kept_waiting_waits_though_the_work_is_done() {
    let (ucm, proxy) = office().await;
    proxy.fault(Fault::new(Kind::Stall)).await;
    let mut asked = pin!(ask(&proxy));
    let worked = async {
        while ucm.requests().is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        biased;
        () = worked => {}
        answer = &mut asked => panic!("{answer:?}"),
    }
    let waits = timeout(Duration::from_millis(300), asked).await;
    assert!(waits.is_err(), "{waits:?}");
    assert_eq!(ucm.requests().len(), 1);
    let begun = Instant::now();
    proxy.fault(Fault::new(Kind::Drip)).await;
    assert!(is_whole(&proxy).await);
    assert!(begun.elapsed() > Duration::from_millis(300));
}

#[tokio::test]
async fn a_peer_that_is_not_there_breaks_the_connection_and_may_come_back() {
    let (ucm, proxy) = office().await;
    ucm.down().await;
    assert!(is_reset(&ask(&proxy).await));
    let other = Ucm::builder().start().await.expect("a UCM");
    let address = other.url().replace("http://", "");
    proxy.lead_to(address.parse().expect("an address"));
    assert!(is_whole(&proxy).await);
}
