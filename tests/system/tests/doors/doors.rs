//! Who may, as the documentation says it: one line a door.

/// A way in.
pub(super) struct Door {
    pub(super) method: &'static str,
    /// With its query; `{key}` stands where a device shows its secret.
    pub(super) path: &'static str,
    /// `{key}` stands where Odoo puts a link's end and signature.
    pub(super) body: &'static str,
    pub(super) opens: Opens,
    /// Whether wrong secrets are counted.
    pub(super) counts_refusals: bool,
}

/// To whom a door opens.
pub(super) enum Opens {
    Anyone,
    Nothing,
    /// The keys of these names, each also signed with the secret that was there before.
    To(&'static [&'static str]),
}

impl Opens {
    pub(super) fn to(&self, key: &str) -> bool {
        match self {
            // What is behind it is another place, which is not there.
            Self::Anyone => !key.ends_with(" in the path"),
            Self::Nothing => false,
            Self::To(names) => names.iter().any(|name| {
                let (what, how) = split(name);
                key == *name || key == format!("{what} until today{how}")
            }),
        }
    }
}

/// What a key is, and how it is shown.
fn split(name: &str) -> (&str, &str) {
    let place = [" as a ", " in the path"]
        .iter()
        .find_map(|how| name.find(how));
    name.split_at(place.unwrap_or(name.len()))
}

const fn door(method: &'static str, path: &'static str, opens: Opens) -> Door {
    Door {
        method,
        path,
        body: "",
        opens,
        counts_refusals: false,
    }
}

const fn told(path: &'static str, body: &'static str, opens: Opens) -> Door {
    Door {
        body,
        ..door("POST", path, opens)
    }
}

const ADMIN: &str = "the administrators' token as a bearer";
const STATS: &str = "that of the statistics as a bearer";
const ADMINISTRATORS: Opens = Opens::To(&[ADMIN]);
const READERS: Opens = Opens::To(&[ADMIN, STATS]);
const STATISTICS: Opens = Opens::To(&[ADMIN, STATS, "link stats"]);
const PHONEBOOK: &str = "phonebook of paris in the path";

pub(super) const DOORS: &[Door] = &[
    door("GET", "/", Opens::Anyone),
    door("GET", "/health", Opens::Anyone),
    door("GET", "/metrics", READERS),
    door("GET", "/status", Opens::To(&[ADMIN, STATS, "link status"])),
    door("GET", "/stats?zone=UTC", STATISTICS),
    door("GET", "/stats.csv?zone=UTC", STATISTICS),
    door("GET", "/stats.xlsx?zone=UTC", STATISTICS),
    door("GET", "/stats.pdf?zone=UTC", STATISTICS),
    door("GET", "/stats/campaigns?zone=UTC", STATISTICS),
    door(
        "POST",
        "/sync?server=paris",
        Opens::To(&[ADMIN, "link sync paris"]),
    ),
    told(
        "/sync?user=1",
        r#"{"x_sync_url": "https://bridge.example.com/sync?server=paris&{key}"}"#,
        Opens::To(&[ADMIN, "link sync paris"]),
    ),
    told(
        "/servers/paris/test?user=1",
        r#"{"x_test_url": "https://bridge.example.com/servers/paris/test?{key}"}"#,
        Opens::To(&[ADMIN, "link test paris"]),
    ),
    door(
        "POST",
        "/servers/paris/test",
        Opens::To(&[ADMIN, "link test paris"]),
    ),
    door(
        "POST",
        "/replay?server=paris&from=2026-06-15&to=2026-06-15",
        Opens::To(&[ADMIN, "link replay paris"]),
    ),
    door("GET", "/doctor", Opens::To(&[ADMIN, "link doctor"])),
    door(
        "GET",
        "/completeness?server=paris",
        Opens::To(&[ADMIN, "link completeness paris"]),
    ),
    door(
        "GET",
        "/dead-letters/paris",
        Opens::To(&[ADMIN, "link dead-letters paris"]),
    ),
    door("GET", "/listens/paris", ADMINISTRATORS),
    told(
        "/dial",
        r#"{"user": "nobody", "number": "+33199000012"}"#,
        ADMINISTRATORS,
    ),
    told(
        "/dial/hint",
        r#"{"_id": 4711, "x_hint": "https://bridge.example.com/dial/hint?{key}"}"#,
        Opens::To(&["link dial"]),
    ),
    Door {
        counts_refusals: true,
        ..told(
            "/webhook/paris/{key}",
            "{}",
            Opens::To(&[
                "push of paris in the path",
                "push of paris as a bearer",
                "push of paris as a password",
            ]),
        )
    },
    door(
        "GET",
        "/ring/paris/{key}?event=incoming&local=1001&remote=0199000012&call=a1",
        Opens::To(&["ring of paris in the path"]),
    ),
    door(
        "GET",
        "/phonebook/paris/{key}/phonebook.xml",
        Opens::To(&[PHONEBOOK, "phonebook of paris as a password"]),
    ),
    door("GET", "/recordings/paris/AAAA", Opens::Nothing),
    door("GET", "/listen/paris/AAAA", Opens::Nothing),
    door("GET", "/setup", ADMINISTRATORS),
    door("POST", "/setup", ADMINISTRATORS),
    // Without a word about the calls, nothing is removed.
    door("DELETE", "/setup?data=perhaps", ADMINISTRATORS),
];
