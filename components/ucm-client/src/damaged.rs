//! Records that are not well-formed, read by their looks.
//!
//! Names are in the callers' hands. A quote, an ampersand or a bracket that a firmware forgets to escape would otherwise cost the record, or
//! the whole page, at every poll. Where one field ends and the next begins is told by the fields' names; what stands between is the value.
//! What cannot be told for certain is left out and named: a damaged field never takes its neighbours along, and is never guessed.

pub(super) mod json;
pub(super) mod xml;

use super::page::Page;
use calls::cdr::Row;

/// A damaged record, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// The record as it came.
    text: &'a str,
    row: Row,
    /// Names of the fields whose values are not certain.
    lost: Vec<String>,
    /// Whether the text ends within the record.
    is_cut: bool,
    /// What it is among the records of a group.
    role: Role,
}

/// What a record is among those of a group.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is of none, or what is around one.
    #[default]
    Other,
    /// The summary that a device makes up, or its only leg.
    Summary,
    /// A leg.
    Leg,
}

impl Role {
    /// That of what stands under `name`.
    fn of(name: &str) -> Self {
        match name {
            "main_cdr" => Self::Summary,
            name if name.starts_with("sub_cdr") => Self::Leg,
            _ => Self::Other,
        }
    }
}

impl Found<'_> {
    /// Takes a field. One that comes twice with different values is lost: nobody knows which of the two a caller has made up.
    fn put(&mut self, name: &str, value: Option<String>) {
        let is_new = !self.lost.iter().any(|lost| lost == name);
        match (self.row.get(name), value) {
            _ if !is_new => {}
            (None, Some(value)) => drop(self.row.insert(name.to_owned(), value)),
            (Some(known), Some(value)) if *known == value => {}
            _ => {
                self.row.remove(name);
                self.lost.push(name.to_owned());
            }
        }
    }

    fn reason(&self) -> Option<String> {
        let names: Vec<String> = self.lost.iter().map(|name| format!("`{name}`")).collect();
        match (names.is_empty(), self.is_cut) {
            (true, false) => None,
            (false, false) => Some(format!("it is damaged in {}", names.join(", "))),
            (true, true) => Some("it ends in the middle".to_owned()),
            (false, true) => Some(format!("it ends in the middle of {}", names.join(", "))),
        }
    }
}

/// Puts the legs among `found` on the page, and says of each what was lost of it. Whether there was a leg at all.
pub(super) fn keep(page: &mut Page, found: Vec<Found<'_>>) -> bool {
    let legs = page.rows.len();
    for (index, record) in found.iter().enumerate() {
        let is_summary = record.role == Role::Summary;
        if is_summary && begins_with_legs(found[index + 1..].iter()) {
            continue;
        }
        // Behind legs it may be made up of them, or be the only leg of a group whose beginning is lost.
        let is_certain = !is_summary || !begins_with_legs(found[..index].iter().rev());
        let reason = record.reason();
        if !is_leg(&record.row) || !is_certain {
            // What stands around records has few fields, and none of a leg's but the session's name.
            let mut names = record.row.keys().chain(&record.lost);
            let is_of_leg = names.any(|name| name != "session" && is_field(name));
            if is_of_leg || record.row.len() + record.lost.len() > MOST_OF_ENVELOPE {
                let reason = reason.unwrap_or_else(|| "it is damaged".to_owned());
                page.put_aside(record.text, &format!("not a record: {reason}"));
            }
            continue;
        }
        if let Some(reason) = reason {
            page.note_loss(record.text, &kept(&reason));
        }
        page.add_item(vec![record.row.clone()]);
    }
    page.rows.len() > legs
}

/// Whether legs of a group come first in `records`, one of which says something.
fn begins_with_legs<'a>(records: impl Iterator<Item = &'a Found<'a>>) -> bool {
    let mut legs = records.take_while(|it| it.role == Role::Leg);
    legs.any(|it| !it.row.is_empty() || !it.lost.is_empty())
}

/// Whether there is what a leg cannot be without. The session has to be there itself: what stands in for it elsewhere would make another call of
/// a record whose session was lost.
pub(super) fn is_leg(row: &Row) -> bool {
    let has = |name: &&str| row.get(*name).is_some_and(|value| !value.is_empty());
    ESSENTIAL.iter().all(has)
}

/// What is said of a record that was kept although `reason`.
pub(super) fn kept(reason: &str) -> String {
    format!("kept without what is lost of it: {reason}")
}

/// Whether `name` is a field that a device is known to write.
pub(super) fn is_field(name: &str) -> bool {
    FIELDS.contains(&name)
}

