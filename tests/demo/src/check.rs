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
    let told = told(&settings).await?;
    for setting in told["settings"].as_array().into_iter().flatten() {
        let faults = setting["faults"].as_array().into_iter().flatten();
        for fault in faults {
            let text = |field: &str| fault[field].as_str().unwrap_or_default();
            println!("  {} {}", text("setting"), text("problem"));
        }
    }
    if told["ok"] == true {
        println!("  nothing is wrong");
    }
    Ok(told["ok"] == true)
}

/// What the application says of them, to somebody who may know.
async fn told(settings: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    let token = settings
        .get("admin_token")
        .filter(|token| !token.trim().is_empty());
    if token.is_none() {
        println!(
            "  admin_token is not set: nobody may set up Odoo, start a run or ask for the status"
        );
    }
    // Only to be told: it opens nothing, for the application has no address.
    let token = token.cloned().unwrap_or_else(|| "of this check".to_owned());
    let settings = settings.iter().filter(|(name, _)| *name != "admin_token");
    let mut app = App::builder(system::manifest())
        .effort(system::effort())
        .variable("admin_token", &token);
    for (name, value) in settings {
        app = app.variable(name, value);
    }
    let app = app.start().await?;
    let request = http::Request::builder()
        .uri("http://localhost/")
        .header("authorization", format!("Bearer {token}"))
        .body(Bytes::new())?;
    let answer = app.request(request).await;
    app.stop().await;
    let answer = answer.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(serde_json::from_slice(answer.body())?)
}

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
