//! What Odoo says of an import that failed.
//!
//! 17 gives people the file and the record without the cause, 18 and 19 the traceback; the traceback for programs has all of it on every
//! series: first what was wrong, then `ParseError` with the place, then the error that people see. Everything in it quotes the module's own
//! files; what PostgreSQL adds on lines of their own (`DETAIL`) may quote rows, and is left out.

/// What was wrong, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// In words, with the file and its line.
    pub(super) reason: String,
    /// What kind of thing it was.
    pub(super) kind: Kind,
}

/// What was wrong with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something else that Odoo did at the same moment was in the way.
    Disturbed,
    /// A view does not fit those that it builds on, or that build on it.
    View,
    /// Anything else.
    Other,
}

/// Reads an account.
pub(super) fn read(text: &str) -> Account {
    let told = exceptions(text);
    let wrapper = told.iter().position(|told| told.is(WRAPPER));
    let told = match wrapper {
        Some(end) if end > 0 => told.get(..end).unwrap_or_default(),
        _ => &told,
    };
    let place = told.iter().position(|told| told.is(PLACE));
    let cause = match place {
        // It is itself what was wrong.
        Some(0) => told.first(),
        Some(at) => told.get(at - 1),
        None => told.last(),
    };
    let reason = match (cause, place.and_then(|at| told.get(at))) {
        (Some(cause), Some(place)) => format!("{}{}", place.place(), cause.words()),
        (Some(cause), None) => cause.words(),
        (None, _) => "Odoo gives no reason".to_owned(),
    };
    let kind = match cause {
        Some(cause) if cause.is_disturbance() => Kind::Disturbed,
        // The importer wraps whatever its files raise: this came from elsewhere in Odoo, which was in no state to import anything.
        _ if wrapper.is_none() => Kind::Disturbed,
        Some(cause) if cause.lines.iter().any(|line| line.starts_with(VIEW_NAME)) => Kind::View,
        _ => Kind::Other,
    };
    Account {
        reason: reason.chars().take(REASON_CHARS).collect(),
        kind,
    }
}

/// One exception of a traceback: its class, and the lines of its text.
struct Told<'a> {
    class: &'a str,
    lines: Vec<&'a str>,
}

/// The exceptions in the order in which they came about. Each begins where the indented frames above it end.
fn exceptions(text: &str) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    let mut in_frames = true;
    for line in text.lines() {
        if line.starts_with("Traceback (") {
            in_frames = true;
        } else if in_frames && !line.is_empty() && !line.starts_with(' ') {
            let (class, words) = match line.split_once(": ") {
                Some((class, words)) if !class.contains(' ') => (class, words),
                None if !line.contains(' ') => (line, ""),
                _ => ("", line),
            };
            in_frames = false;
            told.push(Told {
                class,
                lines: vec![words],
            });
        } else if let (false, Some(last)) = (in_frames || CHAINS.contains(&line), told.last_mut()) {
            last.lines.push(line.trim());
        }
    }
    told
}

impl Told<'_> {
    fn is(&self, class: &str) -> bool {
        self.class.ends_with(class)
    }

    /// `views/x_ucm_call_views.xml:12: `, without the folder of this one import.
    fn place(&self) -> String {
        let line = self.lines.first().copied().unwrap_or_default();
        let path = line.strip_prefix("while parsing ").unwrap_or_default();
        let path = path.split(',').next().unwrap_or_default();
        let inner: Vec<&str> = path.rsplit('/').take(2).collect();
        match inner.as_slice() {
            [file, folder] => format!("{folder}/{file}: "),
            _ => String::new(),
        }
    }

    /// What it says: of a refused view all lines but the view itself, of anything else the first.
    fn words(&self) -> String {
        if !self.is(PLACE) {
            let line = self.lines.first().copied().unwrap_or_default();
            let line = line.split("\\nDETAIL:").next().unwrap_or_default();
            let class = self.class.rsplit('.').next().unwrap_or_default();
            return match line {
                "" => class.to_owned(),
                line if class.is_empty() => line.to_owned(),
                line => format!("{class}: {line}"),
            };
        }
        let said = self.lines.iter().skip(1);
        let said = said.take_while(|line| !line.starts_with(VIEW));
        let said = said.filter(|line| !line.is_empty() && !line.starts_with('<'));
        let mut words: Vec<String> = said.map(|line| (*line).to_owned()).collect();
        let view = self
            .lines
            .iter()
            .find_map(|line| line.strip_prefix(VIEW_NAME));
        words
            .extend(view.map(|name| format!("(view {})", name.trim_end_matches(['}', '\'', ',']))));
        words.join(" ")
    }

    fn is_disturbance(&self) -> bool {
        let said = self.lines.first().copied().unwrap_or_default();
        DISTURBANCES
            .iter()
            .any(|sign| self.class.contains(sign) || said.contains(sign))
    }
}

/// What Odoo's own words about a refused view end with; they are in English in every language.
const VIEW: &str = "View error context:";
/// Where it names the view.
const VIEW_NAME: &str = "'xmlid': '";
/// The exception that says where in the files it was.
const PLACE: &str = "convert.ParseError";
/// The exception that people see.
const WRAPPER: &str = "odoo.exceptions.UserError";
/// What stands between the exceptions of a chain.
const CHAINS: [&str; 2] = [
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
];

/// How Odoo fails on what its other threads do meanwhile, by classes and words that are not translated: PostgreSQL undoes one of two
/// transactions; a model or field that is just being made was asked for by another thread, and Odoo remembers that it is not there; or what
/// Odoo knows of its models changes under the feet of its own code, which no data file makes raise these errors of Python.
const DISTURBANCES: [&str; 10] = [
    "SerializationFailure",
    "DeadlockDetected",
    "LockNotAvailable",
    "InFailedSqlTransaction",
    "column \"model_id\" of relation \"ir_model_fields\"",
    "Expected singleton: res.lang()",
    "KeyError",
    "RuntimeError",
    "AttributeError",
    "TypeError",
];

/// Longest reason passed on.
const REASON_CHARS: usize = 400;

#[cfg(test)]
mod tests;
