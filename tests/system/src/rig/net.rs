//! The net under every test: whatever an application has said is searched for its secrets and for the numbers of its calls.
//!
//! A [`Rig`] searches when it ends: the lines of its logs, the addresses that were asked for, and the refusals that were given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono_clock::NaiveDate;
use host::{Listener, Said};
use serde_json::Value;

use super::Rig;

/// What has been heard, by all applications of a rig.
#[derive(Debug, Default, Clone)]
pub(crate) struct Net(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    words: BTreeSet<Words>,
    /// Each secret, and what it is.
    secrets: BTreeMap<String, String>,
}

/// Something that was said, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Words {
    place: String,
    text: String,
}

/// Parameters of addresses that carry a number because they must, by the path and the parameter: these interfaces of a UCM take the name of a
/// recording in the address and nowhere else, and UCMs put the caller's number into such names.
const NUMBERED_PARAMETERS: &[(&str, &str)] = &[("/recapi", "filename"), ("/api/recording", "file")];
/// Where an address carries a secret in its path because it must: the doctor knocks at this door of the bridge itself by the very address that
/// desk phones are given, which have no other way to say it.
const SECRET_PATH: &str = "/phonebook/";

impl Listener for Net {
    fn starts(&self, secrets: &BTreeMap<String, String>) {
        let mut heard = self.lock();
        for (name, value) in secrets {
            heard.secret(name, value);
            if let Ok(inner) = serde_json::from_str(value) {
                heard.secrets_of(name, &inner);
            }
        }
    }

    fn hears(&self, said: Said<'_>) {
        let (place, text) = match said {
            Said::Line(line) => (format!("a line of {}", line.component), line.text.clone()),
            Said::Address { component, url } => {
                (format!("an address that {component} asks for"), kept(url))
            }
            Said::Refusal { path, status, body } => (
                format!("the answer {status} of {path}"),
                String::from_utf8_lossy(body).into_owned(),
            ),
        };
        self.lock().words.insert(Words { place, text });
    }
}

impl Net {
    /// Learns the secrets of a record, as Odoo keeps those of its servers.
    pub(crate) fn learns(&self, name: &str, record: &Value) {
        self.lock().secrets_of(name, record);
    }

    /// What was said that must not be: secrets, and numbers, which are asked for where there is anything that may be one.
    pub(crate) fn found(&self, numbers: impl FnOnce() -> BTreeSet<String>) -> Vec<String> {
        let heard = self.lock();
        let told = |words: &Words, what: &str| format!("{what} in {}: {}", words.place, words.text);
        let mut found = Vec::new();
        let mut suspects = Vec::new();
        for words in &heard.words {
            let text = &words.text;
            let named = heard
                .secrets
                .iter()
                .filter(|(secret, _)| text.contains(*secret));
            found.extend(named.map(|(_, name)| told(words, name)));
            if has_signature(text) {
                found.push(told(words, "a signature"));
            }
            let runs = runs(text);
            if !runs.is_empty() {
                suspects.push((words, runs));
            }
        }
        if suspects.is_empty() {
            return found;
        }
        let ends: BTreeSet<String> = numbers().iter().filter_map(|it| end_of(it)).collect();
        for (words, runs) in suspects {
            let is_number = |run: &String| (FEWEST..=LAST).any(|n| ends.contains(last(run, n)));
            if let Some(run) = runs.iter().find(|run| is_number(run)) {
                found.push(told(words, &format!("the number {run}")));
            }
        }
        found
    }

