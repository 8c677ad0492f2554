//! The days as a chart.

use bridge_faces::report::{Report, Scale, Series, Term};
use krilla::tagging::{Node, Tag, TagGroup};

use super::paper::{ANSWERED, Align, Area, MISSED, OTHER, Paper, Rgb, SOFT, Style};
use super::{LEFT, WIDTH, paragraph};

/// The columns as a picture that has its words.
pub(super) fn draw(
    paper: &mut Paper<'_, '_>,
    report: &Report<'_>,
    series: &Series,
    area: Area,
) -> Node {
    let picture = paper.picture(|paper| {
        let scale = Scale::up_to(series.most());
        let bottom = area.y + area.height;
        for mark in scale.marks() {
            let y = bottom - area.height * scale.part(mark) as f32;
            paper.stroke(area.x, y, area.width);
            paper.letters(
                area.x - 6.0,
                y + 2.5,
                Style {
                    align: Align::Right,
                    ..TICK
                },
                &report.language.count(mark),
            );
        }
        let slot = area.width / series.points.len().max(1) as f32;
        for (index, point) in series.points.iter().enumerate() {
            let x = area.x + slot * index as f32;
            let mut y = bottom;
            for (kind, count) in point.counts.kinds() {
                let height = area.height * scale.part(count) as f32;
                y -= height;
                paper.fill(
                    Area {
                        x: x + slot * 0.14,
                        y,
                        width: slot * 0.72,
                        height,
                    },
                    color(kind),
                );
            }
            if let Some(tick) = &point.tick {
                // Names below narrow columns begin with them: at the edge they would leave the chart.
                let (x, align) = if series.points.len() > 8 {
                    (x, Align::Left)
                } else {
                    (x + slot / 2.0, Align::Middle)
                };
                paper.letters(x, bottom + 11.0, Style { align, ..TICK }, tick);
            }
        }
    });
    let words = format!(
        "{}. {}",
        report.say(series.title),
        series.description(report)
    );
    TagGroup::with_children(Tag::Figure(Some(words)), vec![picture.into()]).into()
}

fn color(kind: &str) -> Rgb {
    match kind {
        "answered" => ANSWERED,
        "missed" => MISSED,
        _ => OTHER,
    }
}

/// What the colours mean, at the right of the chart's heading.
pub(super) fn legend(paper: &mut Paper<'_, '_>, report: &Report<'_>, y: f32) -> Vec<Node> {
    let mut right = LEFT + WIDTH;
    let mut shown = Vec::new();
    for (term, color) in [
        (Term::Other, OTHER),
        (Term::Missed, MISSED),
        (Term::Answered, ANSWERED),
    ] {
        let style = Style {
            size: 8.0,
            color: SOFT,
            align: Align::Right,
            ..Style::PLAIN
        };
        let name = report.say(term);
        shown.push(paper.text(right, y, WIDTH, style, name).into());
        right -= paper.width(style, name) + 9.0;
        paper.mark(
            Area {
                x: right,
                y: y - 5.5,
                width: 6.0,
                height: 6.0,
            },
            color,
        );
        right -= 12.0;
    }
    vec![paragraph(shown)]
}

/// Letters at a chart's edge.
const TICK: Style = Style {
    size: 7.5,
    color: SOFT,
    ..Style::PLAIN
};
