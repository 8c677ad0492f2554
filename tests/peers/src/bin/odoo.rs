//! `simulated-odoo`: a simulated Odoo 17, 18 or 19 on loopback, until it is interrupted.

use clap::Parser;
use peers::odoo::{Odoo, Version};
use serde_json::json;

/// A simulated Odoo on loopback. Prints how to reach it, then serves until it is interrupted.
#[derive(Debug, Parser)]
#[command(name = "simulated-odoo", version)]
struct Options {
    /// TCP port; 0 takes a free one.
    #[arg(long, default_value_t = 8069)]
    port: u16,
    /// Series of Odoo: 17, 18 or 19.
    #[arg(long, default_value_t = 19)]
    odoo: u16,
    /// Name of the database.
    #[arg(long, default_value = "ucm")]
    db: String,
    /// ISO code of the company's country (numbers of contacts without a country are read with it).
    #[arg(long)]
    country: Option<String>,
    /// Contacts to begin with, each with a phone number.
    #[arg(long, default_value_t = 0)]
    partners: usize,
    /// Language to activate besides English: fr_FR, es_ES or de_DE.
    #[arg(long)]
    language: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    Version::try_from(options.odoo)?;
    let mut builder = Odoo::builder()
        .version(options.odoo)
        .port(options.port)
        .db(&options.db);
    if let Some(country) = &options.country {
        builder = builder.country(country);
    }
    for language in &options.language {
        builder = builder.language(language);
    }
    let odoo = builder.start().await?;
    odoo.seed_partners(options.partners, |number| json!({"name": format!("Contact {number:05}"), "phone": format!("+331{:08}", 40_000_000 + number)}))
        .map_err(|error| anyhow::anyhow!(error.message))?;
    println!(
        "ODOO_URL={}\nODOO_DB={}\nODOO_LOGIN={}\nODOO_API_KEY={}",
        odoo.url(),
        odoo.db(),
        odoo.login(),
        odoo.api_key()
    );
    tokio::signal::ctrl_c().await?;
    odoo.stop().await;
    Ok(())
}
