//! `spin.toml`, manifest version 2, as Spin reads it.

mod check;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::template::Template;

/// An application, as its `spin.toml` describes it.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The folder of `spin.toml`, which paths in it start from.
    pub folder: PathBuf,
    /// The name of the application.
    pub name: String,
    /// The application variables by name.
    pub variables: BTreeMap<String, Variable>,
    /// Which component answers which route.
    pub http_triggers: Vec<HttpTrigger>,
    /// Which component runs when.
    pub cron_triggers: Vec<CronTrigger>,
    /// The components by name.
    pub components: BTreeMap<String, Component>,
}

/// An application variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its value when nobody gives one; without a default the variable is required.
    pub default: Option<String>,
    /// Whether it must not be shown.
    pub is_secret: bool,
}

/// `[[trigger.http]]`: a component answers a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTrigger {
    /// The route as written; `None` for a private one.
    pub route: Option<String>,
    /// The component that answers.
    pub component: String,
}

/// `[[trigger.cron]]`: a component runs on a schedule.
#[derive(Clone, Debug)]
pub struct CronTrigger {
    /// The expression as written, seconds first.
    pub expression: String,
    /// The schedule it stands for.
    pub schedule: croner::Cron,
    /// The component that runs.
    pub component: String,
}

/// `[component.NAME]`.
#[derive(Clone, Debug)]
pub struct Component {
    /// The WebAssembly file, as a full path.
    pub source: PathBuf,
    /// Where it may send requests to, by entry.
    pub allowed_outbound_hosts: Vec<Template>,
    /// The labels of the stores it may open.
    pub key_value_stores: Vec<String>,
    /// Its own variables by name.
    pub variables: BTreeMap<String, Template>,
    /// The environment variables it sees.
    pub environment: BTreeMap<String, String>,
    /// How it is built, if it is.
    pub build: Option<BuildStep>,
}

/// `[component.NAME.build]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildStep {
    /// The commands for the shell, in order.
    pub commands: Vec<String>,
    /// Where they run, as a full path.
    pub folder: PathBuf,
    /// What `spin watch` looks at, relative to the folder.
    pub watch: Vec<String>,
}

/// Everything that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a Spin manifest:\n  - {}", path.display(), faults.join("\n  - "))]
pub struct ManifestError {
    /// The file.
    pub path: PathBuf,
    /// Each fault, in the order of the file's sections.
    pub faults: Vec<String>,
}

impl Manifest {
    /// Reads a `spin.toml`.
    ///
    /// # Errors
    ///
    /// With every fault at once when the file cannot be read or Spin would refuse it.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ManifestError> {
        let path = path.as_ref();
        let error = |faults| ManifestError {
            path: path.to_owned(),
            faults,
        };
        let text = std::fs::read_to_string(path)
            .map_err(|fault| error(vec![format!("it cannot be read: {fault}")]))?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        Self::parse(&text, folder).map_err(error)
    }

    /// Reads the text of a `spin.toml` that stands in the folder.
    ///
    /// # Errors
    ///
    /// With every fault at once when Spin would refuse it.
    pub fn parse(text: &str, folder: PathBuf) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let Some(manifest) = read::read(text, folder, &mut faults) else {
            return Err(faults);
        };
        check::check(&manifest, &mut faults);
        if faults.is_empty() {
            Ok(manifest)
        } else {
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        spin_manifest_version = 2
        [application]
        name = "bridge"
        version = "1.0.0"
        authors = ["A <a@example.com>"]
        [application.trigger.http]
        base = "/"
        [variables]
        token = { required = true, secret = true }
        odoo_url = { default = "https://odoo.example" }
        [[trigger.http]]
        route = "/sync"
        component = "cdr-poll"
        [[trigger.http]]
        id = "hidden"
        route = { private = true }
        component = "cdr-poll"
        [[trigger.cron]]
        component = "cdr-poll"
        cron_expression = "0 * * * * *"
        [component.cdr-poll]
        source = "target/wasm32-wasip1/release/cdr_poll.wasm"
        allowed_outbound_hosts = ["{{ odoo_url }}", "https://*:8089"]
        key_value_stores = ["default"]
        variables = { token = "{{ token }}", odoo_url = "{{ odoo_url }}" }
        environment = { RUST_BACKTRACE = "1" }
        [component.cdr-poll.build]
        command = "cargo build -p cdr-poll"
        workdir = "components"
        watch = ["src/**/*.rs"]
        [component.cdr-poll.tool.any]
        thing = 1
    "#;

    const MANY_FAULTS: &str = r#"
        [component.one]
        source = "one.wasm"
        allowed_outbound_hosts = ["one.example", "https://{{ nobody }}"]
        files = ["static/*"]
        typo = true
        [component.two]
        source = 7
        [component.Bad_Name]
        source = "bad.wasm"
        [[trigger.http]]
        route = "/a"
        component = "three"
        [[trigger.cron]]
        component = "one"
        cron_expression = "* * *"
        [[trigger.redis]]
        channel = "c"
        component = "one"
    "#;

    fn parse(text: &str) -> Result<Manifest, Vec<String>> {
        Manifest::parse(text, PathBuf::from("/app"))
    }

    #[test]
    fn a_whole_manifest_is_read() {
        let manifest = parse(GOOD).unwrap();
        assert_eq!(manifest.name, "bridge");
        assert_eq!(manifest.http_triggers.len(), 2);
        assert_eq!(manifest.http_triggers[1].route, None);
        assert_eq!(manifest.cron_triggers[0].component, "cdr-poll");
        let component = &manifest.components["cdr-poll"];
        assert_eq!(
            component.source,
            Path::new("/app/target/wasm32-wasip1/release/cdr_poll.wasm")
        );
        let build = component.build.as_ref().unwrap();
        assert_eq!(build.commands, ["cargo build -p cdr-poll"]);
        assert_eq!(build.folder, Path::new("/app/components"));
        assert!(manifest.variables["token"].is_secret);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let text = format!("surprise = 1\n{GOOD}\n{MANY_FAULTS}");
        let faults = parse(&text).unwrap_err();
        let all = faults.join("\n");
        let expected = [
            "unknown field `surprise`",
            "[component.one]: unknown field `typo`",
            "[component.one]: `files` cannot be honoured",
            "does not contain a scheme",
            "unknown variable \"nobody\"",
            "[component.two]: source must be",
            "[component.Bad_Name]: the name must be kebab-case",
            "component \"three\" is not in the manifest",
            "cron_expression \"* * *\"",
            "[[trigger.redis]]",
        ];
        for fault in expected {
            assert!(all.contains(fault), "{fault} is not in:\n{all}");
        }
        assert_eq!(faults.len(), expected.len(), "{all}");
    }

    #[test]
    fn only_version_two_is_read() {
        let text = GOOD.replace("spin_manifest_version = 2", "spin_manifest_version = 1");
        assert!(parse(&text).unwrap_err()[0].contains("spin_manifest_version"));
        assert!(parse("a = [").unwrap_err()[0].contains("TOML"));
    }

    #[test]
    fn a_variable_needs_a_default_or_must_be_required() {
        let text = GOOD.replace("{ required = true, secret = true }", "{ secret = true }");
        assert!(parse(&text).unwrap_err()[0].contains("token"));
        let text = GOOD.replace("[variables]", "[variables]\nBad = { default = \"\" }");
        assert!(parse(&text).unwrap_err()[0].contains("Bad"));
    }
}
