//! The simulated UCM as a program.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use peers::ucm::{Call, Country, FieldSet, Push, Switches, Traffic, Ucm};

/// A simulated Grandstream UCM with an office behind it.
///
/// It speaks the new API (POST /api), the legacy one (GET /cdrapi and /recapi with HTTP Digest) and, with the switch
/// rest-gateway, the REST face of gateways, over HTTP and HTTPS. Its rows have the shapes of real devices; the people in
/// them are made up.
#[derive(Debug, Parser)]
#[command(name = "simulated-ucm", after_long_help = EXAMPLES)]
struct Options {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    bind: Ipv4Addr,

    /// Port of HTTP; 0 takes a free one.
    #[arg(long, default_value_t = 8088, env = "SIMULATED_UCM_PORT")]
    port: u16,

    /// Port of HTTPS; 0 takes a free one.
    #[arg(long, default_value_t = 8089, env = "SIMULATED_UCM_HTTPS_PORT")]
    https_port: u16,

    /// Write the PEM of the certificate's authority to this file, for the client's trust store.
    #[arg(long, value_name = "FILE")]
    ca_out: Option<std::path::PathBuf>,

    /// The API user's name.
    #[arg(long, default_value = "cdrapi")]
    user: String,

    /// The API user's password.
    #[arg(
        long,
        default_value = "cdrapi123",
        env = "SIMULATED_UCM_PASSWORD",
        hide_env_values = true
    )]
    password: String,

    /// Where the office is: its numbers, names and usual time zone.
    #[arg(long, value_enum, default_value = "fr")]
    country: Country,

    /// IANA name of the device's time zone, such as Europe/Paris [default: the country's].
    #[arg(long, value_name = "ZONE")]
    zone: Option<chrono_tz::Tz>,

    /// How many extensions the office has.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    extensions: u16,

    /// The fields that a leg has: by firmware, from the oldest to the newest.
    #[arg(long, value_enum, default_value = "33")]
    field_set: FieldSet,

    /// Where the randomness starts: the same seed gives the same people and calls.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Over how many days the past calls are spread.
    #[arg(long, default_value_t = 30)]
    days: u32,

    /// How many calls took place before now.
    #[arg(long, default_value_t = 1_000)]
    calls: usize,

    /// Let a new call begin every so many seconds, and end soon after.
    #[arg(long, value_name = "SECONDS")]
    live: Option<u64>,

    /// Send every leg to this URL when it ends: http, https or tcp. User and password in the URL are sent as HTTP Basic.
    #[arg(long, value_name = "URL")]
    push: Option<url::Url>,

    /// Push XML instead of JSON.
    #[arg(long, requires = "push")]
    push_xml: bool,

    /// PEM of the authority that the push server's certificate is from.
    #[arg(long, value_name = "FILE", requires = "push")]
    push_ca: Option<std::path::PathBuf>,

    /// Turn a switch: NAME or NAME=VALUE, several times; see --list-switches.
    #[arg(long = "switch", short = 's', value_name = "NAME[=VALUE]")]
    switches: Vec<String>,

    /// Print every switch with its value, and leave.
    #[arg(long)]
    list_switches: bool,
}

