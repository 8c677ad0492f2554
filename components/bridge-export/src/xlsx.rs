//! A workbook with a sheet a table.

use bridge_core::language::Language;
use bridge_core::stats::Statistics;
use rust_xlsxwriter::{Workbook, XlsxError};

pub(super) fn write(_: Language, statistics: &Statistics) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, day) in (0..).zip(&statistics.by_day) {
        sheet.write(row, 0, day.key.to_string())?;
        sheet.write(row, 1, day.figures.total)?;
    }
    workbook.save_to_buffer()
}
