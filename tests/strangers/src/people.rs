//! What comes from browsers, and from whoever writes the settings.

use bridge_core::config::Config;
use bridge_core::flows::recordings::answer::{Asked, answer};
use bridge_core::flows::recordings::{Address, Facts, Ticket};
use bridge_core::link::Keys;
use calls::stats::{Asked as Wanted, Span};
use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use http::{HeaderMap, HeaderValue, Method, header};
use ports::Secret;
use serde_json::json;
use url::Position;

use super::{Target, text};

/// Path and query of a link to a recording.
pub(crate) const LINK: Target = Target {
    name: "link",
    read: |bytes| {
        let text = text(bytes);
        let (path, query) = text.split_once('?').unwrap_or((&text, ""));
        let keys = Keys::new(Secret::new("a-secret-of-this-target"), Secret::new(""));
        if let Some(address) = Address::parse(path, query) {
            let admitted = address.admit(&keys, DateTime::UNIX_EPOCH);
            assert!(admitted.is_err(), "a link that nobody has signed is open");
        }
    },
    usual: &["paris/AAAA?expires=1781555000&signature=BBBB&download=1"],
};

/// The headers `Range` and `If-Range` of who plays a recording of 1,000 bytes, a line each.
pub(crate) const RANGE: Target = Target {
    name: "range",
    read: |bytes| {
        let text = text(bytes);
        let mut headers = HeaderMap::new();
        let names = [header::RANGE, header::IF_RANGE, header::IF_NONE_MATCH];
        for (name, value) in names.into_iter().zip(text.lines()) {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        let asked = Asked {
            method: &Method::GET,
            query: "",
            headers: &headers,
            slice_bytes: None,
            mark: "mark",
            may_grow: false,
        };
        let answer = answer(&asked, &ticket(), &facts(), "paris");
        let end = answer.skip.checked_add(answer.take.unwrap_or_default());
        assert!(end.is_some_and(|end| end <= TOTAL), "more than there is");
    },
    usual: &[
        "bytes=0-",
        "bytes=-500",
        "bytes=200-999\n\"abc\"\n*",
        "bytes=0-0,-1",
    ],
};

/// The list of servers.
pub(crate) const SETTINGS: Target = Target {
    name: "settings",
    read: |bytes| read_servers(&text(bytes)),
    usual: &[
        r#"[{"id":"paris","host":"ucm.example.com","port":8089,"username":"cdrapi","password":"x","country":"FR","push_sources":["203.0.113.0/24"]}]"#,
    ],
};

/// What somebody asks the statistics, as a query.
pub(crate) const PERIOD: Target = Target {
    name: "period",
    read: |bytes| {
        let given = |name: &str| {
            url::form_urlencoded::parse(bytes)
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        if let Ok(asked) = Wanted::read(given, Some(Tz::Europe__Paris), now) {
            let question = asked.question(None, now);
            let (begin, end) = question.bounds();
            assert!(begin < end && question.days().count() > 0, "no time");
        }
        if let Ok(span) = Span::of_campaign(given, Tz::Pacific__Apia, now) {
            _ = span.bounds(Tz::Pacific__Apia);
        }
    },
    usual: &[
        "period=last-month&zone=Europe/Paris&server=paris&direction=inbound",
        "from=2024-03-01&to=2024-03-31&zone=Pacific/Apia&contact=7&extension=1001",
        "contact=7",
    ],
};

/// Reads the list of servers: whatever it says, only hosts are asked, and the secret of Odoo stays with the bridge.
pub(crate) fn read_servers(servers: &str) {
    let read = Config::read(|name| {
        let set = match name {
            "odoo_url" => "https://odoo.example.com",
            "odoo_db" | "odoo_login" => "office",
            "odoo_api_key" => "not-a-key-of-anybody",
            "ucm_servers" => servers,
            _ => return None,
        };
        Some(set.to_owned())
    });
    match read {
        Ok(config) => {
            for server in config.servers {
                let beyond = server.base[Position::BeforePath..].len();
                let before = server.base[Position::BeforeUsername..Position::BeforeHost].len();
                assert!(beyond == 1 && before == 0, "more than a host");
            }
        }
        Err(error) => {
            assert!(!error.0.is_empty(), "refused without a reason");
            let told = error.to_string();
            assert!(!told.contains("not-a-key-of-anybody"), "a secret is told");
        }
    }
}

fn ticket() -> Ticket {
    let ticket = json!({ "f": "auto-1.wav", "t": 1_781_555_000, "c": "0199…42", "d": "1001" });
    serde_json::from_value(ticket).expect("a ticket")
}

fn facts() -> Facts {
    let facts = json!({ "n": TOTAL, "h": "", "d": "monitor", "m": false });
    serde_json::from_value(facts).expect("facts")
}

/// Size of the recording, in bytes.
const TOTAL: u64 = 1_000;
