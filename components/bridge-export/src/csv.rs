//! One table for every program.

use bridge_core::language::Language;
use bridge_core::stats::Statistics;

pub(super) fn write(_: Language, statistics: &Statistics) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["day", "calls", "answered", "missed"])?;
    for day in &statistics.by_day {
        let figures = &day.figures;
        let counts =
            [figures.total, figures.answered, figures.missed].map(|count| count.to_string());
        let row = std::iter::once(day.key.to_string()).chain(counts);
        writer.write_record(row)?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}
