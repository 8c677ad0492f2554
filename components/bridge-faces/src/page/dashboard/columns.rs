//! Charts of upright columns: answered, missed and other calls, one upon the other, as time goes on.
//!
//! Widths are percentages and heights are pixels, so that a chart fills a phone and a desk alike and its letters keep their size.

use crate::report::{Point, Report, Scale, Series};

/// A chart.
pub(super) struct Columns {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) key: &'static str,
    /// What stands out, in words.
    pub(super) description: String,
    pub(super) lines: Vec<Line>,
    pub(super) columns: Vec<Column>,
}

/// A line across, with the count that it marks.
pub(super) struct Line {
    pub(super) y: String,
    pub(super) label: String,
}

/// A column; places and widths in percent, heights in pixels.
pub(super) struct Column {
    pub(super) left: String,
    pub(super) slot: String,
    pub(super) x: String,
    pub(super) width: String,
    pub(super) parts: Vec<Part>,
    pub(super) name: String,
    pub(super) tick: Option<Tick>,
    /// Calls, answered, missed, other.
    pub(super) counts: [String; 4],
}

/// The calls of one kind in a column.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) y: String,
    pub(super) height: String,
}

/// What is written under a column.
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) anchor: &'static str,
    pub(super) text: String,
}

impl Columns {
    pub(super) fn new(report: &Report<'_>, id: &'static str, series: Series) -> Self {
        let scale = Scale::up_to(series.most());
        let mark = |count| Line {
            y: px(BOTTOM - HEIGHT * scale.part(count)),
            label: report.language.count(count),
        };
        let count = series.points.len();
        Self {
            id,
            title: report.say(series.title),
            key: report.say(series.key),
            description: series.description(report),
            lines: scale.marks().map(mark).collect(),
            columns: series
                .points
                .into_iter()
                .enumerate()
                .map(|(index, point)| column(report, scale, (index, count), point))
                .collect(),
        }
    }
}

fn column(
    report: &Report<'_>,
    scale: Scale,
    (index, count): (usize, usize),
    point: Point,
) -> Column {
    let slot = 100.0 / count as f64;
    let left = slot * index as f64;
    // Names of narrow columns at the ends would stand out.
    let (x, anchor) = match index {
        0 if count > 8 => (left, "start"),
        index if index + 1 == count && count > 8 => (left + slot, "end"),
        _ => (left + slot / 2.0, "middle"),
    };
    let counts = point.counts;
    Column {
        left: px(left),
        slot: px(slot),
        x: px(left + slot * (1.0 - FILLED) / 2.0),
        width: px(slot * FILLED),
        parts: parts(scale, counts.kinds()),
        name: point.name,
        tick: point.tick.map(|text| Tick {
            x: px(x),
            anchor,
            text,
        }),
        counts: [counts.total, counts.answered, counts.missed, counts.other()]
            .map(|count| report.language.count(count)),
    }
}

/// From the bottom up. What is not nothing is seen.
fn parts(scale: Scale, kinds: [(&'static str, u64); 3]) -> Vec<Part> {
    let mut y = BOTTOM;
    let mut parts = Vec::new();
    for (class, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
        let height = (HEIGHT * scale.part(count)).max(1.0);
        y -= height;
        parts.push(Part {
            class,
            y: px(y),
            height: px(height),
        });
    }
    parts
}

/// A hundredth of a pixel, or of a percent, is more than is seen.
fn px(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The part of its place that a column fills.
const FILLED: f64 = 0.72;

/// Pixels of the highest column.
const HEIGHT: f64 = 150.0;

/// Where columns stand, in pixels from above.
const BOTTOM: f64 = 160.0;
