//! One entry of `ucm_servers`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Fault, FollowUp, Phonebook, Phones, PushAccess, Sought, Wrong, fields::Fields, origin,
};
use calls::cdr::Device;
use calls::phone::{Country, Form};
use ports::Secret;
use ucm_client::{Account, Dialect};

/// What becomes of recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recordings {
    /// Whether the journal has them, and how.
    pub offer: Offer,
    /// How long after its call a recording is kept; for ever if nothing is said.
    pub keep: Option<Duration>,
    /// Size in bytes of the largest one that is copied.
    pub most_copy_bytes: u64,
}

/// How recordings are offered in Odoo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Not at all.
    Off,
    /// As links that play them straight out of the UCM.
    Link,
    /// As links, and as copies in Odoo.
    Attach,
}

impl Recordings {
    /// The moment before which calls have no recordings any more.
    pub fn kept_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_signed(TimeDelta::from_std(self.keep?).ok()?)
    }
}

/// One UCM.
#[derive(Debug, Clone)]
pub struct Server {
    /// Short name, part of every call's identity: never change it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `https://host:port`, without a path.
    pub base: url::Url,
    /// How the server is spoken to.
    pub dialect: Dialect,
    /// API user.
    pub username: String,
    /// API password.
    pub password: Secret,
    /// Country that national numbers are read in.
    pub country: Country,
    /// What people dial before a number outside, and what the records keep of it; empty for nothing.
    pub outside_line: String,
    /// Whether people in Odoo may have it call for them, and the form in which its outbound routes take numbers.
    pub dial: Option<Form>,
    /// The form in which its outbound routes take numbers, whoever dials them.
    pub dial_form: Form,
    /// Which contacts its phones have in their phonebook, if they have one.
    pub phonebook: Option<Phonebook>,
    /// Time zone of the device; required where the dialect's records carry no epoch.
    pub time_zone: Option<Tz>,
    /// Whether it is polled. One that cannot be reached from here only pushes.
    pub polled: bool,
    /// Who may push its records.
    pub push: PushAccess,
    /// Its desk phones.
    pub phones: Phones,
    /// Time between two polls.
    pub interval: Duration,
    /// History to fetch at the first synchronisation.
    pub history: Duration,
    /// How far behind the cursor every poll reads again: at least the longest call.
    pub look_back: Duration,
    /// Whether unknown numbers become contacts.
    pub create_contacts: bool,
    /// Numbers in E.164, or prefixes ending in `*`, that never become contacts.
    pub excluded: Vec<String>,
    /// What becomes of the recordings of this server's calls.
    pub recordings: Recordings,
    /// What its calls bring about in Odoo beyond the journal.
    pub follow_up: FollowUp,
    /// Id of the company in Odoo that its calls belong to.
    pub company: Option<i64>,
    /// Id of its record in Odoo, for a server that is configured there.
    pub record: Option<i64>,
    /// Changes whenever a setting of this server changes: a changed server is due at once.
    pub revision: String,
}

impl Server {
    /// The device whose legs are read.
    pub fn device(&self) -> Device<'_> {
        Device {
            server: &self.id,
            zone: self.time_zone,
        }
    }

    /// Where and as whom it is spoken to.
    pub fn account(&self) -> Account {
        Account {
            base: self.base.clone(),
            dialect: self.dialect,
            username: self.username.clone(),
            password: self.password.clone(),
        }
    }

    /// Whether its recordings can be listened to: a server that only pushes cannot be reached.
    pub fn has_players(&self) -> bool {
        self.recordings.offer != Offer::Off && self.polled
    }

    /// Whether the settings say never to make a contact of the number that is `written` so.
    pub fn excludes(&self, written: &str) -> bool {
        self.excluded
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => written.starts_with(prefix),
                None => written == pattern,
            })
    }

    /// Whether its recordings are copied into Odoo.
    pub fn has_copies(&self) -> bool {
        self.recordings.offer == Offer::Attach && self.polled
    }
}

/// Reads the list. The good servers, and the faults of those that were refused; neither where servers are configured in Odoo alone.
///
/// # Errors
/// The one fault that makes the whole text unusable.
pub(super) fn read_list(text: &str) -> Result<(Vec<Server>, Vec<Fault>), Fault> {
    if text.trim().is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let entries: Vec<Value> =
        serde_json::from_str(text).map_err(|error| Fault::new("ucm_servers", broken(&error)))?;
    let (mut servers, mut refused) = (Vec::<Server>::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        match read(format!("ucm_servers[{index}]"), entry, &servers) {
            Ok(server) => servers.push(server),
            Err(faults) => refused.extend(faults),
        }
    }
    Ok((servers, refused))
}

