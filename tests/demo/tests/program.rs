//! The program of `cargo run`, as somebody starts it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use chrono_clock::Utc;
use peers::odoo::Odoo;
use peers::ucm::{Country, Traffic, Ucm};
use serde_json::Value;
use system::Site;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ucm-odoo"));
    command.stdin(Stdio::null());
    // Whatever Odoo the environment names is not meant.
    for name in [
        "ODOO_URL",
        "ODOO_DB",
        "ODOO_LOGIN",
        "ODOO_API_KEY",
        "SPIN_VARIABLE_UCM_HOSTS",
    ] {
        command.env_remove(name);
    }
    command
}

/// What the program says that is started so and ends well.
fn ended(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// Simulated PBXs that the program knows only by its file.
async fn servers(folder: &Path, count: usize) -> (Vec<Site>, String) {
    let mut sites = Vec::new();
    for index in 0..count {
        let traffic = Traffic {
            seed: 7,
            days: 2,
            calls: 12,
        };
        let ucm = Ucm::builder()
            .country(Country::Fr)
            .zone("Europe/Paris")
            .now(Utc::now())
            .traffic(traffic)
            .start()
            .await
            .unwrap();
        sites.push(Site::new(&format!("office{index}"), ucm));
    }
    let file = folder.join("servers.json");
    let entries: Vec<Value> = sites.iter().map(Site::entry).collect();
    std::fs::write(&file, Value::from(entries).to_string()).unwrap();
    (sites, file.to_str().unwrap().to_owned())
}

#[test]
fn every_option_is_explained() {
    let said = ended(&["--help"]);
    for option in [
        "--calls",
        "--days",
        "--odoo",
        "--listen",
        "--servers",
        "--check",
        "--runtime-config-file",
        "--state",
        "--stay",
        "--once",
        "--odoo-url",
        "--odoo-db",
        "--odoo-login",
        "--odoo-api-key",
    ] {
        assert!(said.contains(option), "{option}");
    }
}

#[test]
fn simulated_offices_are_brought_into_each_odoo_and_the_program_ends() {
    for series in ["17", "18", "19"] {
        let options = ["--odoo", series, "--calls", "8", "--days", "3", "--once"];
        let said = ended(&options);
        assert!(said.contains("Done in"), "{said}");
        assert!(said.contains("/dead-letters/paris"), "{said}");
        assert!(said.contains("with --stay it stays"), "{said}");
    }
}

#[test]
fn what_was_kept_is_not_brought_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let state = state.to_str().unwrap();
    // The Odoo is another one at each start: all of it comes again, and the bridge says why.
    for _ in 0..2 {
        let said = ended(&["--calls", "8", "--days", "3", "--once", "--state", state]);
        assert!(said.contains("8 calls in the journal, complete"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_odoo_that_is_named_gets_the_calls() {
    let odoo = Odoo::builder()
        .version(18)
        .country("FR")
        .start()
        .await
        .unwrap();
    let address = odoo.url();
    let named = [
        ("--odoo-url", address.as_str()),
        ("--odoo-db", odoo.db()),
        ("--odoo-login", odoo.login()),
        ("--odoo-api-key", odoo.api_key()),
    ];
    let mut options = vec!["--calls", "8", "--days", "3", "--once"];
    options.extend(named.iter().flat_map(|(option, value)| [*option, *value]));
    let said = ended(&options);
    assert_eq!(odoo.count("x_ucm_call"), 16, "{said}");
    assert!(!said.contains(odoo.api_key()), "{said}");
}

#[test]
fn a_runtime_configuration_is_what_the_bridge_runs_with() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runtime.toml");
    let options = [
        "--calls",
        "8",
        "--days",
        "3",
        "--once",
        "--runtime-config-file",
    ];
    let with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut program = program();
        program.args(options).arg(&file).output().unwrap()
    };
    let ended = with("[outbound_http]\nconnection_pooling = false\n");
    assert!(ended.status.success(), "{ended:?}");
    let ended = with("[client_tls]\nnothing_like_it = 1\n");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        !ended.status.success() && said.contains("runtime.toml"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_a_file_are_reached_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for count in [1, 3] {
        let (_sites, file) = servers(folder.path(), count).await;
        let said = ended(&["--servers", &file, "--once"]);
        let complete = said.matches("12 calls in the journal, complete").count();
        assert_eq!(complete, count, "{said}");
        assert!(said.contains("/dead-letters/office0"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_stays_goes_on_without_simulated_offices() {
    let folder = tempfile::tempdir().unwrap();
    let (_sites, file) = servers(folder.path(), 1).await;
    let options = ["--servers", &file, "--stay", "--listen", "127.0.0.1:0"];
    let (mut staying, said) = stays(&options);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(staying.0.try_wait().unwrap(), None, "{}", said.join("\n"));
    assert!(!said.iter().any(|line| line.contains("New calls")));
}

#[test]
fn what_is_shown_opens_in_a_browser() {
    let (_staying, said) = stays(&["--calls", "40", "--days", "3", "--stay"]);
    for (page, says) in [
        ("statistics", "<svg"),
        ("status", "paris"),
        ("doctor", "newyork"),
        ("a recording", "<audio"),
    ] {
        let line = said
            .iter()
            .find(|line| line.trim_start().starts_with(page) && line.contains("http://"));
        let line = line.unwrap_or_else(|| panic!("no {page}: {}", said.join("\n")));
        let address = line.split_whitespace().last().unwrap();
        let mut answer = ureq::get(address).header("accept", "text/html").call();
        let answer = answer
            .as_mut()
            .unwrap_or_else(|error| panic!("{page}: {error}"));
        let shown = answer.body_mut().read_to_string().unwrap();
        assert!(shown.contains("<html") && shown.contains(says), "{page}");
    }
}

#[test]
fn a_check_names_every_fault_and_asks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let settings = |more: &str| {
        format!(
            "odoo_url = 'https://odoo.example.com'\nodoo_db = 'main'\nodoo_login = 'bridge'\nodoo_api_key = 'k-123'\n{more}"
        )
    };
    let good = file(
        "good.toml",
        &settings("admin_token = 'a-token-of-this-test'"),
    );
    let servers = file(
        "servers.json",
        r#"[{"id":"paris","host":"ucm.example.com","password":"p4ss","country":"FR"}]"#,
    );
    assert!(ended(&["--check", &good, "--servers", &servers]).contains("nothing is wrong"));

    let bad = file("bad.toml", &settings("recording_listeners = 'many'"));
    let servers = file(
        "bad.json",
        r#"[{"id":"Lyon!","password":"p4ss","country":"FR"}]"#,
    );
    let output = program()
        .args(["--check", &bad, "--servers", &servers])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success(), "{said}");
    for named in [
        "admin_token is not set",
        "recording_listeners must be",
        "ucm_servers[0].id must be",
        "ucm_servers[0].host is missing",
    ] {
        assert!(said.contains(named), "{named}: {said}");
    }
    assert!(!said.contains("p4ss") && !said.contains("k-123"), "{said}");

    // Whoever holds it would be told nothing by a bridge.
    let weak = file(
        "weak.toml",
        &settings("admin_token = 't0ken'\nstats_token = 's3cret'"),
    );
    let output = program().args(["--check", &weak]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let named = ["admin_token is too short", "stats_token is too short"];
    let is_named = named.iter().all(|named| said.contains(named));
    assert!(!output.status.success() && is_named, "{said}");
    assert!(
        !said.contains("t0ken") && !said.contains("s3cret"),
        "{said}"
    );

    // A name that no setting has would be a setting that is not given.
    let unknown = file("unknown.toml", &settings("admin_tokn = 't0ken'"));
    let output = program().args(["--check", &unknown]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && said.contains("admin_tokn"),
        "{said}"
    );
}

/// A program that runs until the test is over.
struct Staying(Child);

impl Drop for Staying {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The program, started so, and what it has said once it waits.
fn stays(options: &[&str]) -> (Staying, Vec<String>) {
    let mut child = program()
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let speaking = BufReader::new(child.stdout.take().unwrap());
    let staying = Staying(child);
    let (sender, lines) = mpsc::channel();
    // To the end, for it goes on speaking: whoever writes to a pipe that nobody reads stops some day.
    thread::spawn(move || {
        for line in speaking.lines().map_while(Result::ok) {
            _ = sender.send(line);
        }
    });
    let end = Instant::now() + LONGEST_START;
    let mut said: Vec<String> = Vec::new();
    while !said.last().is_some_and(|line| line.contains("Ctrl-C")) {
        let left = end.saturating_duration_since(Instant::now());
        let line = lines.recv_timeout(left);
        said.push(line.unwrap_or_else(|error| panic!("{error}: {}", said.join("\n"))));
    }
    (staying, said)
}

/// More than it takes where the components have to be built first.
const LONGEST_START: Duration = Duration::from_secs(1_800);
