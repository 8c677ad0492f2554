//! One instance of a component: what it sees of the host, from its start to its end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::clocks::WasiClocksView;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, subscribe};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::bindings::platform::fermyon::spin::variables;
use crate::clock::{Clock, VirtualSleep, Waiting};
use crate::component::Component;
use crate::effects::{EffectKind, Observer};
use crate::engine::{Unavailable, engine};
use crate::key_value::{KeyValueAccess, KeyValueView};
use crate::logs::{LogSource, LogStream};
use crate::outbound::Outbound;
use crate::variables::check_name;

/// The host's side of one instance.
pub(crate) struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    outbound: Outbound,
    key_values: KeyValueAccess,
    variables: Arc<BTreeMap<String, String>>,
    clock: Clock,
    memory: MemoryMeter,
}

impl Guest {
    /// A fresh store for one request or event.
    pub(crate) fn store(component: &Component) -> Result<Store<Self>, Unavailable> {
        let app = &component.app;
        let observer = Observer::new(Arc::clone(&component.name), Arc::clone(&app.hooks));
        let waiting = Arc::new(Waiting::default());
        let guest = Self {
            wasi: wasi_context(component),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            outbound: Outbound {
                allowed_hosts: Arc::clone(&component.allowed_hosts),
                connections: component.connections.clone(),
                observer: observer.clone(),
                component: Arc::clone(&component.name),
                listener: Arc::clone(&app.listener),
                waiting,
                clock: app.clock.clone(),
                timeout_scale: app.timeout_scale,
                body_chunk_bytes: app.body_chunk_bytes,
            },
            key_values: KeyValueAccess {
                granted: Arc::clone(&component.granted_stores),
                stores: Arc::clone(&app.stores),
                observer,
            },
            variables: Arc::clone(&component.variables),
            clock: app.clock.clone(),
            memory: MemoryMeter::new(
                Arc::clone(&component.peak_memory_bytes),
                app.memory_limit_bytes,
            ),
        };
        let mut store = Store::new(engine()?, guest);
        store.limiter(|guest| &mut guest.memory);
        // A guest that computes for long gives way to others at each tick of the engine.
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        Ok(store)
    }

    pub(crate) fn observer(&self) -> Observer {
        self.outbound.observer.clone()
    }

    pub(crate) fn waiting(&self) -> Arc<Waiting> {
        Arc::clone(&self.outbound.waiting)
    }

    pub(crate) fn key_values(&mut self) -> KeyValueView<'_> {
        KeyValueView {
            access: &mut self.key_values,
            table: &mut self.table,
        }
    }
}

fn wasi_context(component: &Component) -> WasiCtx {
    let logs = &component.app.logs;
    let stream = |source| LogStream::new(Arc::clone(logs), Arc::clone(&component.name), source);
    let mut builder = WasiCtx::builder();
    builder
        .stdout(stream(LogSource::Stdout))
        .stderr(stream(LogSource::Stderr));
    for (name, value) in &component.environment {
        builder.env(name, value);
    }
    if let Clock::Virtual(clock) = &component.app.clock {
        builder
            .wall_clock(clock.clone())
            .monotonic_clock(clock.clone());
    }
    builder.build()
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.outbound,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

impl HasData for Guest {
    type Data<'a> = &'a mut Self;
}

impl variables::Host for Guest {
    async fn get(&mut self, name: String) -> wasmtime::Result<Result<String, variables::Error>> {
        self.outbound
            .observer
            .observe(EffectKind::Variable { name: name.clone() })?;
        if let Err(fault) = check_name(&name) {
            return Ok(Err(variables::Error::InvalidName(fault)));
        }
        let value = self.variables.get(&name).cloned();
        Ok(value.ok_or_else(|| variables::Error::Undefined(format!("no variable for {name:?}"))))
    }
}

/// On the virtual clock a sleep costs no real time; everything else is WASI's own.
impl monotonic_clock::Host for Guest {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.clocks().now()
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        self.clocks().resolution()
    }

    fn subscribe_instant(&mut self, when_nanos: u64) -> wasmtime::Result<Resource<DynPollable>> {
        match self.clock {
            Clock::Real => self.clocks().subscribe_instant(when_nanos),
            Clock::Virtual(_) => self.subscribe_virtual(Duration::from_nanos(when_nanos)),
        }
    }

    fn subscribe_duration(&mut self, nanos: u64) -> wasmtime::Result<Resource<DynPollable>> {
        match &self.clock {
            Clock::Real => self.clocks().subscribe_duration(nanos),
            Clock::Virtual(clock) => {
                let deadline = clock
                    .monotonic()
                    .saturating_add(Duration::from_nanos(nanos));
                self.subscribe_virtual(deadline)
            }
        }
    }
}

impl Guest {
    fn subscribe_virtual(&mut self, deadline: Duration) -> wasmtime::Result<Resource<DynPollable>> {
        let Clock::Virtual(clock) = &self.clock else {
            wasmtime::bail!("a virtual sleep needs the virtual clock");
        };
        let scale = self.outbound.timeout_scale;
        let sleep = VirtualSleep::new(clock.clone(), self.waiting(), deadline, scale);
        let sleep = self.table.push(sleep)?;
        subscribe(&mut self.table, sleep)
    }
}

/// Measures the linear memory of an instance, and limits it if asked to.
struct MemoryMeter {
    bytes: usize,
    peak_bytes: Arc<AtomicUsize>,
    limit_bytes: Option<usize>,
}

impl MemoryMeter {
    fn new(peak_bytes: Arc<AtomicUsize>, limit_bytes: Option<usize>) -> Self {
        Self {
            bytes: 0,
            peak_bytes,
            limit_bytes,
        }
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current_bytes: usize,
        desired_bytes: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total_bytes = self.bytes + desired_bytes.saturating_sub(current_bytes);
        if self.limit_bytes.is_some_and(|limit| total_bytes > limit) {
            return Ok(false);
        }
        self.bytes = total_bytes;
        self.peak_bytes.fetch_max(total_bytes, Ordering::Relaxed);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}
