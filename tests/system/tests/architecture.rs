//! What the README promises of the sources themselves.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::path::{Path, PathBuf};

/// Every Rust file below a folder of the workspace, without the comments' words.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                found.push((path, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {}", root.display());
    found
}

fn assert_without(folder: &str, allowed: &[&str], words: &[&str]) {
    for (path, code) in sources(folder) {
        let shown = path.display().to_string();
        if allowed.iter().any(|allowed| shown.contains(allowed)) {
            continue;
        }
        for word in words {
            assert!(!code.contains(word), "{shown} has `{word}`");
        }
    }
}

#[test]
fn the_dialogues_with_ucm_and_odoo_do_not_know_each_other() {
    assert_without("components/bridge-core/src/ucm", &[], &["crate::odoo"]);
    assert_without("components/bridge-core/src/odoo", &[], &["crate::ucm"]);
}

#[test]
fn only_the_pipeline_and_the_provisioning_wait() {
    let allowed = ["/src/sync", "/src/provision", "/src/recording/locate"];
    assert_without(
        "components/bridge-core/src",
        &allowed,
        &["async fn", "async move", "async {"],
    );
}

#[test]
fn the_core_and_the_files_have_no_clock_no_environment_and_no_spin() {
    let outside = [
        "Utc::now",
        "SystemTime",
        "Instant::now",
        "std::env",
        "spin_sdk",
        "std::net",
    ];
    assert_without("components/bridge-core/src", &[], &outside);
    assert_without("components/bridge-export/src", &[], &outside);
}

#[test]
fn the_tests_use_the_bridge_only_as_it_is_shipped() {
    for tests in ["host", "peers", "system", "demo", "bench"] {
        let manifest = format!("{}/../{tests}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        let manifest = std::fs::read_to_string(manifest).unwrap();
        assert!(
            !manifest.contains("bridge-core"),
            "{tests} links bridge-core"
        );
    }
}
