//! People and extensions, as short lists.

use bridge_faces::Say as _;
use bridge_faces::report::{Report, Table, Term};
use calls::language::Language;
use krilla::tagging::Node;

use super::paper::{Paper, Place, SOFT, Style};
use super::{FOOT, LEFT, WIDTH, heading, paragraph, table};

/// Who waits, and below, as far as there is room, who waited longest.
pub(super) fn people(paper: &mut Paper<'_, '_>, report: &Report<'_>, top: f32) -> Vec<Node> {
    let width = WIDTH * 0.6;
    let total = report.statistics.not_called_back_total;
    let title = format!(
        "{} ({})",
        report.say(Term::NotCalledBack),
        report.language.count(total)
    );
    let mut tags = heading(paper, &title, LEFT, top);
    let place = Place {
        x: LEFT,
        y: top,
        width,
    };
    let mut y = top + table::ROW;
    if total == 0 {
        let style = Style {
            color: SOFT,
            ..Style::PLAIN
        };
        tags.push(paragraph(vec![
            paper
                .text(LEFT, y, width, style, report.say(Term::NobodyWaits))
                .into(),
        ]));
    } else {
        let shape = table::Shape {
            columns: &[(0, 0.31), (1, 0.24), (2, 0.14), (3, 0.31)],
            most: 20,
            total,
        };
        let (shown, below) = table::draw(
            paper,
            report.language,
            &report.not_called_back(),
            &shape,
            place,
        );
        tags.extend(shown);
        y = below;
    }
    let place = Place {
        y: y + APART,
        ..place
    };
    let waits = report.longest_waits();
    let rows = table::fitting(FOOT - place.y, waits.rows.len());
    if rows >= FEWEST_WAITS.min(waits.rows.len()) {
        let columns = &[(0, 0.28), (1, 0.24), (2, 0.17), (3, 0.31)];
        tags.extend(list(paper, report.language, &waits, place, (columns, rows)).0);
    }
    tags
}

/// Where most calls were, and with whom.
pub(super) fn busiest(paper: &mut Paper<'_, '_>, report: &Report<'_>, top: f32) -> Vec<Node> {
    let x = LEFT + WIDTH * 0.6 + GAP;
    let mut place = Place {
        x,
        y: top,
        width: LEFT + WIDTH - x,
    };
    let figures = &[(0, 0.48), (1, 0.26), (4, 0.26)];
    let mut tags = Vec::new();
    for (table, columns, most) in [
        (report.extensions().narrow(), figures, 6),
        (report.trunks().narrow(), figures, 4),
        (report.top_callers(), &[(0, 0.42), (1, 0.4), (2, 0.18)], 7),
    ] {
        let (shown, below) = list(paper, report.language, &table, place, (columns, most));
        tags.extend(shown);
        place.y = below;
    }
    tags
}

/// A heading and the first rows of a table, with these columns; where what comes next begins.
pub(super) fn list(
    paper: &mut Paper<'_, '_>,
    language: Language,
    table: &Table,
    place: Place,
    (columns, most): (&[(usize, f32)], usize),
) -> (Vec<Node>, f32) {
    if table.rows.is_empty() {
        return (Vec::new(), place.y);
    }
    let mut tags = heading(paper, language.say(table.title), place.x, place.y);
    let shape = table::Shape {
        columns,
        most,
        total: table.rows.len() as u64,
    };
    let (shown, y) = table::draw(paper, language, table, &shape, place);
    tags.extend(shown);
    (tags, y + APART)
}

/// Fewer of the longest waits than these are not worth their heading.
const FEWEST_WAITS: usize = 3;

/// From the last line of a list to the next heading.
const APART: f32 = 28.0;

/// Between what stands side by side.
pub(super) const GAP: f32 = 24.0;
