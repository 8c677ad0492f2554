//! The table of all measurements.

use std::fmt;

use crate::Row;

/// The rows of one run, and which of them are asked for.
#[derive(Debug, Default)]
pub struct Card {
    asked: Vec<String>,
    rows: Vec<Row>,
}

impl Card {
    /// A card for the rows whose name has one of these words in it; for all rows if there are none.
    pub fn of(words: impl IntoIterator<Item = String>) -> Self {
        let asked = words.into_iter().map(|word| word.to_lowercase()).collect();
        Self {
            asked,
            rows: Vec::new(),
        }
    }

    /// Whether a row of this name is asked for.
    #[must_use]
    pub fn wants(&self, what: &str) -> bool {
        let what = what.to_lowercase();
        self.asked.is_empty() || self.asked.iter().any(|word| what.contains(word.as_str()))
    }

    /// Whether one of the rows is asked for.
    #[must_use]
    pub fn wants_any<'a>(&self, mut rows: impl Iterator<Item = &'a str>) -> bool {
        rows.any(|what| self.wants(what))
    }

    /// Takes a row, if it is asked for.
    pub fn add(&mut self, row: Row) {
        if self.wants(&row.what) {
            eprintln!("{}: {} {}", row.what, figure(row.figure), row.unit);
            self.rows.push(row);
        }
    }

    /// The rows so far.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// As many decimals as say something.
fn figure(value: f64) -> String {
    match value {
        value if value.fract() == 0.0 || value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn cells(row: &Row) -> [String; 9] {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    [
        row.what.clone(),
        format!("{} {}", figure(row.figure), row.unit),
        or_none(row.limit.map(figure)),
        or_none(row.ratio().map(|ratio| format!("{ratio:.2}"))),
        or_none(row.goal.map(|goal| goal.to_string())),
        or_none(row.cpu.map(|cpu| format!("{:.2}", cpu.as_secs_f64()))),
        or_none(
            row.peak_memory_bytes
                .map(|bytes| format!("{:.1} MB", bytes as f64 / 1e6)),
        ),
        row.verdict().to_string(),
        row.note.clone(),
    ]
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "what", "figure", "limit", "ratio", "goal", "CPU s", "memory", "verdict", "",
        ];
        let mut lines = vec![head.map(str::to_owned)];
        lines.extend(self.rows.iter().map(cells));
        let widths: [usize; 9] = std::array::from_fn(|column| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or_default()
        });
        for line in lines {
            let cells = line.iter().zip(widths).enumerate();
            let cells: Vec<String> = cells
                .map(|(column, (cell, width))| match column {
                    // Words begin on the left, figures end on the right.
                    0 | 7 | 8 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                })
                .collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}
