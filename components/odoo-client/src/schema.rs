//! The Odoo side of the bridge: data modules, packed for the series met.
//!
//! Their files are ordinary Odoo data files in `components/odoo-setup/ucm_odoo`, `ucm_odoo_crm` for what is only possible where CRM is
//! installed, and `ucm_odoo_campaigns` for those who want call campaigns; written for Odoo 19. The few differences of 17 and 18 are applied by `adapt`, and nowhere else.

mod adapt;
mod catalogue;
mod records;
#[cfg(test)]
mod terms;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

use super::Version;

/// A data module.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Technical name of the module.
    pub module: &'static str,
    /// Owner of the external ids of data that a removal has kept.
    pub kept: &'static str,
    /// The system parameter in which an import leaves its [`Package::content`].
    pub content_parameter: &'static str,
    /// Every file, sorted by path.
    files: &'static [(&'static str, &'static [u8])],
}

/// Model of Odoo's importer of data modules.
pub const IMPORTER: &str = "base.import.module";

/// What the names of the bridge's own models begin with.
pub const OWN_MODELS: &str = "x_ucm_";

/// The journal, and everything that any Odoo can have.
pub const JOURNAL: Part = Part {
    module: "ucm_odoo",
    kept: "__ucm_odoo_kept__",
    content_parameter: "ucm_odoo.content",
    files: JOURNAL_FILES,
};

/// What leads and opportunities have of it. It depends on CRM: whoever uninstalls CRM takes this part out with it, and nothing else.
pub const CRM: Part = Part {
    module: "ucm_odoo_crm",
    kept: "__ucm_odoo_crm_kept__",
    content_parameter: "ucm_odoo_crm.content",
    files: CRM_FILES,
};

/// Call campaigns, for those who ask for them.
pub const CAMPAIGNS: Part = Part {
    module: "ucm_odoo_campaigns",
    kept: "__ucm_odoo_campaigns_kept__",
    content_parameter: "ucm_odoo_campaigns.content",
    files: CAMPAIGN_FILES,
};

/// The module as one series takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The zip for `base.import.module`, or for Apps > Import Module.
    pub zip: Vec<u8>,
    /// A digest of all files: another content has another one. The import itself writes it to [`Part::content_parameter`], in the same
    /// transaction as everything else, so that it says for certain what is installed.
    pub content: String,
    /// The module's version, such as `19.0.1.2.0`.
    pub version: String,
    /// External ids of everything that the data files make, without the module's name; sorted.
    pub records: Vec<String>,
    /// What is imported by itself before, each where something of it is not there yet.
    pub first: Vec<First>,
}

/// One file of the folder `data/first`, as a module of its own that lasts a moment: models, so that they are there for everybody before their
/// fields are made; and the columns of one of Odoo's own tables, so that nothing else is locked while everybody waits for that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// The zip; what it leaves as content is no digest, so that an installation that ends here is known to be unfinished.
    pub zip: Vec<u8>,
    /// External ids of what it makes.
    pub records: Vec<String>,
}

