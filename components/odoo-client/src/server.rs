//! UCM servers as records in Odoo (`x_ucm_server`): the settings that people make there, and the status that they see.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Call, call};
use ports::Secret;

/// Model of the servers.
pub const MODEL: &str = "x_ucm_server";

/// Model of what only administrators and the bridge may see of a server: its password, the secrets of its pushes, and the links of its buttons.
pub const ACCESS: &str = "x_ucm_access";

/// What there is of a server's [`ACCESS`]: secrets, which nothing prints.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Access {
    /// Database id.
    pub id: i64,
    /// Id of the server's record.
    #[serde(rename = "x_server_id", deserialize_with = "call::many2one")]
    pub server: Option<i64>,
    /// The password, or empty.
    #[serde(default, deserialize_with = "call::text")]
    x_password: String,
    /// The secret of whoever pushes its records, or empty.
    #[serde(default, deserialize_with = "call::text")]
    x_push_secret: String,
    /// The one before, or empty.
    #[serde(default, deserialize_with = "call::text")]
    x_push_secret_previous: String,
}

/// Reads all servers that are not paused, and all [mirrors](is_mirror).
pub fn read_all() -> Call<Vec<Value>> {
    read(|_| true)
}

/// The same from an earlier module, which does not have the newest settings yet: then they have their usual values.
pub fn read_all_of_earlier() -> Call<Vec<Value>> {
    read(|field| !NEWEST.contains(&field))
}

fn read(is_there: impl Fn(&str) -> bool) -> Call<Vec<Value>> {
    let fields = SETTINGS.iter().map(|(field, _, _)| *field);
    let mut fields: Vec<&str> = fields.filter(|field| is_there(field)).collect();
    let others = [
        "x_secret_name",
        PUSH_ONLY,
        "x_recordings",
        "x_recording_copies",
        "x_paused",
        MIRROR,
    ];
    fields.extend(others.into_iter().filter(|field| is_there(field)));
    let domain = match is_there(MIRROR) {
        true => json!(["|", ["x_paused", "=", false], [MIRROR, "=", true]]),
        false => json!([["x_paused", "=", false]]),
    };
    Call::search_read(MODEL, domain, &fields).order("id")
}

/// Reads the passwords of all servers, and the secrets of their pushes.
pub fn secrets() -> Call<Vec<Access>> {
    let fields = ["x_server_id", PASSWORD, PUSH_SECRET, PUSH_SECRET_PREVIOUS];
    Call::search_read(ACCESS, json!([]), &fields)
}

/// The same from an earlier module, where no server that is configured in Odoo may push.
pub fn secrets_of_earlier() -> Call<Vec<Access>> {
    Call::search_read(ACCESS, json!([]), &["x_server_id", PASSWORD])
}

/// Puts the secrets to the rows of [`read_all`]: every row then says whether it has them.
pub fn join(rows: &mut [Value], secrets: &[Access]) {
    for row in rows {
        let access = secrets.iter().find(|access| access.server == id(row));
        let mut put = |field: &str, of: fn(&Access) -> &String| {
            let secret = access.map(of).filter(|secret| !secret.is_empty());
            row[field] = secret.map_or(Value::Bool(false), |secret| json!(secret));
        };
        put(PASSWORD, |access| &access.x_password);
        put(PUSH_SECRET, |access| &access.x_push_secret);
        put(PUSH_SECRET_PREVIOUS, |access| {
            &access.x_push_secret_previous
        });
    }
}

/// Finds where the links of some servers are.
pub fn accesses(servers: &[i64]) -> Call<Vec<Access>> {
    Call::search_read(
        ACCESS,
        json!([["x_server_id", "in", servers]]),
        &["x_server_id"],
    )
}

/// Writes the links of a server's buttons.
pub fn link(access: i64, links: Map<String, Value>) -> Call<bool> {
    Call::write(ACCESS, vec![access], Value::Object(links))
}

/// The same for a server that has none yet, called `name`.
pub fn first_link(server: i64, name: &str, mut links: Map<String, Value>) -> Call<Vec<i64>> {
    links.insert("x_server_id".to_owned(), json!(server));
    links.insert("x_name".to_owned(), json!(name));
    Call::create(ACCESS, vec![Value::Object(links)])
}

/// Writes what people see of a server's state.
pub fn show(id: i64, values: Map<String, Value>) -> Call<bool> {
    Call::write(MODEL, vec![id], Value::Object(values))
}

/// Finds the record of the server whose short name is `id`.
pub fn called(id: &str) -> Call<Vec<Value>> {
    Call::search_read(MODEL, json!([["x_key", "=", id]]), &["id"])
}

/// Whether a record only shows a server that is configured outside of Odoo.
pub fn is_mirror(row: &Value) -> bool {
    row[MIRROR] == Value::Bool(true)
}

/// Finds the countries of these codes.
pub fn countries(codes: &[String]) -> Call<Vec<Land>> {
    Call::search_read("res.country", json!([["code", "in", codes]]), &["code"])
}

