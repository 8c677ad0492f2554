//! What is in the files is what was counted, to the unit, and opens in what they are made for.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::io::Cursor;

use bridge_export::Format;
use bridge_faces::Say as _;
use bridge_faces::report::{CampaignReport, Cell, Report, Term};
use calamine::{Data, Reader, Xlsx};
use calls::language::{Language, duration};
use calls::stats::Statistics;
use lopdf::Document;
use proptest::prelude::*;
use sample::Office;

#[path = "../../../bridge-faces/tests/sample/campaign.rs"]
mod campaign;
mod campaigns;
mod page;
#[path = "../../../bridge-faces/tests/sample/mod.rs"]
mod sample;

const ALL: [Language; 4] = [Language::En, Language::Fr, Language::Es, Language::De];

fn csv(language: Language, statistics: &Statistics) -> Vec<Vec<String>> {
    let bytes = Format::Csv.write(language, statistics).unwrap();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap();
    let delimiter = if language == Language::En { b',' } else { b';' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text);
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fn xlsx(language: Language, statistics: &Statistics) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(
        Format::Xlsx.write(language, statistics).unwrap(),
    ))
    .unwrap()
}

fn pdf(language: Language, statistics: &Statistics) -> String {
    let document = Document::load_mem(&Format::Pdf.write(language, statistics).unwrap()).unwrap();
    assert_eq!(document.get_pages().len(), 1);
    document.extract_text(&[1]).unwrap()
}

/// A text with ordinary spaces: a font has one glyph for several.
fn spaced(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// A text of the CSV file without what keeps it from being run.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut begins = true;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let taken = if begins && char == '\'' {
            rest.next()
        } else {
            None
        };
        let char = taken.unwrap_or(char);
        begins =
            [',', ';', '\t', '|'].contains(&char) || (begins && char == ' ' && !plain.is_empty());
        plain.push(char);
    }
    plain
}

/// What a cell of the workbook has to be.
fn same(language: Language, cell: &Cell, data: &Data) -> bool {
    match (cell, data) {
        (Cell::Nothing, Data::Empty) => true,
        (Cell::Text(text) | Cell::Number(text), Data::String(written)) => text == written,
        (Cell::Count(count), Data::Float(number)) => *number == *count as f64,
        (Cell::Share(share), Data::Float(number)) => {
            (number * 1_000.0).round() == f64::from(*share)
        }
        (Cell::Ratio(ratio), Data::Float(number)) => (number * 100.0).round() == ratio.0 as f64,
        (Cell::Secs(secs), Data::DateTime(time)) => {
            time.is_duration() && (time.as_f64() * 86_400.0).round() == *secs as f64
        }
        (Cell::Day(day), Data::DateTime(time)) => time.is_datetime() && days(time.as_f64()) == *day,
        (Cell::Moment(at), Data::DateTime(time)) => {
            let secs = (time.as_f64().fract() * 86_400.0).round() as u32;
            let of_day = at.naive_local().time();
            time.is_datetime()
                && days(time.as_f64()) == at.date_naive()
                && secs == chrono::Timelike::num_seconds_from_midnight(&of_day)
        }
        _ => panic!("{} has {cell:?} as {data:?}", language.code()),
    }
}

fn days(serial: f64) -> chrono::NaiveDate {
    sample::day(1899, 12, 30) + chrono::Days::new(serial as u64)
}

#[test]
fn the_csv_file_is_one_table() {
    let statistics = Office {
        from: sample::day(2026, 6, 8),
        days: 2,
        calls_a_day: 6,
        extensions: 2,
        ..Office::usual()
    }
    .statistics();
    let bytes = Format::Csv.write(Language::De, &statistics).unwrap();
    insta::assert_snapshot!(
        "csv-de",
        String::from_utf8(bytes)
            .unwrap()
            .trim_start_matches('\u{feff}')
            .replace("\r\n", "\n")
    );
    let rows = csv(Language::De, &statistics);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
}

/// Names of callers that a spreadsheet takes for something else.
const NAMES: &[&str] = &[
    "=1+1",
    "+1;2",
    "-2",
    "@A1",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "{=1}",
    "\u{ff1d}1",
    "+33 1",
    " =1",
    "a=1",
];

#[test]
fn no_cell_of_the_csv_file_is_run() {
    let statistics = Office {
        names: NAMES,
        ..Office::usual()
    }
    .statistics();
    for row in csv(Language::En, &statistics) {
        for cell in row {
            let is_number = cell
                .strip_prefix('+')
                .is_some_and(|digits| digits.parse::<u64>().is_ok());
            assert!(
                is_number
                    || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', ' ', '\u{ff1d}']),
                "{cell:?}"
            );
        }
    }
    let names: Vec<String> = csv(Language::En, &statistics)
        .iter()
        .map(|row| plain(&row[1]))
        .collect();
    for caller in &statistics.top_callers {
        assert!(names.contains(caller.name.as_ref().unwrap()), "{caller:?}");
    }
}

