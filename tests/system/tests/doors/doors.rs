//! Who may, as the documentation says it: one line a door.

/// A way in.
#[derive(Clone, Copy)]
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

impl Door {
    /// The recording that it is about, as links have it.
    pub(super) fn about(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// To whom a door opens.
#[derive(Clone, Copy)]
pub(super) enum Opens {
    Anyone,
    Nothing,
    /// Who shows no secret, for a test; whoever shows one needs one of these, as below.
    Testing(&'static [&'static str]),
    /// The keys of these names, each also signed with the secret that was there before.
    To(&'static [&'static str]),
}

impl Opens {
    pub(super) fn to(&self, key: &str) -> bool {
        match self {
            // What is behind it is another place, which is not there.
            Self::Anyone => !key.ends_with(" in the path"),
            Self::Nothing => false,
            Self::Testing(names) => {
                key == "nothing" || key.starts_with("link ") || Self::To(names).to(key)
            }
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
const PUSHES: &[&str] = &[
    "push of paris in the path",
    "push of paris as a bearer",
    "push of paris as a password",
];
const PHONEBOOK: Opens = Opens::To(&[
    "phonebook of paris in the path",
    "phonebook of paris as a password",
]);
const SYNC: Opens = Opens::To(&[ADMIN, "link sync paris"]);
const TEST: Opens = Opens::To(&[ADMIN, "link test paris"]);
const REPLAY: Opens = Opens::To(&[ADMIN, "link replay paris"]);
const COMPLETENESS: Opens = Opens::To(&[ADMIN, "link completeness paris"]);
const LETTERS: Opens = Opens::To(&[ADMIN, "link dead-letters paris"]);
const RECORDING: Opens = Opens::To(&["link to a recording"]);

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
    door("GET", "/stats/campaigns/1?zone=UTC", STATISTICS),
    door("GET", "/stats/campaigns/1.csv?zone=UTC", STATISTICS),
    door("GET", "/stats/campaigns/1/members/1?zone=UTC", STATISTICS),
    door("GET", "/stats/contacts/1?zone=UTC", STATISTICS),
    door("GET", "/sync?server=paris", SYNC),
    door("GET", "/servers/paris/test", TEST),
    door("GET", "/replay?server=paris", REPLAY),
    door("GET", "/completeness", ADMINISTRATORS),
    door("POST", "/sync?server=paris", SYNC),
    told(
        "/sync?user=1",
        r#"{"x_sync_url": "https://bridge.example.com/sync?server=paris&{key}"}"#,
        SYNC,
    ),
    told(
        "/servers/paris/test?user=1",
        r#"{"x_test_url": "https://bridge.example.com/servers/paris/test?{key}"}"#,
        TEST,
    ),
    door("POST", "/servers/paris/test", TEST),
    door(
        "POST",
        "/replay?server=paris&from=2026-06-15&to=2026-06-15",
        REPLAY,
    ),
    door("GET", "/doctor", Opens::To(&[ADMIN, "link doctor"])),
    door("GET", "/completeness?server=paris", COMPLETENESS),
    door("GET", "/dead-letters/paris", LETTERS),
    door("GET", "/listens/paris", ADMINISTRATORS),
    door(
        "POST",
        "/completeness?server=paris&from=2026-06-15&to=2026-06-15",
        COMPLETENESS,
    ),
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
        ..told("/webhook/paris/{key}", "{}", Opens::To(PUSHES))
    },
    Door {
        counts_refusals: true,
        ..door("GET", "/webhook/paris/{key}", Opens::Testing(PUSHES))
    },
    door(
        "GET",
        "/ring/paris/{key}?event=incoming&local=1001&remote=0199000012&call=a1",
        Opens::To(&["ring of paris in the path"]),
    ),
    door("GET", "/phonebook/paris/{key}/phonebook.xml", PHONEBOOK),
    door("HEAD", "/phonebook/paris/{key}/phonebook.xml", PHONEBOOK),
    // Of a recording that there is, see below.
    door("GET", "/recordings/paris/AAAA", Opens::Nothing),
    door("GET", "/listen/paris/AAAA", Opens::Nothing),
    door("GET", "/setup", ADMINISTRATORS),
    door("POST", "/setup", ADMINISTRATORS),
    // Without a word about the calls, nothing is removed.
    door("DELETE", "/setup?data=perhaps", ADMINISTRATORS),
];

/// The doors of what has no address before it is there: a record that was set aside, by its id, and a recording, as it is sealed in links.
pub(super) fn of_what_came(letter: &str, sealed: &str) -> Vec<Door> {
    let one = || format!("/dead-letters/paris/{letter}").leak();
    vec![
        door("GET", &*one(), LETTERS),
        door("DELETE", &*one(), LETTERS),
        door("GET", format!("/listen/paris/{sealed}").leak(), RECORDING),
        door(
            "HEAD",
            format!("/recordings/paris/{sealed}").leak(),
            RECORDING,
        ),
        door(
            "GET",
            format!("/recordings/paris/{sealed}").leak(),
            RECORDING,
        ),
    ]
}
