//! Records as CSV: what the legacy API writes when it does not heed `format=json`.

use super::page::Page;
use super::{UcmError, Unexpected};
use crate::cdr::Row;

/// Reads a CSV answer to `action`: a header row, then one leg per row.
///
/// # Errors
/// [`UcmError::Protocol`] when there is no header row of call records.
pub(super) fn read(action: &'static str, body: &[u8], text: &str) -> Result<Page, UcmError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.trim_start().as_bytes());
    let header = match reader.headers() {
        Ok(header) if is_cdr(header) => header.clone(),
        _ => return Err(Unexpected::Format(action).into()),
    };
    let mut page = Page::of(body);
    for record in reader.records() {
        // Only reading or decoding can fail, and the text is in memory and decoded.
        let Ok(record) = record else { break };
        page.count_item(record.iter().collect::<Vec<_>>());
        add(&mut page, &header, &record);
    }
    Ok(page)
}

fn is_cdr(header: &csv::StringRecord) -> bool {
    ["src", "dst", "start"]
        .iter()
        .all(|name| header.iter().any(|column| column.trim() == *name))
}

fn add(page: &mut Page, header: &csv::StringRecord, record: &csv::StringRecord) {
    if record.len() > header.len() {
        let line: Vec<&str> = record.iter().collect();
        return page.put_aside(&line.join(","), "a row with more fields than the header");
    }
    let row: Row = header
        .iter()
        .zip(record)
        .filter(|(name, _)| !name.trim().is_empty())
        .map(|(name, value)| (name.trim().to_owned(), super::text::blank_controls(value)))
        .collect();
    page.add_item(vec![row]);
}