/// A program dials what it reads. A spreadsheet would make another number of it, and so it has a file of its own.
#[test]
fn a_number_to_call_is_bare_in_the_csv_file_and_a_text_in_the_workbook() {
    let statistics = Office::usual().statistics();
    let number = &statistics.not_called_back[0].number;
    let rows = csv(Language::De, &statistics);
    assert!(rows.iter().any(|row| row.contains(number)), "{number}");
    let texts = texts(xlsx(Language::De, &statistics));
    assert!(texts.contains(number), "{number}");
}

/// A spreadsheet parts cells at the separator of its own system, whichever the file was written with, and a quotation mark within a cell keeps
/// nothing together.
#[test]
fn no_cell_begins_within_a_text_of_the_csv_file() {
    const PARTED: &[&str] = &[
        "Ana;=cmd|'/c calc'!A1;",
        "Ana,=1+1",
        "Ana\t@A1",
        "Ana;  -2",
        "Ana|+1;2",
        "Ana;\"=1+1;z",
        "Ana,\"\"=1+1,z",
        "Dupont, Jean; Paris",
    ];
    let statistics = Office {
        names: PARTED,
        ..Office::usual()
    }
    .statistics();
    for (language, own) in [(Language::En, ','), (Language::De, ';')] {
        let bytes = Format::Csv.write(language, &statistics).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Dupont, Jean; Paris"), "{text}");
        let others = [',', ';', '\t', '|'].into_iter();
        for other in others.filter(|other| *other != own) {
            let lines = text.lines().filter(|line| line.contains(other));
            for cell in lines.flat_map(|line| line.split(other).skip(1)) {
                let cell = cell.trim_start_matches([' ', '"']);
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell:?}");
            }
        }
    }
}

/// The texts of a workbook, which is opened as a spreadsheet does it: what is a formula there is none of them.
fn texts(mut workbook: Xlsx<Cursor<Vec<u8>>>) -> Vec<String> {
    let mut texts = Vec::new();
    for sheet in workbook.sheet_names() {
        let formulas = workbook.worksheet_formula(&sheet).unwrap();
        let formulas: Vec<_> = formulas.used_cells().collect();
        assert!(formulas.is_empty(), "{sheet}: {formulas:?}");
        let cells = workbook.worksheet_range(&sheet).unwrap();
        let texts_of_sheet = cells.used_cells().filter_map(|(_, _, cell)| match cell {
            Data::String(text) => Some(text.clone()),
            _ => None,
        });
        texts.extend(texts_of_sheet);
    }
    texts
}

#[test]
fn no_cell_of_a_workbook_is_run() {
    let statistics = Office {
        names: NAMES,
        ..Office::usual()
    }
    .statistics();
    let of_calls = texts(xlsx(Language::En, &statistics));
    let callers = statistics.top_callers.iter();
    let callers: Vec<&String> = callers.filter_map(|caller| caller.name.as_ref()).collect();
    assert!(!callers.is_empty());
    for name in callers {
        assert!(of_calls.contains(name), "{name:?}");
    }
    for name in NAMES {
        let figures = campaign::campaign(name);
        let file = Format::Xlsx.write_campaign(Language::En, &figures);
        let workbook = Xlsx::new(Cursor::new(file.unwrap())).unwrap();
        assert!(texts(workbook).iter().any(|text| text == name), "{name:?}");
    }
}

#[test]
fn the_workbook_has_a_sheet_a_table() {
    let statistics = Office::usual().statistics();
    for language in ALL {
        let mut workbook = xlsx(language, &statistics);
        let names = workbook.sheet_names();
        assert_eq!(names.len(), 10);
        let heads = names.iter().skip(1).map(|name| {
            let range = workbook.worksheet_range(name).unwrap();
            let head: Vec<String> = range
                .rows()
                .next()
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect();
            format!("{name}: {}", head.join(" | "))
        });
        let heads: Vec<String> = heads.collect();
        insta::assert_snapshot!(format!("sheets-{}", language.code()), heads.join("\n"));
    }
}

#[test]
fn a_period_without_calls_can_be_exported() {
    let mut statistics = Office {
        calls_a_day: 0,
        ..Office::usual()
    }
    .statistics();
    statistics.by_extension.clear();
    for language in ALL {
        assert_eq!(csv(language, &statistics).len(), 1 + 1 + 30 + 24 + 7 + 7);
        assert_eq!(xlsx(language, &statistics).sheet_names().len(), 10);
        let report = Report::new(language, &statistics);
        let said = report.say(Term::NoCalls);
        assert!(pdf(language, &statistics).contains(said), "{said}");
    }
}

