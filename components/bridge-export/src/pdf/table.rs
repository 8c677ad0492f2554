//! Tables on the page.

use bridge_faces::Say as _;
use bridge_faces::report::{Cell, Table, Term};
use calls::language::Language;
use krilla::tagging::{Node, TableHeaderScope, Tag, TagGroup};

use super::paper::{Align, Paper, Place, SOFT, Style};

/// What is shown of a table.
pub(super) struct Shape<'a> {
    /// Which columns, and their parts of the width.
    pub(super) columns: &'a [(usize, f32)],
    /// How many rows at most.
    pub(super) most: usize,
    /// How many there are in all; the table may have fewer.
    pub(super) total: u64,
}

/// How many of so many rows can be drawn where there is this much room below the heading: the names of the columns take a line, and so does what says
/// how many more there are.
pub(super) fn fitting(room: f32, rows: usize) -> usize {
    let lines = ((room / ROW) as usize).saturating_sub(1);
    match rows <= lines {
        true => rows,
        false => lines.saturating_sub(1),
    }
}

/// Draws the rows below a heading that stands at the top of `place`; where they end.
pub(super) fn draw(
    paper: &mut Paper<'_, '_>,
    language: Language,
    table: &Table,
    shape: &Shape<'_>,
    place: Place,
) -> (Vec<Node>, f32) {
    let mut y = place.y + ROW;
    let mut rows = TagGroup::new(Tag::Table);
    let heads = table
        .columns
        .iter()
        .map(|term| language.say(*term).to_owned())
        .collect::<Vec<_>>();
    let style = Style {
        size: SIZE,
        ..Style::PLAIN
    };
    let soft = Style {
        color: SOFT,
        ..style
    };
    let head = row(paper, &heads, table, shape, (Place { y, ..place }, soft));
    rows.push(cells(head, || Tag::TH(TableHeaderScope::Column).into()));
    for cells_of_row in table.rows.iter().take(shape.most) {
        paper.line(place.x, y + 4.0, place.width);
        y += ROW;
        let texts = cells_of_row
            .iter()
            .map(|cell| cell.text(language))
            .collect::<Vec<_>>();
        let shown = row(paper, &texts, table, shape, (Place { y, ..place }, style));
        rows.push(cells(shown, || Tag::TD.into()));
    }
    let mut tags = vec![rows.into()];
    let shown = table.rows.len().min(shape.most) as u64;
    if shape.total > shown {
        y += ROW;
        let more = format!(
            "+ {} {}",
            language.count(shape.total - shown),
            language.say(Term::More)
        );
        let more = paper.text(place.x, y, place.width, soft, &more);
        tags.push(TagGroup::with_children(Tag::P, vec![more.into()]).into());
    }
    (tags, y)
}

/// One line of cells, each in its column.
fn row(
    paper: &mut Paper<'_, '_>,
    texts: &[String],
    table: &Table,
    shape: &Shape<'_>,
    (place, style): (Place, Style),
) -> Vec<Node> {
    let mut left = place.x;
    let mut shown = Vec::new();
    for (index, part) in shape.columns {
        let right = left + place.width * part;
        let is_last = right > place.x + place.width - 1.0;
        let end = if is_last { right } else { right - PADDING };
        let text = texts.get(*index).map_or("", String::as_str);
        let first = table.rows.first().and_then(|row| row.get(*index));
        let cell = match first.is_some_and(Cell::is_number) {
            true => paper.text(
                end,
                place.y,
                end - left,
                Style {
                    align: Align::Right,
                    ..style
                },
                text,
            ),
            false => paper.text(left, place.y, end - left, style, text),
        };
        shown.push(cell.into());
        left = right;
    }
    shown
}

fn cells(shown: Vec<Node>, kind: impl Fn() -> krilla::tagging::TagKind) -> TagGroup {
    let cells = shown
        .into_iter()
        .map(|cell| TagGroup::with_children(kind(), vec![cell]).into());
    TagGroup::with_children(Tag::TR, cells.collect())
}

/// The height of a row, in points.
pub(super) const ROW: f32 = 15.0;

/// The letters of a row.
const SIZE: f32 = 8.5;

/// Between a cell and the next.
const PADDING: f32 = 8.0;
