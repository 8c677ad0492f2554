//! From TOML to a [`Manifest`], collecting faults instead of stopping at the first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use croner::parser::{CronParser, Seconds, Year};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{BuildStep, Component, CronTrigger, HttpTrigger, Manifest, Variable};
use crate::template::Template;

/// Reads what can be read; `None` when nothing can.
pub(super) fn read(text: &str, folder: PathBuf, faults: &mut Vec<String>) -> Option<Manifest> {
    let mut root: Table = match text.parse() {
        Ok(root) => root,
        Err(fault) => {
            faults.push(format!("it is not TOML: {fault}"));
            return None;
        }
    };
    check_version(root.remove("spin_manifest_version"), faults);
    let application: Option<RawApplication> = section(
        root.remove("application"),
        "[application]",
        APPLICATION_KEYS,
        faults,
    );
    let variables = named(root.remove("variables"), "variables", faults);
    let mut triggers = named(root.remove("trigger"), "trigger", faults);
    let components = named(root.remove("component"), "component", faults);
    faults.extend(root.keys().map(|key| format!("unknown field `{key}`")));
    let http = trigger_list(triggers.remove("http"), "http", faults);
    let cron = trigger_list(triggers.remove("cron"), "cron", faults);
    for kind in triggers.keys() {
        faults.push(format!(
            "[[trigger.{kind}]]: only http and cron triggers can be run here"
        ));
    }
    Some(Manifest {
        name: application.map(|it| it.name).unwrap_or_default(),
        variables: collect(variables, |name, value| read_variable(name, value, faults)),
        http_triggers: http
            .into_iter()
            .filter_map(|it| read_http_trigger(it, faults))
            .collect(),
        cron_triggers: cron
            .into_iter()
            .filter_map(|it| read_cron_trigger(it, faults))
            .collect(),
        components: collect(components, |name, value| {
            read_component(name, value, &folder, faults)
        }),
        folder,
    })
}

fn check_version(version: Option<Value>, faults: &mut Vec<String>) {
    if version != Some(Value::Integer(2)) {
        let found = version.map_or("nothing".to_owned(), |it| it.to_string());
        faults.push(format!("spin_manifest_version must be 2, not {found}"));
    }
}

/// A table of tables, such as all components.
fn named(value: Option<Value>, name: &str, faults: &mut Vec<String>) -> Table {
    match value {
        None => Table::new(),
        Some(Value::Table(table)) => table,
        Some(_) => {
            faults.push(format!("[{name}] must be a table"));
            Table::new()
        }
    }
}

fn trigger_list(value: Option<Value>, kind: &str, faults: &mut Vec<String>) -> Vec<Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => {
            faults.push(format!(
                "trigger.{kind} must be a list: write [[trigger.{kind}]]"
            ));
            Vec::new()
        }
    }
}

fn collect<T>(table: Table, mut read: impl FnMut(&str, Value) -> Option<T>) -> BTreeMap<String, T> {
    let read_one = |(name, value): (String, Value)| read(&name, value).map(|it| (name, it));
    table.into_iter().filter_map(read_one).collect()
}

/// Reads one table: each unknown key is a fault, and so is the first value that does not fit.
fn section<T: DeserializeOwned>(
    value: Option<Value>,
    place: &str,
    keys: &[&str],
    faults: &mut Vec<String>,
) -> Option<T> {
    let Some(Value::Table(mut table)) = value else {
        faults.push(format!("{place} must be a table"));
        return None;
    };
    table.retain(|key, _| {
        let is_known = keys.contains(&key);
        if !is_known {
            faults.push(format!("{place}: unknown field `{key}`"));
        }
        is_known
    });
    match Value::Table(table).try_into() {
        Ok(it) => Some(it),
        Err(fault) => {
            faults.push(format!("{place}: {}", one_line(&fault)));
            None
        }
    }
}

fn one_line(fault: &toml::de::Error) -> String {
    fault.to_string().trim().replace('\n', ": ")
}

const APPLICATION_KEYS: &[&str] = &[
    "name",
    "version",
    "description",
    "authors",
    "targets",
    "trigger",
    "tool",
];

#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "read only so that a value of the wrong type is refused"
)]
struct RawApplication {
    name: String,
    version: Option<String>,
    description: Option<String>,
    authors: Option<Vec<String>>,
    targets: Option<Vec<Value>>,
    trigger: Option<BTreeMap<String, Table>>,
    tool: Option<BTreeMap<String, Table>>,
}

/// Keys that are known but not in the struct (`description`) are simply not looked at.
const VARIABLE_KEYS: &[&str] = &["description", "required", "default", "secret"];

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawVariable {
    required: bool,
    default: Option<String>,
    secret: bool,
}

fn read_variable(name: &str, value: Value, faults: &mut Vec<String>) -> Option<Variable> {
    let place = format!("[variables] {name}");
    let raw: RawVariable = section(Some(value), &place, VARIABLE_KEYS, faults)?;
    if raw.required && raw.default.is_some() {
        faults.push(format!("{place}: a required variable has no default"));
    } else if !raw.required && raw.default.is_none() {
        faults.push(format!(
            "{place}: `default` is missing, unless `required = true`"
        ));
    }
    Some(Variable {
        default: raw.default,
        is_secret: raw.secret,
    })
}

