//! A record of the REST dialect, put into the words of the CDR: one call as its one leg.

use serde_json::value::RawValue;

use super::damaged;
use super::page::Page;
use super::record::LegRow;
use calls::cdr::Row;

/// Reads `items`; a record without an id, or one that is no record, is set aside.
pub(super) fn page(body: &[u8], items: &[&str]) -> Page {
    let mut page = Page::of(body);
    for item in items {
        page.count_item(item);
        read_into(&mut page, item);
    }
    page
}

fn read_into(page: &mut Page, item: &str) {
    match serde_json::from_str::<LegRow>(item) {
        Ok(LegRow(record)) if record.is_empty() => {}
        Ok(LegRow(record)) => match leg(&record) {
            Some(row) => page.add_item(vec![row]),
            None => page.put_aside(item, "a call without an id (`uniqueid` or `call_id`)"),
        },
        Err(_) => match serde_json::from_str::<Vec<&RawValue>>(item) {
            Ok(parts) => parts.iter().for_each(|part| read_into(page, part.get())),
            Err(_) => salvage(page, item),
        },
    }
}

/// A record that is damaged: its fields are told by their names.
fn salvage(page: &mut Page, item: &str) {
    let found = damaged::json::fields(item);
    let read = found.and_then(|(record, lost)| Some((leg(&record)?, lost)));
    let Some((row, lost)) = read else {
        return page.put_aside(item, "not a record");
    };
    if let Some(reason) = lost {
        page.note_loss(item, &damaged::kept(&reason));
    }
    page.add_item(vec![row]);
}

/// The leg that a record stands for; `None` if it has no id.
fn leg(record: &Row) -> Option<Row> {
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| record.get(*name))
            .filter(|text| !text.is_empty())
            .map(String::as_str)
    };
    let id = first(&["uniqueid"]).or_else(|| first(&["call_id"]))?;
    let direction = direction(first(&["direction"]).or_else(|| first(&["type"])));
    let disposition = first(&["disposition"]).map(disposition);
    let mut row = Row::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            row.insert(name.to_owned(), value.to_owned());
        }
    };
    for name in ["session", "AcctId", "uniqueid"] {
        put(name, Some(id));
    }
    for (name, sources) in COPIED {
        put(name, sources.iter().find_map(|source| first(&[source])));
    }
    // Always there: it is how the CDR tells a record whose id holds no epoch.
    put("direction", Some(direction.unwrap_or_default()));
    put("disposition", disposition.as_deref());
    let (extension, trunk) = (first(&["extension"]), first(&["trunk"]));
    place(
        &mut put,
        direction,
        disposition.as_deref() == Some(ANSWERED),
        extension,
        trunk,
    );
    Some(row)
}

/// Extension and trunk go to the side of the call where they belong: who is called in, who calls out.
fn place(
    put: &mut impl FnMut(&str, Option<&str>),
    direction: Option<&str>,
    answered: bool,
    extension: Option<&str>,
    trunk: Option<&str>,
) {
    match direction {
        Some(OUTBOUND) => {
            put("channel_ext", extension);
            put("dst_trunk_name", trunk);
        }
        Some(INTERNAL) => put("channel_ext", extension),
        _ => {
            put("dstchannel_ext", extension);
            put("dstanswer", extension.filter(|_| answered));
            put("src_trunk_name", trunk);
        }
    }
}

/// The direction, in one word each; a word that is not known says nothing.
fn direction(word: Option<&str>) -> Option<&'static str> {
    match word?.trim().to_ascii_lowercase().as_str() {
        "outbound" | "out" | "outgoing" => Some(OUTBOUND),
        "inbound" | "in" | "incoming" => Some(INBOUND),
        "internal" | "local" => Some(INTERNAL),
        _ => None,
    }
}

/// The disposition, in the UCM's words; a word that is not known is kept in capitals.
fn disposition(word: &str) -> String {
    let word = word.trim().to_ascii_uppercase().replace(['_', '-'], " ");
    match word.as_str() {
        "ANSWERED" | "ANSWER" | "COMPLETED" => ANSWERED,
        "NO ANSWER" | "NOANSWER" | "NOT ANSWERED" | "MISSED" | "UNANSWERED" | "CANCEL"
        | "CANCELED" | "CANCELLED" => "NO ANSWER",
        "BUSY" | "REJECTED" => "BUSY",
        "FAILED" | "FAIL" | "CONGESTION" | "CHANUNAVAIL" => "FAILED",
        other => other,
    }
    .to_owned()
}

/// Fields that only change their name: the CDR's, and the REST ones in order of preference.
const COPIED: [(&str, &[&str]); 8] = [
    ("start", &["calldate", "start_time"]),
    ("src", &["src", "caller"]),
    ("dst", &["dst", "called"]),
    ("caller_name", &["src_name", "caller_name"]),
    ("called_name", &["dst_name", "called_name"]),
    ("duration", &["duration"]),
    ("billsec", &["billsec"]),
    ("recordfiles", &["recordingfile"]),
];

const ANSWERED: &str = "ANSWERED";
const INBOUND: &str = "inbound";
const OUTBOUND: &str = "outbound";
const INTERNAL: &str = "internal";
