//! One table for every program: whatever is counted is a row, whatever is known of it stands in a column of its own.
//!
//! Spreadsheets open it by a double click: it says by its first bytes that it is UTF-8, and its cells are separated as the reader's language
//! has it, for where the decimals have a comma the list has a semicolon. But they take what is made of digits for numbers, and numbers to call lose
//! their plus; for spreadsheets there is the workbook, in which they are texts.

use bridge_faces::Say as _;
use bridge_faces::report::{Book, Cell, Fact, Term};
use calls::language::Language;
use csv::{Terminator, WriterBuilder};

pub(super) fn write(book: Book) -> Result<Vec<u8>, csv::Error> {
    let language = book.language;
    let (asked, summary) = book.summary.into_iter().unzip();
    let mut parts = vec![(Term::Summary, asked, vec![summary])];
    parts.extend(
        book.tables
            .into_iter()
            .map(|table| (table.title, table.columns, table.rows)),
    );
    let columns = columns(&parts);

    let mut writer = WriterBuilder::new()
        .delimiter(if language.decimal_point() == "," {
            b';'
        } else {
            b','
        })
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let heads = columns.iter().map(|term| head(language, *term));
    writer.write_record(std::iter::once(language.say(Term::Part).to_owned()).chain(heads))?;
    for (title, known, rows) in &parts {
        for row in rows {
            let cell = |column| {
                known
                    .iter()
                    .position(|term| term == column)
                    .and_then(|index| row.get(index))
            };
            let cells = columns
                .iter()
                .map(|column| cell(column).map_or_else(String::new, |cell| text(language, cell)));
            writer.write_record(std::iter::once(language.say(*title).to_owned()).chain(cells))?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

type Part = (Term, Vec<Term>, Vec<Vec<Cell>>);

/// Every column once: what the rows of the tables are called first, then what is known of them, then what only the summary has.
fn columns(parts: &[Part]) -> Vec<Term> {
    let tables = || parts.iter().skip(1).map(|(_, terms, _)| terms.iter());
    let names = tables().flat_map(|terms| terms.take(1));
    let summary = parts.iter().take(1).flat_map(|(_, terms, _)| terms);
    let mut columns = Vec::new();
    for term in names.chain(tables().flatten()).chain(summary) {
        if !columns.contains(term) {
            columns.push(*term);
        }
    }
    columns
}

/// The name of a column, with the unit of its numbers.
fn head(language: Language, term: Term) -> String {
    let name = language.say(term);
    match term {
        Term::TalkTime
        | Term::RingTime
        | Term::RingMedian
        | Term::RingP90
        | Term::Campaign(Fact::TalkPerSuccess) => format!("{name} (s)"),
        Term::AnswerRate | Term::Campaign(Fact::ContactRate | Fact::Conversion) => {
            format!("{name} (%)")
        }
        _ => name.to_owned(),
    }
}

/// What programs and people read alike: digits without groups, dates as ISO 8601 has them, moments as the reader's clocks show them.
fn text(language: Language, cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) | Cell::Number(text) => harmless(text),
        Cell::Count(number) | Cell::Secs(number) => number.to_string(),
        Cell::Share(per_mille) => format!(
            "{}{}{}",
            per_mille / 10,
            language.decimal_point(),
            per_mille % 10
        ),
        Cell::Ratio(ratio) => format!(
            "{}{}{:02}",
            ratio.0 / 100,
            language.decimal_point(),
            ratio.0 % 100
        ),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// A text that no spreadsheet runs: what it would take for a formula gets an apostrophe before it, and so does what has one already, so
/// that taking one away always gives the text back. A plus and digits are a number to call, and run nothing: programs get it as it is dialled.
///
/// Where a spreadsheet parts cells at another separator than the one that was written, a cell begins within the text as well.
///
/// See OWASP, [CSV Injection](https://owasp.org/www-community/attacks/CSV_Injection).
fn harmless(text: &str) -> String {
    let is_number = text
        .strip_prefix('+')
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number {
        return text.to_owned();
    }
    let mut harmless = String::with_capacity(text.len());
    let (mut begins_text, mut begins_cell) = (true, false);
    for char in text.chars() {
        let is_risky = match begins_text {
            true => FORMULAS.contains(&char),
            false => begins_cell && FORMULAS.contains(&char) && !char.is_whitespace(),
        };
        harmless.extend(is_risky.then_some('\''));
        harmless.push(char);
        // A quotation mark there begins a quoted cell, and what is in it is the cell.
        begins_cell = SEPARATORS.contains(&char) || (begins_cell && matches!(char, ' ' | '"'));
        begins_text = false;
    }
    harmless
}

/// What cells are parted by, as the reader's system has it.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// What a formula begins with, wide forms and what spreadsheets skip included; and the apostrophe itself.
const FORMULAS: [char; 13] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', ' ', '\'',
];

/// Without it, Excel reads UTF-8 as the system's old code page.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
