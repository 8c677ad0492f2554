//! A campaign on one page: its figures, what came of its members, and when and by whom they were called.

use bridge_faces::report::{CampaignReport, Fact, Table};
use calls::language::Language;
use calls::stats::campaign::HourOfWeek;
use krilla::tagging::{Node, TableHeaderScope, Tag, TagGroup};

use super::lists::{GAP, list};
use super::paper::{ANSWERED, Align, Paper, Place, SOFT, Style};
use super::{LEFT, TILE, WIDTH, foot, heading, tiles, titled};

/// The page from above; what it has, in the order to read it.
pub(super) fn draw(paper: &mut Paper<'_, '_>, report: &CampaignReport<'_>) -> Vec<Node> {
    let campaign = &report.figures.campaign;
    let asked = [report.state(), &report.period(), &campaign.zone];
    let mut tags = titled(paper, campaign.name.clone(), &asked.join(" \u{b7} "));
    tags.extend(tiles(paper, &report.tiles(), FIGURES));
    tags.extend(week(paper, report, FIGURES + TILE * 3.0 + 28.0));
    let half = (WIDTH - GAP) / 2.0;
    let columns = [
        (LEFT, [report.results(), report.reasons()]),
        (LEFT + half + GAP, [report.agents(), report.rules()]),
    ];
    for (x, tables) in columns {
        let mut place = Place {
            x,
            y: LISTS,
            width: half,
        };
        for table in tables {
            let (shown, below) = part(paper, report.language, &table, place);
            tags.extend(shown);
            place.y = below;
        }
    }
    let counted_at = report.language.moment(&report.counted_at());
    tags.extend(foot(paper, report.language, &counted_at));
    tags
}

/// The first rows of a table, by the columns that fit.
fn part(
    paper: &mut Paper<'_, '_>,
    language: Language,
    table: &Table,
    place: Place,
) -> (Vec<Node>, f32) {
    let columns: &[(usize, f32)] = match table.columns.len() {
        2 => &[(0, 0.78), (1, 0.22)],
        3 => &[(0, 0.45), (1, 0.35), (2, 0.2)],
        // Of an agent: attempts, contacts, successes, contacts an hour.
        _ => &[(0, 0.36), (1, 0.16), (3, 0.16), (4, 0.16), (9, 0.16)],
    };
    list(paper, language, table, place, (columns, MOST_ROWS))
}

/// The hours of the week as a table: how many of the attempts were answered.
fn week(paper: &mut Paper<'_, '_>, report: &CampaignReport<'_>, top: f32) -> Vec<Node> {
    let called = || {
        report
            .figures
            .by_hour
            .iter()
            .filter(|hour| hour.attempts > 0)
    };
    let hours = called().map(|hour| hour.hour);
    let Some((first, last)) = hours.clone().min().zip(hours.max()) else {
        return Vec::new();
    };
    let title = report.say(Fact::ByHourOfWeek);
    let mut tags = heading(paper, title, LEFT, top);
    let width = (WIDTH - NAMES) / f32::from(last - first + 1);
    let style = Style {
        size: 8.0,
        color: SOFT,
        ..Style::PLAIN
    };
    let mut rows = TagGroup::new(Tag::Table);
    let mut head = TagGroup::new(Tag::TR);
    let empty = paper.text(LEFT, top + LINE, NAMES, style, "");
    head.push(TagGroup::with_children(Tag::TD, vec![empty.into()]));
    for hour in first..=last {
        let x = LEFT + NAMES + width * f32::from(hour - first + 1);
        let right = Style {
            align: Align::Right,
            ..style
        };
        let shown = paper.text(x, top + LINE, width, right, &format!("{hour:02}"));
        let scope = Tag::TH(TableHeaderScope::Column);
        head.push(TagGroup::with_children(scope, vec![shown.into()]));
    }
    rows.push(head);
    for weekday in 1..=7 {
        let y = top + LINE * f32::from(weekday + 1);
        paper.line(LEFT, y - LINE + 4.0, WIDTH);
        let mut row = TagGroup::new(Tag::TR);
        let name = report.weekday(weekday);
        let shown = paper.text(LEFT, y, NAMES, style, name);
        let scope = Tag::TH(TableHeaderScope::Row);
        row.push(TagGroup::with_children(scope, vec![shown.into()]));
        for hour in first..=last {
            let x = LEFT + NAMES + width * f32::from(hour - first + 1);
            let found = called().find(|one| (one.weekday, one.hour) == (weekday, hour));
            let shown = cell(paper, found, (x, y, width));
            row.push(TagGroup::with_children(Tag::TD, vec![shown]));
        }
        rows.push(row);
    }
    tags.push(rows.into());
    tags
}

/// Of the attempts of one hour, those that were answered.
fn cell(
    paper: &mut Paper<'_, '_>,
    hour: Option<&HourOfWeek>,
    (x, y, width): (f32, f32, f32),
) -> Node {
    let style = Style {
        size: 8.0,
        align: Align::Right,
        color: ANSWERED,
        ..Style::PLAIN
    };
    let text = hour.map_or_else(String::new, |hour| {
        format!("{}/{}", hour.answered, hour.attempts)
    });
    // What is too long for its cell has smaller letters: a count that is cut is another one.
    let size = style.size * ((width - 2.0) / paper.width(style, &text).max(1.0)).min(1.0);
    paper
        .text(x, y, WIDTH, Style { size, ..style }, &text)
        .into()
}

/// Where the figures begin.
const FIGURES: f32 = 98.0;

/// Where the lists begin.
const LISTS: f32 = 434.0;

/// The width of the names of the days.
const NAMES: f32 = 62.0;

/// The height of a line of the week.
const LINE: f32 = 15.0;

/// Most rows of a list.
const MOST_ROWS: usize = 9;