    /// Only whole entries are made under the lock, so a poisoned one is sound.
    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rig {
    /// Every number that the PBXs and Odoo know.
    fn numbers(&self) -> BTreeSet<String> {
        let mut numbers = BTreeSet::new();
        for site in &self.sites {
            let truths = site.ucm.truth();
            numbers.extend(truths.iter().filter_map(|truth| truth.external.clone()));
            numbers.extend(truths.into_iter().filter_map(|truth| truth.shown));
            numbers.extend(site.ucm.dialled().into_iter().map(|order| order.callee));
        }
        if !self.journal.is_real() {
            let odoo = self.journal.handle();
            let records = NUMBERED.iter().flat_map(|model| odoo.records(model));
            let fields = records.filter_map(|record| record.as_object().cloned());
            let values = fields.flat_map(|fields| fields.into_iter().map(|(_, value)| value));
            numbers.extend(values.filter_map(|value| value.as_str().map(ToOwned::to_owned)));
        }
        numbers
    }
}

/// What a test has had its applications say is searched for secrets and numbers in the end.
impl Drop for Rig {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for site in &self.sites {
            self.net.learns(&site.id, &site.entry());
        }
        if !self.journal.is_real() {
            for server in self.journal.handle().records("x_ucm_access") {
                self.net.learns("x_ucm_access", &server);
            }
        }
        let found = self.net.found(|| self.numbers());
        assert!(found.is_empty(), "said and kept: {found:#?}");
    }
}

impl Heard {
    fn secret(&mut self, name: &str, value: &str) {
        if value.len() >= SHORTEST_SECRET {
            self.secrets.insert(value.to_owned(), name.to_owned());
        }
    }

    /// The texts that stand under the name of a secret, however deep.
    fn secrets_of(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) if is_secret(name) => self.secret(name, text),
            Value::Array(values) => values.iter().for_each(|it| self.secrets_of(name, it)),
            Value::Object(values) => values.iter().for_each(|(inner, it)| {
                // One that is bound to a host stands beside it.
                let within = if name.ends_with("passwords") && it.is_string() {
                    name
                } else {
                    inner
                };
                self.secrets_of(within, it);
            }),
            _ => {}
        }
    }
}

/// Whether what has this name is one; `x_secret_name` is the name of one.
fn is_secret(name: &str) -> bool {
    let is_named = name.ends_with("_name");
    !is_named && (name.contains("password") || name.contains("secret"))
}

