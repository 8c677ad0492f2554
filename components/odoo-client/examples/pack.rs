//! Writes the Odoo modules as zips, for each series: `cargo run -p odoo-client --example pack -- FOLDER`.
//!
//! For those who prefer *Apps > Import Module*. `POST /setup` of the bridge packs the same by itself and does what an import cannot, so it is
//! sent after an import by hand as well. For 17 the texts are in English until then: which languages are active is known there only.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use odoo_client::Version;
use odoo_client::schema::{CAMPAIGNS, CRM, JOURNAL, pack};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("which folder?")?;
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    for part in [&JOURNAL, &CRM, &CAMPAIGNS] {
        for series in [17, 18, 19] {
            let package = pack(part, Version::new(series, 0), &[])?;
            let name = format!("{}-{}.zip", part.module, package.version);
            fs::write(folder.join(&name), package.zip)?;
            println!("{name}");
        }
    }
    Ok(())
}
