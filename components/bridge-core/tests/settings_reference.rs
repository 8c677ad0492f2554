//! The reference of the settings names what there is: no setting without a line, no line without a setting.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;

use bridge_core::config::{Config, Survey, Wrong};

fn text(file: &str) -> String {
    fs::read_to_string(format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The names in the first column of the table whose first column is called `title`.
fn table(title: &str) -> BTreeSet<String> {
    let reference = text("docs/settings.md");
    let rows = reference
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {title} |")))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap().split(','));
    names
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn every_variable_of_the_application_has_its_line() {
    let manifest = text("spin.toml");
    let variables = manifest
        .lines()
        .skip_while(|line| *line != "[variables]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "));
    let variables: BTreeSet<String> = variables.map(|(name, _)| name.to_owned()).collect();
    assert!(variables.len() > 10);
    assert_eq!(table("Variable"), variables);
}

#[test]
fn every_setting_of_a_server_has_its_line() {
    let servers = r#"[{"id":"paris","host":"ucm.example.com","password":"x","country":"FR","no such setting":1}]"#;
    let config = Config::read(|name| match name {
        "ucm_servers" => Some(servers.to_owned()),
        "odoo_url" => Some("https://odoo.example.com".to_owned()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("x".to_owned()),
        _ => None,
    });
    let refused = config.unwrap().refused;
    // A name that is not known is answered with all that are.
    let Wrong::Unknown(known) = &refused[0].problem else {
        panic!("{refused:?}");
    };
    let known: BTreeSet<String> = known.split(", ").map(str::to_owned).collect();
    assert!(known.len() > 20);
    assert_eq!(table("Setting"), known);
}

#[test]
fn the_survey_looks_at_every_variable() {
    let manifest: toml::Table = text("spin.toml").parse().unwrap();
    let variables: BTreeSet<&str> = manifest["variables"]
        .as_table()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let surveyed = Survey::read(|_| None).variables;
    let surveyed: BTreeSet<&str> = surveyed.iter().map(|it| it.variable).collect();
    assert_eq!(surveyed, variables);
}
