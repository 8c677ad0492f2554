//! The translations, as 17 takes them: calls in a data file, in the same transaction as everything else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Named;

/// One term of a catalogue: where it stands, and what it reads there.
#[derive(Debug, Default, PartialEq, Eq)]
struct Term {
    /// `model:ir.model.fields,field_description:ucm_odoo.field_…`, or `model_terms:` for a term inside a view or a help.
    places: Vec<String>,
    source: String,
    text: String,
}

/// A translated field of one record: external id, model, field.
type Place<'a> = (&'a str, &'a str, &'a str);

/// A data file that sets every term of the catalogues among `files` in those `languages` that have one, but those of `named`.
pub(super) fn as_data(
    files: &[(&str, Vec<u8>)],
    languages: &[String],
    named: &BTreeSet<Named>,
) -> String {
    let catalogues: Vec<(&String, Vec<Term>)> = languages
        .iter()
        .filter_map(|language| Some((language, read(catalogue_of(files, language)?))))
        .collect();
    let mut values: BTreeMap<Place<'_>, Value> = BTreeMap::new();
    for (language, terms) in &catalogues {
        for term in terms {
            for place in &term.places {
                put(&mut values, place, language, term);
            }
        }
    }
    for ((id, ..), value) in &mut values {
        if let Some(value) = value.as_object_mut() {
            value.retain(|language, _| !named.contains(&((*id).to_owned(), language.clone())));
        }
    }
    values.retain(|_, value| value.as_object().is_some_and(|value| !value.is_empty()));
    let calls: String = values
        .iter()
        .map(|((id, model, field), value)| call(id, model, field, value))
        .collect();
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<odoo>\n{calls}</odoo>\n")
}

/// `fr.po` serves `fr_FR`, `fr_BE` and all others of the language.
fn catalogue_of<'a>(files: &'a [(&str, Vec<u8>)], language: &str) -> Option<&'a [u8]> {
    let short = language.split('_').next()?;
    let path = format!("i18n/{short}.po");
    let (_, bytes) = files.iter().find(|(name, _)| *name == path)?;
    Some(bytes)
}

