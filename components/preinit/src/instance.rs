//! One instance of the module, in an interpreter, with next to nothing around it.

use anyhow::Context;
use wasmi::{Caller, Engine, Error, ExternType, Func, Instance, Linker, Module, Store, Val};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType};

/// An instance that has run its preparation.
pub(crate) struct Prepared {
    store: Store<()>,
    instance: Instance,
}

impl Prepared {
    /// Runs the exported function `preparation` of `module`.
    ///
    /// # Errors
    /// When it does not end, or asks for anything of a world that is not there at build time.
    pub(crate) fn run(module: &[u8], preparation: &str) -> anyhow::Result<Self> {
        let engine = Engine::default();
        let module = Module::new(&engine, module)?;
        let mut store = Store::new(&engine, ());
        let linker = bare_world(&module, &mut store)?;
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        // What a reactor does before anything else; the snapshot holds its effects, and the rewritten module exports it no more.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&store, "_initialize") {
            initialize
                .call(&mut store, ())
                .context("`_initialize` failed")?;
        }
        let prepare = instance
            .get_typed_func::<(), ()>(&store, preparation)
            .with_context(|| format!("the module does not export `{preparation}`"))?;
        prepare
            .call(&mut store, ())
            .with_context(|| format!("`{preparation}` failed"))?;
        Ok(Self { store, instance })
    }
}

/// An empty environment and some random bytes; whatever else the module imports fails when it is called.
fn bare_world(module: &Module, store: &mut Store<()>) -> anyhow::Result<Linker<()>> {
    let mut linker = Linker::new(store.engine());
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else {
            continue;
        };
        let (from, name) = (import.module(), import.name());
        let func = match (from, name) {
            (WASI, "environ_sizes_get") => Func::wrap(&mut *store, no_environment),
            (WASI, "environ_get") => Func::wrap(&mut *store, |_: i32, _: i32| 0_i32),
            (WASI, "random_get") => Func::wrap(&mut *store, fixed_bytes),
            _ => {
                let fault = format!(
                    "the preparation calls {from}.{name}, which is not there at build time"
                );
                Func::new(&mut *store, ty.clone(), move |_, _, _| {
                    Err(Error::new(fault.clone()))
                })
            }
        };
        linker.define(from, name, func)?;
    }
    Ok(linker)
}

/// Writes two zeros: no variables, no bytes.
fn no_environment(mut caller: Caller<'_, ()>, count: i32, bytes: i32) -> Result<i32, Error> {
    for pointer in [count, bytes] {
        write(&mut caller, pointer, &[0; 4])?;
    }
    Ok(0)
}

/// The standard library asks for seeds of its hash maps. They are in the snapshot and so the same in every instance: whatever must not be
/// predictable asks the host itself at run time. A fixed pattern says so plainly, and makes the build reproducible.
fn fixed_bytes(mut caller: Caller<'_, ()>, pointer: i32, length: i32) -> Result<i32, Error> {
    let pattern: Vec<u8> = (0..length)
        .map(|index| index.to_le_bytes()[0].wrapping_mul(151).wrapping_add(89))
        .collect();
    write(&mut caller, pointer, &pattern)?;
    Ok(0)
}

fn write(caller: &mut Caller<'_, ()>, pointer: i32, bytes: &[u8]) -> Result<(), Error> {
    let memory = caller
        .get_export("memory")
        .and_then(wasmi::Extern::into_memory)
        .ok_or_else(|| Error::new("the module has no memory"))?;
    // A pointer of 32-bit WebAssembly is unsigned.
    let offset =
        usize::try_from(pointer.cast_unsigned()).map_err(|error| Error::new(error.to_string()))?;
    memory
        .write(caller, offset, bytes)
        .map_err(|error| Error::new(error.to_string()))
}

impl InstanceState for Prepared {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        match self
            .instance
            .get_global(&self.store, name)
            .map(|global| global.get(&self.store))
        {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(value)) => SnapshotVal::F32(value.to_bits()),
            Some(Val::F64(value)) => SnapshotVal::F64(value.to_bits()),
            // The trait allows no other way: names and types are those that the instrumentation has just added.
            other => panic!("the global {name} is no number: {other:?}"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        let memory = self.instance.get_memory(&self.store, name);
        contents(
            memory
                .as_ref()
                .map_or(&[], |memory| memory.data(&self.store)),
        );
    }
}

const WASI: &str = "wasi_snapshot_preview1";
