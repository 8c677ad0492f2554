//! Which call in the journal a phone has rung for.

use chrono::{DateTime, TimeDelta, Utc};

/// A ring that waits for its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Database id.
    pub id: i64,
    /// The extension that rang.
    pub extension: String,
    /// Who called: a number in E.164, or what the phone showed in its place.
    pub caller: String,
    /// When it began to ring, by the clock of Odoo.
    pub at: DateTime<Utc>,
}

/// A call in the journal that a phone may have rung for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Database id.
    pub id: i64,
    /// Who called, as far as known: the number in E.164, and as the PBX has it.
    pub callers: Vec<String>,
    /// The extensions that it came to.
    pub extensions: Vec<String>,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
}

/// A ring, and the call that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The ring.
    pub ring: i64,
    /// The call.
    pub call: i64,
}

/// The calls of rings of which there is one only: of that caller, to that extension, and going on when it rang. All phones of a group have rung for
/// the same call; where two calls may be it, a person says which.
pub fn links(rings: &[Rung], calls: &[Came]) -> Vec<Link> {
    let call_of = |ring: &Rung| {
        let mut fitting = calls.iter().filter(|call| fits(ring, call));
        match (fitting.next(), fitting.next()) {
            (Some(call), None) => Some(Link {
                ring: ring.id,
                call: call.id,
            }),
            _ => None,
        }
    };
    rings.iter().filter_map(call_of).collect()
}

fn fits(ring: &Rung, call: &Came) -> bool {
    let span = call.began_at - CLOCKS_DIFFER..=call.ended_at + CLOCKS_DIFFER;
    !ring.caller.is_empty()
        && span.contains(&ring.at)
        && call.callers.contains(&ring.caller)
        && call.extensions.contains(&ring.extension)
}

/// How far the clocks of Odoo and of the PBX may differ unnoticed.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
    }

    fn ring(id: i64, extension: &str, second: i64) -> Rung {
        Rung {
            id,
            extension: extension.into(),
            caller: "+33199000012".into(),
            at: at(second),
        }
    }

    fn call(id: i64, extensions: &[&str], from: i64, until: i64) -> Came {
        Came {
            id,
            callers: vec!["+33199000012".into(), "0199000012".into()],
            extensions: extensions.iter().map(|text| (*text).into()).collect(),
            began_at: at(from),
            ended_at: at(until),
        }
    }

    fn linked(rings: &[Rung], calls: &[Came]) -> Vec<(i64, i64)> {
        let links = links(rings, calls).into_iter();
        links.map(|link| (link.ring, link.call)).collect()
    }

    #[test]
    fn all_phones_of_a_group_have_rung_for_one_call() {
        let rings = [
            ring(1, "1001", 30),
            ring(2, "1002", 31),
            ring(3, "1003", 30),
        ];
        let calls = [call(7, &["6400", "1001", "1002"], 0, 90)];
        assert_eq!(linked(&rings, &calls), [(1, 7), (2, 7)]);
    }

    #[test]
    fn a_call_that_was_over_or_had_not_begun_is_another_one() {
        let calls = [call(7, &["1001"], 0, 20), call(8, &["1001"], 100, 120)];
        assert_eq!(linked(&[ring(1, "1001", 60)], &calls), []);
        // The clocks of two machines are never the same.
        assert_eq!(linked(&[ring(1, "1001", 23)], &calls), [(1, 7)]);
        assert_eq!(linked(&[ring(1, "1001", 97)], &calls), [(1, 8)]);
    }

    #[test]
    fn where_two_calls_may_be_it_a_person_says_which() {
        let calls = [call(7, &["1001"], 0, 90), call(8, &["1001"], 20, 60)];
        assert_eq!(linked(&[ring(1, "1001", 30)], &calls), []);
        let mut stranger = ring(1, "1001", 30);
        stranger.caller = "+33199000013".into();
        assert_eq!(linked(&[stranger], &calls[..1]), []);
        let mut nobody = ring(1, "1001", 30);
        nobody.caller = String::new();
        let mut nameless = call(7, &["1001"], 0, 90);
        nameless.callers.push(String::new());
        assert_eq!(linked(&[nobody], &[nameless]), []);
    }
}
