//! What 17 and 18 write otherwise than 19. Each line is a difference met on the real servers.

use super::super::Version;

/// The bytes of `path` as `version` reads them.
pub(super) fn file(version: Version, path: &str, bytes: &[u8]) -> Vec<u8> {
    let rules: Vec<&Rule> = RULES
        .iter()
        .filter(|rule| version.major < rule.since && path.ends_with(rule.ending))
        .collect();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return bytes.to_vec();
    };
    let text = if path == super::MANIFEST {
        manifest(version, text)
    } else {
        text.to_owned()
    };
    rules
        .iter()
        .fold(text, |text, rule| text.replace(rule.new, rule.old))
        .into_bytes()
}

fn manifest(version: Version, text: &str) -> String {
    let text = text.replace(SERIES, &series(version));
    if !super::needs_terms_as_data(version) {
        return text;
    }
    // The terms come last, when everything that they translate is there.
    text.replacen(
        DATA_END,
        &format!("        \"{TERMS_FILE}\",\n{DATA_END}"),
        1,
    )
}

/// A manifest with other data files, and nothing for the browser.
pub(super) fn manifest_of(manifest: &[u8], data: &[&str]) -> Vec<u8> {
    let text = String::from_utf8_lossy(manifest);
    let head = text.split(ASSETS_BEGIN).next().unwrap_or_default();
    let head = head.split(DATA_BEGIN).next().unwrap_or_default();
    let files: String = data
        .iter()
        .map(|path| format!("        \"{path}\",\n"))
        .collect();
    format!("{head}{DATA_BEGIN}{files}{DATA_END}\n").into_bytes()
}

/// The version that a manifest states: the series, and the module's own three numbers.
pub(super) fn module_version(manifest: &[u8]) -> String {
    let text = String::from_utf8_lossy(manifest);
    let stated = text.split(VERSION_BEGIN).nth(1).unwrap_or_default();
    stated.split('"').next().unwrap_or_default().to_owned()
}

fn series(version: Version) -> String {
    format!("{}.0.", version.major)
}

/// A spelling that came with a series, and the one before it.
struct Rule {
    /// The first series with the new spelling.
    since: u16,
    /// Ending of the files concerned.
    ending: &'static str,
    new: &'static str,
    old: &'static str,
}

const RULES: [Rule; 11] = [
    Rule {
        since: 18,
        ending: ".xml",
        new: "<list",
        old: "<tree",
    },
    Rule {
        since: 18,
        ending: ".xml",
        new: "</list>",
        old: "</tree>",
    },
    Rule {
        since: 18,
        ending: ".xml",
        new: "name=\"view_mode\">list",
        old: "name=\"view_mode\">tree",
    },
    Rule {
        since: 18,
        ending: ".xml",
        new: "t-name=\"card\"",
        old: "t-name=\"kanban-box\"",
    },
    Rule {
        since: 18,
        ending: ".xml",
        new: "<chatter/>",
        old: "<div class=\"oe_chatter\"><field name=\"message_follower_ids\"/><field name=\"activity_ids\"/><field name=\"message_ids\"/></div>",
    },
    Rule {
        since: 19,
        ending: ".xml",
        new: "name=\"group_ids\"",
        old: "name=\"groups_id\"",
    },
    // What heads a module's groups in the form of a user; its own heading is the category above it.
    Rule {
        since: 19,
        ending: ".xml",
        new: "name=\"category_id\" ref=\"module_category",
        old: "name=\"parent_id\" ref=\"module_category",
    },
    Rule {
        since: 19,
        ending: ".xml",
        new: "'category_id': ref('module_category",
        old: "'parent_id': ref('module_category",
    },
    Rule {
        since: 19,
        ending: ".xml",
        new: "model=\"res.groups.privilege\"",
        old: "model=\"ir.module.category\"",
    },
    Rule {
        since: 19,
        ending: ".xml",
        new: "name=\"privilege_id\"",
        old: "name=\"category_id\"",
    },
    Rule {
        since: 19,
        ending: ".po",
        new: "model:res.groups.privilege,",
        old: "model:ir.module.category,",
    },
];

/// Where 17 finds the translated terms.
pub(super) const TERMS_FILE: &str = "data/terms.xml";

/// What the browser loads stands right before the data files, where a manifest names any.
const ASSETS_BEGIN: &str = "    \"assets\": {\n";

/// The beginning of the manifest's list of data files, and its end: it is the manifest's last entry.
const DATA_BEGIN: &str = "    \"data\": [\n";
const DATA_END: &str = "    ],\n}";

/// The series in the manifest as it is kept.
const SERIES: &str = "19.0.";

/// What stands before the version in a manifest.
const VERSION_BEGIN: &str = "\"version\": \"";