const EXAMPLES: &str = "\
Examples:
  simulated-ucm --country es --calls 5000 --days 60
      a Spanish office with two months of calls
  simulated-ucm --live 5 --push http://127.0.0.1:3000/webhook/paris
      a call every five seconds, each of its legs pushed when it ends
  simulated-ucm -s empty-cdr -s shifted-groups --field-set 44
      a UCM63xx at its worst
  simulated-ucm -s recordings=missing -s throttle=20
      recordings that are gone, and no more than 20 actions within 15 s";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let switches = options.switches()?;
    if options.list_switches {
        for (name, value) in switches.list() {
            println!("{}={value}", name.replace('_', "-"));
        }
        return Ok(());
    }
    let ucm = start(&options, switches).await?;
    if let Some(file) = &options.ca_out {
        std::fs::write(file, ucm.ca_pem())
            .with_context(|| format!("failed to write {}", file.display()))?;
    }
    introduce(&ucm, &options);
    tokio::select! {
        never = live(&ucm, &options) => never,
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

impl Options {
    fn switches(&self) -> anyhow::Result<Switches> {
        let mut switches = Switches {
            field_set: self.field_set,
            ..Switches::default()
        };
        for switch in &self.switches {
            let (name, value) = switch.split_once('=').unwrap_or((switch, ""));
            switches.set(name, value)?;
        }
        Ok(switches)
    }

    fn push(&self) -> anyhow::Result<Option<Push>> {
        let Some(url) = self.push.clone() else {
            return Ok(None);
        };
        let (user, password) = (
            url.username().to_owned(),
            url.password().unwrap_or_default().to_owned(),
        );
        let mut push = Push::to(url);
        if !user.is_empty() {
            push = push.credentials(&user, &password);
        }
        if self.push_xml {
            push = push.as_xml();
        }
        if let Some(file) = &self.push_ca {
            let pem = std::fs::read_to_string(file);
            push =
                push.trusting(&pem.with_context(|| format!("failed to read {}", file.display()))?);
        }
        Ok(Some(push))
    }
}

async fn start(options: &Options, switches: Switches) -> anyhow::Result<Ucm> {
    let traffic = Traffic {
        seed: options.seed,
        days: options.days,
        calls: options.calls,
    };
    let mut builder = Ucm::builder()
        .country(options.country)
        .extensions(options.extensions.into())
        .switches(|all| *all = switches)
        .credentials(&options.user, &options.password)
        .traffic(traffic)
        .bind(options.bind)
        .ports(options.port, options.https_port);
    if let Some(zone) = options.zone {
        builder = builder.zone(zone.name());
    }
    if let Some(push) = options.push()? {
        builder = builder.push(push);
    }
    builder.start().await.context("failed to listen")
}

fn introduce(ucm: &Ucm, options: &Options) {
    let office = ucm.office();
    println!(
        "simulated UCM in {} ({})",
        office.zone,
        office.country.iso()
    );
    println!(
        "  new API     {}/api and {}/api",
        ucm.url(),
        ucm.https_url()
    );
    println!(
        "  legacy API  {}/cdrapi and /recapi (HTTP Digest)",
        ucm.url()
    );
    println!("  user        {} (password as given)", ucm.username());
    println!("  calls       {} in {} rows", ucm.truth().len(), ucm.rows());
    if let Some(secs) = options.live {
        println!("  live        a call every {secs} s");
    }
    if let Some(file) = &options.ca_out {
        println!("  authority   {}", file.display());
    }
}

/// Lets calls begin as time passes; without `--live` it only waits.
async fn live(ucm: &Ucm, options: &Options) -> anyhow::Result<()> {
    /// Live calls are short, so that one sees them end.
    const LONGEST_TALK_SECS: u32 = 20;
    let Some(secs) = options.live else {
        return std::future::pending().await;
    };
    let mut every = tokio::time::interval(Duration::from_secs(secs.max(1)));
    // A day's traffic again and again, each call moved to the present.
    let mut seed = options.seed;
    loop {
        seed += 1;
        let day = Traffic {
            seed,
            days: 1,
            calls: 200,
        }
        .calls(ucm.office(), ucm.now());
        for call in day {
            every.tick().await;
            let talk = call.talk_secs % LONGEST_TALK_SECS + 3;
            let call = Call {
                start: ucm.now(),
                ..call
            };
            let call = call.ringing(4).waiting(3).talking(talk);
            println!(
                "{} begins a call: {:?}",
                ucm.now().format("%H:%M:%S"),
                call.scenario
            );
            ucm.add_call(&Call {
                second_talk_secs: talk,
                ..call
            });
        }
    }
}