/// Finds the countries of these ids.
pub fn countries_of(ids: &[i64]) -> Call<Vec<Land>> {
    Call::search_read("res.country", json!([["id", "in", ids]]), &["code"])
}

/// A country in Odoo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Land {
    /// Database id.
    pub id: i64,
    /// ISO code.
    pub code: String,
}

/// Makes records of servers that are configured outside.
pub fn first_shown(mirrors: Vec<Map<String, Value>>) -> Call<Vec<i64>> {
    Call::create(MODEL, mirrors.into_iter().map(Value::Object).collect())
}

/// Id of a record read by [`read_all`].
pub fn id(row: &Value) -> Option<i64> {
    row["id"].as_i64()
}

/// What people call the server of a record: its short name, or else its name.
pub fn name(row: &Value) -> &str {
    ["x_key", "x_name"]
        .iter()
        .filter_map(|field| row[*field].as_str())
        .find(|text| !text.trim().is_empty())
        .unwrap_or("?")
}

/// What the bridge calls the password of a record, if it keeps it.
pub fn secret_name(row: &Value) -> Option<&str> {
    text(row, "x_secret_name")
}

/// A record in the shape of an entry of `ucm_servers`. What is empty in Odoo is left out, so that it has its usual value. `kept` gives the password
/// that the bridge keeps under a name.
///
/// # Errors
/// [`NoPassword`] where the password is not to be had.
pub fn entry<'a>(
    row: &Value,
    kept: impl Fn(&str) -> Option<&'a Secret>,
) -> Result<Value, NoPassword> {
    let mut entry = Map::new();
    for (field, setting, kind) in SETTINGS {
        if let Some(value) = kind.value(&row[field]) {
            entry.insert(setting.to_owned(), value);
        }
    }
    let recordings = match (&row["x_recordings"], &row["x_recording_copies"]) {
        (Value::Bool(false), _) => "off",
        (_, Value::Bool(true)) => "attach",
        _ => "link",
    };
    entry.insert("recordings".to_owned(), json!(recordings));
    for (field, setting) in PUSH_SECRETS {
        let secret = Kind::Text.value(&row[field]);
        entry.extend(secret.map(|secret| (setting.to_owned(), secret)));
    }
    // A UCM that is never asked for anything needs no password.
    let (setting, value) = match row[PUSH_ONLY] == Value::Bool(true) {
        true => ("poll", json!(false)),
        false => ("password", json!(password(row, kept)?)),
    };
    entry.insert(setting.to_owned(), value);
    Ok(Value::Object(entry))
}

fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    let text = row[field].as_str().map(str::trim);
    text.filter(|text| !text.is_empty())
}

fn password<'a>(
    row: &Value,
    kept: impl Fn(&str) -> Option<&'a Secret>,
) -> Result<String, NoPassword> {
    match (secret_name(row), text(row, PASSWORD)) {
        (Some(_), Some(_)) => Err(NoPassword::Twice),
        (Some(name), None) => kept(name)
            .map(|secret| secret.expose().to_owned())
            .ok_or_else(|| NoPassword::NotKept(name.to_owned())),
        (None, Some(password)) => Ok(password.to_owned()),
        (None, None) if row.get(PASSWORD).is_none() => Err(NoPassword::Unseen),
        (None, None) => Err(NoPassword::Missing),
    }
}

/// Why the password of a record is not to be had, as the end of a sentence that begins with the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPassword {
    /// Two places have one.
    #[error("is given here and by its name in the bridge: remove one of the two")]
    Twice,
    /// The bridge has none of this name.
    #[error("is not known to the bridge by the name `{0}`: add it to its variable `ucm_passwords`")]
    NotKept(String),
    /// It is in Odoo, where not everybody sees it.
    #[error(
        "cannot be read by the user of the bridge's API key: give that user the group \"Grandstream: Bridge\", or keep the password in the bridge's variable `ucm_passwords` and give its name here"
    )]
    Unseen,
    /// Nothing is given.
    #[error(
        "is missing: give the name that it has in the bridge's variable `ucm_passwords`, or the password itself"
    )]
    Missing,
}

/// How a field's emptiness is told from its value: Odoo writes `False` or 0.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
    Record,
    /// Texts, one a line.
    Lines,
}

impl Kind {
    fn value(self, value: &Value) -> Option<Value> {
        match self {
            Self::Text => value.as_str().map(Value::from),
            Self::Number => value
                .as_i64()
                .filter(|number| *number != 0)
                .map(Value::from),
            Self::Flag => value.as_bool().map(Value::from),
            Self::Record => value[0].as_i64().map(Value::from),
            Self::Lines => {
                let lines = value.as_str()?.lines().map(str::trim);
                Some(lines.filter(|line| !line.is_empty()).collect())
            }
        }
    }
}