/// The name that devices write, where a relay has written it in other letters or with spaces around.
pub(super) fn meant(name: String) -> String {
    let is_meant = |field: &&&str| name.trim().eq_ignore_ascii_case(field);
    let known = FIELDS.iter().find(is_meant);
    known.map_or(name, |field| (*field).to_owned())
}

/// What no leg can be without.
const ESSENTIAL: [&str; 3] = ["session", "start", "disposition"];

/// Fields of an envelope: its session's name and a status.
const MOST_OF_ENVELOPE: usize = 2;

/// The fields of all firmware seen.
#[rustfmt::skip]
const FIELDS: [&str; 50] = [
    "AcctId", "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end",
    "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "channel_ext", "dstchannel_ext", "service", "caller_name",
    "recordfiles", "dstanswer", "chanext", "dstchanext", "session", "action_owner", "action_type", "src_trunk_name", "dst_trunk_name",
    "nat_call", "nat_call_peer", "video_call", "gds_call", "gsc_call", "gdms_unique_code", "wave_src_seqid", "wave_dst_seqid",
    "device_info", "device_info_peer", "recordfiles_desc", "anonymous_call", "reason", "wave_src_hide", "wave_dst_hide", "new_src", "sn",
    "called_name",
];

/// The records of a damaged `cdr_root`, or of a damaged list without a name, sound and unsound; `None` if the text is not even such a list.
pub(super) fn items(text: &str) -> Option<Vec<&str>> {
    let text = text.trim_ascii_start();
    let named = || {
        let root = ["\"cdr_root\"", "\"cdr\""]
            .iter()
            .find_map(|name| text.find(name).map(|at| at + name.len()))?;
        let open = text[root..].find(|c: char| !c.is_ascii_whitespace() && c != ':')? + root;
        text[open..].strip_prefix('[')
    };
    let list = text.strip_prefix('[').or_else(named)?;
    let list = list[..list.rfind(']')?].trim_ascii();
    (list.starts_with('{') && list.ends_with('}')).then(|| cut(list))
}

/// Cuts after every `}` that is followed by `,{` and the name of a field: the way a record begins.
fn cut(list: &str) -> Vec<&str> {
    let (mut items, mut start) = (Vec::new(), 0);
    for (end, _) in list.match_indices('}') {
        if let Some(next) = begins_after(&list[end + 1..]) {
            items.push(&list[start..=end]);
            start = end + 1 + next;
        }
    }
    items.push(&list[start..]);
    items
}

/// Where the next record begins in what follows the end of one, if it does.
fn begins_after(rest: &str) -> Option<usize> {
    let record = rest
        .trim_ascii_start()
        .strip_prefix(',')?
        .trim_ascii_start();
    let key = record.strip_prefix('{')?.trim_ascii_start();
    let (name, _) = key.strip_prefix('"')?.split_once('"')?;
    let begins = name == "cdr" || is_field(name) || GATEWAY_FIELDS.contains(&name);
    begins.then_some(rest.len() - record.len())
}

/// What gateways with a REST face write beside these.
#[rustfmt::skip]
const GATEWAY_FIELDS: [&str; 12] = [
    "call_id", "calldate", "start_time", "caller", "called", "src_name", "dst_name", "direction", "type", "extension", "trunk",
    "recordingfile",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_where_they_begin() {
        let text = r#"{"response":{"cdr_root" : [ {"cdr":"a","x":"\q"} , {"AcctId":"1","n":"}"},{"cdr":"b","sub_cdr_1":{"AcctId":"2"}} ]},"status":0}"#;
        let expected = [
            r#"{"cdr":"a","x":"\q"}"#,
            r#"{"AcctId":"1","n":"}"}"#,
            r#"{"cdr":"b","sub_cdr_1":{"AcctId":"2"}}"#,
        ];
        assert_eq!(items(text).as_deref(), Some(&expected[..]));
    }

    #[test]
    fn records_of_a_gateway_are_cut_as_well() {
        let expected = [r#"{"calldate":"a","src_name":"R "D"}"#, r#"{"src":"b"}"#];
        let list = expected.join(" ,\n");
        for text in [format!("[{list}]"), format!("{{\"cdr\": [{list}]}}")] {
            assert_eq!(items(&text).as_deref(), Some(&expected[..]), "{text}");
        }
    }

    #[test]
    fn what_is_no_list_of_records_is_not_cut() {
        for text in [
            "",
            "{}",
            r#"{"cdr_root":"#,
            r#"{"cdr_root":[}"#,
            r#"{"cdr_root":[1,,2]}"#,
            r#"{"cdr":"x","y":[{]}"#,
        ] {
            assert_eq!(items(text), None, "{text}");
        }
    }
}
