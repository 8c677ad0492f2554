//! What is drawn with: texts that are read, and lines and areas that are not.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};
use krilla::text::TextDirection;

use super::font::{Fonts, UNPRINTABLE};

/// A colour: red, green and blue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rgb(u8, u8, u8);

/// A page that is being drawn.
pub(super) struct Paper<'s, 'f> {
    surface: Surface<'s>,
    fonts: &'f Fonts,
    has_unprintable: bool,
}

/// A place on the page, in points from its upper left corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// Where a list begins, and how wide it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
}

/// What letters look like, and to which side of their place they stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// In points.
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) color: Rgb,
    pub(super) align: Align,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Align {
    /// It begins at its place.
    Left,
    /// Its middle is there.
    Middle,
    /// It ends there.
    Right,
}

impl Style {
    pub(super) const PLAIN: Self = Self {
        size: 9.0,
        bold: false,
        color: INK,
        align: Align::Left,
    };
}

impl<'s, 'f> Paper<'s, 'f> {
    pub(super) fn new(surface: Surface<'s>, fonts: &'f Fonts) -> Self {
        Self {
            surface,
            fonts,
            has_unprintable: false,
        }
    }

    pub(super) fn finish(self) {
        self.surface.finish();
    }

    /// Whether something was asked for that cannot be printed.
    pub(super) fn has_unprintable(&self) -> bool {
        self.has_unprintable
    }

    /// How wide a text is, in points.
    pub(super) fn width(&self, style: Style, text: &str) -> f32 {
        self.fonts.weight(style.bold).width(style.size, text)
    }

    /// Writes as much of a text as fits into `width`, on the line at `y`; what it is called in the structure.
    pub(super) fn text(
        &mut self,
        x: f32,
        y: f32,
        width: f32,
        style: Style,
        text: &str,
    ) -> Identifier {
        let weight = self.fonts.weight(style.bold);
        let printable = weight.printable(text);
        self.has_unprintable |= printable.contains(UNPRINTABLE);
        let fitting = weight.fitting(style.size, width, &printable);
        let tag = self
            .surface
            .start_tagged(ContentTag::Span(SpanTag::empty()));
        self.letters(x, y, style, &fitting);
        self.surface.end_tagged();
        tag
    }

    /// Whatever `draw` draws is one picture.
    pub(super) fn picture(&mut self, draw: impl FnOnce(&mut Self)) -> Identifier {
        let tag = self.surface.start_tagged(ContentTag::Other);
        draw(self);
        self.surface.end_tagged();
        tag
    }

    /// Writes letters that belong to a picture.
    pub(super) fn letters(&mut self, x: f32, y: f32, style: Style, text: &str) {
        let weight = self.fonts.weight(style.bold);
        let width = weight.width(style.size, text);
        let x = match style.align {
            Align::Left => x,
            Align::Middle => x - width / 2.0,
            Align::Right => x - width,
        };
        let font = weight.font.clone();
        self.paint(style.color);
        self.surface.draw_text(
            Point::from_xy(x, y),
            font,
            style.size,
            text,
            false,
            TextDirection::LeftToRight,
        );
    }

    /// A line across that belongs to a picture.
    pub(super) fn stroke(&mut self, x: f32, y: f32, width: f32) {
        self.fill(
            Area {
                x,
                y,
                width,
                height: 0.5,
            },
            LINE,
        );
    }

    /// An area that belongs to a picture; nothing where it has no extent.
    pub(super) fn fill(&mut self, area: Area, color: Rgb) {
        if let Some(path) = path(area) {
            self.paint(color);
            self.surface.draw_path(&path);
        }
    }

    /// A line across that nobody has to know of.
    pub(super) fn line(&mut self, x: f32, y: f32, width: f32) {
        self.mark(
            Area {
                x,
                y,
                width,
                height: 0.5,
            },
            LINE,
        );
    }

    /// An area that nobody has to know of.
    pub(super) fn mark(&mut self, area: Area, color: Rgb) {
        let artifact = Artifact::with_kind(ArtifactType::Layout);
        self.surface.start_tagged(ContentTag::Artifact(artifact));
        self.fill(area, color);
        self.surface.end_tagged();
    }

    fn paint(&mut self, Rgb(red, green, blue): Rgb) {
        let fill = Fill {
            paint: rgb::Color::new(red, green, blue).into(),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        };
        self.surface.set_fill(Some(fill));
        self.surface.set_stroke(None);
    }
}

fn path(area: Area) -> Option<Path> {
    if area.width <= 0.0 || area.height <= 0.0 {
        return None;
    }
    let mut builder = PathBuilder::new();
    builder.push_rect(Rect::from_xywh(area.x, area.y, area.width, area.height)?);
    builder.finish()
}

/// Text.
pub(super) const INK: Rgb = Rgb(0x22, 0x22, 0x22);
/// Text that says what another is.
pub(super) const SOFT: Rgb = Rgb(0x66, 0x66, 0x66);
/// Lines.
pub(super) const LINE: Rgb = Rgb(0xd4, 0xd4, 0xd8);
/// Answered calls, as the page has them.
pub(super) const ANSWERED: Rgb = Rgb(0x3a, 0x6e, 0xa5);
/// Missed calls.
pub(super) const MISSED: Rgb = Rgb(0xd4, 0x55, 0x2a);
/// Other calls.
pub(super) const OTHER: Rgb = Rgb(0x8b, 0x8f, 0x9a);
