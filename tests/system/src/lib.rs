//! A bridge to test: PBXs, an Odoo and the compiled components between them, on loopback and on a virtual clock.
//!
//! [`Rig`] holds all of it. [`Journal`] is the Odoo: the simulated one, or the real one that `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_API_KEY`
//! name. [`compare`] sets what is in the journal against what really happened on the PBXs.

mod campaign;
mod chance;
pub mod compare;
mod journal;
pub mod links;
pub mod points;
mod redis;
mod rig;

use std::path::PathBuf;
use std::sync::OnceLock;

use host::Effort;

pub use campaign::Campaign;
pub use chance::{KillOneIn, seed};
pub use journal::{Journal, RealOdoo};
pub use redis::Redis;
pub use rig::{ADMIN_TOKEN, LINK_SECRET, Rig, RigBuilder, Site, french_ucm};

/// The application's manifest.
pub fn manifest() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml"))
}

/// How the components are built: quickly, unless `UCM_ODOO_COMPONENTS=shipped` asks for what is shipped, or the program is one that measures.
pub fn effort() -> Effort {
    let asked = std::env::var("UCM_ODOO_COMPONENTS").is_ok_and(|effort| effort == "shipped");
    match asked || !cfg!(debug_assertions) {
        true => Effort::Shipped,
        false => Effort::Quick,
    }
}

/// Builds the components once per process, by the commands of `spin build`.
///
/// # Errors
/// What the build said.
pub fn build() -> anyhow::Result<()> {
    static BUILT: OnceLock<Result<(), String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let manifest = host::Manifest::load(manifest()).map_err(|error| error.to_string())?;
        host::build(&manifest, effort(), host::BuildOutput::OnFailure)
            .map_err(|error| error.to_string())
    });
    built.clone().map_err(anyhow::Error::msg)
}
