//! What a UCM sends when a leg ends (*CDR Real-Time Output*): records in whatever shape and under whatever content type.
//!
//! No payload is documented. Read are: one record, a list, several records one after another, `{"cdr": …}`, `{"cdr_root": …}`, groups as
//! `cdrapi` gives them, the same as XML, a form whose fields are the record's or whose one field holds any of these, and a table, with
//! its header or in the guide's order. A UCM that only pushes will not say it again: what is damaged is kept without what was lost of it, see
//! [`damaged`].

mod form;
mod xml;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::page::Page;
use super::record::LegRow;
use super::{damaged, record, table, text};
use calls::cdr::Row;

/// Why a body holds no records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// It is something else.
    #[error("the body is neither JSON nor XML nor a form with a record's fields")]
    Format,
    /// JSON with an error in it.
    #[error("the JSON is broken at line {line}, column {column}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// XML with an error in it, or with a document type, which no record needs.
    #[error("the XML is broken at byte {0}")]
    Xml(u64),
    /// It is well-formed, and empty.
    #[error("the body holds no record")]
    NoRecord,
    /// It holds more than one push should.
    #[error("the body holds more than {MOST_LEGS} records")]
    TooMany,
}

/// Reads the records in `body`; those that cannot be read are set aside on the page.
///
/// # Errors
/// [`PushError`] when there are none to be read.
pub fn read_pushed(body: &[u8]) -> Result<Page, PushError> {
    let text = text::decode(body);
    let mut page = read_whole(body, &text).or_else(|error| {
        // Escaped once more than it should be, for an address or for a page.
        let escaped = [form::decode(&text), damaged::xml::unescaped(&text)];
        let mut others = escaped.iter().filter(|other| **other != *text);
        others
            .find_map(|other| read_whole(body, other).ok())
            .ok_or(error)
    })?;
    for row in std::mem::take(&mut page.rows) {
        let row = rename(&mut page, row);
        let row = trim(&mut page, row);
        page.rows.extend(row);
    }
    match page.rows.len() {
        0 if page.set_aside.is_empty() => Err(PushError::NoRecord),
        legs if legs > MOST_LEGS => Err(PushError::TooMany),
        _ => Ok(page),
    }
}

fn read_whole(body: &[u8], text: &str) -> Result<Page, PushError> {
    let mut page = Page::of(body);
    let Err(error) = read_text(&mut page, text) else {
        return Ok(page);
    };
    page = Page::of(body);
    if read_damaged(&mut page, text) {
        return Ok(page);
    }
    Err(error)
}

/// The first character decides: content types are not dependable on these devices.
fn read_text(page: &mut Page, text: &str) -> Result<(), PushError> {
    match text.trim_ascii_start().bytes().next() {
        None => Err(PushError::NoRecord),
        Some(b'{' | b'[') => read_json(page, &text::without_controls(Cow::Borrowed(text))),
        Some(b'<') => xml::read(page, text),
        Some(b'"') if let Ok(inner) = serde_json::from_str::<String>(text) => {
            // JSON within JSON. What is in it is shorter, so this ends.
            read_text(page, &inner)
        }
        Some(_) => read_fields(page, text),
    }
}

/// Records by the names of their fields, wherever they begin. Whether there are any.
fn read_damaged(page: &mut Page, text: &str) -> bool {
    let json = text::without_controls(Cow::Borrowed(text));
    damaged::keep(page, damaged::json::records(&json))
        || damaged::keep(page, damaged::xml::records(text))
}

/// One value, or several one after another, as a relay joins them.
fn read_json(page: &mut Page, text: &str) -> Result<(), PushError> {
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let value = value.map_err(|error| PushError::Json {
            line: error.line(),
            column: error.column(),
        })?;
        read_value(page, value.get(), 0);
    }
    Ok(())
}

/// `cdr` is an envelope where it holds records, and the session's name within a record.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    cdr_root: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cdr: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    fn inner(text: &'a str) -> Option<&'a str> {
        let envelope: Self = serde_json::from_str(text).ok()?;
        [envelope.cdr_root, envelope.cdr]
            .into_iter()
            .flatten()
            .map(RawValue::get)
            .find(|inner| inner.starts_with(['{', '[']))
    }
}

