//! Runs a component's preparation at build time and keeps the memory that it leaves.
//!
//! Every request starts a fresh instance, and reading the numbering plans of the world takes such an instance some 60 ms. A component that
//! reads numbers therefore exports `wizer-initialize`; this runs it once, after the build, and writes a module that begins with the plans read.
//!
//! `preinit <module.wasm> <prepared.wasm>`; nothing is done where the prepared module is newer than the module and this program.

mod instance;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use wasmtime_wizer::Wizer;

use instance::Prepared;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(from), Some(to), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        anyhow::bail!("usage: preinit <module.wasm> <prepared.wasm>");
    };
    if is_newer(&to, &from) && is_newer(&to, &std::env::current_exe()?) {
        return Ok(());
    }
    let module =
        std::fs::read(&from).with_context(|| format!("failed to read {}", from.display()))?;
    let prepared =
        prepare(&module).with_context(|| format!("failed to prepare {}", from.display()))?;
    // Renamed into place, so that whoever loads it meanwhile finds the old module or the new one, never a part.
    let unfinished = to.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&unfinished, prepared)
        .with_context(|| format!("failed to write {}", unfinished.display()))?;
    std::fs::rename(&unfinished, &to).with_context(|| format!("failed to write {}", to.display()))
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let modified = |file: &Path| {
        file.metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    modified(file).is_some_and(|time| modified(than).is_some_and(|other| time > other))
}

/// The module with its memory and globals as its own preparation leaves them.
fn prepare(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let wizer = Wizer::new();
    let (context, instrumented) = wizer.instrument(module).map_err(plain)?;
    let mut prepared = Prepared::run(&instrumented, wizer.get_init_func())?;
    let snapshot =
        futures::executor::block_on(wizer.snapshot(&context, &mut prepared)).map_err(plain)?;
    ensure!(!snapshot.is_empty(), "the prepared module is empty");
    Ok(snapshot)
}

fn plain(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}
