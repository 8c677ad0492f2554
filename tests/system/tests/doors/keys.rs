//! Everything that somebody may have: tokens, secrets of devices, links, and what looks like them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use system::{ADMIN_TOKEN, LINK_SECRET, links};

use super::Door;

pub(super) const LINK_SECRET_BEFORE: &str = "the-secret-for-links-until-today";
pub(super) const STATS_TOKEN: &str = "a-token-for-statistics";

pub(super) fn push(server: &str) -> String {
    format!("a-secret-for-pushes-of-{server}")
}

pub(super) fn push_before(server: &str) -> String {
    format!("the-secret-until-today-of-{server}")
}

/// What somebody shows, and how.
pub(super) enum Key {
    Nothing,
    Bearer(String),
    Basic(String, String),
    InPath(String),
    /// The end and the signature of a link.
    Signed(String),
}

impl Key {
    /// The request of somebody who wants in, with this in his hand.
    pub(super) fn request(&self, door: &Door) -> http::Request<Bytes> {
        let (path, query) = door.path.split_once('?').unwrap_or((door.path, ""));
        let (mut path, mut query) = (path.to_owned(), query.to_owned());
        let mut body = door.body.to_owned();
        let mut authorization = None;
        match self {
            Self::InPath(secret) if path.contains(PLACE) => path = path.replace(PLACE, secret),
            Self::InPath(secret) => path = format!("{}/{secret}", path.trim_end_matches('/')),
            Self::Signed(signed) if body.contains(PLACE) => body = body.replace(PLACE, signed),
            Self::Signed(signed) => query = format!("{query}&{signed}"),
            Self::Bearer(token) => authorization = Some(format!("Bearer {token}")),
            Self::Basic(user, password) => {
                let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
                authorization = Some(format!("Basic {pair}"));
            }
            Self::Nothing => {}
        }
        let path = path.replace(&format!("/{PLACE}"), "");
        let uri = format!("http://localhost{path}?{}", query.trim_start_matches('&'));
        let mut request = http::Request::builder().method(door.method).uri(uri);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        request.body(Bytes::from(body)).unwrap()
    }
}

/// All of them, by name; those to the recording that links have as `sealed` among them.
pub(super) fn all(now: DateTime<Utc>, sealed: &str) -> Vec<(String, Key)> {
    let mut keys = vec![
        ("nothing".to_owned(), Key::Nothing),
        ("no token".to_owned(), Key::Bearer(String::new())),
    ];
    let other = "somebody-elses".to_owned();
    let secrets = [
        ("the administrators' token", ADMIN_TOKEN.to_owned()),
        ("that of the statistics", STATS_TOKEN.to_owned()),
        (
            "the administrators' token and more",
            format!("{ADMIN_TOKEN}x"),
        ),
        (
            "half of it",
            ADMIN_TOKEN[..ADMIN_TOKEN.len() / 2].to_owned(),
        ),
        ("what signs links", LINK_SECRET.to_owned()),
        ("another", other),
    ];
    let secrets = secrets.map(|(name, secret)| (name.to_owned(), secret));
    let devices = ["paris", "lyon"].into_iter().flat_map(of_devices);
    for (name, secret) in secrets.into_iter().chain(devices) {
        keys.push((format!("{name} as a bearer"), Key::Bearer(secret.clone())));
        let basic = Key::Basic("paris".to_owned(), secret.clone());
        keys.push((format!("{name} as a password"), basic));
        keys.push((format!("{name} in the path"), Key::InPath(secret)));
    }
    keys.extend(all_links(now, sealed));
    keys
}

/// What opens where a secret that is not set would be taken for an empty one.
pub(super) fn of_empty_secrets(now: DateTime<Utc>) -> Vec<(String, Key)> {
    let ends = now + TimeDelta::hours(1);
    let mut keys: Vec<(String, Key)> = SCOPES
        .iter()
        .flat_map(|scope| {
            [
                (*scope, &["paris"][..]),
                (*scope, &[][..]),
                (*scope, &["", ""][..]),
            ]
        })
        .map(|(scope, parts)| {
            let signed = links::signed("", scope, parts, ends);
            (format!("link {scope} of nothing"), Key::Signed(signed))
        })
        .collect();
    let devices = ["ring", "phonebook"].map(|door| links::derived("", door, &["paris", "0"]));
    for secret in devices.into_iter().chain([String::new()]) {
        let basic = Key::Basic("paris".to_owned(), secret.clone());
        keys.push(("nothing as a password".to_owned(), basic));
        keys.push((
            "nothing as a bearer".to_owned(),
            Key::Bearer(secret.clone()),
        ));
        keys.push(("nothing in the path".to_owned(), Key::InPath(secret)));
    }
    keys
}

/// The secrets of what calls in from a server's office.
fn of_devices(server: &str) -> Vec<(String, String)> {
    let derived = |secret, door, generation| links::derived(secret, door, &[server, generation]);
    let mut all = vec![
        (format!("push of {server}"), push(server)),
        (format!("push of {server} until today"), push_before(server)),
    ];
    for door in ["ring", "phonebook"] {
        let secrets = [
            (
                format!("{door} of {server}"),
                derived(LINK_SECRET, door, "0"),
            ),
            (
                format!("{door} of {server} until today"),
                derived(LINK_SECRET_BEFORE, door, "0"),
            ),
            (
                format!("{door} of {server} anew"),
                derived(LINK_SECRET, door, "1"),
            ),
            (
                format!("{door} of {server} by another secret"),
                derived("another-secret-of-somebody", door, "0"),
            ),
        ];
        all.extend(secrets);
    }
    all
}

/// Links of every scope: good ones, and those that are not.
fn all_links(now: DateTime<Utc>, sealed: &str) -> Vec<(String, Key)> {
    let mut all = Vec::new();
    for scope in SCOPES {
        let about: &[&[&str]] = match *scope {
            "dial" => &[&[], &["paris"]],
            "stats" => &[&["", ""], &["paris", ""], &["", "1"]],
            _ => &[&["paris"], &["lyon"], &[""]],
        };
        for parts in about {
            let name = format!("link {scope} {}", parts.join("/"));
            all.extend(links_to(
                name.trim_end_matches([' ', '/']),
                scope,
                parts,
                now,
            ));
        }
    }
    for (name, server) in [
        ("link to a recording", "paris"),
        ("link to it at lyon", "lyon"),
    ] {
        all.extend(links_to(name, "recording", &[server, sealed], now));
    }
    all
}

/// A link by each of the secrets, and what is made of it.
fn links_to(name: &str, scope: &str, parts: &[&str], now: DateTime<Utc>) -> [(String, Key); 6] {
    let (later, ended) = (now + TimeDelta::hours(1), now);
    let signed = |secret, ends| links::signed(secret, scope, parts, ends);
    let good = signed(LINK_SECRET, later);
    [
        (" for longer", good.replace("expires=1", "expires=2")),
        (" cut off", good[..good.len() - 2].to_owned()),
        ("", good),
        (" until today", signed(LINK_SECRET_BEFORE, later)),
        (
            " by another secret",
            signed("another-secret-of-somebody", later),
        ),
        (" that has ended", signed(LINK_SECRET, ended)),
    ]
    .map(|(what, signed)| (format!("{name}{what}"), Key::Signed(signed)))
}

/// Where a door takes a key, in its path or its body.
const PLACE: &str = "{key}";

const SCOPES: &[&str] = &[
    "sync",
    "test",
    "replay",
    "completeness",
    "dead-letters",
    "doctor",
    "status",
    "stats",
    "dial",
    "recording",
    "ring",
];
