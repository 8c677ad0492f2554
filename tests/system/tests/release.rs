//! What a release promises of itself: one version, and the application that is in the repository.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use host::Manifest;
use toml::{Table, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn table(text: &str) -> Table {
    text.parse().unwrap()
}

/// The manifest of a release, as `.ci/manifest` makes it.
fn released(options: &[&str]) -> String {
    let made = Command::new(root().join(".ci/manifest"))
        .args(options)
        .stdin(File::open(root().join("spin.toml")).unwrap())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap()
}

/// What a release's manifest is to say: all that the repository's says, but where components are and how they are built.
fn expected() -> Table {
    let mut manifest = table(&text("spin.toml"));
    for (_, component) in manifest["component"].as_table_mut().unwrap() {
        let component = component.as_table_mut().unwrap();
        assert!(component.remove("build").is_some());
        let source = Path::new(component["source"].as_str().unwrap());
        let file = source.file_name().unwrap().to_str().unwrap();
        component["source"] = Value::from(format!("components/{file}"));
    }
    manifest
}

#[test]
fn a_release_has_the_application_of_the_repository() {
    let released = released(&[]);
    assert_eq!(table(&released), expected());
    Manifest::parse(&released, root()).unwrap();
}

#[test]
fn the_same_without_the_timer_where_platforms_have_none() {
    let released = released(&["--http"]);
    let mut expected = expected();
    let triggers = expected["trigger"].as_table_mut().unwrap();
    assert!(triggers.remove("cron").is_some());
    assert_eq!(table(&released), expected);
    Manifest::parse(&released, root()).unwrap();
}

/// What is released is made of the dependencies that were committed, and in one build: another command of one component would build all of it again.
#[test]
fn one_command_builds_all_components_by_the_lock_file() {
    let manifest = table(&text("spin.toml"));
    let components = manifest["component"].as_table().unwrap();
    let command = |component: &Value| component["build"]["command"].as_str().unwrap().to_owned();
    let commands: BTreeSet<String> = components.values().map(command).collect();
    assert_eq!(commands.len(), 1, "{commands:#?}");
    for command in commands.first().unwrap().split(" && ") {
        let (cargo, _) = command.split_once(" -- ").unwrap_or((command, ""));
        assert!(cargo.starts_with("cargo "), "{command}");
        assert!(cargo.contains(" --locked "), "{command}");
    }
}

#[test]
fn there_is_one_version() {
    let workspace = &table(&text("Cargo.toml"))["workspace"]["package"]["version"];
    let application = &table(&text("spin.toml"))["application"]["version"];
    assert_eq!(application, workspace);
}

#[test]
fn the_changes_begin_with_the_version_of_the_modules() {
    let modules = fs::read_dir(root().join("components/odoo-setup")).unwrap();
    let manifests = modules.map(|module| module.unwrap().path().join("__manifest__.py"));
    let versions: Vec<String> = manifests
        .filter_map(|manifest| fs::read_to_string(manifest).ok())
        .map(|manifest| {
            let (_, after) = manifest.split_once("\"version\": \"19.0.").unwrap();
            after.split_once('"').unwrap().0.to_owned()
        })
        .collect();
    assert!(versions.len() > 2);
    let changes = text("CHANGELOG.md");
    let heading = changes.lines().find(|line| line.starts_with("## "));
    for version in versions {
        let said = format!("(Odoo modules {version})");
        assert!(heading.unwrap().ends_with(&said), "{heading:?}: {said}");
    }
}