/// The address with its parameters as they are meant, and without what it has to carry.
fn kept(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else {
        return url.to_owned();
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let path = url.path().to_owned();
    url.set_query(None);
    if path.starts_with(SECRET_PATH) {
        url.set_path(SECRET_PATH);
    }
    let pairs = pairs.into_iter();
    let may_have = |name: &str| NUMBERED_PARAMETERS.contains(&(path.as_str(), name));
    let kept = pairs.filter(|(name, _)| !may_have(name));
    let query: Vec<String> = kept
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{url}?{}", query.join("&"))
}

/// Whether the signature of a link stands there, which opens it for whoever reads it.
fn has_signature(text: &str) -> bool {
    let is_base64 = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut places = text.split("signature=").skip(1);
    places.any(|rest| rest.chars().take_while(is_base64).count() >= SIGNATURE)
}

/// The runs of digits that are long enough for a number, as they stand and without what people write between them.
fn runs(text: &str) -> Vec<String> {
    let text = &without_days(text);
    let between = [' ', '.', '-', '/', '(', ')', '\u{a0}', '\u{202f}'];
    let joined: String = text.chars().filter(|c| !between.contains(c)).collect();
    let of = |text: &str| -> Vec<String> {
        let runs = text.split(|c: char| !c.is_ascii_digit());
        runs.filter(|run| run.len() >= FEWEST)
            .map(ToOwned::to_owned)
            .collect()
    };
    [of(text), of(&joined)].concat()
}

/// The text without the days in it (`2026-10-02`): of a hundred thousand callers one has a number that ends like one of them.
fn without_days(text: &str) -> String {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let is_day = |at: usize| {
        let day = text.get(at..at + DAY).filter(|day| day.starts_with("20"));
        let stands_alone = !is_digit(at + DAY) && !at.checked_sub(1).is_some_and(is_digit);
        stands_alone && day.is_some_and(|day| day.parse::<NaiveDate>().is_ok())
    };
    let (mut kept, mut end) = (String::with_capacity(text.len()), 0);
    for (at, character) in text.char_indices() {
        if at >= end && is_day(at) {
            kept.push('\n');
            end = at + DAY;
        }
        if at >= end {
            kept.push(character);
        }
    }
    kept
}

/// The digits by which a number is known, however it is written: its last ones. `None` for an extension, and for what is no number.
fn end_of(number: &str) -> Option<String> {
    let is_written = |c: char| c.is_ascii_digit() || " +.-/()\u{a0}\u{202f}".contains(c);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= FEWEST && number.chars().all(is_written);
    is_number.then(|| last(&digits, LAST).to_owned())
}

fn last(digits: &str, most: usize) -> &str {
    &digits[digits.len().saturating_sub(most)..]
}

/// Characters of a day.
const DAY: usize = "2026-10-02".len();
/// A number has at least so many digits; what is shorter is an extension.
const FEWEST: usize = 7;
/// The last digits of a number, which no other of a test's has.
const LAST: usize = 8;
/// A secret of a test is longer than a word of the bridge.
const SHORTEST_SECRET: usize = 6;
/// Characters of a signature from which on it is one, and no example.
const SIGNATURE: usize = 20;
/// The models of Odoo that have numbers.
const NUMBERED: &[&str] = &[
    "res.partner",
    "x_ucm_call",
    "x_ucm_member",
    "x_ucm_number",
    "x_ucm_order",
    "x_ucm_ring",
];

#[cfg(test)]
mod tests {
    use host::{LogLine, LogSource};

    use super::*;

    /// What is found in a line, an address and a refusal with these words, where one number and one secret are known.
    fn found(words: &str) -> Vec<usize> {
        let line = LogLine {
            component: "cdr-poll".to_owned(),
            source: LogSource::Stdout,
            text: words.to_owned(),
        };
        let url = format!("http://odoo.example.com/{words}?{words}=1&a={words}");
        let said = [
            Said::Line(&line),
            Said::Address {
                component: "cdr-poll",
                url: &url,
            },
            Said::Refusal {
                path: "/sync",
                status: 502,
                body: words.as_bytes(),
            },
        ];
        let of = |said| {
            let net = Net::default();
            let servers = r#"[{"password":"pass-word-1","username":"cdrapi"}]"#;
            net.starts(&[("ucm_servers".to_owned(), servers.to_owned())].into());
            net.hears(said);
            net.found(|| ["+33199000042".to_owned(), "1001".to_owned()].into())
                .len()
        };
        said.map(of).to_vec()
    }

    #[test]
    fn a_number_is_found_however_it_is_written_and_so_is_a_secret() {
        for words in [
            "0199000042",
            "+33199000042",
            "01.99.00.00.42",
            "pass-word-1",
        ] {
            assert_eq!(found(&format!("x{words}")), [1, 1, 1], "{words}");
        }
        assert_eq!(found("0033 1 99 00 00 42")[0], 1);
    }

    #[test]
    fn what_is_masked_an_extension_a_moment_or_an_id_is_no_number() {
        for words in [
            "0199\u{2026}42",
            "1001",
            "2026-06-15T08:20:00Z",
            "1781504400123456",
            "cdrapi",
        ] {
            assert_eq!(found(words), [0, 0, 0], "{words}");
        }
    }

    #[test]
    fn a_day_is_no_number_although_somebody_has_one_that_ends_like_it() {
        let of = |words: &str| {
            let net = Net::default();
            net.hears(Said::Address {
                component: "cdr-poll",
                url: words,
            });
            net.found(|| ["+33120261002".to_owned()].into()).len()
        };
        assert_eq!(of("server=lyon day=2026-10-02 ucm=584"), 0);
        assert_eq!(of("2026-10-02T08:20:00Z, 2026-10-03"), 0);
        for number in [
            "0120261002",
            "1 20-26-10-02",
            "12026-10-02",
            "2026-10-021 20261002",
        ] {
            assert_eq!(of(number), 1, "{number}");
        }
    }

    #[test]
    fn only_where_a_ucm_takes_it_may_an_address_name_a_file() {
        let of = |url: &str| {
            let net = Net::default();
            net.hears(Said::Address {
                component: "recordings",
                url,
            });
            net.found(|| ["0199000042".to_owned()].into()).len()
        };
        let query = "filedir=monitor&filename=2026-06/auto-1781531986-0199000042-1001.wav";
        assert_eq!(of(&format!("http://127.0.0.1:8089/recapi?{query}")), 0);
        assert_eq!(of(&format!("http://127.0.0.1:8089/cdrapi?{query}")), 1);
    }
}
