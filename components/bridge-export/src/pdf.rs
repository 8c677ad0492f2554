//! One page to forward: the figures, the days as a chart, who waits for a call back, and where most calls were.
//!
//! That of a campaign has its figures, what came of its members, and when and by whom they were called.
//!
//! It is a tagged PDF after PDF/UA-1 (ISO 14289-1): who hears it gets headings, tables and the chart's words in their order.

mod campaign;
mod chart;
mod font;
mod lists;
mod paper;
mod table;

use bridge_faces::Say as _;
use bridge_faces::report::{Book, CampaignReport, Report, Term, Tile};
use calls::language::Language;
use chrono::{Datelike, Timelike};
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{Node, Tag, TagGroup, TagTree};
use krilla::{Document, SerializeSettings};

use font::Fonts;
use paper::{ANSWERED, Align, Area, INK, MISSED, Paper, SOFT, Style};

/// The statistics of a period.
pub(super) fn write(report: &Report<'_>) -> Result<Vec<u8>, PdfError> {
    page_of(&report.book(), |paper| draw(paper, report))
}

/// The figures of a campaign.
pub(super) fn write_campaign(report: &CampaignReport<'_>) -> Result<Vec<u8>, PdfError> {
    page_of(&report.book(), |paper| campaign::draw(paper, report))
}

/// A file of one page, as `draw` draws it: what it has, in the order to read it.
fn page_of(
    book: &Book,
    draw: impl FnOnce(&mut Paper<'_, '_>) -> Vec<Node>,
) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::new().ok_or(PdfError::Font)?;
    let mut document = Document::new_with(settings()?);
    let (width, height) = PAGE;
    let size = PageSettings::from_wh(width, height).ok_or(PdfError::Page)?;
    let mut page = document.start_page_with(size);
    let mut paper = Paper::new(page.surface(), &fonts);
    let tags = draw(&mut paper);
    paper.finish();
    page.finish();
    describe(&mut document, book, tags);
    document.finish().map_err(PdfError::Write)
}

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub(super) enum PdfError {
    #[error("a font cannot be read")]
    Font,
    #[error("the page has no size")]
    Page,
    #[error("the standard cannot be kept: {0:?}")]
    Standard(krilla::configure::ConfigurationError),
    #[error("{0:?}")]
    Write(KrillaError),
}

fn settings() -> Result<SerializeSettings, PdfError> {
    let builder = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    let configuration = builder.finish().map_err(PdfError::Standard)?;
    Ok(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    })
}

/// Title, language, date and structure. The same figures make the same file: its date is that of the count.
fn describe(document: &mut Document, book: &Book, tags: Vec<Node>) {
    let title = format!("{} \u{b7} {}", book.title, book.period);
    let at = book.counted_at;
    let date = DateTime::new(at.year().clamp(0, 9_999) as u16)
        .month(at.month() as u8)
        .day(at.day() as u8)
        .hour(at.hour() as u8)
        .minute(at.minute() as u8)
        .second(at.second() as u8)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let metadata = Metadata::new()
        .title(title.clone())
        .language(book.language.code().to_owned())
        .creation_date(date);
    document.set_metadata(metadata);
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(
        title,
        XyzDestination::new(0, Point::from_xy(0.0, 0.0)),
    ));
    document.set_outline(outline);
    let mut tree = TagTree::new().with_lang(Some(book.language.code().to_owned()));
    for tag in tags {
        tree.push(tag);
    }
    document.set_tag_tree(tree);
}

/// The page from above; what it has, in the order to read it.
fn draw(paper: &mut Paper<'_, '_>, report: &Report<'_>) -> Vec<Node> {
    let mut tags = head(paper, report);
    tags.extend(tiles(paper, &report.tiles(), 98.0));
    if report.statistics.figures.total == 0 {
        let style = Style {
            size: 10.0,
            color: SOFT,
            ..Style::PLAIN
        };
        tags.push(paragraph(vec![
            paper
                .text(LEFT, 226.0, WIDTH, style, report.say(Term::NoCalls))
                .into(),
        ]));
        tags.extend(lists::people(paper, report, 262.0));
    } else {
        tags.extend(days(paper, report, 218.0));
        tags.extend(lists::people(paper, report, 384.0));
        tags.extend(lists::busiest(paper, report, 384.0));
    }
    tags.extend(foot(paper, report.language, &report.counted_at()));
    tags
}

/// The chart under its heading.
fn days(paper: &mut Paper<'_, '_>, report: &Report<'_>, top: f32) -> Vec<Node> {
    let series = report.by_time();
    let mut tags = heading(paper, report.say(series.title), LEFT, top);
    let area = Area {
        x: LEFT + 24.0,
        y: top + 14.0,
        width: WIDTH - 24.0,
        height: 108.0,
    };
    tags.push(chart::draw(paper, report, &series, area));
    tags.extend(chart::legend(paper, report, top));
    tags
}