const HTTP_TRIGGER_KEYS: &[&str] = &["id", "component", "route", "executor"];

#[derive(Deserialize)]
#[expect(dead_code, reason = "the id is read only so that its type is checked")]
struct RawHttpTrigger {
    id: Option<String>,
    component: String,
    route: RawRoute,
    executor: Option<RawExecutor>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawRoute {
    Path(String),
    Private { private: bool },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExecutor {
    r#type: String,
}

fn read_http_trigger(value: Value, faults: &mut Vec<String>) -> Option<HttpTrigger> {
    let place = "[[trigger.http]]";
    let raw: RawHttpTrigger = section(Some(value), place, HTTP_TRIGGER_KEYS, faults)?;
    if let Some(executor) = raw.executor.filter(|it| it.r#type != "http") {
        faults.push(format!(
            "{place}: executor {:?} cannot be run here",
            executor.r#type
        ));
    }
    let route = match raw.route {
        RawRoute::Path(path) => Some(path),
        RawRoute::Private { private: true } => None,
        RawRoute::Private { private: false } => {
            faults.push(format!(
                "{place}: the route must be a text or {{ private = true }}"
            ));
            None
        }
    };
    Some(HttpTrigger {
        route,
        component: raw.component,
    })
}

const CRON_TRIGGER_KEYS: &[&str] = &["id", "component", "cron_expression"];

#[derive(Deserialize)]
#[expect(dead_code, reason = "the id is read only so that its type is checked")]
struct RawCronTrigger {
    id: Option<String>,
    component: String,
    cron_expression: String,
}

fn read_cron_trigger(value: Value, faults: &mut Vec<String>) -> Option<CronTrigger> {
    let place = "[[trigger.cron]]";
    let raw: RawCronTrigger = section(Some(value), place, CRON_TRIGGER_KEYS, faults)?;
    let expression = raw.cron_expression;
    let parser = CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Optional)
        .build();
    match parser.parse(&expression) {
        Ok(schedule) => Some(CronTrigger {
            expression,
            schedule,
            component: raw.component,
        }),
        Err(fault) => {
            faults.push(format!("{place}: cron_expression {expression:?}: {fault}"));
            None
        }
    }
}

/// All the keys that Spin knows; those that cannot be honoured here are refused one by one below.
const COMPONENT_KEYS: &[&str] = &[
    "source",
    "description",
    "variables",
    "environment",
    "files",
    "exclude_files",
    "allowed_http_hosts",
    "allowed_outbound_hosts",
    "key_value_stores",
    "sqlite_databases",
    "ai_models",
    "build",
    "tool",
    "dependencies_inherit_configuration",
    "dependencies",
    "profile",
];

const COMPONENT_KEYS_NOT_HONOURED: &[&str] = &[
    "files",
    "exclude_files",
    "allowed_http_hosts",
    "sqlite_databases",
    "ai_models",
    "dependencies_inherit_configuration",
    "dependencies",
    "profile",
];

#[derive(Deserialize)]
struct RawComponent {
    source: RawSource,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    key_value_stores: Vec<String>,
    build: Option<RawBuild>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "source must be the path of a WebAssembly file")]
enum RawSource {
    Path(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBuild {
    command: RawCommands,
    workdir: Option<String>,
    #[serde(default)]
    watch: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawCommands {
    One(String),
    Many(Vec<String>),
}

fn read_component(
    name: &str,
    value: Value,
    folder: &Path,
    faults: &mut Vec<String>,
) -> Option<Component> {
    let place = format!("[component.{name}]");
    let not_honoured = COMPONENT_KEYS_NOT_HONOURED
        .iter()
        .filter(|key| value.get(**key).is_some());
    for key in not_honoured {
        faults.push(format!("{place}: `{key}` cannot be honoured here"));
    }
    let raw: RawComponent = section(Some(value), &place, COMPONENT_KEYS, faults)?;
    let RawSource::Path(source) = raw.source;
    let hosts = raw.allowed_outbound_hosts.iter();
    let hosts = hosts
        .filter_map(|host| read_template(host, &place, faults))
        .collect();
    let variables = raw.variables.into_iter();
    let variables = variables
        .filter_map(|(name, text)| read_template(&text, &place, faults).map(|it| (name, it)))
        .collect();
    Some(Component {
        source: folder.join(source),
        allowed_outbound_hosts: hosts,
        key_value_stores: raw.key_value_stores,
        variables,
        environment: raw.environment,
        build: raw.build.map(|build| read_build(build, folder)),
    })
}

fn read_template(text: &str, place: &str, faults: &mut Vec<String>) -> Option<Template> {
    let template = Template::parse(text);
    template
        .map_err(|fault| faults.push(format!("{place}: {fault}")))
        .ok()
}

fn read_build(raw: RawBuild, folder: &Path) -> BuildStep {
    BuildStep {
        commands: match raw.command {
            RawCommands::One(command) => vec![command],
            RawCommands::Many(commands) => commands,
        },
        folder: raw
            .workdir
            .map_or_else(|| folder.to_owned(), |workdir| folder.join(workdir)),
        watch: raw.watch,
    }
}
