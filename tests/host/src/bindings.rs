//! The interfaces of Spin that are no part of WASI, generated from `wit/`.

pub(crate) mod platform {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "ucm-odoo:host/platform",
        imports: { default: async | trappable },
        with: { "fermyon:spin/key-value.store": crate::key_value::OpenStore },
        require_store_data_send: true,
    });
}

pub(crate) mod cron {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "fermyon:spin-cron/spin-cron",
        exports: { default: async },
        require_store_data_send: true,
    });
}
