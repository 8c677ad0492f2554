//! Files of settings: what people copy can be used, and what their editors check is what the bridge checks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use bridge_core::config::{Config, Server, Wrong};
use serde_json::{Map, Value, json};

fn text(file: &str) -> String {
    fs::read_to_string(format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&text("docs/ucm-servers.schema.json")).unwrap()
}

fn properties() -> Map<String, Value> {
    let properties = &schema()["definitions"]["server"]["properties"];
    properties.as_object().unwrap().clone()
}

/// An entry with what every server needs, and `fields`.
fn entry(fields: Value) -> Value {
    let mut entry =
        json!({ "id": "paris", "host": "ucm.example.com", "password": "x", "country": "FR" });
    let fields = fields.as_object().unwrap().clone();
    entry.as_object_mut().unwrap().extend(fields);
    entry
}

/// The server that the bridge makes of `entry`, or what it says against it.
fn read(entry: &Value) -> Result<Server, Vec<Wrong>> {
    let servers = json!([entry]).to_string();
    let config = Config::read(|name| match name {
        "ucm_servers" => Some(servers.clone()),
        "odoo_url" => Some("https://odoo.example.com".to_owned()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("x".to_owned()),
        _ => None,
    });
    let config = config.unwrap();
    let said = config.refused.into_iter().map(|fault| fault.problem);
    config.servers.into_iter().next().ok_or(said.collect())
}

/// Values within, at and beyond what a property allows.
fn probes(property: &Value) -> Vec<Value> {
    let mut probes = vec![json!({})];
    probes.extend(property["examples"].as_array().cloned().unwrap_or_default());
    if let Some(words) = property["enum"].as_array() {
        probes.extend(words.iter().cloned());
        probes.extend([json!("another"), json!(7)]);
    }
    match property["type"].as_str() {
        Some("boolean") => probes.extend([json!(true), json!(false), json!("true"), json!(1)]),
        Some("string") => {
            probes.extend([json!("é !"), json!(7)]);
            let lengths = [1, 2, 3, 4, 5, 15, 16, 32, 33, 128, 129];
            probes.extend(lengths.map(|length| json!("a".repeat(length))));
            probes.extend(lengths.map(|length| json!("0".repeat(length))));
        }
        Some("array") => probes.extend([json!("x"), json!(["é"]), json!([7]), json!([])]),
        Some("integer") => {
            probes.extend([json!("15"), json!(1.5), json!(true)]);
            let ends = ["minimum", "maximum"].map(|end| property[end].as_i64());
            probes.extend(ends.into_iter().flatten().map(Value::from));
            probes.extend(ends[0].map(|least| json!(least - 1)));
            probes.extend(ends[1].map(|most| json!(most + 1)));
        }
        _ => assert!(property["enum"].is_array(), "{property} says no type"),
    }
    probes
}

/// The schema, as an editor reads it.
struct Editor(Schemas, SchemaIndex);

impl Editor {
    fn new() -> Self {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        let name = "ucm-servers.schema.json";
        compiler.add_resource(name, schema()).unwrap();
        let index = compiler.compile(name, &mut schemas).unwrap();
        Self(schemas, index)
    }

    fn takes(&self, servers: &Value) -> bool {
        self.0.validate(servers, self.1).is_ok()
    }
}

/// Whether the schema and the bridge say the same of `entry`; `knows_more` where a schema cannot know what the bridge knows.
fn agree(editor: &Editor, entry: &Value, knows_more: bool) {
    let read = read(entry);
    let is_valid = editor.takes(&json!([entry]));
    let agree = is_valid == read.is_ok() || (is_valid && knows_more);
    assert!(agree, "{entry}: valid is {is_valid}, but read as {read:?}");
}

#[test]
fn the_schema_has_every_setting_of_a_server_and_none_else() {
    let refused = read(&entry(json!({ "no such setting": 1 }))).unwrap_err();
    // A name that is not known is answered with all that are.
    let Wrong::Unknown(known) = &refused[0] else {
        panic!("{refused:?}");
    };
    let known: BTreeSet<&str> = known.split(", ").collect();
    let properties = properties();
    assert_eq!(known, properties.keys().map(String::as_str).collect());
}

#[test]
fn the_schema_and_the_bridge_say_the_same_of_every_value() {
    let editor = Editor::new();
    for (name, property) in properties() {
        // Which of them there are is not for a schema to say.
        let knows_more =
            ["country", "time_zone", "push_sources", "phone_sources"].contains(&name.as_str());
        for value in probes(&property) {
            agree(&editor, &entry(json!({ &name: value })), knows_more);
        }
        for example in property["examples"].as_array().into_iter().flatten() {
            read(&entry(json!({ &name: example }))).unwrap();
        }
    }
    agree(&editor, &entry(json!({ "no such setting": 1 })), false);
    agree(&editor, &json!("no object"), false);
}

#[test]
fn the_schema_and_the_bridge_say_the_same_of_settings_that_need_each_other() {
    let editor = Editor::new();
    let secret = "a-secret-of-17-chars";
    for fields in [
        json!({ "dialect": "rest", "time_zone": "Europe/Paris" }),
        json!({ "dialect": "legacy", "dial": true }),
        json!({ "dialect": "legacy", "dial": false }),
        json!({ "missed_call_todos": true, "missed_call_todo_user": 2 }),
        json!({ "push_secret_previous": secret }),
        json!({ "push_secret": secret, "push_secret_previous": secret }),
        json!({ "poll": false, "push_secret": secret }),
    ] {
        agree(&editor, &entry(fields), false);
    }
    let whole = entry(json!({}));
    for needed in whole.as_object().unwrap().keys() {
        for fields in [json!({}), json!({ "poll": false, "push_secret": secret })] {
            let mut part = entry(fields);
            part.as_object_mut().unwrap().remove(needed);
            agree(&editor, &part, false);
        }
    }
}

#[test]
fn the_schema_states_the_usual_values() {
    let shown = |fields: Value| {
        let mut server = read(&entry(fields)).unwrap();
        // Says what was written, not what it means.
        server.revision.clear();
        format!("{server:?}")
    };
    let properties = properties();
    let with_default = properties
        .iter()
        .filter(|(_, property)| !property["default"].is_null());
    assert!(with_default.clone().count() > 15);
    for (name, property) in with_default {
        let stated = shown(json!({ name: property["default"] }));
        assert_eq!(stated, shown(json!({})), "{name}");
    }
}

/// What `docs/deploy/settings.toml` sets, and what it shows as a comment.
fn settings() -> (BTreeMap<String, String>, BTreeSet<String>) {
    let text = text("docs/deploy/settings.toml");
    let shown = text.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("# ")?.split_once(" = ")?;
        Some(name.to_owned())
    });
    (toml::from_str(&text).unwrap(), shown.collect())
}

#[test]
fn the_examples_show_every_variable_and_can_be_copied() {
    let manifest: toml::Table = toml::from_str(&text("spin.toml")).unwrap();
    let variables = manifest["variables"].as_table().unwrap().keys().cloned();
    let (set, shown) = settings();
    let all: BTreeSet<String> = set.keys().cloned().chain(shown).collect();
    assert_eq!(all, variables.collect());

    let servers = text("docs/deploy/servers.json");
    let config = Config::read(|name| match name {
        "ucm_servers" => Some(servers.clone()),
        name => set.get(name).cloned(),
    });
    let config = config.unwrap();
    assert_eq!((config.servers.len(), config.refused), (2, Vec::new()));
    assert!(!config.links.keys.can_sign(), "with what everybody knows");
    let servers: Value = serde_json::from_str(&servers).unwrap();
    assert!(Editor::new().takes(&servers));
}
