//! `{{ variable }}` templates, as component variables and outbound hosts use them.

use std::collections::BTreeMap;

/// A string with places for application variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

/// Why a template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// An opening `{{` has no `}}`.
    #[error("invalid variable template: '{{{{' without '}}}}' in {0:?}")]
    Unclosed(String),
    /// A `}}` has no opening `{{`.
    #[error("invalid variable template: '}}}}' without '{{{{' in {0:?}")]
    Unopened(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// When braces do not pair up.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("{{") {
            let Some((name, tail)) = after.split_once("}}") else {
                return Err(TemplateError::Unclosed(text.to_owned()));
            };
            parts.push(literal_part(literal, text)?);
            parts.push(Part::Variable(name.trim().to_owned()));
            rest = tail;
        }
        parts.push(literal_part(rest, text)?);
        Ok(Self { parts })
    }

    /// The names of the variables it uses.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// Whether it uses no variable at all.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.variables().next().is_none()
    }

    /// The text with every variable filled in; `None` if one has no value.
    #[must_use]
    pub fn resolve(&self, values: &BTreeMap<String, String>) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.as_str()),
                Part::Variable(name) => values.get(name).map(String::as_str),
            })
            .collect()
    }
}

fn literal_part(literal: &str, whole: &str) -> Result<Part, TemplateError> {
    if literal.contains("}}") {
        return Err(TemplateError::Unopened(whole.to_owned()));
    }
    Ok(Part::Literal(literal.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Option<String> {
        let values = BTreeMap::from([("host".to_owned(), "pbx.example".to_owned())]);
        Template::parse(text).unwrap().resolve(&values)
    }

    #[test]
    fn variables_are_filled_in() {
        assert_eq!(resolve("plain").as_deref(), Some("plain"));
        assert_eq!(
            resolve("https://{{ host }}:8089").as_deref(),
            Some("https://pbx.example:8089")
        );
        assert_eq!(
            resolve("{{host}}{{host}}").as_deref(),
            Some("pbx.examplepbx.example")
        );
        assert_eq!(resolve("{{ other }}"), None);
    }

    #[test]
    fn braces_must_pair_up() {
        assert!(matches!(
            Template::parse("a {{ b"),
            Err(TemplateError::Unclosed(_))
        ));
        assert!(matches!(
            Template::parse("a }} b"),
            Err(TemplateError::Unopened(_))
        ));
    }

    #[test]
    fn a_text_without_variables_is_literal() {
        assert!(Template::parse("https://*:8089").unwrap().is_literal());
        assert!(!Template::parse("{{ a }}").unwrap().is_literal());
    }
}
