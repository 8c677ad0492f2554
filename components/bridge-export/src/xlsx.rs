//! A workbook: the summary, and a sheet a table. Counts, lengths of time, days and moments are such for the spreadsheet too, and it shows
//! them as its own language has them.

use bridge_faces::Say as _;
use bridge_faces::report::{Book, Cell, Table, Term};
use calls::language::Language;
use rust_xlsxwriter::{
    Color, DocProperties, Format, FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet,
    XlsxError,
};

pub(super) fn write(book: &Book) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(book)?);
    summary(workbook.add_worksheet(), book, &looks)?;
    for table in &book.tables {
        sheet(workbook.add_worksheet(), book.language, &looks, table)?;
    }
    workbook.save_to_buffer()
}

/// The same figures make the same file: its date is that of the count.
fn properties(book: &Book) -> Result<DocProperties, XlsxError> {
    let title = format!("{} {}", book.title, book.period);
    let counted_at = rust_xlsxwriter::ExcelDateTime::from_timestamp(book.counted_at.timestamp())?;
    Ok(DocProperties::new()
        .set_title(title.chars().take(MOST_IN_TITLE).collect::<String>())
        .set_creation_datetime(&counted_at))
}

fn summary(sheet: &mut Worksheet, book: &Book, looks: &Looks) -> Result<(), XlsxError> {
    let language = book.language;
    sheet.set_name(language.say(Term::Summary))?;
    sheet.write_string_with_format(0, 0, short(&book.title), &looks.title)?;
    sheet.write_string_with_format(1, 0, &book.period, &looks.subtitle)?;
    let known = book
        .summary
        .iter()
        .filter(|(_, cell)| *cell != Cell::Nothing);
    for (row, (term, cell)) in (3..).zip(known) {
        sheet.write_string_with_format(row, 0, language.say(*term), &looks.label)?;
        looks.put(sheet, row, 1, cell, &looks.left)?;
    }
    sheet.set_column_width(0, 30)?;
    sheet.set_column_width(1, 30)?;
    sheet.set_screen_gridlines(false);
    Ok(())
}

fn sheet(
    sheet: &mut Worksheet,
    language: Language,
    looks: &Looks,
    table: &Table,
) -> Result<(), XlsxError> {
    sheet.set_name(language.say(table.title))?;
    let mut last_column = 0;
    for (column, term) in (0..).zip(&table.columns) {
        let first = table
            .rows
            .first()
            .and_then(|row| row.get(usize::from(column)));
        let look = if first.is_some_and(Cell::is_number) {
            &looks.head_right
        } else {
            &looks.head
        };
        sheet.write_string_with_format(0, column, language.say(*term), look)?;
        last_column = column;
    }
    let mut last_row = 0;
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            looks.put(sheet, row, column, cell, &looks.plain)?;
        }
        last_row = row;
    }
    sheet.autofilter(0, 0, last_row, last_column)?;
    // Extensions and numbers to call are texts, although they are made of digits.
    sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_autofit_max_width(WIDEST_PIXELS);
    sheet.autofit();
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// How cells look.
struct Looks {
    title: Format,
    subtitle: Format,
    label: Format,
    left: Format,
    head: Format,
    head_right: Format,
    plain: Format,
}

impl Looks {
    fn new() -> Self {
        let head = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xEE_E8_EC))
            .set_border_bottom(FormatBorder::Thin)
            .set_border_bottom_color(Color::RGB(0x71_4B_67));
        Self {
            title: Format::new().set_bold().set_font_size(16),
            subtitle: Format::new().set_font_color(Color::RGB(0x66_66_66)),
            label: Format::new().set_font_color(Color::RGB(0x66_66_66)),
            left: Format::new().set_align(FormatAlign::Left),
            head_right: head.clone().set_align(FormatAlign::Right),
            head,
            plain: Format::new(),
        }
    }

    /// Writes a cell as what it is, in a format made of `base`. A text is never a formula here.
    fn put(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
        base: &Format,
    ) -> Result<(), XlsxError> {
        let number = |format: &str| base.clone().set_num_format(format);
        let known = |index: u8| base.clone().set_num_format_index(index);
        match cell {
            Cell::Nothing => sheet.write_blank(row, column, base)?,
            Cell::Text(text) | Cell::Number(text) => {
                sheet.write_string_with_format(row, column, short(text), base)?
            }
            Cell::Count(count) => {
                sheet.write_number_with_format(row, column, *count as f64, &number("#,##0"))?
            }
            Cell::Share(share) => sheet.write_number_with_format(
                row,
                column,
                f64::from(*share) / 1_000.0,
                &number("0.0%"),
            )?,
            Cell::Ratio(ratio) => sheet.write_number_with_format(
                row,
                column,
                ratio.0 as f64 / 100.0,
                &number("#,##0.00"),
            )?,
            Cell::Secs(secs) => sheet.write_number_with_format(
                row,
                column,
                *secs as f64 / DAY_SECS,
                &number("[h]:mm:ss"),
            )?,
            Cell::Day(day) => sheet.write_datetime_with_format(row, column, day, &known(DATE))?,
            Cell::Moment(at) => sheet.write_datetime_with_format(
                row,
                column,
                at.naive_local(),
                &known(DATE_AND_TIME),
            )?,
        };
        Ok(())
    }
}

/// As much of a text as a cell takes.
fn short(text: &str) -> &str {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A day in seconds: spreadsheets measure time in days.
const DAY_SECS: f64 = 86_400.0;

/// The number of the format that is a date as the reader's system writes it.
const DATE: u8 = 14;

/// The same with the time.
const DATE_AND_TIME: u8 = 22;

/// The widest column.
const WIDEST_PIXELS: u32 = 360;

/// The title of a file takes 255 characters.
const MOST_IN_TITLE: usize = 250;

/// A cell takes 32,767 units of UTF-16, of which a character has two at most.
const MOST_CHARACTERS: usize = 16_000;
