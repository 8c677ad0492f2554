//! The Odoo side of the bridge: a data module, packed for the series met.
//!
//! The module's files are ordinary Odoo data files in `components/odoo-setup/ucm_odoo`, written for Odoo 19. The few differences of 17 and
//! 18 are applied by `adapt`, and nowhere else.

mod adapt;

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

use super::Version;

/// Technical name of the module.
pub const MODULE: &str = "ucm_odoo";

/// The system parameter in which an import leaves its [`Package::content`].
pub const CONTENT_PARAMETER: &str = "ucm_odoo.content";

/// The module as one series takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The zip for `base.import.module`, or for Apps > Import Module.
    pub zip: Vec<u8>,
    /// A digest of all files: another content has another one. The import itself writes it to [`CONTENT_PARAMETER`], in the same
    /// transaction as everything else, so that it says for certain what is installed.
    pub content: String,
    /// The module's version, such as `19.0.1.0.0`.
    pub version: String,
}

/// The module could not be packed: a fault of this build.
#[derive(Debug, thiserror::Error)]
#[error("the Odoo module could not be packed")]
pub struct PackError(#[from] zip::result::ZipError);

/// Packs the module for `version`.
///
/// # Errors
/// [`PackError`] when the archive cannot be written, which memory alone could cause.
pub fn pack(version: Version) -> Result<Package, PackError> {
    let mut files: Vec<(&str, Vec<u8>)> = FILES
        .iter()
        .map(|(path, bytes)| (*path, adapt::file(version, path, bytes)))
        .collect();
    let content = digest(&files);
    for (path, bytes) in &mut files {
        if *path == STAMP_FILE {
            *bytes = String::from_utf8_lossy(bytes)
                .replace(STAMP_PLACE, &content)
                .into_bytes();
        }
    }
    Ok(Package {
        zip: archive(&files)?,
        content,
        version: adapt::module_version(version),
    })
}

fn archive(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, PackError> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The same files make the same archive: times are not kept.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (path, bytes) in files {
        zip.start_file(format!("{MODULE}/{path}"), options)?;
        zip.write_all(bytes).map_err(zip::result::ZipError::from)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn digest(files: &[(&str, Vec<u8>)]) -> String {
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        digest.update((path.len() as u64).to_be_bytes());
        digest.update(path);
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }
    digest
        .finalize()
        .iter()
        .take(DIGEST_BYTES)
        .fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Every file of the module, under its path in it.
const FILES: &[(&str, &[u8])] = &[
    (
        "__manifest__.py",
        include_bytes!("../../../odoo-setup/ucm_odoo/__manifest__.py"),
    ),
    (
        "data/content.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/data/content.xml"),
    ),
    (
        "data/keys.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/data/keys.xml"),
    ),
    (
        "data/res_partner.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/data/res_partner.xml"),
    ),
    (
        "data/x_ucm_call.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/data/x_ucm_call.xml"),
    ),
    (
        "data/x_ucm_server.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/data/x_ucm_server.xml"),
    ),
    (
        "security/ir.model.access.csv",
        include_bytes!("../../../odoo-setup/ucm_odoo/security/ir.model.access.csv"),
    ),
    (
        "static/description/icon.png",
        include_bytes!("../../../odoo-setup/ucm_odoo/static/description/icon.png"),
    ),
    (
        "views/ucm_odoo_menus.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/views/ucm_odoo_menus.xml"),
    ),
    (
        "views/x_ucm_call_views.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/views/x_ucm_call_views.xml"),
    ),
    (
        "views/x_ucm_server_views.xml",
        include_bytes!("../../../odoo-setup/ucm_odoo/views/x_ucm_server_views.xml"),
    ),
];

/// The file that carries the digest, and where in it.
const STAMP_FILE: &str = "data/content.xml";
const STAMP_PLACE: &str = "unpacked";

/// Half a SHA-256: enough to tell contents apart.
const DIGEST_BYTES: usize = 16;

#[cfg(test)]
mod tests;
