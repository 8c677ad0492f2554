//! The two fonts of the page: what they can print, and how wide it gets.

use krilla::Data;
use krilla::text::Font;
use ttf_parser::Face;

/// Regular and bold.
pub(super) struct Fonts {
    regular: Weight,
    bold: Weight,
}

/// One font, for krilla and for measuring.
pub(super) struct Weight {
    pub(super) font: Font,
    face: Face<'static>,
}

impl Fonts {
    pub(super) fn new() -> Option<Self> {
        Some(Self {
            regular: Weight::new(REGULAR)?,
            bold: Weight::new(BOLD)?,
        })
    }

    pub(super) fn weight(&self, bold: bool) -> &Weight {
        if bold { &self.bold } else { &self.regular }
    }
}

impl Weight {
    fn new(data: &'static [u8]) -> Option<Self> {
        Some(Self {
            font: Font::new(Data::from(data), 0)?,
            face: Face::parse(data, 0).ok()?,
        })
    }

    /// How wide a text is, in points; kerning would make it a little narrower.
    pub(super) fn width(&self, size: f32, text: &str) -> f32 {
        let advance = |character| {
            self.face
                .glyph_hor_advance(self.face.glyph_index(character)?)
        };
        let units: u32 = text.chars().filter_map(advance).map(u32::from).sum();
        units as f32 * size / f32::from(self.face.units_per_em())
    }

    /// The text with a mark in the place of letters that the font does not have, so that none is lost in silence.
    pub(super) fn printable(&self, text: &str) -> String {
        let mut printable = String::new();
        let mut gap = String::new();
        for character in text.chars() {
            match self.face.glyph_index(character) {
                // Spaces between what cannot be printed belong to it.
                Some(_) if character.is_whitespace() => gap.push(' '),
                Some(_) => {
                    printable.push_str(&gap);
                    gap.clear();
                    printable.push(character);
                }
                None if printable.ends_with(UNPRINTABLE) => gap.clear(),
                None => {
                    printable.push_str(&gap);
                    gap.clear();
                    printable.push_str(UNPRINTABLE);
                }
            }
        }
        printable
    }

    /// As much of a printable text as fits, with an ellipsis where it does not.
    pub(super) fn fitting(&self, size: f32, width: f32, text: &str) -> String {
        if self.width(size, text) <= width {
            return text.to_owned();
        }
        let mut fitting = String::new();
        for character in text.chars() {
            fitting.push(character);
            if self.width(size, &fitting) + self.width(size, "\u{2026}") > width {
                fitting.pop();
                break;
            }
        }
        format!("{}\u{2026}", fitting.trim_end())
    }
}

/// Stands for letters that cannot be printed.
pub(super) const UNPRINTABLE: &str = "[\u{2026}]";

const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");
