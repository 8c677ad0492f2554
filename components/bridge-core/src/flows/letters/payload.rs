//! What a letter holds: a record as the UCM wrote it, the legs of a call, or a row that Odoo refused.

use serde_json::Value;

use crate::flows::deliver::followup::Task;
use crate::state::DeadLetter;
use calls::cdr::{Call, Leg, Row};
use odoo_client::journal::{self, Kept};
use ucm_client::read_pushed;

/// What there is to try again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// Legs that the UCM has shown.
    Legs(Vec<Leg>),
    /// The key of a row that was to be written, and the legs that were to be stored with it.
    Kept(String, Kept),
    /// The key of a row of the journal, which has the legs.
    Row(String),
    /// The key of a call of the journal, and what follows from it that was refused.
    Task(Task, String),
}

/// Reads a letter's payload, whichever way it came to be set aside.
///
/// # Errors
/// Why it still cannot be read.
pub(super) fn read(payload: &str) -> Result<Contents, String> {
    let row: Option<Value> = serde_json::from_str(payload).ok();
    if row.as_ref().is_some_and(DeadLetter::is_cut) {
        return Err(CUT.to_owned());
    }
    // From the text: of a field that stands twice a value has the last alone.
    if let Ok(leg) = serde_json::from_str::<Leg>(payload) {
        return Ok(Contents::Legs(vec![leg]));
    }
    if let Some((task, key)) = row.as_ref().and_then(refused_task) {
        return Ok(Contents::Task(task, key));
    }
    if let Some((key, legs)) = row.as_ref().and_then(refused_row) {
        return Ok(match legs {
            Some(text) => Contents::Kept(key, Kept::of(&text)),
            None => Contents::Row(key),
        });
    }
    let page = read_pushed(payload.as_bytes()).map_err(|error| error.to_string())?;
    match page.set_aside.into_iter().find(|part| !part.kept) {
        Some(part) => Err(part.reason),
        None => of_rows(&page.rows),
    }
}

/// Whether the letter is about a row that Odoo had refused, and `call` has all its legs: the journal has them now.
///
/// A record that could not be read stays set aside: that its call is there does not say that this leg of it is.
pub(super) fn is_within(payload: &str, call: &Call) -> bool {
    let row: Option<Value> = serde_json::from_str(payload).ok();
    let Some((_, legs)) = row
        .as_ref()
        .filter(|row| refused_task(row).is_none())
        .and_then(refused_row)
    else {
        return false;
    };
    let legs = legs.map_or_else(|| Some(Vec::new()), |text| journal::known_legs(&text));
    legs.is_some_and(|legs| {
        legs.iter()
            .all(|leg| call.legs.iter().any(|known| known.key() == leg.key()))
    })
}

/// The key of a call, and what follows from it that Odoo refused.
fn refused_task(row: &Value) -> Option<(Task, String)> {
    let key = row.get("x_uid")?.as_str()?;
    let is_open = |task: &Task| row.get(task.mark()) == Some(&Value::Bool(false));
    let task = Task::ALL.into_iter().find(is_open)?;
    let is_row = row.get("x_legs").is_some();
    (!is_row).then(|| (task, key.to_owned()))
}

/// The key of a row that Odoo refused, and the text of its legs where they were to be written.
fn refused_row(row: &Value) -> Option<(String, Option<String>)> {
    let key = row.get("x_uid")?.as_str()?.to_owned();
    let legs = row.get("x_legs").and_then(Value::as_str);
    Some((key, legs.map(str::to_owned)))
}

fn of_rows(rows: &[Row]) -> Result<Contents, String> {
    // What is no value by now will be none: the leg is kept without it.
    let legs: Result<Vec<Leg>, _> = rows
        .iter()
        .map(|row| Leg::salvage(row).map(|(leg, _)| leg))
        .collect();
    legs.map(Contents::Legs).map_err(|error| error.to_string())
}

const CUT: &str = "it was too large to be kept as it came: replay its day, then discard it";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Contents, Task, read};
    use calls::cdr::Leg;

    const ROW: &str = r#"{"AcctId":"73","session":"1717090900484188-1001","start":"2024-05-30 14:41:40","disposition":"BUSY","src":"1001"}"#;

    fn leg() -> Leg {
        let row = serde_json::from_str(ROW).unwrap();
        Leg::read(&row).unwrap()
    }

    #[test]
    fn every_way_of_being_set_aside_leads_back_to_legs() {
        let leg_text = serde_json::to_string(&leg()).unwrap();
        for payload in [ROW, &leg_text, &format!("[{ROW}]")] {
            assert_eq!(read(payload), Ok(Contents::Legs(vec![leg()])), "{payload}");
        }
        let key = "paris/1717090900484188-1001".to_owned();
        let kept = |v: u32| {
            let stored = json!({ "v": v, "legs": [leg()] }).to_string();
            let refused = json!({ "x_uid": key, "x_duration": 3, "x_legs": stored });
            match read(&refused.to_string()) {
                Ok(Contents::Kept(of, kept)) if of == key => kept.legs(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([kept(1), kept(99)], [Some(vec![leg()]), None]);
        let contact = r#"{"x_uid":"paris/1717090900484188-1001","x_number":"+33199000042"}"#;
        assert_eq!(read(contact), Ok(Contents::Row(key.clone())));
        let todo = r#"{"x_uid":"paris/1717090900484188-1001","x_followed_up":false}"#;
        assert_eq!(read(todo), Ok(Contents::Task(Task::Todo, key.clone())));
        let lead = r#"{"x_uid":"paris/1717090900484188-1001","x_lead_decided":false}"#;
        assert_eq!(read(lead), Ok(Contents::Task(Task::Lead, key)));
    }

    /// A caller's name may have brought one of the two along.
    #[test]
    fn what_was_not_certain_is_no_more_certain_when_it_is_tried_again() {
        let twice = ROW.replace(r#""src":"1001""#, r#""src":"1001","src":"0199000001""#);
        let group = format!(r#"{{"cdr":"x","sub_cdr_1":{twice}}}"#);
        for payload in [&twice, &group] {
            let Ok(Contents::Legs(legs)) = read(payload) else {
                panic!("{payload}")
            };
            assert_eq!((legs.len(), &*legs[0].src), (1, ""), "{payload}");
        }
    }

    #[test]
    fn what_is_still_wrong_says_why() {
        let check = |payload: &str, reason: &str| {
            assert!(
                read(payload).is_err_and(|error| error.contains(reason)),
                "{payload}"
            );
        };
        check("hello", "neither JSON nor XML");
        check(r#"{"begins":"{","cut":"00"}"#, "replay its day");
        check(
            r#"{"session":"1717090900484188-1001","disposition":"BUSY"}"#,
            "start",
        );
    }
}