fn read_value(page: &mut Page, text: &str, depth: u8) {
    if depth > MOST_ENVELOPES {
        return page.put_aside(text, "envelopes within envelopes");
    }
    if text.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
        for item in items {
            read_value(page, item.get(), depth + 1);
        }
        return;
    }
    match Envelope::inner(text).filter(|_| text.starts_with('{')) {
        Some(inner) => read_value(page, inner, depth + 1),
        None => {
            let records = page.rows.len();
            if let Some(inner) = text_within(text) {
                _ = read_text(page, &inner);
            }
            if page.rows.len() == records {
                record::read_into(page, text);
            }
        }
    }
}

/// Records that stand as a text in a field of what is no record itself.
fn text_within(text: &str) -> Option<String> {
    // Within a text the quotes are escaped: this is a record's own, as nearly always.
    if text.contains("\"disposition\"") {
        return None;
    }
    let LegRow(fields) = serde_json::from_str(text).ok()?;
    fields.into_values().find(|text| is_of_records(text))
}

fn is_of_records(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '[', '<']) && text.contains("disposition")
}

/// A form, or a table.
fn read_fields(page: &mut Page, text: &str) -> Result<(), PushError> {
    let form = form::read(text);
    if let [(_, value)] = form.pairs.as_slice()
        && value.trim_ascii_start().starts_with(['{', '[', '<'])
    {
        return read_text(page, value);
    }
    // Beside a token, or what else a relay has added.
    if !form.has("disposition")
        && let Some((_, value)) = form.pairs.iter().find(|(_, value)| is_of_records(value))
    {
        return read_text(page, value);
    }
    if RECORD_FIELDS.iter().any(|name| form.has(name)) {
        form.put_into(page, text);
        return Ok(());
    }
    *page = table::read("push", text.as_bytes(), text)
        .ok()
        .or_else(|| table::read_bare(text.as_bytes(), text))
        .ok_or(PushError::Format)?;
    Ok(())
}

/// The record by the names that devices write.
fn rename(page: &mut Page, row: Row) -> Row {
    if row.contains_key("disposition") {
        return row;
    }
    let text = json(&row);
    let fields = row.into_iter();
    page.row_of(
        &text,
        fields.map(|(name, value)| (damaged::meant(name), value)),
    )
}