fn put<'a>(
    values: &mut BTreeMap<Place<'a>, Value>,
    place: &'a str,
    language: &str,
    term: &'a Term,
) {
    let mut parts = place.splitn(3, ':');
    let (Some(kind), Some(target), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let Some((model, field)) = target.split_once(',') else {
        return;
    };
    let value = values.entry((id, model, field)).or_insert(json!({}));
    if kind == "model_terms" {
        value[language][&term.source] = json!(term.text);
    } else {
        value[language] = json!(term.text);
    }
}

/// JSON without `true`, `false` and `null` is a Python literal as it stands.
fn call(id: &str, model: &str, field: &str, value: &Value) -> String {
    let arguments = format!("[[ref('{id}')], '{field}', {value}]");
    let escaped = arguments
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    format!(
        "    <function model=\"{model}\" name=\"update_field_translations\" eval=\"{escaped}\"/>\n"
    )
}

/// The terms of a catalogue that are translated.
fn read(bytes: &[u8]) -> Vec<Term> {
    let mut terms = all(bytes);
    terms.retain(|term| !term.text.is_empty());
    terms
}

/// Reads a catalogue of this module: gettext with a term a line, as all of its catalogues are kept.
fn all(bytes: &[u8]) -> Vec<Term> {
    let text = String::from_utf8_lossy(bytes);
    let mut terms = Vec::new();
    let mut term = Term::default();
    for line in text.lines() {
        if let Some(places) = line.strip_prefix("#: ") {
            term.places
                .extend(places.split_whitespace().map(str::to_owned));
        } else if let Some(source) = line.strip_prefix("msgid ") {
            term.source = unquoted(source);
        } else if let Some(translated) = line.strip_prefix("msgstr ") {
            term.text = unquoted(translated);
            terms.push(std::mem::take(&mut term));
        }
    }
    // The first is the catalogue's own head.
    terms.retain(|term| !term.source.is_empty());
    terms
}

/// Gettext escapes as JSON does.
fn unquoted(quoted: &str) -> String {
    serde_json::from_str(quoted).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::terms::{self, Terms};
    use super::super::{CAMPAIGNS, CRM, JOURNAL, Part};
    use super::*;

    fn catalogue(part: &Part, path: &str) -> &'static str {
        let mut files = part.files.iter();
        let (_, bytes) = files.find(|(name, _)| *name == path).unwrap();
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn terms_become_calls_that_python_reads() {
        let po = "msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\n#. module: ucm_odoo\n\
                  #: model:ir.ui.menu,name:ucm_odoo.menu_root\n#: model_terms:ir.ui.view,arch_db:ucm_odoo.view\n\
                  msgid \"A \\\"b\\\" & <c>\"\nmsgstr \"Un « b »\"\n\n#: model:ir.ui.menu,name:ucm_odoo.untranslated\nmsgid \"D\"\nmsgstr \"\"\n";
        let files = [("i18n/fr.po", po.as_bytes().to_vec())];
        let languages = ["en_US".into(), "fr_BE".into()];
        let data = as_data(&files, &languages, &BTreeSet::new());
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<odoo>\n    \
            <function model=\"ir.ui.menu\" name=\"update_field_translations\" eval=\"[[ref('ucm_odoo.menu_root')], 'name', \
            {&quot;fr_BE&quot;:&quot;Un « b »&quot;}]\"/>\n    \
            <function model=\"ir.ui.view\" name=\"update_field_translations\" eval=\"[[ref('ucm_odoo.view')], 'arch_db', \
            {&quot;fr_BE&quot;:{&quot;A \\&quot;b\\&quot; &amp; &lt;c>&quot;:&quot;Un « b »&quot;}}]\"/>\n</odoo>\n";
        assert_eq!(data, expected);

        let own = ("ucm_odoo.menu_root".to_owned(), "fr_BE".to_owned());
        let around = as_data(&files, &languages, &[own].into());
        let expected: Vec<&str> = expected
            .split_inclusive('\n')
            .filter(|line| !line.contains("menu_root"))
            .collect();
        assert_eq!(around, expected.concat());
    }

    /// A catalogue as places of terms, each of which `is_whole`.
    fn places(part: &Part, path: &str, is_whole: impl Fn(&Term) -> bool) -> Terms {
        let terms = all(catalogue(part, path).as_bytes());
        assert!(terms.iter().all(is_whole), "{path}");
        let count = terms.len();
        let places: Terms = terms
            .into_iter()
            .map(|term| (term.source, term.places.into_iter().collect()))
            .collect();
        assert_eq!(places.len(), count, "{path} has a term twice");
        places
    }

    #[test]
    fn every_language_has_every_term_of_the_data_files() {
        for (part, at_least) in [(&JOURNAL, 150), (&CRM, 5), (&CAMPAIGNS, 150)] {
            let expected = terms::of(part);
            assert!(expected.len() > at_least, "{}", expected.len());
            let template = format!("i18n/{}.pot", part.module);
            let template = places(part, &template, |term| term.text.is_empty());
            assert_eq!(differences(&template, &expected), [""; 0]);
            for path in ["i18n/fr.po", "i18n/es.po", "i18n/de.po"] {
                let translated = places(part, path, |term| !term.text.is_empty());
                assert_eq!(differences(&translated, &expected), [""; 0], "{path}");
            }
        }
    }

    /// Places of terms that only one of them has.
    fn differences(catalogue: &Terms, expected: &Terms) -> Vec<String> {
        let flat = |terms: &Terms| -> BTreeSet<String> {
            let line = |(term, places): (&String, &BTreeSet<String>)| -> Vec<String> {
                let lines = places.iter().map(|place| format!("{place} {term}"));
                lines.collect()
            };
            terms.iter().flat_map(line).collect()
        };
        let (catalogue, expected) = (flat(catalogue), flat(expected));
        let missing = expected.difference(&catalogue);
        let stale = catalogue.difference(&expected);
        let missing = missing.map(|line| format!("missing: {line}"));
        missing
            .chain(stale.map(|line| format!("stale: {line}")))
            .collect()
    }

    /// Who filters, groups or exports chooses a field by its label; Odoo warns of two that have one.
    #[test]
    fn no_two_fields_of_a_model_have_one_label() {
        for language in ["pot", "fr", "es", "de"] {
            let mut fields = BTreeMap::new();
            for part in [&JOURNAL, &CRM, &CAMPAIGNS] {
                let path = match language {
                    "pot" => format!("i18n/{}.pot", part.module),
                    language => format!("i18n/{language}.po"),
                };
                for term in all(catalogue(part, &path).as_bytes()) {
                    let label = Some(&term.text).filter(|text| !text.is_empty());
                    let label = label.unwrap_or(&term.source).to_lowercase();
                    for place in &term.places {
                        let Some(field) = place.strip_prefix(LABEL) else {
                            continue;
                        };
                        let (_, field) = field.split_once(".field_").unwrap();
                        let (model, name) = field.rsplit_once("__").unwrap();
                        let other =
                            fields.insert((model.to_owned(), label.clone()), name.to_owned());
                        assert_eq!(other, None, "{language}: {field} is {label:?} as well");
                    }
                }
            }
            assert!(fields.len() > 250, "{}", fields.len());
        }
    }

    /// How the place of a field's label begins.
    const LABEL: &str = "model:ir.model.fields,field_description:";

    #[test]
    fn the_catalogues_are_kept_as_they_are_read() {
        let paths = ["i18n/fr.po", "i18n/es.po", "i18n/de.po"];
        let all = [&JOURNAL, &CRM, &CAMPAIGNS].map(|part| paths.map(|path| (part, path)));
        for (part, path) in all.into_iter().flatten() {
            let body = catalogue(part, path).split_once("\n\n").unwrap().1;
            for line in body.lines().filter(|line| !line.is_empty()) {
                let known = ["#. ", "#: ", "msgid \"", "msgstr \""];
                assert!(
                    known.iter().any(|start| line.starts_with(start)),
                    "{path}: {line}"
                );
            }
        }
    }
}
