//! What the plan of the house promises of the sources themselves.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms, and which others each may know. What is not here a compiler would not let it use.
const ROOMS: [(&str, &[&str]); 7] = [
    ("ports", &[]),
    ("calls", &[]),
    ("ucm-client", &["calls", "ports"]),
    ("odoo-client", &["calls", "ports"]),
    (
        "bridge-core",
        &["calls", "odoo-client", "ports", "ucm-client"],
    ),
    (
        "bridge-faces",
        &["bridge-core", "calls", "odoo-client", "ports", "ucm-client"],
    ),
    ("bridge-export", &["bridge-faces", "calls"]),
];

/// The flows: each may know those before it.
const FLOWS: [&str; 21] = [
    "period",
    "report",
    "reach",
    "roster",
    "count",
    "install",
    "recordings",
    "deliver",
    "show",
    "letters",
    "poll",
    "push",
    "campaign",
    "dial",
    "desk",
    "phonebook",
    "prove",
    "replay",
    "oversee",
    "tick",
    "examine",
];

/// Crates that are built twice, with the features that macros and those that the runtime ask of them: small ones, and below nothing that is dear.
/// Of one more, `tests/host/Cargo.toml` should ask for the same on both sides, or what uses it (a parser of WebAssembly, say) is built twice as well.
const TWICE: [&str; 7] = [
    "cranelift-bitset",
    "linux-raw-sys",
    "pulley-interpreter",
    "rustix",
    "tempfile",
    "wasmtime-internal-core",
    "winnow",
];

/// What only Spin's side has: time, chance and the network come in as arguments.
const OUTSIDE: [&str; 6] = [
    "Utc::now",
    "SystemTime",
    "Instant::now",
    "std::env",
    "spin_sdk",
    "std::net",
];

/// Where what a `Secret` hides is used: what puts secrets on the wire, what signs with them, and the texts of Odoo, which are no secrets but may
/// have private things in them.
const EXPOSED: [&str; 11] = [
    "bridge-core/src/flows/recordings/ticket.rs",
    "bridge-core/src/link.rs",
    "odoo-client/src/error.rs",
    "odoo-client/src/error/exception.rs",
    "odoo-client/src/greeting.rs",
    "odoo-client/src/rpc.rs",
    "odoo-client/src/server.rs",
    "ucm-client/src/account.rs",
    "ucm-client/src/action.rs",
    "ucm-client/src/legacy.rs",
    "ucm-client/src/rest.rs",
];

const WAITING: [&str; 3] = ["async fn", "async move", "async {"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// Every Rust file below a folder of the workspace, without the comments' words.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = root().join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
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

/// The crates of the workspace that a crate is built with; of a room, without what only its own tests need.
fn known_to(folder: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let workspace: toml::Table = workspace.parse().unwrap();
    let of_workspace = &workspace["workspace"]["dependencies"];
    let names = ["dependencies", "dev-dependencies"]
        .into_iter()
        .filter(|kind| *kind == "dependencies" || folder.starts_with("tests/"))
        .filter_map(|kind| manifest.get(kind)?.as_table())
        .flat_map(toml::Table::keys);
    names
        .filter(|name| {
            let of_workspace = of_workspace.get(name.as_str());
            of_workspace.is_some_and(|of| of.get("path").is_some())
        })
        .cloned()
        .collect()
}

#[test]
fn each_room_knows_only_the_rooms_below_it() {
    for (room, below) in ROOMS {
        let known = known_to(&format!("components/{room}"));
        let above: Vec<&String> = known
            .iter()
            .filter(|name| !below.contains(&name.as_str()))
            .collect();
        assert!(above.is_empty(), "{room} knows {above:?}");
    }
}

/// What `code` names behind `way`: one name, or each of a list.
fn named<'c>(code: &'c str, way: &str) -> Vec<&'c str> {
    let lists = code
        .split(way)
        .skip(1)
        .map(|rest| match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest.split([',', ';', '(', '\n']).next().unwrap(),
        });
    lists
        .flat_map(|list| list.split(','))
        .map(|item| item.trim().split([':', ' ']).next().unwrap())
        .collect()
}

#[test]
fn each_flow_knows_only_the_flows_before_it() {
    let folder = "components/bridge-core/src/flows";
    let base = root().join(folder);
    let mut seen = BTreeSet::new();
    for (path, code) in sources(folder) {
        let name = path.strip_prefix(&base).unwrap().to_str().unwrap();
        let flow = name.split(['/', '.']).next().unwrap();
        // A test of several flows together.
        if flow == "field" {
            continue;
        }
        let place = FLOWS.iter().position(|known| *known == flow);
        let place = place.unwrap_or_else(|| panic!("{flow} has no place among the flows"));
        seen.insert(place);
        // The file of a flow itself stands beside the others.
        let of_file: &[&str] = match name.contains('/') {
            true => &["crate::flows::"],
            false => &["crate::flows::", "super::"],
        };
        let known = of_file.iter().flat_map(|way| named(&code, way));
        for other in known {
            let later = FLOWS[place + 1..].contains(&other);
            assert!(!later, "{name} knows {other}");
        }
    }
    assert_eq!(seen.len(), FLOWS.len(), "a place has no flow");
}

