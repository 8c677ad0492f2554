//! Records as CSV: what the legacy API writes when it does not heed `format=json`.
//!
//! Newer firmware quotes its fields; the one of the 2013 guide does not, so that a comma in `lastdata` or in a name cuts a field in two, and
//! writes more columns than its header names. Such a row is put together again by its times, which cannot be mistaken.

use chrono::NaiveDateTime;

use super::damaged;
use super::page::Page;
use super::text::blank_controls;
use super::{UcmError, Unexpected};
use calls::cdr::Row;

/// Reads a CSV answer to `action`: a header row, then one leg per row.
///
/// # Errors
/// [`UcmError::Protocol`] when there is no header row of call records.
pub(super) fn read(action: &'static str, body: &[u8], text: &str) -> Result<Page, UcmError> {
    let text = text.trim_start();
    let (first, rows) = text.split_once('\n').unwrap_or((text, ""));
    let header = Header::read(first).ok_or(Unexpected::Format(action))?;
    let mut page = Page::of(body);
    for line in lines(rows) {
        page.count_item(line);
        match header.row(line) {
            Some(row) => page.add_item(vec![row]),
            None => page.put_aside(line, "a row whose fields do not fit the header"),
        }
    }
    Ok(page)
}

/// Reads rows without a header: only such as have their session, times and disposition where the guide's order has them. `None` where there
/// is no such row.
pub(super) fn read_bare(body: &[u8], text: &str) -> Option<Page> {
    let whole = Header(ORDER.map(str::to_owned).into());
    let short = Header(
        whole
            .0
            .iter()
            .filter(|name| !SINCE.contains(&name.as_str()))
            .cloned()
            .collect(),
    );
    let read = |header: &Header, line| header.row(line).filter(|row| fits(row) && is_session(row));
    let mut page = Page::of(body);
    for line in lines(text) {
        page.count_item(line);
        match read(&whole, line).or_else(|| read(&short, line)) {
            Some(row) => page.add_item(vec![row]),
            None => page.put_aside(
                line,
                "a row without a header that is not in the guide's order",
            ),
        }
    }
    (!page.rows.is_empty()).then_some(page)
}

/// The rows: a line each, but for line breaks within quotes.
fn lines(text: &str) -> Vec<&str> {
    let (mut rows, mut rest) = (Vec::new(), text);
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start_matches(['\r', '\n']);
        let end = rest.find('\n').unwrap_or(rest.len());
        let is_more = |end: &usize| rest[..*end].contains('\n') && is_one(&rest[..*end]);
        let whole = quoted_end(rest).filter(is_more);
        let (row, after) = rest.split_at(whole.unwrap_or(end));
        rows.push(row.trim_end());
        rest = after;
    }
    rows
}

/// Whether a text is one record by the rules of CSV, to its end: a name with a single quotation mark in it joins a row with others.
fn is_one(text: &str) -> bool {
    records(text).take(2).count() == 1
}

/// The records of a text by the rules of CSV.
fn records(text: &str) -> impl Iterator<Item = csv::Result<csv::StringRecord>> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader.into_records()
}

/// Where a row ends that begins with a quoted field, if all of its fields are quoted as they should be.
fn quoted_end(text: &str) -> Option<usize> {
    let (mut within, mut at) = (false, 0);
    text.starts_with('"').then_some(())?;
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => within = !within,
            b'\n' if !within => return Some(position),
            _ => {}
        }
        at = position + 1;
    }
    (!within).then_some(at)
}

/// The names of the columns.
struct Header(Vec<String>);

impl Header {
    fn read(line: &str) -> Option<Self> {
        let names = fields(line)?.into_iter().map(damaged::meant);
        let header = Self(names.collect());
        ["src", "dst", "start"]
            .iter()
            .all(|name| header.place(name).is_some())
            .then_some(header)
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }

    /// The row that a line stands for; nothing where its fields could be more than one row, or none.
    fn row(&self, line: &str) -> Option<Row> {
        let quoted = fields(line)?;
        let row = self.name(quoted.iter().map(String::as_str));
        let surplus = quoted.len() > self.0.len();
        let is_sure = !surplus || self.place("session").is_none() || is_session(&row);
        if fits(&row) && is_sure && !is_unquoted(line) {
            return Some(row);
        }
        let cut: Vec<&str> = line.split(',').collect();
        self.assemble(&cut).or((!surplus).then_some(row))
    }

