//! The command line of `cargo run`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use system::RealOdoo;

/// See the bridge between Grandstream UCMs and Odoo at work, on this machine, with nothing else installed.
///
/// Without options it starts two simulated PBXs with a month of calls, in Paris and in New York, and a simulated Odoo; it builds the
/// WebAssembly components, sets up the Odoo side, runs the timer, and shows what is in the journal. On a terminal it then keeps running: new calls
/// come in and appear within a minute. Ctrl-C ends it.
#[derive(Debug, Parser)]
#[command(name = "ucm-odoo", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Calls in the month of each simulated PBX
    #[arg(long, default_value_t = 400, value_name = "N")]
    pub(crate) calls: usize,

    /// Days of history
    #[arg(long, default_value_t = 30, value_name = "N")]
    pub(crate) days: u32,

    /// Series of the simulated Odoo: 17, 18 or 19
    #[arg(long, default_value_t = 19, value_name = "SERIES", value_parser = clap::value_parser!(u16).range(17..=19))]
    pub(crate) odoo: u16,

    /// Address to listen on for the application's HTTP routes; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,

    /// Real UCMs instead of the simulated ones: a JSON file with the list that the variable `ucm_servers` takes
    #[arg(long, value_name = "FILE")]
    pub(crate) servers: Option<PathBuf>,

    /// Only say what is wrong with a file of settings, such as settings.toml, and with the list of --servers; nobody is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,

    /// Spin runtime configuration, for instance to trust the UCMs' own CA (`[[client_tls]]`)
    #[arg(long, value_name = "FILE")]
    pub(crate) runtime_config_file: Option<PathBuf>,

    /// Where the bridge keeps its state between two starts; without it nothing is kept
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// End after the result instead of waiting for new calls; the default when the input is no terminal
    #[arg(long)]
    pub(crate) once: bool,

    /// Keep running although the input is no terminal
    #[arg(long, conflicts_with = "once")]
    pub(crate) stay: bool,

    /// Address of a real Odoo 17, 18 or 19, without a path
    #[arg(long, env = "ODOO_URL", value_name = "URL", requires_all = ["odoo_db", "odoo_login", "odoo_api_key"])]
    odoo_url: Option<String>,

    /// Its database. Use one that is there for trying: simulated calls become records like any other
    #[arg(long, env = "ODOO_DB", value_name = "NAME")]
    odoo_db: Option<String>,

    /// Login of an administrator there
    #[arg(
        long,
        env = "ODOO_LOGIN",
        value_name = "LOGIN",
        default_value = "admin"
    )]
    odoo_login: Option<String>,

    /// That administrator's API key (Preferences > Account Security); better given by the environment
    #[arg(long, env = "ODOO_API_KEY", value_name = "KEY", hide_env_values = true)]
    odoo_api_key: Option<String>,
}

impl Cli {
    /// The real Odoo that was named, if one was.
    pub(crate) fn real_odoo(&self) -> Option<RealOdoo> {
        Some(RealOdoo {
            url: self.odoo_url.as_ref()?.trim_end_matches('/').to_owned(),
            database: self.odoo_db.clone()?,
            login: self.odoo_login.clone()?,
            api_key: self.odoo_api_key.clone()?,
        })
    }
}

const EXAMPLES: &str = "\
Examples:
  cargo run                                        two simulated PBXs, a simulated Odoo
  cargo run -- --calls 5000 --once                 ten thousand calls, then end
  ODOO_URL=https://test.odoo.com ODOO_DB=test ODOO_LOGIN=me ODOO_API_KEY=… cargo run
                                                   the simulated PBXs into a real Odoo
  cargo run -- --check settings.toml --servers servers.json
                                                   only what is wrong with these settings
  cargo run -- --servers my-ucms.json              real UCMs into the simulated Odoo: nothing is written anywhere else

A file for --servers:
  [{\"id\": \"paris\", \"name\": \"Paris\", \"host\": \"ucm.example.com\", \"password\": \"…\", \"country\": \"FR\"}]

In production the same components run on Spin itself: see README.md.";