#[test]
fn the_same_figures_make_the_same_files() {
    let statistics = Office {
        days: 366,
        extensions: 200,
        ..Office::usual()
    }
    .statistics();
    for format in Format::ALL {
        let write = || format.write(Language::Es, &statistics).unwrap();
        let file = write();
        assert_eq!(file, write());
        assert!(
            file.len() < 100_000,
            "{} has {} bytes",
            format.extension(),
            file.len()
        );
        assert_eq!(
            format.file_name(&statistics),
            format!("calls-2026-05-16-2027-05-16.{}", format.extension())
        );
    }
}

#[test]
fn whose_an_extension_is_is_in_every_file_where_there_is_more_than_one_server() {
    let mut statistics = Office::usual().statistics();
    let page = pdf(Language::En, &statistics);
    assert!(!page.contains("\u{b7} Paris"), "{page}");
    sample::another_office(&mut statistics);
    let page = pdf(Language::En, &statistics);
    let rows = csv(Language::En, &statistics);
    let server = rows[0].iter().position(|head| head == "Server").unwrap();
    let mut workbook = xlsx(Language::En, &statistics);
    for (slices, sheet) in [
        (&statistics.by_extension, Term::ByExtension),
        (&statistics.by_trunk, Term::ByTrunk),
    ] {
        let name = slices[0].slice.key.clone().unwrap();
        let title = Language::En.say(sheet);
        let sheet = workbook.worksheet_range(title).unwrap();
        for called in ["Paris", "Lyon Sud"] {
            let in_table = rows
                .iter()
                .filter(|row| row[0] == title && row.contains(&name) && row[server] == called);
            assert_eq!(in_table.count(), 1, "{name} {called}");
            let in_sheet = sheet.rows().filter(|row| {
                row[0] == Data::String(name.clone()) && row[1] == Data::String(called.to_owned())
            });
            assert_eq!(in_sheet.count(), 1, "{name} {called}");
            // As much of it as there is room for.
            let whole = format!("{name} \u{b7} {called}");
            let begin: String = whole.chars().take(14).collect();
            assert!(page.contains(&begin), "{begin}: {page}");
        }
    }
    let waited = sheet_of_waits(&mut workbook);
    assert!(
        waited.contains(&Data::String("Lyon Sud".to_owned())),
        "{waited:?}"
    );
}

/// The first of the waits in a workbook.
fn sheet_of_waits(workbook: &mut Xlsx<Cursor<Vec<u8>>>) -> Vec<Data> {
    let title = Language::En.say(Term::LongestWaits);
    let sheet = workbook.worksheet_range(title).unwrap();
    sheet.rows().nth(1).unwrap().to_vec()
}

/// A cell of a CSV file of English.
fn written(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) | Cell::Number(text) => text.clone(),
        Cell::Count(number) | Cell::Secs(number) => number.to_string(),
        Cell::Share(share) => format!("{}.{}", share / 10, share % 10),
        Cell::Ratio(ratio) => format!("{}.{:02}", ratio.0 / 100, ratio.0 % 100),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever people are called and however many calls there are: the files say what the statistics say.
    #[test]
    fn every_file_says_what_was_counted(
        names in prop::collection::vec("[^\\p{C}]{1,60}", 1..6),
        counts in prop::collection::vec(0..1_u64 << 53, 8),
        secs in prop::collection::vec(0..1_u64 << 36, 8),
        language in prop::sample::select(ALL.to_vec()),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut statistics = Office { days: 4, names: &names, ..Office::usual() }.statistics();
        for (slice, (count, secs)) in statistics.by_day.iter_mut().zip(counts.into_iter().zip(secs)) {
            (slice.figures.total, slice.figures.talk_secs) = (count, secs);
        }
        statistics.contact = Some(names[0].to_owned());
        let report = Report::new(language, &statistics);
        let rows = csv(language, &statistics);
        let mut next = rows.iter().skip(2);
        let mut workbook = xlsx(language, &statistics);
        for table in report.tables() {
            let range = workbook.worksheet_range(report.say(table.title)).unwrap();
            for (index, cells) in table.rows.iter().enumerate() {
                let row = next.next().unwrap();
                for (column, (term, cell)) in table.columns.iter().zip(cells).enumerate() {
                    let data = range.get_value((index as u32 + 1, column as u32)).unwrap_or(&Data::Empty);
                    prop_assert!(same(language, cell, data), "{term:?} {cell:?} {data:?}");
                    let head = rows[0].iter().position(|head| head.split(" (").next() == Some(report.say(*term))).unwrap();
                    let expected = match cell {
                        Cell::Nothing => String::new(),
                        Cell::Text(text) | Cell::Number(text) => text.clone(),
                        Cell::Count(number) | Cell::Secs(number) => number.to_string(),
                        Cell::Day(day) => day.to_string(),
                        Cell::Moment(at) => at.naive_local().to_string(),
                        Cell::Share(_) | Cell::Ratio(_) => unreachable!("no table has shares"),
                    };
                    prop_assert_eq!(plain(&row[head]), expected);
                }
            }
        }
        prop_assert!(next.next().is_none());
        pdf(language, &statistics);
    }
}