/// The record without what is longer than anything a device writes, and one with more fields than any firmware has without those that none has.
fn trim(page: &mut Page, row: Row) -> Option<Row> {
    let is_long = row.len() > MOST_FIELDS;
    let fits = |(name, value): &(&String, &String)| {
        name.len() + value.len() <= MOST_FIELD_BYTES && (!is_long || damaged::is_field(name))
    };
    if row.iter().all(|field| fits(&field)) {
        return Some(row);
    }
    let (kept, lost): (Row, Row) = row
        .into_iter()
        .partition(|(name, value)| fits(&(name, value)));
    let reason = "a record with more or longer fields than any device writes";
    let text = json(&[&kept, &lost]);
    if damaged::is_leg(&kept) {
        page.note_loss(&text, &damaged::kept(reason));
        return Some(kept);
    }
    page.put_aside(&text, reason);
    None
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Records of one push: a UCM sends one, a relay may join some. More do not go into the largest body that is taken: one with nothing but session,
/// begin and disposition has some ninety bytes.
const MOST_LEGS: usize = 4_000;
/// Envelopes around a record: two are known.
const MOST_ENVELOPES: u8 = 4;
/// The newest firmware writes 46 fields.
const MOST_FIELDS: usize = 200;
/// `lastdata` is cut at 255 characters by the device; lists of recordings may be longer.
const MOST_FIELD_BYTES: usize = 8 * 1024;
/// A form is a record's if it has any of these.
const RECORD_FIELDS: [&str; 3] = ["session", "uniqueid", "AcctId"];

#[cfg(test)]
mod tests {
    use super::{PushError, read_pushed};

    const LEG: &str = r#"{"AcctId":"7","session":"1717090900484188-1001","start":"2024-05-30 14:41:40","disposition":"BUSY"}"#;

    fn sessions(body: &str) -> Vec<String> {
        let page = read_pushed(body.as_bytes()).unwrap();
        assert!(page.set_aside.is_empty(), "{body}: {:?}", page.set_aside);
        page.rows.iter().map(|row| row["session"].clone()).collect()
    }

    #[test]
    fn every_shape_gives_the_same_rows() {
        let bare = read_pushed(LEG.as_bytes()).unwrap().rows;
        let xml = "<cdr><AcctId>7</AcctId><session>1717090900484188-1001</session><start>2024-05-30 14:41:40</start>\
                   <disposition>BUSY</disposition></cdr>";
        let form =
            "AcctId=7&session=1717090900484188-1001&start=2024-05-30+14%3A41%3A40&disposition=BUSY";
        let inner = LEG.trim_start_matches('{');
        for body in [
            format!("[{LEG}]"),
            format!("\u{feff}  {{\"cdr\":{LEG}}}"),
            format!("{{\"cdr\":[{LEG}]}}"),
            format!("{{\"cdr_root\":[{LEG}]}}"),
            format!("{{\"cdr_root\":{{\"cdr\":{LEG}}}}}"),
            format!("{{\"cdr\":\"1717090900484188-1001\",{inner}"),
            format!(
                "cdr={}",
                url::form_urlencoded::byte_serialize(LEG.as_bytes()).collect::<String>()
            ),
            xml.to_owned(),
            format!("<?xml version=\"1.0\"?>\n<cdr_root>{xml}</cdr_root>"),
            form.to_owned(),
            "AcctID=7&Session=1717090900484188-1001&START=2024-05-30+14%3A41%3A40&Disposition=BUSY"
                .to_owned(),
        ] {
            assert_eq!(read_pushed(body.as_bytes()).unwrap().rows, bare, "{body}");
        }
    }

    #[test]
    fn the_header_of_a_table_may_be_in_other_letters() {
        let table = "ACCTID,Session,Start,SRC,DST,Disposition\n7,1717090900484188-1001,2024-05-30 14:41:40,1001,1002,BUSY\n";
        assert_eq!(sessions(table), ["1717090900484188-1001"]);
    }

    /// As a firmware writes a call of one leg, see the same in JSON.
    #[test]
    fn a_summary_that_alone_carries_the_leg_is_one_in_xml_too() {
        let leg = |session: &str| {
            format!(
                "<AcctId>7</AcctId><session>{session}</session><start>2024-05-30 14:41:40</start><disposition>BUSY</disposition>"
            )
        };
        let (one, other) = ("1717090900484188-1001", "1717090900484188-1002");
        let alone = format!("<cdr><main_cdr>{}</main_cdr></cdr>", leg(one));
        let beside = format!(
            "<cdr><main_cdr>{}</main_cdr><sub_cdr_1>{}</sub_cdr_1></cdr>",
            leg("made-up"),
            leg(other)
        );
        assert_eq!(sessions(&alone), [one]);
        let all = format!("<cdr_root>{beside}{alone}</cdr_root>");
        assert_eq!(sessions(&all), [other, one]);
    }

    #[test]
    fn a_damaged_summary_that_alone_carries_the_leg_is_one_too() {
        let (one, other) = ("1717090900484188-1001", "1717090900484188-1002");
        let leg = |session: &str, name: &str| {
            format!(
                "<AcctId>7</AcctId><session>{session}</session><start>2024-05-30 14:41:40</start><clid>{name}</clid><disposition>BUSY</disposition>"
            )
        };
        let alone = format!(
            "<cdr><cdr>{one}</cdr><main_cdr>{}</main_cdr></cdr>",
            leg(one, "R&D")
        );
        let beside = format!(
            "<cdr><main_cdr>{}</main_cdr><sub_cdr_1>{}</sub_cdr_1></cdr>",
            leg("made-up", "R&D"),
            leg(other, "R&D")
        );
        assert_eq!(sessions(&alone), [one]);
        assert_eq!(sessions(&beside), [other]);
        assert_eq!(
            sessions(&format!("<cdr_root>{alone}{beside}</cdr_root>")),
            [one, other]
        );
        assert_eq!(
            sessions(&format!("<cdr_root>{beside}{alone}</cdr_root>")),
            [other, one]
        );
        let empty = alone.replace("</main_cdr>", "</main_cdr><sub_cdr_1></sub_cdr_1>");
        assert_eq!(sessions(&format!("{empty}{beside}")), [one, other]);

        // What cannot be a leg is shown to a person, and so is what may be the summary of the legs before it.
        let lost = alone.replace(&format!("<session>{one}</session>"), "");
        let behind = alone.replace(&format!("<cdr><cdr>{one}</cdr>"), "");
        for text in [format!("{lost}{beside}"), format!("{beside}{behind}")] {
            let page = read_pushed(text.as_bytes()).unwrap();
            assert_eq!(page.rows.len(), 1, "{text}");
            let [aside] = &page.set_aside[..] else {
                panic!("{text}: {:?}", page.set_aside);
            };
            assert!(
                aside.payload.contains("<main_cdr><AcctId>7") && !aside.kept,
                "{aside:?}"
            );
        }

        let leg = |session: &str, name: &str| {
            let leg = LEG.replace("1717090900484188-1001", session);
            leg.replace('}', &format!(",\"clid\":\"{name}\"}}"))
        };
        let quoted = "\"Ana\"";
        let alone = format!("{{\"cdr\":\"{one}\",\"main_cdr\":{}}}", leg(one, quoted));
        let beside = format!(
            "{{\"cdr\":\"{other}\",\"main_cdr\":{},\"sub_cdr_1\":{}}}",
            leg("made-up", quoted),
            leg(other, quoted)
        );
        assert_eq!(sessions(&alone), [one]);
        assert_eq!(sessions(&format!("[{alone},{beside}]")), [one, other]);
        // Half a character is no text; the leg beside it is no leg.
        let half = alone
            .replace(quoted, "\\ud800")
            .replace("}}", "},\"sub_cdr_1\":{}}");
        let page = read_pushed(
            format!("[{half},{beside}]")
                .replace(quoted, "Ana")
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(page.rows.len(), 2, "{:?}", page.set_aside);
        assert!(
            page.set_aside.iter().all(|it| it.kept),
            "{:?}",
            page.set_aside
        );
    }

    #[test]
    fn what_is_left_of_a_record_that_ends_early_is_set_aside() {
        for rest in [r#"{"AcctId":"8","src":"1"#, r#"{"src":"0199000042"#] {
            let page = read_pushed(format!("{LEG}{rest}").as_bytes()).unwrap();
            assert_eq!((page.rows.len(), page.set_aside.len()), (1, 1), "{rest}");
        }
    }

    #[test]
    fn several_records_come_in_their_order() {
        let other = LEG.replace("1001", "1002");
        let expected = ["1717090900484188-1001", "1717090900484188-1002"];
        assert_eq!(sessions(&format!("[{LEG},{other}]")), expected);
        assert_eq!(sessions(&format!("{LEG}\n{other}\n")), expected);
        let group = format!(
            "{{\"cdr\":\"\",\"main_cdr\":{{\"src\":\"1\"}},\"sub_cdr_1\":{LEG},\"sub_cdr_2\":{other}}}"
        );
        assert_eq!(sessions(&group), expected);
    }

    #[test]
    fn what_is_no_record_says_so() {
        let fault = |body: &str| read_pushed(body.as_bytes()).unwrap_err();
        assert_eq!(fault("  "), PushError::NoRecord);
        assert_eq!(fault("[]"), PushError::NoRecord);
        assert_eq!(fault("{}"), PushError::NoRecord);
        assert_eq!(fault("hello"), PushError::Format);
        assert_eq!(fault("a=b"), PushError::Format);
        assert!(matches!(fault("{\"session\":"), PushError::Json { .. }));
        assert!(matches!(fault("<cdr><session>1</cdr>"), PushError::Xml(_)));
        assert_eq!(
            fault(&format!("[{}]", vec![LEG; 4_001].join(","))),
            PushError::TooMany
        );
    }

    #[test]
    fn a_bad_record_is_set_aside_and_the_good_one_read() {
        let page =
            read_pushed(format!("[7,{LEG},{{\"session\":\"{}\"}}]", "x".repeat(9_000)).as_bytes())
                .unwrap();
        assert_eq!((page.rows.len(), page.set_aside.len()), (1, 2));
        let nested = format!("{}{LEG}{}", "[".repeat(20), "]".repeat(20));
        assert_eq!(read_pushed(nested.as_bytes()).unwrap().set_aside.len(), 1);
    }
}
