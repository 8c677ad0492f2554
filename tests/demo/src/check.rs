//! `cargo run -- --check FILE`: what is wrong with files of settings, as the bridge itself says it. Nobody is asked, and nothing is kept.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use host::App;
use serde_json::Value;

/// Whether the settings in `file` can be used, with the list of `servers` where that is a file of its own.
pub(crate) async fn check(file: &Path, servers: Option<&Path>) -> anyhow::Result<bool> {
    let mut settings = read(file)?;
    if let Some(servers) = servers {
        settings.insert("ucm_servers".to_owned(), text(servers)?);
    }
    let token = settings.get(TOKEN).map(|token| token.trim());
    if token.is_none_or(str::is_empty) {
        println!(
            "  admin_token is not set: nobody may set up Odoo, start a run or ask for the status"
        );
    }
    // What is wrong with a token is told to anybody, and everything else to holders of one.
    let of_tokens = told(&settings).await?;
    settings.insert(TOKEN.to_owned(), OWN.to_owned());
    let others = told(&settings).await?;
    let is_of_token = |fault: &&Value| fault["setting"] == TOKEN;
    let of_token = faults(&of_tokens).filter(is_of_token);
    let mut is_whole = true;
    for fault in faults(&others).chain(of_token) {
        let text = |field: &str| fault[field].as_str().unwrap_or_default();
        println!("  {} {}", text("setting"), text("problem"));
        is_whole = false;
    }
    if is_whole {
        println!("  nothing is wrong");
    }
    Ok(is_whole)
}

fn faults(told: &Value) -> impl Iterator<Item = &Value> {
    let settings = told["settings"].as_array().into_iter().flatten();
    settings.flat_map(|setting| setting["faults"].as_array().into_iter().flatten())
}

/// What the application says of them, to somebody with the token of this check.
async fn told(settings: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let mut app = App::builder(system::manifest()).effort(system::effort());
    for (name, value) in settings {
        app = app.variable(name, value);
    }
    let app = app.start().await?;
    let request = http::Request::builder()
        .uri("http://localhost/")
        .header("authorization", format!("Bearer {OWN}"))
        .body(Bytes::new())?;
    let answer = app.request(request).await;
    app.stop().await;
    let answer = answer.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(serde_json::from_slice(answer.body())?)
}

const TOKEN: &str = "admin_token";
/// Only to be told: it opens nothing, for the application has no address.
const OWN: &str = "the-token-of-this-check";

/// The variables of a file, as Spin reads it: every value is a text.
fn read(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = text(file)?;
    let read = match file.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => toml::from_str(&text).map_err(anyhow::Error::from),
        Some("json") => serde_json::from_str(&text).map_err(anyhow::Error::from),
        _ => bail!("{} must end in .toml or .json", file.display()),
    };
    read.with_context(|| format!("{}: every value must be a text, in quotes", file.display()))
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
