//! What is said to people in Odoo of something that was met: in every language at once, of which Odoo shows the reader's.

use serde_json::{Map, Value, json};

use calls::language::Language;

/// A text in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said([String; 4]);

impl Said {
    /// What `words` says in each language; it may have several lines.
    pub fn new(words: impl FnMut(Language) -> String) -> Self {
        Self(Language::ALL.map(words))
    }

    /// The values of the fields that show it: those whose names begin with `about`.
    ///
    /// In English it is what earlier modules show as well. Every line of the other field begins with its language, for a computed field of a data
    /// module reads nothing else so easily; it is believed only where its English is the one that is shown.
    pub fn values(said: Option<&Self>, about: &str) -> Map<String, Value> {
        let [detail, words] = match said {
            Some(said) => [json!(said.english()), json!(said.by_language())],
            None => [false.into(), false.into()],
        };
        Map::from_iter([
            (format!("{about}_detail"), detail),
            (format!("{about}_words"), words),
        ])
    }

    fn english(&self) -> &str {
        let Self([english, ..]) = self;
        english
    }

    fn by_language(&self) -> String {
        let Self(texts) = self;
        let texts = Language::ALL.into_iter().zip(texts);
        let lines = texts.flat_map(|(language, text)| {
            text.split('\n')
                .map(move |line| format!("{} {line}", language.code()))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_in_which_language_it_is() {
        let said = Said::new(|language| match language {
            Language::En => "host: missing\nport: no number".to_owned(),
            other => other.code().to_uppercase(),
        });
        let values = Said::values(Some(&said), "x_result");
        let words = "en host: missing\nen port: no number\nfr FR\nes ES\nde DE";
        let expected =
            json!({ "x_result_detail": "host: missing\nport: no number", "x_result_words": words });
        assert_eq!(Value::Object(values), expected);
        let nothing = json!({ "x_copy_detail": false, "x_copy_words": false });
        assert_eq!(Value::Object(Said::values(None, "x_copy")), nothing);
    }
}