/// Where JSON is broken, without the text around it: it holds passwords.
fn broken(error: &serde_json::Error) -> Wrong {
    let (line, column) = (error.line(), error.column());
    Wrong::List { line, column }
}

/// Reads one entry; `path` is what faults call it, `before` the servers whose ids and UCMs are taken.
///
/// # Errors
/// Every fault of the entry.
pub(crate) fn read(path: String, entry: &Value, before: &[Server]) -> Result<Server, Vec<Fault>> {
    let Value::Object(values) = entry else {
        return Err(vec![Fault::new(path, Wrong::Object)]);
    };
    let mut fields = Fields::new(path, values);
    let id = read_id(&mut fields, before);
    let dialect = read_dialect(&mut fields);
    let polled = fields.flag("poll", true);
    let base = read_base(&mut fields, dialect, &id, polled);
    // Those that only push are each behind a router of their own, where addresses repeat.
    let is_same = |known: &&Server| polled && known.polled && base.as_ref() == Some(&known.base);
    if let Some(twin) = before.iter().find(is_same)
        && twin.id != id
    {
        fields.fault("host", Wrong::Twin(twin.id.clone()));
    }
    let country = read_country(&mut fields);
    let outside_line = read_outside_line(&mut fields);
    let dial_form = read_dial_form(&mut fields);
    let dial = read_dial(&mut fields, dialect).then_some(dial_form);
    let phonebook = Phonebook::read(&mut fields);
    let time_zone = read_time_zone(&mut fields, dialect);
    let name = fields.text("name").unwrap_or_else(|| id.clone());
    let username = fields.text("username").unwrap_or_else(|| "cdrapi".into());
    let password = read_password(&mut fields, polled);
    let push = PushAccess::read(&mut fields);
    let phones = Phones::read(&mut fields);
    if !polled && !push.is_open() {
        fields.fault("push_secret", Wrong::Mute);
    }
    let interval = minutes(fields.number("interval_minutes", 1..=1440, 15));
    let history = minutes(fields.number("days", 1..=3650, 30) * 24 * 60);
    let look_back = minutes(fields.number("look_back_hours", 1..=72, 6) * 60);
    let create_contacts = fields.flag("create_contacts", true);
    let excluded = read_excluded(&mut fields);
    let recordings = read_recordings(&mut fields);
    let follow_up = FollowUp::read(&mut fields);
    let company = fields.record("company");
    let faults = fields.finish();
    let (Some(base), Some(country), true) = (base, country, faults.is_empty()) else {
        return Err(faults);
    };
    let revision = revision(entry);
    Ok(Server {
        id,
        name,
        base,
        dialect,
        username,
        password,
        country,
        outside_line,
        dial: dial.filter(|_| polled),
        dial_form,
        phonebook,
        time_zone,
        polled,
        push,
        phones,
        interval,
        history,
        look_back,
        create_contacts,
        excluded,
        recordings,
        follow_up,
        company,
        record: None,
        revision,
    })
}

/// What is no number in full would exclude nobody, and nobody would notice.
fn read_excluded(fields: &mut Fields<'_>) -> Vec<String> {
    let mut patterns = fields.texts("excluded");
    for pattern in &mut patterns {
        pattern.retain(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '(' | ')' | '/'));
    }
    let is_whole = |pattern: &String| {
        let number = pattern.strip_suffix('*').unwrap_or(pattern);
        let digits = number.strip_prefix('+').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !patterns.iter().all(is_whole) {
        fields.fault("excluded", Wrong::Excluded);
    }
    patterns
}

fn read_recordings(fields: &mut Fields<'_>) -> Recordings {
    let offer = match fields.word("recordings", "link", "off").as_deref() {
        None | Some("link") => Offer::Link,
        Some("attach") => Offer::Attach,
        Some("off") => Offer::Off,
        Some(_) => {
            fields.fault("recordings", Wrong::Recordings);
            Offer::Off
        }
    };
    let days = fields.number("recording_days", 0..=3650, 0);
    let most_copy_mb = fields.number("recording_copy_mb", 1..=1024, COPY_MB);
    Recordings {
        offer,
        keep: (days > 0).then(|| minutes(days * 24 * 60)),
        most_copy_bytes: most_copy_mb * 1024 * 1024,
    }
}

