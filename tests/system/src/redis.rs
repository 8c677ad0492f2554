//! A Redis of a test's own, where one is installed.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// A running `redis-server` that writes everything to its own folder before it answers; it ends, and the folder goes, when this is dropped.
#[derive(Debug)]
pub struct Redis {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Redis {
    /// Starts one on a free port; nothing where no `redis-server` is on the `PATH`, which is said on standard error.
    ///
    /// # Errors
    /// When it is there and does not start, or is not there and `UCM_ODOO_NO_SKIPS` is set: a test that was left out passes, and nobody would know.
    pub fn start() -> anyhow::Result<Option<Self>> {
        let folder = TempDir::new()?;
        for _ in 0..PORTS_TRIED {
            // Somebody else may take the port in between: then it ends at once, and another one is tried.
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            match launch(port, &folder) {
                Ok(Some(process)) => {
                    return Ok(Some(Self {
                        process,
                        folder,
                        port,
                    }));
                }
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    if std::env::var_os("UCM_ODOO_NO_SKIPS").is_some() {
                        bail!("no redis-server is on the PATH, and UCM_ODOO_NO_SKIPS is set");
                    }
                    eprintln!("skipped: no redis-server is on the PATH");
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        bail!("no redis-server could be started on {PORTS_TRIED} ports")
    }

    /// Its address, as a runtime configuration has it.
    pub fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// Kills it, as a machine that fails would.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Starts it again after it was killed, on the same port and with what it had written.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        self.process = launch(self.port, &self.folder)?.context("its port was taken")?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Fails where it was killed already, which is as well.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Starts the server and waits until it is ready; nothing where it ends before.
fn launch(port: u16, folder: &TempDir) -> std::io::Result<Option<Child>> {
    let mut process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--requirepass", PASSWORD, "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .arg("--dir")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = process.stdout.take().map(BufReader::new);
    let mut lines = output.into_iter().flat_map(BufRead::lines);
    let is_ready = lines.any(|line| line.is_ok_and(|line| line.contains("Ready to accept")));
    if !is_ready {
        process.wait()?;
        return Ok(None);
    }
    // Whoever writes to a pipe that nobody reads stops some day.
    std::thread::spawn(move || lines.count());
    Ok(Some(process))
}

/// A password like any other, so that one is asked for.
const PASSWORD: &str = "of-this-test";
const PORTS_TRIED: usize = 5;