#[test]
fn only_flows_wait() {
    for (room, _) in ROOMS {
        let allowed: &[&str] = match room {
            "bridge-core" => &["/src/flows"],
            _ => &[],
        };
        assert_without(&format!("components/{room}/src"), allowed, &WAITING);
    }
}

#[test]
fn no_room_has_a_clock_an_environment_or_spin() {
    for (room, _) in ROOMS {
        assert_without(&format!("components/{room}/src"), &[], &OUTSIDE);
    }
}

#[test]
fn secrets_are_compared_in_constant_time_or_not_at_all() {
    assert_without("components", &EXPOSED, &[".expose()"]);
    for (path, code) in sources("components") {
        let mut clauses = code.lines().flat_map(|line| line.split("&&"));
        let compared = clauses.find(|clause| {
            clause.contains(".expose()") && (clause.contains("==") || clause.contains("!="))
        });
        assert_eq!(compared, None, "{}", path.display());
    }
    let secret = fs::read_to_string(root().join("components/ports/src/secret.rs")).unwrap();
    let (code, _) = secret.split_once("#[cfg(test)]").unwrap();
    assert!(code.contains(".ct_eq("));
    // What the type has not a compiler refuses.
    for other in [
        "PartialEq",
        "PartialOrd",
        "Hash",
        "Display",
        "Deref",
        "AsRef",
        "Borrow",
        " Serialize",
        "::Serialize",
    ] {
        assert!(!code.contains(other), "a Secret has {other}");
    }
}

#[test]
fn the_tests_use_the_bridge_only_as_it_is_shipped() {
    for tests in ["host", "peers", "system", "demo", "bench"] {
        let known = known_to(&format!("tests/{tests}"));
        for (room, _) in ROOMS {
            assert!(
                !known.iter().any(|name| name == room),
                "{tests} links {room}"
            );
        }
    }
}

#[test]
fn a_newcomer_builds_nothing_dear_twice() {
    let tree = "tree --workspace --edges no-dev --duplicates --depth 0 --prefix none --format {p} --locked --offline";
    let tree = Command::new(env!("CARGO"))
        .args(tree.split(' '))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{tree:?}");
    let tree = String::from_utf8(tree.stdout).unwrap();
    let mut once = BTreeSet::new();
    let twice = tree.lines().filter(|line| !line.is_empty());
    let twice = twice.filter(|line| !once.insert(*line));
    let twice: BTreeSet<&str> = twice.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(twice, BTreeSet::from(TWICE));
}

/// What a component is not given it takes for unset: a set-up in another name space would hold up nobody, and a run would have another time.
#[test]
fn every_component_is_given_the_settings_that_it_reads() {
    let manifest: toml::Table = text("spin.toml").parse().unwrap();
    for (name, component) in manifest["component"].as_table().unwrap() {
        let given = component["variables"].as_table().unwrap();
        let lacks = |setting: &str| !given.contains_key(setting);
        let keeps = component
            .get("key_value_stores")
            .and_then(|it| it.as_array());
        let keeps = keeps.is_some_and(|stores| !stores.is_empty());
        assert!(!(keeps && lacks("store_prefix")), "{name}");
        // Whoever works with Odoo and the UCMs reads all that a run needs.
        if lacks("odoo_login") || lacks("ucm_servers") {
            continue;
        }
        for setting in OF_A_RUN {
            assert!(!lacks(setting), "{name}: {setting}");
        }
    }
}

/// Whoever copies the page trusts the UCM's certificate wherever a UCM is spoken to: where one is forgotten, only that part fails.
#[test]
fn an_authority_of_ones_own_is_for_all_who_speak_to_ucms() {
    let manifest: toml::Table = text("spin.toml").parse().unwrap();
    let speaks = |component: &toml::Value| {
        let hosts = component["allowed_outbound_hosts"].as_array().unwrap();
        let mut hosts = hosts.iter().filter_map(toml::Value::as_str);
        hosts.any(|host| host.contains("ucm_hosts"))
    };
    let components = manifest["component"].as_table().unwrap().iter();
    let speaking = components.filter(|(_, component)| speaks(component));
    let speaking: BTreeSet<&str> = speaking.map(|(name, _)| name.as_str()).collect();
    let page = text("docs/certificates.md");
    let (_, example) = page.split_once("```toml").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let example: toml::Table = example.parse().unwrap();
    let trusting = example["client_tls"][0]["component_ids"]
        .as_array()
        .unwrap();
    let trusting: BTreeSet<&str> = trusting.iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(trusting, speaking);
}

/// What `Config::read` of `bridge-core` reads wherever it is, beside what says where Odoo is.
const OF_A_RUN: [&str; 5] = [
    "ucm_passwords",
    "public_url",
    "link_secret",
    "link_secret_previous",
    "run_budget_secs",
];
