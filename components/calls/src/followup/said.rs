//! What a to-do says, and what people have written in it.

use chrono::{NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{Activity, Todo, local};
use crate::language::Language;

impl Todo<'_> {
    /// What the list of to-dos shows.
    pub fn summary(&self, language: Language) -> String {
        missed(self.calls, &self.last.number, language)
    }

    /// When the last call came, on the clock of the person whose to-do it is.
    pub fn note(&self, language: Language, zone: Tz) -> String {
        let at = language.moment(&local(self.last.started_at, zone));
        format!("<p>{}{at} ({zone})</p>", last_call(language))
    }

    /// The day it is due: that of the last call.
    pub fn due(&self, zone: Tz) -> String {
        local(self.last.started_at, zone)
            .format("%Y-%m-%d")
            .to_string()
    }
}

impl Activity {
    /// Whether its summary is none that a person has written.
    pub fn has_own_summary(&self) -> bool {
        let digits = self.summary.chars().take_while(char::is_ascii_digit);
        let calls = digits.collect::<String>().parse().unwrap_or(1);
        let says = |language| self.summary == missed(calls, &self.number, language);
        self.summary.is_empty() || Language::ALL.into_iter().any(says)
    }

    /// Its note, with `said` in the place of what [`Todo::note`] has said before: of everything else somebody else is the author, also of a
    /// paragraph of the bridge's own that was changed since.
    pub fn note_with(&self, said: &str) -> String {
        let mut at = 0;
        while let Some(start) = self.note[at..].find("<p").map(|found| at + found) {
            let rest = &self.note[start..];
            let Some((tag, rest)) = rest.split_once('>') else {
                break;
            };
            let Some((text, after)) = rest.split_once("</p>") else {
                break;
            };
            if is_last_call(&text.replace("&nbsp;", "\u{a0}")) {
                return format!("{}{said}{after}", &self.note[..start]);
            }
            at = start + tag.len();
        }
        format!("{}{said}", self.note)
    }
}

/// Whether a text is one that [`Todo::note`] writes, of whichever call, in whichever language.
fn is_last_call(text: &str) -> bool {
    Language::ALL.into_iter().any(|language| {
        let said = text.strip_prefix(last_call(language));
        let said = said.and_then(|said| said.strip_suffix(')')?.rsplit_once(" ("));
        said.is_some_and(|(at, zone)| zone.parse::<Tz>().is_ok() && is_moment(at, language))
    })
}

/// Whether a text is what [`Language::moment`] makes of some moment.
fn is_moment(text: &str, language: Language) -> bool {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
    let [day, year, hour, minute] = *numbers else {
        return false;
    };
    let year = i32::try_from(year).unwrap_or_default();
    (1..=12)
        .filter_map(|month| NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, 0))
        .any(|at| language.moment(&Utc.from_utc_datetime(&at)) == text)
}

fn last_call(language: Language) -> &'static str {
    language.choose([
        "Last call: ",
        "Dernier appel\u{a0}: ",
        "\u{da}ltima llamada: ",
        "Letzter Anruf: ",
    ])
}

/// Somebody called in vain so many times.
pub(super) fn missed(calls: usize, who: &str, language: Language) -> String {
    match (language, calls) {
        (Language::En, 1) => format!("Missed call from {who}"),
        (Language::En, calls) => format!("{calls} missed calls from {who}"),
        (Language::Fr, 1) => format!("Appel manqu\u{e9} de {who}"),
        (Language::Fr, calls) => format!("{calls} appels manqu\u{e9}s de {who}"),
        (Language::Es, 1) => format!("Llamada perdida de {who}"),
        (Language::Es, calls) => format!("{calls} llamadas perdidas de {who}"),
        (Language::De, 1) => format!("Verpasster Anruf von {who}"),
        (Language::De, calls) => format!("{calls} verpasste Anrufe von {who}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{activity, call};
    use super::*;

    /// A to-do with a note and a summary.
    fn with(note: &str, summary: &str) -> Activity {
        Activity {
            note: note.to_owned(),
            summary: summary.to_owned(),
            ..activity(1, 1, true)
        }
    }

    #[test]
    fn what_the_bridge_has_said_is_said_anew_and_what_people_say_stays() {
        let (before, now) = (call(1, "inbound", "missed"), call(9, "inbound", "missed"));
        let said = |call, language, zone| Todo::of(&[call]).unwrap().note(language, zone);
        let zone = chrono_tz::Europe::Paris;
        let new = said(&now, Language::De, zone);
        for language in Language::ALL {
            let own = said(&before, language, Tz::UTC).replace('\u{a0}', "&nbsp;");
            let styled = own.replace("<p>", "<p style=\"color: red\">");
            for own in [own.as_str(), &styled] {
                let check = |before: &str, after: &str| {
                    let note = with(&format!("{before}{own}{after}"), "").note_with(&new);
                    assert_eq!(note, format!("{before}{new}{after}"));
                };
                check("", "");
                check("<p>wants offer 123</p>", "<p>not before Thursday</p>");
                check("<pre>Last call</pre><p><br></p>\n", "Ana");
            }
            let changed = [
                own.replace("</p>", " wants offer 123</p>"),
                own.replace("</p>", "<br>wants offer 123</p>"),
                own.replace("<p>", "<p>No: "),
                own.replace("2026", "2026 or so"),
                own.replace("<p>", "<p"),
                own.replace("</p>", ""),
                own.replace("UTC", "at home"),
            ];
            for changed in changed {
                let note = with(&changed, "").note_with(&new);
                assert_eq!(note, format!("{changed}{new}"));
            }
        }
        assert_eq!(with("", "").note_with(&new), new);
    }

    #[test]
    fn every_day_of_the_year_is_one_that_the_bridge_writes() {
        let first = NaiveDate::from_ymd_opt(2028, 1, 1).unwrap();
        for day in first.iter_days().take(366) {
            let at = Utc.from_utc_datetime(&day.and_hms_opt(0, 5, 0).unwrap());
            for language in Language::ALL {
                assert!(is_moment(&language.moment(&at), language), "{day}");
            }
        }
    }

    #[test]
    fn a_summary_is_the_bridges_own_or_a_persons() {
        let once = call(1, "inbound", "missed");
        for language in Language::ALL {
            for calls in [1, 2, 12] {
                let todo = Todo {
                    calls,
                    ..Todo::of(&[&once]).unwrap()
                };
                let summary = todo.summary(language);
                assert!(with("", &summary).has_own_summary(), "{summary}");
                assert!(!with("", &format!("{summary}!")).has_own_summary());
                assert!(!with("", &format!("0{summary}")).has_own_summary());
            }
        }
        assert!(with("", "").has_own_summary());
        assert!(!with("", "Zo\u{e9} is cross").has_own_summary());
    }
}
