//! `cargo run`: two simulated PBXs, an Odoo, and the bridge between them, for a newcomer to see what it does.

mod check;
mod cli;
mod offices;
mod screen;

use std::hash::{BuildHasher as _, RandomState};
use std::io::{IsTerminal, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Parser;
use cli::Cli;
use host::{App, RuntimeConfig};
use screen::Totals;
use serde_json::{Value, json};
use system::{Journal, Site};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tokio::select! {
        ended = demonstrate(&cli) => ended,
        _ = tokio::signal::ctrl_c() => {
            println!("\nStopped.");
            Ok(())
        }
    }
}

async fn demonstrate(cli: &Cli) -> anyhow::Result<()> {
    let begun = Instant::now();
    step("Building the components (spin build)");
    let manifest = host::Manifest::load(system::manifest())?;
    tokio::task::spawn_blocking(move || {
        host::build(&manifest, system::effort(), host::BuildOutput::Shown)
    })
    .await??;
    let built = Instant::now();
    if let Some(file) = &cli.check {
        step(&format!("Checking {}", file.display()));
        match check::check(file, cli.servers.as_deref()).await? {
            true => return Ok(()),
            false => bail!("the settings cannot be used as they are"),
        }
    }

    let journal = odoo(cli).await?;
    let sites = pbxs(cli, &journal).await?;
    let bridge = Bridge::start(cli, &journal, &sites).await?;
    step(&format!("The bridge listens at {}", bridge.app.url()));
    bridge.set_up().await?;
    let totals = bridge.synchronise().await?;
    show(&journal, &totals).await?;
    println!(
        "\nDone in {:.1} s, after {:.0} s of building.",
        built.elapsed().as_secs_f64(),
        (built - begun).as_secs_f64()
    );
    where_to_look(cli, &journal, &bridge, &totals).await?;

    let stays = cli.stay || (!cli.once && std::io::stdin().is_terminal());
    if !stays {
        println!(
            "\nThe bridge ends here, and with it what these addresses open; with --stay it stays."
        );
        bridge.app.stop().await;
        return Ok(());
    }
    if !sites.is_empty() {
        println!("\nNew calls keep coming in.");
    }
    println!("\nThe timer looks every minute. Ctrl-C ends it.");
    tokio::join!(offices::keep_calling(&sites), bridge.keep_showing(&journal));
    Ok(())
}

async fn odoo(cli: &Cli) -> anyhow::Result<Journal> {
    if let Some(odoo) = cli.real_odoo() {
        step(&format!("The Odoo is the one at {}", odoo.url));
        return Journal::real(odoo)
            .await
            .context("the Odoo that was named cannot be used");
    }
    step(&format!("Starting a simulated Odoo {}", cli.odoo));
    Journal::simulated(cli.odoo).await
}

async fn pbxs(cli: &Cli, journal: &Journal) -> anyhow::Result<Vec<Site>> {
    if let Some(file) = &cli.servers {
        step(&format!("The UCMs are those in {}", file.display()));
        return Ok(Vec::new());
    }
    step(&format!(
        "Starting two simulated UCMs with {} calls each in {} days",
        cli.calls, cli.days
    ));
    let sites = offices::start(cli.calls, cli.days).await?;
    if cli.real_odoo().is_none() {
        let contacts = offices::seed_contacts(journal, &sites)?;
        println!("  {contacts} contacts are in the address book");
    }
    Ok(sites)
}

/// The application, and how it is asked.
struct Bridge {
    app: App,
    /// The address that its links begin with.
    url: String,
    token: String,
}

impl Bridge {
    async fn start(cli: &Cli, journal: &Journal, sites: &[Site]) -> anyhow::Result<Self> {
        let odoo = journal.reached();
        let token = unguessable();
        let servers = servers(cli, sites)?;
        let address = free(cli.listen)?;
        let url = format!("http://{address}");
        let mut app = App::builder(system::manifest())
            .effort(system::effort())
            .variable("odoo_url", &odoo.url)
            .variable("odoo_db", &odoo.database)
            .variable("odoo_login", &odoo.login)
            .variable("odoo_api_key", &odoo.api_key)
            .variable("ucm_servers", &servers)
            .variable("admin_token", &token)
            .variable("public_url", &url)
            .variable("link_secret", unguessable())
            .variables_from_environment()
            .listen(address)
            .run_schedule();
        for (variable, pattern) in offices::addresses(&servers) {
            app = app.variable(variable, pattern);
        }
        if let Some(file) = &cli.runtime_config_file {
            let config = RuntimeConfig::load(file)
                .with_context(|| format!("{} cannot be used", file.display()))?;
            app = app.runtime_config(config);
        }
        if let Some(file) = &cli.state {
            app = app.key_value_file(file);
        }
        Ok(Self {
            app: app.start().await?,
            url,
            token,
        })
    }

    async fn show_pages(&self, journal: &Journal) -> anyhow::Result<()> {
        for (name, page) in self.pages(journal).await? {
            println!("  {name:<17} {page}");
        }
        Ok(())
    }

