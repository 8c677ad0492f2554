//! What is counted of a campaign.

use super::*;

#[test]
fn the_files_of_a_campaign_say_what_was_counted() {
    let figures = campaign::campaign("Zoë & =Co");
    for language in ALL {
        let report = CampaignReport::new(language, &figures);
        let write = |format: Format| format.write_campaign(language, &figures).unwrap();
        let mut workbook: Xlsx<Cursor<Vec<u8>>> =
            Xlsx::new(Cursor::new(write(Format::Xlsx))).unwrap();
        for table in report.tables() {
            let range = workbook.worksheet_range(report.say(table.title)).unwrap();
            for (row, cells) in (1..).zip(&table.rows) {
                for (column, cell) in (0..).zip(cells) {
                    let data = range.get_value((row, column)).unwrap_or(&Data::Empty);
                    assert!(same(language, cell, data), "{cell:?} {data:?}");
                }
            }
        }
        let file = write(Format::Pdf);
        let document = Document::load_mem(&file).unwrap();
        assert_eq!(document.get_pages().len(), 1);
        let page = spaced(&document.extract_text(&[1]).unwrap());
        for tile in report.tiles() {
            let value = spaced(
                &tile
                    .parts
                    .iter()
                    .map(|part| part.0.clone())
                    .collect::<Vec<_>>()
                    .join(" "),
            );
            assert!(
                value.split(' ').all(|part| page.contains(part)),
                "{value}: {page}"
            );
        }
        assert!(page.contains("30/100") && page.contains("10/25"), "{page}");
        assert_eq!(file, write(Format::Pdf));
    }
    assert_eq!(
        Format::Xlsx.campaign_file_name(&figures),
        "campaign-7-2026-06-15.xlsx"
    );
}

#[test]
fn the_file_of_a_campaign_is_of_the_campaigns_own_day() {
    let mut figures = campaign::campaign("Spring");
    // Half past midnight in Paris is the evening before in UTC.
    figures.counted_at = "2026-06-15T22:30:00Z".parse().unwrap();
    let name = Format::Pdf.campaign_file_name(&figures);
    assert_eq!(name, "campaign-7-2026-06-16.pdf");
}

#[test]
fn the_table_of_a_campaign_has_every_cell() {
    let figures = campaign::campaign("Spring");
    let report = CampaignReport::new(Language::En, &figures);
    let bytes = Format::Csv.write_campaign(Language::En, &figures).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let place = |term: Term| {
        let is_of = |head: &str| head.split(" (").next() == Some(report.say(term));
        rows[0].iter().position(is_of).unwrap()
    };
    let mut next = rows[1..].iter();
    let summary = next.next().unwrap();
    for (term, cell) in report.summary() {
        assert_eq!(plain(&summary[place(term)]), written(&cell), "{term:?}");
    }
    for table in report.tables() {
        for cells in &table.rows {
            let row = next.next().unwrap();
            for (term, cell) in table.columns.iter().zip(cells) {
                assert_eq!(plain(&row[place(*term)]), written(cell), "{term:?}");
            }
        }
    }
    assert_eq!(next.next(), None);
}
