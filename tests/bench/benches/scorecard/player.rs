//! Somebody who listens to a recording, on whichever way.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::Context;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// A way to the audio.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) agent: ureq::Agent,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Sent by `POST`; without one it is a `GET`.
    pub(crate) body: Option<String>,
}

/// What one listener saw.
pub(crate) struct Heard {
    pub(crate) bytes: u64,
    pub(crate) first_byte: Duration,
    pub(crate) took: Duration,
}

impl Way {
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Listens to at most `most` bytes.
    pub(crate) fn listen(&self, most: u64) -> anyhow::Result<Heard> {
        let begun = Instant::now();
        let response = match &self.body {
            Some(body) => {
                let mut request = self.agent.post(&self.url);
                for (name, value) in &self.headers {
                    request = request.header(*name, value);
                }
                request.send(body)?
            }
            None => {
                let mut request = self.agent.get(&self.url);
                for (name, value) in &self.headers {
                    request = request.header(*name, value);
                }
                request.call()?
            }
        };
        let mut reader = response.into_body().into_reader();
        let mut buffer = vec![0; 256 * 1024];
        let (mut bytes, mut first_byte) = (0, None);
        while bytes < most {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            first_byte.get_or_insert_with(|| begun.elapsed());
            bytes += read as u64;
        }
        Ok(Heard {
            bytes,
            first_byte: first_byte.context("nothing came")?,
            took: begun.elapsed(),
        })
    }
}

pub(crate) fn agent(ca_pem: &str) -> anyhow::Result<ureq::Agent> {
    let roots = RootCerts::from([Certificate::from_pem(ca_pem.as_bytes())?].into_iter());
    let tls = TlsConfig::builder().root_certs(roots).build();
    let agent = ureq::Agent::config_builder().tls_config(tls).build();
    Ok(agent.into())
}

pub(crate) async fn hear(way: Way, most: u64) -> anyhow::Result<Heard> {
    tokio::task::spawn_blocking(move || way.listen(most)).await?
}

pub(crate) fn megabytes(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}