/// Fields of a record, and the settings of `ucm_servers` that they are.
const SETTINGS: [(&str, &str, Kind); 33] = [
    ("x_key", "id", Kind::Text),
    ("x_name", "name", Kind::Text),
    ("x_host", "host", Kind::Text),
    ("x_port", "port", Kind::Number),
    ("x_https", "https", Kind::Flag),
    ("x_dialect", "dialect", Kind::Text),
    ("x_username", "username", Kind::Text),
    ("x_country_code", "country", Kind::Text),
    ("x_outside_line", "outside_line", Kind::Text),
    ("x_dial", "dial", Kind::Flag),
    ("x_dial_form", "dial_form", Kind::Text),
    ("x_time_zone", "time_zone", Kind::Text),
    ("x_interval_minutes", "interval_minutes", Kind::Number),
    ("x_days", "days", Kind::Number),
    ("x_look_back_hours", "look_back_hours", Kind::Number),
    ("x_recording_days", "recording_days", Kind::Number),
    ("x_recording_copy_mb", "recording_copy_mb", Kind::Number),
    ("x_create_contacts", "create_contacts", Kind::Flag),
    ("x_missed_call_todos", "missed_call_todos", Kind::Flag),
    (
        "x_missed_call_todo_user_id",
        "missed_call_todo_user",
        Kind::Record,
    ),
    ("x_missed_call_notices", "missed_call_notices", Kind::Flag),
    ("x_unknown_caller_leads", "unknown_caller_leads", Kind::Flag),
    ("x_company_id", "company", Kind::Record),
    ("x_book", "phonebook", Kind::Text),
    ("x_book_filter_id", "phonebook_filter", Kind::Record),
    ("x_book_size", "phonebook_size", Kind::Number),
    ("x_book_order", "phonebook_order", Kind::Text),
    ("x_presence", "presence", Kind::Flag),
    ("x_excluded", "excluded", Kind::Lines),
    ("x_push_sources", "push_sources", Kind::Lines),
    ("x_ring_notices", "ring_notices", Kind::Flag),
    ("x_phone_sources", "phone_sources", Kind::Lines),
    ("x_phones_generation", "phones_generation", Kind::Number),
];

/// Secrets of pushes, which are with the password, and the settings of `ucm_servers` that they are.
const PUSH_SECRETS: [(&str, &str); 2] = [
    (PUSH_SECRET, "push_secret"),
    (PUSH_SECRET_PREVIOUS, "push_secret_previous"),
];

/// Settings that a module of an earlier release does not have.
const NEWEST: [&str; 14] = [
    "x_outside_line",
    "x_dial",
    "x_dial_form",
    "x_book",
    "x_book_filter_id",
    "x_book_size",
    "x_book_order",
    "x_presence",
    "x_push_sources",
    "x_ring_notices",
    "x_phone_sources",
    "x_phones_generation",
    PUSH_ONLY,
    MIRROR,
];

const PASSWORD: &str = "x_password";
const PUSH_SECRET: &str = "x_push_secret";
const PUSH_SECRET_PREVIOUS: &str = "x_push_secret_previous";

/// Says that a UCM cannot be reached, and only pushes.
pub const PUSH_ONLY: &str = "x_push_only";

/// Says that a server is configured outside of Odoo, and only shown there.
pub const MIRROR: &str = "x_outside";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &Value) -> Result<Value, NoPassword> {
        let password = Secret::new("p4ss");
        entry(row, |name| (name == "paris").then_some(&password))
    }

    #[test]
    fn what_is_empty_in_odoo_has_its_usual_value() {
        let row = json!({
            "id": 3, "x_key": "paris", "x_host": "ucm.example.com", "x_port": 0, "x_https": true, "x_dialect": false, "x_days": 90,
            "x_company_id": [2, "Paris"], "x_excluded": " +331*\n\n+33142667701 ", "x_secret_name": "paris", "x_password": false,
        });
        assert_eq!(
            read(&row).unwrap(),
            json!({
                "id": "paris", "host": "ucm.example.com", "https": true, "days": 90, "company": 2, "recordings": "link", "excluded": ["+331*", "+33142667701"],
                "password": "p4ss",
            })
        );
    }

    #[test]
    fn a_server_that_only_pushes_has_its_secret_and_is_told_no_password() {
        let row = json!({
            "id": 3, "x_key": "nat", "x_host": false, "x_push_only": true, "x_push_sources": "203.0.113.7\n 10.1.0.0/16", "x_secret_name": "paris",
            "x_push_secret": "the-secret-of-nat", "x_push_secret_previous": false,
        });
        assert_eq!(
            read(&row).unwrap(),
            json!({
                "id": "nat", "poll": false, "recordings": "link", "push_secret": "the-secret-of-nat", "push_sources": ["203.0.113.7", "10.1.0.0/16"],
            })
        );
    }

    #[test]
    fn a_password_comes_from_one_place() {
        let check = |row: Value, expected: &str| {
            let problem = read(&row).unwrap_err().to_string();
            assert!(problem.contains(expected), "{problem}");
        };
        check(
            json!({"x_secret_name": "paris", "x_password": "x"}),
            "remove one",
        );
        check(
            json!({"x_secret_name": "lyon", "x_password": false}),
            "`lyon`",
        );
        check(
            json!({"x_secret_name": false, "x_password": false}),
            "is missing",
        );
        check(json!({"x_secret_name": false}), "Grandstream: Bridge");
    }
}