/// The id is part of keys and addresses, so it is kept simple.
fn read_id(fields: &mut Fields<'_>, before: &[Server]) -> String {
    let id = fields.required("id", Sought::Id);
    let simple = |id: &str| {
        id.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
    };
    if !simple(&id) || id.len() > 32 {
        fields.fault("id", Wrong::Id);
    }
    if before.iter().any(|server| server.id == id) {
        fields.fault("id", Wrong::Twice);
    }
    id
}

fn read_dialect(fields: &mut Fields<'_>) -> Dialect {
    match fields.text("dialect").as_deref() {
        None | Some("action") => Dialect::Action,
        Some("legacy") => Dialect::Legacy,
        Some("rest") => Dialect::Rest,
        Some(_) => {
            fields.fault("dialect", Wrong::Dialect);
            Dialect::Action
        }
    }
}

fn read_password(fields: &mut Fields<'_>, polled: bool) -> Secret {
    Secret::new(if polled {
        fields.required("password", Sought::Password)
    } else {
        fields.text("password").unwrap_or_default()
    })
}

/// A server that is not polled needs no address; it then has one of those that lead nowhere (RFC 2606).
fn read_base(
    fields: &mut Fields<'_>,
    dialect: Dialect,
    id: &str,
    polled: bool,
) -> Option<url::Url> {
    let default_port = if dialect == Dialect::Legacy {
        8443
    } else {
        8089
    };
    let host = match fields.text("host") {
        None if !polled => format!("{id}.invalid"),
        Some(host) => host,
        None => fields.required("host", Sought::Host),
    };
    let port = fields.number("port", 1..=65535, default_port);
    let scheme = if fields.flag("https", true) {
        "https"
    } else {
        "http"
    };
    if host.is_empty() {
        return None;
    }
    let base = origin(&format!("{scheme}://{host}:{port}")).ok();
    if base.is_none() {
        fields.fault("host", Wrong::Host);
    }
    base
}

fn read_country(fields: &mut Fields<'_>) -> Option<Country> {
    let text = fields.required("country", Sought::Country);
    if text.is_empty() {
        return None;
    }
    let country = text.parse().ok();
    if country.is_none() {
        fields.fault("country", Wrong::Country);
    }
    country
}

fn read_outside_line(fields: &mut Fields<'_>) -> String {
    let digits = fields.text("outside_line").unwrap_or_default();
    let can_be_dialled = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    if !digits.chars().all(can_be_dialled) || digits.len() > LONGEST_OUTSIDE_LINE {
        fields.fault("outside_line", Wrong::OutsideLine);
    }
    digits
}

/// A UCM that cannot be reached, or is spoken to in a dialect without commands, is dialled by nobody.
fn read_dial(fields: &mut Fields<'_>, dialect: Dialect) -> bool {
    let is_on = fields.flag("dial", false);
    if is_on && dialect != Dialect::Action {
        fields.fault("dial", Wrong::DialDialect);
    }
    is_on
}

fn read_dial_form(fields: &mut Fields<'_>) -> Form {
    match fields.text("dial_form").as_deref() {
        None | Some("national") => Form::National,
        Some("e164") => Form::E164,
        Some("00" | "zeros") => Form::Zeros,
        Some(_) => {
            fields.fault("dial_form", Wrong::DialForm);
            Form::National
        }
    }
}

fn read_time_zone(fields: &mut Fields<'_>, dialect: Dialect) -> Option<Tz> {
    let Some(text) = fields.text("time_zone") else {
        if dialect == Dialect::Rest {
            fields.fault("time_zone", Wrong::Missing(Sought::TimeZone));
        }
        return None;
    };
    let zone = text.parse().ok();
    if zone.is_none() {
        fields.fault("time_zone", Wrong::TimeZone);
    }
    zone
}

/// Digits for an outside line: one, or a few where there are several lines to choose from.
const LONGEST_OUTSIDE_LINE: usize = 4;

/// Largest copy in MB: Odoo takes requests of 128 MiB, in which a file has three quarters.
const COPY_MB: u64 = 90;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// A digest of the entry as written, short enough to keep with the schedule.
fn revision(entry: &Value) -> String {
    Sha256::digest(entry.to_string())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