    fn name<'f>(&self, fields: impl Iterator<Item = &'f str>) -> Row {
        let named = self.0.iter().zip(fields);
        named
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| (name.clone(), blank_controls(value)))
            .collect()
    }

    /// Puts the fields of an unquoted line together: what is too much before the times belongs to the name in `clid` and to `lastdata`, what is
    /// too much behind them has no name.
    fn assemble(&self, cut: &[&str]) -> Option<Row> {
        let (clid, data, start) = (
            self.place("clid")?,
            self.place("lastdata")?,
            self.place("start")?,
        );
        // A header may have them in any order, and only in the guide's is it known what stands between them.
        let is_guides_order = clid < data && data < start;
        let found = cut.iter().position(|field| is_time(field));
        let found = found.filter(|_| is_guides_order)?;
        let surplus = found.checked_sub(start)?;
        let in_name = (0..=surplus).find(|more| is_whole_name(&cut[clid..=clid + more]))?;
        let (head, rest) = cut.split_at(clid);
        let (name, rest) = rest.split_at(1 + in_name);
        let (between, rest) = rest.split_at(data - clid - 1);
        let (lastdata, tail) = rest.split_at(1 + surplus - in_name);
        let (name, lastdata) = (name.join(","), lastdata.join(","));
        let before = [head, &[&name], between, &[&lastdata]].concat();
        self.behind(&before, tail)
    }

    /// The same with what stands behind `lastdata`: where that is too much as well, the session says whether it is columns without a name, or
    /// commas in the caller's.
    fn behind(&self, before: &[&str], tail: &[&str]) -> Option<Row> {
        let surplus = (before.len() + tail.len()).saturating_sub(self.0.len());
        let row = self.name(before.iter().chain(tail).copied());
        let session = self.place("session").filter(|_| surplus > 0);
        if session.is_none() || is_session(&row) {
            return fits(&row).then_some(row);
        }
        let name = self.place("caller_name")?.checked_sub(before.len())?;
        let (ahead, rest) = tail.split_at_checked(name)?;
        let (name, rest) = rest.split_at_checked(1 + surplus)?;
        let name = name.join(",");
        let row = self.name([before, ahead, &[&name], rest].concat().into_iter());
        (fits(&row) && is_session(&row)).then_some(row)
    }
}

/// The fields of one line by the rules of CSV.
fn fields(line: &str) -> Option<Vec<String>> {
    let record = records(line).next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

/// Whether `clid` stands in the line as it is: `"Ana" <1001>`, which CSV would write `"""Ana"" <1001>"`.
fn is_unquoted(line: &str) -> bool {
    line.contains("\" <") && !line.contains(">\",")
}

/// Whether the parts make up a whole `clid`: a name in quotes with a number behind it, or a text without either.
fn is_whole_name(parts: &[&str]) -> bool {
    let quotes: usize = parts.iter().map(|part| part.matches('"').count()).sum();
    let opened = parts.iter().any(|part| part.contains('<')) || quotes > 0;
    let closed = parts
        .last()
        .is_some_and(|part| part.trim_end().ends_with('>'));
    quotes.is_multiple_of(2) && (closed || !opened)
}

/// Whether what stands behind the start is what should.
fn fits(row: &Row) -> bool {
    let all = |names: &[&str], is: fn(&str) -> bool| {
        let mut values = names.iter().filter_map(|name| row.get(*name));
        values.all(|value| value.is_empty() || is(value))
    };
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    row.get("start").is_some_and(|start| is_time(start))
        && all(&["answer", "end"], is_time)
        && all(&["duration", "billsec"], |text| text.parse::<u32>().is_ok())
        && all(&["disposition", "amaflags"], is_word)
}

/// Whether the session is one: at least the ten digits of its second, a hyphen, the caller.
fn is_session(row: &Row) -> bool {
    let session = row.get("session").and_then(|text| text.split_once('-'));
    session.is_some_and(|(id, _)| id.len() >= 10 && id.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_time(text: &str) -> bool {
    NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S").is_ok()
        || text.trim() == "0000-00-00 00:00:00"
}

/// The columns in the order of Grandstream's guide to the CDR and recording API.
#[rustfmt::skip]
const ORDER: [&str; 32] = [
    "AcctId", "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end",
    "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "channel_ext", "dstchannel_ext", "service", "caller_name",
    "recordfiles", "dstanswer", "chanext", "dstchanext", "session", "action_owner", "action_type", "src_trunk_name", "dst_trunk_name",
];
/// Columns that came later, in the middle.
const SINCE: [&str; 2] = ["chanext", "dstchanext"];
