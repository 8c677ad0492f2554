//! What starts, and what is refused at start.

use std::path::{Path, PathBuf};

use host::{App, LoadError, Manifest, RuntimeConfig, StartError, VariablesError};

use crate::support::{get, kitchen, manifest, text};

fn manifest_with(folder: &tempfile::TempDir, change: impl Fn(String) -> String) -> PathBuf {
    let path = manifest();
    let guests = path.parent().unwrap().to_str().unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let whole = whole.replace("\"kitchen/target", &format!("\"{guests}/kitchen/target"));
    let changed = folder.path().join("spin.toml");
    std::fs::write(&changed, change(whole)).unwrap();
    changed
}

/// The manifest with another module for its first component.
fn with_source(manifest: &str, file: &Path) -> String {
    let own = manifest
        .lines()
        .find(|line| line.starts_with("source"))
        .unwrap();
    manifest.replace(own, &format!("source = {file:?}"))
}

async fn refusal(change: impl Fn(String) -> String) -> StartError {
    let folder = tempfile::tempdir().unwrap();
    let path = manifest_with(&folder, change);
    App::builder(path)
        .variable("token", "t")
        .start()
        .await
        .err()
        .expect("it must not start")
}

#[tokio::test]
async fn a_missing_required_variable_stops_the_start() {
    let fault = App::builder(manifest()).start().await.err().unwrap();
    assert_eq!(
        fault.to_string(),
        "no provider resolved required variable(s): token"
    );
    assert!(matches!(
        fault,
        StartError::Variables(VariablesError::Required(_))
    ));
}

#[tokio::test]
async fn variables_reach_the_component_by_its_own_names() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(text(&app, "/variable/token").await, "secret");
    assert!(
        text(&app, "/variable/other")
            .await
            .starts_with("Error::Undefined")
    );
    assert!(
        text(&app, "/variable/Bad-Name")
            .await
            .starts_with("Error::InvalidName")
    );
    assert_eq!(text(&app, "/greeting").await, "hello");
}

#[tokio::test]
async fn a_changed_manifest_still_starts() {
    let folder = tempfile::tempdir().unwrap();
    let path = manifest_with(&folder, |text| text);
    App::builder(path)
        .variable("token", "t")
        .start()
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn a_store_that_is_not_configured_is_refused() {
    let change = |text: String| text.replace("[\"default\"]", "[\"default\", \"more\"]");
    let fault = refusal(change).await;
    assert_eq!(
        fault.to_string(),
        "unknown key_value_stores label \"more\" for component \"kitchen\""
    );
    let folder = tempfile::tempdir().unwrap();
    let toml = "[key_value_store.more]\ntype = \"spin\"\npath = \"more.db\"";
    let config = RuntimeConfig::parse(toml, folder.path()).unwrap();
    let path = manifest_with(&folder, change);
    let app = App::builder(path)
        .variable("token", "t")
        .runtime_config(config)
        .start()
        .await;
    assert_eq!(text(&app.unwrap(), "/open/more").await, "open");
}

#[tokio::test]
async fn a_module_that_was_not_built_is_named() {
    let fault = refusal(|text| text.replace("kitchen.wasm", "nowhere.wasm")).await;
    assert!(
        matches!(
            fault,
            StartError::Load {
                fault: LoadError::Read { .. },
                ..
            }
        ),
        "{fault}"
    );
    assert!(fault.to_string().contains("nowhere.wasm"), "{fault}");
}

/// A component in its binary form that does nothing but import empty instances.
fn component_importing(names: &[&str]) -> Vec<u8> {
    let mut imports = vec![u8::try_from(names.len()).unwrap()];
    for name in names {
        imports.extend([0, u8::try_from(name.len()).unwrap()]);
        imports.extend(name.as_bytes());
        imports.extend([5, 0]);
    }
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    // Section 7: one type, an instance without exports. Section 10: the imports.
    component.extend([7, 3, 1, 0x42, 0]);
    component.extend([10, u8::try_from(imports.len()).unwrap()]);
    component.extend(imports);
    component
}

#[tokio::test]
async fn a_component_is_taken_as_it_is() {
    let module = manifest().with_file_name("kitchen/target/wasm32-wasip1/release/kitchen.wasm");
    let adapter = wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER;
    let component = wit_component::ComponentEncoder::default()
        .module(&std::fs::read(module).unwrap())
        .and_then(|encoder| encoder.adapter("wasi_snapshot_preview1", adapter))
        .and_then(|mut encoder| encoder.encode())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("component.wasm");
    std::fs::write(&file, component).unwrap();
    let path = manifest_with(&folder, |text| with_source(&text, &file));
    let app = App::builder(path)
        .variable("token", "t")
        .start()
        .await
        .unwrap();
    assert_eq!(text(&app, "/greeting").await, "hello");
    app.fire_cron("kitchen", chrono_clock::DateTime::UNIX_EPOCH)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.wasm");
    std::fs::write(&file, "no WebAssembly at all").unwrap();
    let fault = refusal(move |text| with_source(&text, &file)).await;
    assert!(
        matches!(
            fault,
            StartError::Load {
                fault: LoadError::Invalid { .. },
                ..
            }
        ),
        "{fault}"
    );
}

#[tokio::test]
async fn imports_that_the_host_lacks_are_all_named() {
    let needed = [
        "fermyon:spin/redis@2.0.0",
        "fermyon:spin/llm@2.0.0",
        "wasi:clocks/wall-clock@0.2.6",
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("needy.wasm");
    std::fs::write(&file, component_importing(&needed)).unwrap();
    let change = move |text: String| with_source(&text, &file);
    let fault = refusal(change).await;
    let StartError::Load {
        fault: LoadError::Imports { imports, .. },
        ..
    } = fault
    else {
        panic!("{fault}");
    };
    assert_eq!(imports, needed[..2]);
}

#[tokio::test]
async fn a_second_start_does_not_compile_again() {
    let guests = Manifest::load(manifest()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guest.wasm");
    std::fs::copy(&guests.components["kitchen"].source, &file).unwrap();
    let path = manifest_with(&folder, |text| with_source(&text, &file));
    let start = || App::builder(&path).variable("token", "t").start();
    start().await.unwrap();
    // Nothing tells another file from the one before that is as long and as old, unless it is compiled again.
    let before = file.metadata().unwrap();
    let length = usize::try_from(before.len()).unwrap();
    std::fs::write(&file, vec![0; length]).unwrap();
    let changed = std::fs::File::options().write(true).open(&file).unwrap();
    changed.set_modified(before.modified().unwrap()).unwrap();
    start().await.unwrap();
    changed.set_modified(std::time::SystemTime::now()).unwrap();
    assert!(start().await.is_err(), "it is what it is");
}

#[tokio::test]
async fn spins_own_paths_answer() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(text(&app, "/.well-known/spin/health").await, "OK");
    assert_eq!(get(&app, "/.well-known/spin/other").await.status(), 404);
}