/// The module could not be packed: a fault of this build.
#[derive(Debug, thiserror::Error)]
#[error("the Odoo module could not be packed")]
pub struct PackError(#[from] zip::result::ZipError);

/// A name that a record has in a language: its external id with the module's name, and the language's code.
pub type Named = (String, String);

/// Packs a module for `version`.
///
/// From 18 on Odoo reads the translations itself, for the languages that are active and for those activated later. 17 does not: there
/// the terms of `languages` (codes such as `fr_FR`) become part of the data, and another set of languages is another content.
///
/// # Errors
/// [`PackError`] when the archive cannot be written, which memory alone could cause.
pub fn pack(part: &Part, version: Version, languages: &[String]) -> Result<Package, PackError> {
    pack_around(part, version, languages, &BTreeSet::new())
}

/// The same around what people call their own: the names of `named` stay. The content is that of [`pack`].
///
/// # Errors
/// As [`pack`].
pub fn pack_around(
    part: &Part,
    version: Version,
    languages: &[String],
    named: &BTreeSet<Named>,
) -> Result<Package, PackError> {
    let mut files: Vec<(&str, Vec<u8>)> = part
        .files
        .iter()
        .map(|(path, bytes)| (*path, adapt::file(version, path, bytes)))
        .collect();
    let mut around = None;
    if needs_terms_as_data(version) {
        let all = catalogue::as_data(&files, languages, &BTreeSet::new());
        around = (!named.is_empty()).then(|| catalogue::as_data(&files, languages, named));
        files.retain(|(path, _)| !path.starts_with(CATALOGUES));
        files.push((adapt::TERMS_FILE, all.into_bytes()));
    }
    let first = first(part, &files)?;
    let content = digest(&files);
    if let (Some(terms), Some((_, all))) = (around, files.last_mut()) {
        *all = terms.into_bytes();
    }
    for (path, bytes) in &mut files {
        if *path == STAMP_FILE {
            *bytes = String::from_utf8_lossy(bytes)
                .replace(STAMP_PLACE, &content)
                .into_bytes();
        }
    }
    Ok(Package {
        zip: archive(part.module, &files)?,
        content,
        version: stated_version(&files),
        records: records::of(&files),
        first,
    })
}

/// The manifest is the one place that states a module's version.
fn stated_version(files: &[(&str, Vec<u8>)]) -> String {
    let manifest = files.iter().find(|(path, _)| *path == MANIFEST);
    manifest.map_or_else(String::new, |(_, bytes)| adapt::module_version(bytes))
}

/// The models before what is put into other tables.
fn first(part: &Part, files: &[(&str, Vec<u8>)]) -> Result<Vec<First>, PackError> {
    let of_folder = files.iter().filter(|(path, _)| path.starts_with(FIRST));
    let mut first: Vec<&(&str, Vec<u8>)> = of_folder.collect();
    first.sort_by_key(|(path, _)| *path != MODELS_FILE);
    first
        .into_iter()
        .map(|file| alone(part, files, file))
        .collect()
}

/// One file as a module of its own.
fn alone(
    part: &Part,
    files: &[(&str, Vec<u8>)],
    file: &(&str, Vec<u8>),
) -> Result<First, PackError> {
    let mut packed = vec![file.clone()];
    for (path, bytes) in files {
        match *path {
            MANIFEST => packed.push((path, adapt::manifest_of(bytes, &[file.0, STAMP_FILE]))),
            STAMP_FILE => packed.push((path, bytes.clone())),
            _ => {}
        }
    }
    Ok(First {
        zip: archive(part.module, &packed)?,
        records: records::of(std::slice::from_ref(file)),
    })
}

/// Whether [`pack`] wants to know the active languages.
pub fn needs_terms_as_data(version: Version) -> bool {
    version.major < 18
}

fn archive(module: &str, files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, PackError> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // The same files make the same archive: times are not kept.
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (path, bytes) in files {
        zip.start_file(format!("{module}/{path}"), options)?;
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

/// A file of a module, under its path in it.
macro_rules! file {
    ($module:literal, $path:literal) => {
        (
            $path,
            include_bytes!(concat!("../../odoo-setup/", $module, "/", $path)),
        )
    };
}

const JOURNAL_FILES: &[(&str, &[u8])] = &[
    file!("ucm_odoo", "__manifest__.py"),
    file!("ucm_odoo", "data/changes.xml"),
    file!("ucm_odoo", "data/content.xml"),
    file!("ucm_odoo", "data/first/ir_attachment.xml"),
    file!("ucm_odoo", "data/first/mail_activity.xml"),
    file!("ucm_odoo", "data/first/models.xml"),
    file!("ucm_odoo", "data/keys.xml"),
    file!("ucm_odoo", "data/notices.xml"),
    file!("ucm_odoo", "data/orders.xml"),
    file!("ucm_odoo", "data/removed.xml"),
    file!("ucm_odoo", "data/res_partner.xml"),
    file!("ucm_odoo", "data/rings.xml"),
    file!("ucm_odoo", "data/views.xml"),
    file!("ucm_odoo", "data/x_ucm_access.xml"),
    file!("ucm_odoo", "data/x_ucm_call.xml"),
    file!("ucm_odoo", "data/x_ucm_contact.xml"),
    file!("ucm_odoo", "data/x_ucm_extension.xml"),
    file!("ucm_odoo", "data/x_ucm_journal.xml"),
    file!("ucm_odoo", "data/x_ucm_link.xml"),
    file!("ucm_odoo", "data/x_ucm_number.xml"),
    file!("ucm_odoo", "data/x_ucm_order.xml"),
    file!("ucm_odoo", "data/x_ucm_phone.xml"),
    file!("ucm_odoo", "data/x_ucm_ring.xml"),
    file!("ucm_odoo", "data/x_ucm_server.xml"),
    file!("ucm_odoo", "i18n/de.po"),
    file!("ucm_odoo", "i18n/es.po"),
    file!("ucm_odoo", "i18n/fr.po"),
    file!("ucm_odoo", "i18n/ucm_odoo.pot"),
    file!("ucm_odoo", "security/ir.model.access.csv"),
    file!("ucm_odoo", "security/ucm_odoo_groups.xml"),
    file!("ucm_odoo", "security/ucm_odoo_security.xml"),
    file!("ucm_odoo", "static/description/icon.png"),
    file!("ucm_odoo", "static/src/dial.js"),
    file!("ucm_odoo", "static/src/dial.xml"),
    file!("ucm_odoo", "static/src/ring.js"),
    file!("ucm_odoo", "static/src/ring.xml"),
    file!("ucm_odoo", "views/mail_activity_views.xml"),
    file!("ucm_odoo", "views/res_partner_views.xml"),
    file!("ucm_odoo", "views/ucm_odoo_menus.xml"),
    file!("ucm_odoo", "views/x_ucm_call_views.xml"),
    file!("ucm_odoo", "views/x_ucm_extension_views.xml"),
    file!("ucm_odoo", "views/x_ucm_link_views.xml"),
    file!("ucm_odoo", "views/x_ucm_number_views.xml"),
    file!("ucm_odoo", "views/x_ucm_order_views.xml"),
    file!("ucm_odoo", "views/x_ucm_phone_views.xml"),
    file!("ucm_odoo", "views/x_ucm_ring_views.xml"),
    file!("ucm_odoo", "views/x_ucm_server_views.xml"),
];

const CRM_FILES: &[(&str, &[u8])] = &[
    file!("ucm_odoo_crm", "__manifest__.py"),
    file!("ucm_odoo_crm", "data/content.xml"),
    file!("ucm_odoo_crm", "data/crm_lead.xml"),
    file!("ucm_odoo_crm", "data/first/crm_lead.xml"),
    file!("ucm_odoo_crm", "i18n/de.po"),
    file!("ucm_odoo_crm", "i18n/es.po"),
    file!("ucm_odoo_crm", "i18n/fr.po"),
    file!("ucm_odoo_crm", "i18n/ucm_odoo_crm.pot"),
    file!("ucm_odoo_crm", "views/crm_lead_views.xml"),
    file!("ucm_odoo_crm", "views/x_ucm_call_views.xml"),
    file!("ucm_odoo_crm", "views/x_ucm_server_views.xml"),
];

const CAMPAIGN_FILES: &[(&str, &[u8])] = &[
    file!("ucm_odoo_campaigns", "__manifest__.py"),
    file!("ucm_odoo_campaigns", "data/campaigns.xml"),
    file!("ucm_odoo_campaigns", "data/content.xml"),
    file!("ucm_odoo_campaigns", "data/first/models.xml"),
    file!("ucm_odoo_campaigns", "data/first/res_partner.xml"),
    file!("ucm_odoo_campaigns", "data/results.xml"),
    file!("ucm_odoo_campaigns", "data/x_ucm_attempt.xml"),
    file!("ucm_odoo_campaigns", "data/x_ucm_campaign.xml"),
    file!("ucm_odoo_campaigns", "data/x_ucm_hours.xml"),
    file!("ucm_odoo_campaigns", "data/x_ucm_member.xml"),
    file!("ucm_odoo_campaigns", "data/x_ucm_result.xml"),
    file!("ucm_odoo_campaigns", "i18n/de.po"),
    file!("ucm_odoo_campaigns", "i18n/es.po"),
    file!("ucm_odoo_campaigns", "i18n/fr.po"),
    file!("ucm_odoo_campaigns", "i18n/ucm_odoo_campaigns.pot"),
    file!("ucm_odoo_campaigns", "security/ir.model.access.csv"),
    file!(
        "ucm_odoo_campaigns",
        "security/ucm_odoo_campaigns_groups.xml"
    ),
    file!(
        "ucm_odoo_campaigns",
        "security/ucm_odoo_campaigns_security.xml"
    ),
    file!("ucm_odoo_campaigns", "views/res_partner_views.xml"),
    file!("ucm_odoo_campaigns", "views/ucm_odoo_campaigns_menus.xml"),
    file!("ucm_odoo_campaigns", "views/x_ucm_attempt_views.xml"),
    file!("ucm_odoo_campaigns", "views/x_ucm_campaign_views.xml"),
    file!("ucm_odoo_campaigns", "views/x_ucm_member_views.xml"),
    file!("ucm_odoo_campaigns", "views/x_ucm_result_views.xml"),
];

/// Folder of the translations.
const CATALOGUES: &str = "i18n/";

/// The file that says what a module is.
const MANIFEST: &str = "__manifest__.py";

/// What is imported by itself before everything else.
const FIRST: &str = "data/first/";
const MODELS_FILE: &str = "data/first/models.xml";

/// The file that carries the digest, and where in it.
const STAMP_FILE: &str = "data/content.xml";
const STAMP_PLACE: &str = "unpacked";

/// Half a SHA-256: enough to tell contents apart.
const DIGEST_BYTES: usize = 16;

#[cfg(test)]
mod tests;
