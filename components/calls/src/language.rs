//! The reader's language: one of four, which says texts and how dates and numbers are written.

mod written;

pub use written::{duration, duration_parts};

/// A language of the pages and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, also for who reads none of the four.
    En,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// German.
    De,
}

impl Language {
    /// All of them, English first.
    pub const ALL: [Self; 4] = [Self::En, Self::Fr, Self::Es, Self::De];

    /// The reader's favourite among the four, as the browser says it in `Accept-Language` (RFC 9110, section 12.5.4).
    pub fn preferred(accept_language: &str) -> Self {
        let mut best = (0.0, Self::En);
        for range in accept_language.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = parameters
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())
                .unwrap_or(0.0);
            let primary = tag.trim().split('-').next().unwrap_or_default();
            if let Some(language) = Self::of(primary)
                && quality > best.0
            {
                best = (quality, language);
            }
        }
        best.1
    }

    fn of(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(code))
    }

    /// The two letters of ISO 639.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::De => "de",
        }
    }

    /// The one in this language, of a text in English, French, Spanish and German.
    pub fn choose(self, texts: [&'static str; 4]) -> &'static str {
        let [en, fr, es, de] = texts;
        match self {
            Self::En => en,
            Self::Fr => fr,
            Self::Es => es,
            Self::De => de,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_reader_chooses_the_language() {
        let check = |header: &str, expected: Language| {
            assert_eq!(Language::preferred(header), expected, "{header}");
        };
        check("", Language::En);
        check("fr-CA", Language::Fr);
        check("it, de;q=0.4, es-MX;q=0.8", Language::Es);
        check("DE-at,en;q=0.9", Language::De);
        check("pt", Language::En);
        check("fr;q=0, de;q=x", Language::En);
    }
}
