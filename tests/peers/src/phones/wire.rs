//! The bytes: a connection for each request, as phones have it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What a phone is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, without its transfer coding.
    pub body: Vec<u8>,
    /// From the first byte sent to the last byte received.
    pub took: Duration,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// Sends `request` over a connection of its own and reads what comes until the other side closes.
pub(super) async fn exchange(at: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let began = Instant::now();
    let exchanged = async {
        let mut stream = TcpStream::connect(at).await?;
        stream.write_all(request).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        Ok(bytes)
    };
    let bytes = tokio::time::timeout(PATIENCE, exchanged)
        .await
        .map_err(|_| broken("no answer in time"))
        .flatten()?;
    read(&bytes, began.elapsed())
}

fn read(bytes: &[u8], took: Duration) -> io::Result<Answer> {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(|| broken("the head does not end"))?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| broken("the head is no text"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers: Vec<(String, String)> = headers
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let is_chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let rest = &bytes[end + 4..];
    let body = if is_chunked {
        unchunked(rest)?
    } else {
        rest.to_vec()
    };
    Ok(Answer {
        status: status.ok_or_else(|| broken("there is no status"))?,
        headers,
        body,
        took,
    })
}

/// RFC 9112, section 7.1.
fn unchunked(mut rest: &[u8]) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n");
        let end = end.ok_or_else(|| broken("a chunk does not begin"))?;
        let size = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| broken("a chunk has no size"))?;
        if size == 0 {
            return Ok(body);
        }
        let chunk = rest.get(end + 2..end + 2 + size);
        body.extend_from_slice(chunk.ok_or_else(|| broken("a chunk breaks off"))?);
        rest = rest
            .get(end + 2 + size + 2..)
            .ok_or_else(|| broken("a chunk breaks off"))?;
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}

/// Longer than any phone waits.
const PATIENCE: Duration = Duration::from_secs(30);