    /// Addresses of its pages that open in a browser.
    async fn pages(&self, journal: &Journal) -> anyhow::Result<Vec<(&'static str, String)>> {
        let told = self.ask("GET", "/status").await?;
        let recorded =
            json!({ "fields": ["x_recording_url"], "order": "x_started_at desc", "limit": 1 });
        let recorded = journal
            .call(
                "x_ucm_call",
                "search_read",
                json!([[["x_recording_url", "!=", false]]]),
                recorded,
            )
            .await?;
        let of = |page: &str| told["pages"][page].as_str().map(str::to_owned);
        let pages = [
            // Whose days are counted is for the reader to say, where offices differ: here it is whoever looks after the first one.
            (
                "statistics",
                of("statistics").map(|page| match page.contains("&zone=") {
                    true => page,
                    false => format!("{page}&zone={}", offices::ZONE),
                }),
            ),
            ("status", of("status")),
            ("doctor", of("doctor")),
            (
                "a recording",
                recorded[0]["x_recording_url"].as_str().map(str::to_owned),
            ),
        ];
        let there = |(name, page): (&'static str, Option<String>)| Some((name, page?));
        Ok(pages.into_iter().filter_map(there).collect())
    }

    async fn set_up(&self) -> anyhow::Result<()> {
        step("Setting up the Odoo side (POST /setup)");
        let report = self.ask("POST", "/setup").await?;
        println!("  {}", report["summary"].as_str().unwrap_or_default());
        Ok(())
    }

    /// Runs until every server is complete, showing how far it is.
    async fn synchronise(&self) -> anyhow::Result<Vec<Totals>> {
        step("Synchronising (POST /sync; the timer does the same every minute)");
        let mut totals: Vec<Totals> = Vec::new();
        loop {
            let report = self.ask("POST", "/sync").await?;
            let servers = report["servers"].as_array().cloned().unwrap_or_default();
            for (index, server) in servers.iter().enumerate() {
                if totals.len() <= index {
                    totals.push(Totals::default());
                }
                totals[index].add(server);
                println!(
                    "  {}: {} calls in the journal, {}",
                    totals[index].server, totals[index].calls, totals[index].status
                );
            }
            for fault in report["refused"].as_array().into_iter().flatten() {
                println!("  refused: {}: {}", fault["setting"], fault["problem"]);
            }
            if servers
                .iter()
                .all(|server| !matches!(server["status"].as_str(), Some("more_to_come" | "busy")))
            {
                return Ok(totals);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Shows what the timer does, as the guest says it.
    async fn keep_showing(&self, journal: &Journal) {
        let mut shown = self.app.logs().len();
        let mut linked = Instant::now();
        loop {
            if linked.elapsed() > LINKS_HOLD {
                linked = Instant::now();
                _ = self.show_pages(journal).await;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
            let lines = self.app.logs();
            let news = lines
                .iter()
                .skip(shown)
                .any(|line| !line.text.contains("calls_new=0"));
            for line in lines.iter().skip(shown) {
                println!("{}", line.text);
            }
            if lines.len() > shown && news {
                _ = latest(journal, 3).await;
            }
            shown = lines.len();
        }
    }

    async fn ask(&self, method: &str, path: &str) -> anyhow::Result<Value> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.app.url()))
            .header("authorization", format!("Bearer {}", self.token))
            .body(Bytes::new())?;
        let answer = self
            .app
            .request(request)
            .await
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        if body["type"].is_string() {
            bail!(
                "{}: {}. What to do: {}\n{}",
                body["title"],
                body["detail"],
                body["action"],
                body["faults"]
            );
        }
        Ok(body)
    }
}

fn servers(cli: &Cli, sites: &[Site]) -> anyhow::Result<String> {
    match &cli.servers {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read", file.display())),
        None => Ok(Value::from(sites.iter().map(Site::entry).collect::<Vec<_>>()).to_string()),
    }
}

async fn show(journal: &Journal, totals: &[Totals]) -> anyhow::Result<()> {
    println!("\n{}", screen::servers(totals));
    for total in totals {
        if let Some(detail) = &total.detail {
            println!("{}: {detail}", total.server);
        }
    }
    latest(journal, 12).await
}

async fn latest(journal: &Journal, calls: usize) -> anyhow::Result<()> {
    let newest = json!({ "order": "x_started_at desc", "limit": calls });
    let rows = journal
        .call("x_ucm_call", "search_read", json!([[]]), newest)
        .await?;
    println!(
        "\nThe latest calls in Odoo\n{}",
        screen::calls(rows.as_array().map_or(&[], Vec::as_slice))
    );
    Ok(())
}

async fn where_to_look(
    cli: &Cli,
    journal: &Journal,
    bridge: &Bridge,
    totals: &[Totals],
) -> anyhow::Result<()> {
    println!("\nWhere to look next");
    bridge.show_pages(journal).await?;
    if cli.real_odoo().is_some() {
        println!(
            "  in Odoo           {}/odoo, menu Grandstream > Call Journal",
            journal.reached().url
        );
    }
    println!(
        "  again, by hand    curl -X POST -H 'Authorization: Bearer {}' {}/sync",
        bridge.token, bridge.url
    );
    if let Some(first) = totals.first() {
        println!(
            "  what was left     curl -H 'Authorization: Bearer {}' {}/dead-letters/{}",
            bridge.token, bridge.url, first.server
        );
    }
    println!("  other ways to run cargo run -- --help");
    println!("  how it works      README.md");
    Ok(())
}

/// The address, with a port of its own where any will do: links are made of it before anybody listens there.
fn free(address: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener =
        TcpListener::bind(address).with_context(|| format!("nothing can listen at {address}"))?;
    Ok(listener.local_addr()?)
}

/// A secret for links, which are good for as long as this program runs.
fn unguessable() -> String {
    std::array::from_fn::<_, 2, _>(|_| RandomState::new().hash_one(Instant::now()))
        .map(|half| format!("{half:016x}"))
        .concat()
}

fn step(what: &str) {
    println!("• {what}");
    _ = std::io::stdout().flush();
}

/// How long the links are left as they are: they open for an hour.
const LINKS_HOLD: Duration = Duration::from_secs(50 * 60);
