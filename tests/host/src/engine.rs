//! From a WebAssembly file to code that can be instantiated; each file is compiled once.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmtime::component::{Component, InstancePre, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi_http::p2::bindings::http::types;
use wasmtime_wasi_http::p2::bindings::{LinkOptions, ProxyPre};
use wasmtime_wasi_http::{WasiHttp, WasiHttpView};

use crate::bindings::cron::SpinCronPre;
use crate::bindings::platform::fermyon::spin::{key_value, variables};
use crate::guest::Guest;
use crate::key_value::KeyValueAccess;
use crate::outbound;

/// The machine cannot run WebAssembly at all.
#[derive(Clone, Debug, thiserror::Error)]
#[error("WebAssembly cannot be run on this machine: {0}")]
pub struct Unavailable(String);

/// Why a module or component cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file, or it cannot be read.
    #[error("{} cannot be read ({source}); has it been built?", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not WebAssembly, or not a Spin component.
    #[error("{} is not a component and cannot be made one: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It needs interfaces that this host does not have.
    #[error("{} imports what this host does not offer: {}", path.display(), imports.join(", "))]
    Imports {
        /// The file.
        path: PathBuf,
        /// The interfaces, all of them.
        imports: Vec<String>,
    },
    /// WebAssembly does not work here.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Code that is ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Code {
    /// If it exports `wasi:http/incoming-handler`.
    pub(crate) http: Option<ProxyPre<Guest>>,
    /// If it exports `handle-cron-event`.
    pub(crate) cron: Option<SpinCronPre<Guest>>,
}

/// How often a guest that computes for long lets others run.
const TICK: Duration = Duration::from_millis(10);

/// The one engine of the process.
pub(crate) fn engine() -> Result<&'static Engine, Unavailable> {
    static ENGINE: OnceLock<Result<Engine, Unavailable>> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| new_engine().map_err(unavailable));
    engine.as_ref().map_err(Clone::clone)
}

fn new_engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    // Without a place for the cache (no home folder) everything works, only slower.
    config.cache(Cache::new(CacheConfig::new()).ok());
    let engine = Engine::new(&config)?;
    let ticking = engine.clone();
    let ticker = std::thread::Builder::new().name("wasm-ticks".to_owned());
    ticker.spawn(move || {
        loop {
            std::thread::sleep(TICK);
            ticking.increment_epoch();
        }
    })?;
    Ok(engine)
}

/// The one linker of the process: everything that differs between instances is in their state.
fn linker() -> Result<&'static Linker<Guest>, Unavailable> {
    static LINKER: OnceLock<Result<Linker<Guest>, Unavailable>> = OnceLock::new();
    let linker = LINKER.get_or_init(|| new_linker(engine()?).map_err(unavailable));
    linker.as_ref().map_err(Clone::clone)
}

fn new_linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<_, Guest>(&mut linker, |guest| guest)?;
    linker.allow_shadowing(false);
    let options = LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(&mut linker, &(&options).into(), Guest::http)?;
    outbound::add_to_linker(&mut linker)?;
    key_value::add_to_linker::<_, KeyValueAccess>(&mut linker, Guest::key_values)?;
    variables::add_to_linker::<_, Guest>(&mut linker, |guest| guest)?;
    Ok(linker)
}

fn unavailable(fault: impl std::fmt::Display) -> Unavailable {
    Unavailable(fault.to_string())
}

/// What tells one state of a file from another.
#[derive(PartialEq, Eq, Hash)]
struct Version {
    path: PathBuf,
    modified: SystemTime,
    bytes: u64,
}

/// Loads a file; a file that has not changed since is not compiled again.
pub(crate) fn load(path: &Path) -> Result<Code, LoadError> {
    static LOADED: OnceLock<Mutex<HashMap<Version, Code>>> = OnceLock::new();
    let read = |source| LoadError::Read {
        path: path.to_owned(),
        source,
    };
    let metadata = path.metadata().map_err(read)?;
    let modified = metadata.modified().map_err(read)?;
    let version = Version {
        path: path.to_owned(),
        modified,
        bytes: metadata.len(),
    };
    // Held while compiling, so that tests starting together compile a file once, not each.
    let mut loaded = LOADED
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = loaded.get(&version) {
        return Ok(code.clone());
    }
    // Locked while compiling, so that programs starting together compile a file once as well: the others find it in the cache. On a file system
    // without locks everything works, only slower.
    let mut file = File::open(path).map_err(read)?;
    _ = file.lock();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(read)?;
    let code = compile(path, &bytes)?;
    loaded.insert(version, code.clone());
    Ok(code)
}

fn compile(path: &Path, bytes: &[u8]) -> Result<Code, LoadError> {
    let invalid = |reason: String| LoadError::Invalid {
        path: path.to_owned(),
        reason,
    };
    let component_bytes = componentise(bytes).map_err(invalid)?;
    let engine = engine()?;
    let component =
        Component::new(engine, &component_bytes).map_err(|fault| invalid(format!("{fault:#}")))?;
    let imports = missing_imports(&component, engine);
    if !imports.is_empty() {
        return Err(LoadError::Imports {
            path: path.to_owned(),
            imports,
        });
    }
    let linked = linker()?.instantiate_pre(&component);
    let code = Code::new(&linked.map_err(|fault| invalid(format!("{fault:#}")))?);
    if code.http.is_none() && code.cron.is_none() {
        return Err(invalid(
            "it exports neither wasi:http/incoming-handler nor handle-cron-event".into(),
        ));
    }
    Ok(code)
}

impl Code {
    fn new(linked: &InstancePre<Guest>) -> Self {
        Self {
            http: ProxyPre::new(linked.clone()).ok(),
            cron: SpinCronPre::new(linked.clone()).ok(),
        }
    }
}

/// Version and layer of a component, after the magic number that core modules begin with as well.
const COMPONENT_PREAMBLE: &[u8] = &[0x0d, 0, 1, 0];

/// Makes a component of a core module for WASI preview 1; leaves a component as it is.
fn componentise(bytes: &[u8]) -> Result<Vec<u8>, String> {
    if bytes.get(4..8) == Some(COMPONENT_PREAMBLE) {
        return Ok(bytes.to_vec());
    }
    let name = WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME;
    // Validated where it is compiled, and not each time that it comes from the cache.
    wit_component::ComponentEncoder::default()
        .module(bytes)
        .and_then(|encoder| encoder.adapter(name, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER))
        .and_then(|mut encoder| encoder.encode())
        .map_err(|fault| format!("{fault:#}"))
}

/// What the host offers, without the versions of WASI, which agree within 0.2.
const OFFERED: &[&str] = &[
    "wasi:io/",
    "wasi:clocks/",
    "wasi:cli/",
    "wasi:random/",
    "wasi:filesystem/",
    "wasi:sockets/",
    "wasi:http/",
    "fermyon:spin/key-value@2.0.0",
    "fermyon:spin/variables@2.0.0",
    // Only types, so there is nothing to offer.
    "fermyon:spin-cron/cron-types@2.0.0",
];

fn missing_imports(component: &Component, engine: &Engine) -> Vec<String> {
    let component_type = component.component_type();
    let names = component_type
        .imports(engine)
        .map(|(name, _)| name.to_owned());
    names
        .filter(|name| !OFFERED.iter().any(|offered| name.starts_with(offered)))
        .collect()
}
