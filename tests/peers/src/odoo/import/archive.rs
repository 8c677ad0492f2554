//! The zip of a data module, and its manifest.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::{Value, json};
use zip::ZipArchive;

use crate::odoo::builtin::vals;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::python::{NoNames, evaluate};
use crate::odoo::value::Vals;

/// Largest file of a module, in bytes (`MAX_FILE_SIZE`).
const MAX_FILE_BYTES: u64 = 100 * 1024 * 1024;

/// The files of a zip by their names.
#[derive(Debug)]
pub(crate) struct Archive {
    files: BTreeMap<String, Vec<u8>>,
    too_large: Option<String>,
}

/// One module of the zip.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    manifest: Value,
    major: u16,
    files: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, zip::result::ZipError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        let mut archive = Self {
            files: BTreeMap::new(),
            too_large: None,
        };
        for index in 0..zip.len() {
            let mut file = zip.by_index(index)?;
            let name = file.name().to_owned();
            if file.size() > MAX_FILE_BYTES {
                archive.too_large = Some(name);
                continue;
            }
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            archive.files.insert(name, bytes);
        }
        Ok(archive)
    }

    /// The modules that have a manifest.
    pub(crate) fn modules(self, major: u16) -> Outcome<Vec<Module>> {
        if let Some(name) = self.too_large {
            return Err(OdooError::user(format!(
                "File '{name}' exceed maximum allowed file size"
            )));
        }
        let mut modules: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for (path, bytes) in self.files {
            if let Some((module, file)) = path.split_once('/').filter(|(_, file)| !file.is_empty())
            {
                modules
                    .entry(module.to_owned())
                    .or_default()
                    .insert(file.to_owned(), bytes);
            }
        }
        modules.retain(|_, files| files.contains_key("__manifest__.py"));
        modules
            .into_iter()
            .map(|(name, files)| Module::read(name, files, major))
            .collect()
    }
}

impl Module {
    fn read(name: String, files: BTreeMap<String, Vec<u8>>, major: u16) -> Outcome<Self> {
        let text = files
            .get("__manifest__.py")
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .unwrap_or_default();
        match evaluate(&text, &mut NoNames) {
            Ok(manifest @ Value::Object(_)) => Ok(Self {
                name,
                manifest,
                major,
                files,
            }),
            _ => Err(OdooError::user(format!(
                "No manifest found in '{name}'. Can't import the zip file."
            ))),
        }
    }

    fn list(&self, key: &str) -> Vec<String> {
        let items = self.manifest.get(key).and_then(Value::as_array);
        items
            .map(|items| {
                items
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            })
            .unwrap_or_default()
    }

    pub(crate) fn depends(&self) -> Vec<String> {
        self.list("depends")
    }

    /// The data files in the order of the manifest.
    pub(crate) fn data_files(&self) -> Vec<String> {
        self.list("data")
            .into_iter()
            .chain(self.list("init_xml"))
            .collect()
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        self.files
            .get(path)
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    pub(crate) fn static_files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .filter(|(path, _)| path.starts_with("static/") && !path.ends_with('/'))
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Bundle and path of what the browser loads; of a command other than adding, only its path.
    pub(crate) fn assets(&self) -> Vec<(String, String)> {
        let bundles = self.manifest.get("assets").and_then(Value::as_object);
        let bundles = bundles.into_iter().flatten();
        let files = bundles.flat_map(|(bundle, files)| {
            let files = files.as_array().into_iter().flatten();
            files.filter_map(|file| file.as_str().map(|path| (bundle.clone(), path.to_owned())))
        });
        files.collect()
    }

    /// `i18n/<lang>.po` by language.
    pub(crate) fn translations(&self) -> impl Iterator<Item = (&str, String)> {
        self.files.iter().filter_map(|(path, bytes)| {
            let lang = path
                .strip_prefix("i18n/")?
                .strip_suffix(".po")
                .filter(|lang| !lang.contains('/'))?;
            Some((lang, String::from_utf8_lossy(bytes).into_owned()))
        })
    }

    /// The record in Apps.
    pub(crate) fn record(&self) -> Vals {
        let text = |key: &str, default: &str| {
            self.manifest
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or(default)
                .to_owned()
        };
        let icon = self
            .files
            .contains_key("static/description/icon.png")
            .then(|| format!("/{}/static/description/icon.png", self.name));
        vals(json!({
            "name": self.name, "state": "installed", "imported": true, "shortdesc": text("name", &self.name), "summary": text("summary", ""),
            "author": text("author", ""), "license": text("license", "LGPL-3"), "category": text("category", "Uncategorized"),
            "application": self.manifest.get("application"), "latest_version": self.version(), "icon": icon,
        }))
    }

    /// Odoo puts its series in front of a version that does not begin with it.
    fn version(&self) -> String {
        let version = self
            .manifest
            .get("version")
            .and_then(Value::as_str)
            .unwrap_or("1.0");
        let series = format!("{}.0", self.major);
        if version == series || version.starts_with(&format!("{series}.")) {
            version.to_owned()
        } else {
            format!("{series}.{version}")
        }
    }
}