fn head(paper: &mut Paper<'_, '_>, report: &Report<'_>) -> Vec<Node> {
    let title = match &report.statistics.contact {
        Some(contact) => format!("{} \u{b7} {contact}", report.say(Term::Title)),
        None => report.say(Term::Title).to_owned(),
    };
    let mut asked = vec![report.period(), report.zone_name().to_owned()];
    let filter = &report.statistics.filter;
    let chosen = [
        (
            Term::Server,
            filter.server.as_deref().map(|id| report.server(id)),
        ),
        (Term::Extension, filter.extension.as_deref()),
        (
            Term::Direction,
            filter
                .direction
                .as_deref()
                .map(|direction| report.direction(direction)),
        ),
    ];
    asked.extend(
        chosen
            .into_iter()
            .filter_map(|(term, value)| Some(format!("{}: {}", report.say(term), value?))),
    );
    titled(paper, title, &asked.join(" \u{b7} "))
}

/// A title, and below it what was asked for.
fn titled(paper: &mut Paper<'_, '_>, title: String, asked: &str) -> Vec<Node> {
    let style = Style {
        size: 20.0,
        bold: true,
        ..Style::PLAIN
    };
    let shown = paper.text(LEFT, 58.0, WIDTH, style, &title);
    let level = std::num::NonZeroU16::MIN;
    let title = TagGroup::with_children(Tag::Hn(level, Some(title)), vec![shown.into()]);
    let style = Style {
        size: 10.0,
        color: SOFT,
        ..Style::PLAIN
    };
    let shown = paper.text(LEFT, 76.0, WIDTH, style, asked);
    vec![title.into(), paragraph(vec![shown.into()])]
}

/// The figures in rows of five.
fn tiles(paper: &mut Paper<'_, '_>, tiles: &[Tile], top: f32) -> Vec<Node> {
    let width = WIDTH / 5.0;
    for row in 0..=tiles.len().div_ceil(5) {
        paper.line(LEFT, top + TILE * row as f32, WIDTH);
    }
    let place = |index: usize| {
        (
            LEFT + width * (index % 5) as f32,
            top + TILE * (index / 5) as f32,
        )
    };
    let shown = tiles.iter().enumerate().map(|(index, tile)| {
        let (x, y) = place(index);
        tile_at(paper, tile, x, y, width - 8.0)
    });
    shown.collect()
}

fn tile_at(paper: &mut Paper<'_, '_>, tile: &Tile, x: f32, y: f32, width: f32) -> Node {
    let small = Style {
        size: 8.0,
        color: SOFT,
        ..Style::PLAIN
    };
    let color = match tile.kind {
        "answered" => ANSWERED,
        "missed" => MISSED,
        _ => INK,
    };
    let value = if tile.parts.is_empty() {
        "\u{2013}".to_owned()
    } else {
        value(tile)
    };
    let label = paper.text(x, y + 14.0, width, small, tile.label);
    let style = Style {
        size: 15.0,
        bold: true,
        color,
        ..Style::PLAIN
    };
    // A figure is never cut: a long one has smaller letters.
    let size = style.size * (width / paper.width(style, &value)).min(1.0);
    let value = paper.text(x, y + 32.0, WIDTH, Style { size, ..style }, &value);
    let mut shown = vec![label.into(), value.into()];
    if !tile.note.is_empty() && !tile.parts.is_empty() {
        shown.push(paper.text(x, y + 43.0, width, small, &tile.note).into());
    }
    paragraph(shown)
}

fn value(tile: &Tile) -> String {
    let parts = tile.parts.iter().map(|(number, unit)| match *unit {
        "" => number.clone(),
        unit => format!("{number}\u{a0}{unit}"),
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn heading(paper: &mut Paper<'_, '_>, text: &str, x: f32, y: f32) -> Vec<Node> {
    let style = Style {
        size: 11.0,
        bold: true,
        ..Style::PLAIN
    };
    let shown = paper.text(x, y, WIDTH, style, text);
    let level = std::num::NonZeroU16::MIN.saturating_add(1);
    vec![TagGroup::with_children(Tag::Hn(level, Some(text.to_owned())), vec![shown.into()]).into()]
}

/// When it was counted, and what the mark for letters that cannot be printed means, where it stands.
fn foot(paper: &mut Paper<'_, '_>, language: Language, counted_at: &str) -> Vec<Node> {
    let style = Style {
        size: 8.0,
        color: SOFT,
        ..Style::PLAIN
    };
    let counted = format!("{} {counted_at}", language.say(Term::CountedAt));
    let mut shown = vec![paper.text(LEFT, FOOT + 22.0, WIDTH, style, &counted).into()];
    if paper.has_unprintable() {
        let note = format!(
            "{}\u{a0}{}",
            font::UNPRINTABLE,
            language.say(Term::Unprintable)
        );
        let style = Style {
            align: Align::Right,
            ..style
        };
        shown.push(
            paper
                .text(LEFT + WIDTH, FOOT + 22.0, WIDTH, style, &note)
                .into(),
        );
    }
    vec![paragraph(shown)]
}

fn paragraph(shown: Vec<Node>) -> Node {
    TagGroup::with_children(Tag::P, shown).into()
}

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);

/// Where everything begins.
const LEFT: f32 = 42.0;

/// How wide everything is.
const WIDTH: f32 = PAGE.0 - 2.0 * LEFT;

/// Where the lists end.
const FOOT: f32 = 788.0;

/// The height of a row of figures.
const TILE: f32 = 50.0;
