//! Runs a component's preparation at build time and keeps the memory that it leaves.
//!
//! Every request starts a fresh instance, and reading the numbering plans of the world takes such an instance longer than its work. A component that
//! reads numbers therefore exports `wizer-initialize`; this runs it once, after the build, and writes a module that begins with the plans read.
//!
//! `preinit <module.wasm>…` writes a `<module>.prepared.wasm` beside each; nothing is done where that is newer than the module and this program.

mod instance;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use wasmtime_wizer::Wizer;

use instance::Prepared;

fn main() -> anyhow::Result<()> {
    let modules: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    ensure!(!modules.is_empty(), "usage: preinit <module.wasm>...");
    modules.iter().try_for_each(|module| renew(module))
}

fn renew(from: &Path) -> anyhow::Result<()> {
    let to = from.with_extension("prepared.wasm");
    if is_newer(&to, from) && is_newer(&to, &std::env::current_exe()?) {
        return Ok(());
    }
    let module =
        std::fs::read(from).with_context(|| format!("failed to read {}", from.display()))?;
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

#[cfg(test)]
mod tests {
    use wasmi::{Engine, Linker, Module, Store};

    use super::prepare;

    fn module(body: &str) -> Vec<u8> {
        wat::parse_str(format!(
            "(module (import \"host\" \"call\" (func $call)) (memory (export \"memory\") 1) {body})"
        ))
        .unwrap()
    }

    #[test]
    fn the_prepared_module_begins_with_what_the_preparation_left() {
        let prepared = prepare(&module(
            "(func (export \"wizer-initialize\") (i32.store (i32.const 8) (i32.const 42)))
             (func (export \"read\") (result i32) (i32.load (i32.const 8)))",
        ))
        .unwrap();
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "call", || {}).unwrap();
        let module = Module::new(&engine, &prepared).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        let read = instance.get_typed_func::<(), i32>(&store, "read").unwrap();
        assert_eq!(read.call(&mut store, ()).unwrap(), 42);
        assert!(instance.get_func(&store, "wizer-initialize").is_none());
    }

    #[test]
    fn a_preparation_that_asks_for_the_world_is_refused_by_name() {
        let fault =
            prepare(&module("(func (export \"wizer-initialize\") (call $call))")).unwrap_err();
        assert!(format!("{fault:#}").contains("host.call"), "{fault:#}");
    }

    #[test]
    fn a_module_without_a_preparation_is_refused() {
        let fault = prepare(&module("")).unwrap_err();
        assert!(
            format!("{fault:#}").contains("wizer-initialize"),
            "{fault:#}"
        );
    }
}
