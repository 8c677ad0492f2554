//! `i18n/*.po`: terms of fields, selections, menus and models in the languages that are active.

use serde_json::json;

use super::ImportError;
use super::archive::Module;
use crate::odoo::env::Env;

/// One entry of a catalogue: where it belongs, and its text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    places: Vec<String>,
    source: String,
    text: String,
}

/// Loads the catalogues of the languages that are active (`fr.po` serves `fr_FR`).
pub(super) fn import(env: &mut Env<'_>, module: &Module) -> Result<(), ImportError> {
    let langs: Vec<String> = env
        .find("res.lang", "active", &json!(true))
        .into_iter()
        .filter_map(|id| {
            env.stored("res.lang", id, "code")
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    for (lang, text) in module.translations() {
        for active in langs
            .iter()
            .filter(|active| *active == lang || active.split('_').next() == Some(lang))
        {
            for entry in entries(&text) {
                apply(env, &module.name, active, &entry);
            }
        }
    }
    Ok(())
}

/// `model:ir.model.fields,field_description:module.xmlid`.
fn apply(env: &mut Env<'_>, module: &str, lang: &str, entry: &Entry) {
    if entry.text.is_empty() {
        return;
    }
    for place in &entry.places {
        let Some((target, xmlid)) = place
            .strip_prefix("model:")
            .or_else(|| place.strip_prefix("model_terms:"))
            .and_then(|rest| rest.split_once(':'))
        else {
            continue;
        };
        let Some((model, field)) = target.split_once(',') else {
            continue;
        };
        let (owner, name) = xmlid.split_once('.').unwrap_or((module, xmlid));
        let Some((found, id)) = env.xmlid(owner, name) else {
            continue;
        };
        if found == model && env.stored(model, id, field) == json!(entry.source) {
            env.tx.set_translation(
                model,
                (id, field.to_owned(), lang.to_owned()),
                json!(entry.text),
            );
        }
    }
}

/// Reads a catalogue; plural forms, which data files do not have, are passed over.
fn entries(text: &str) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut entry = Entry::default();
    let mut into_text = false;
    for line in text.lines().map(str::trim) {
        if let Some(places) = line.strip_prefix("#:") {
            entry
                .places
                .extend(places.split_whitespace().map(str::to_owned));
        } else if let Some(source) = line.strip_prefix("msgid ") {
            entry.source = unquote(source);
            into_text = false;
        } else if let Some(first) = line.strip_prefix("msgstr ") {
            entry.text = unquote(first);
            into_text = true;
        } else if line.starts_with('"') {
            let part = unquote(line);
            if into_text {
                entry.text.push_str(&part)
            } else {
                entry.source.push_str(&part)
            }
        } else if line.is_empty() {
            all.push(std::mem::take(&mut entry));
        }
    }
    all.push(entry);
    all.retain(|entry| !entry.source.is_empty());
    all
}

fn unquote(text: &str) -> String {
    let inner = text.trim().trim_start_matches('"').trim_end_matches('"');
    inner
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_catalogue_are_read() {
        let text = "msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\n#. module: m\n#: model:ir.model.fields,field_description:m.f\n#: model:ir.model,name:m.g\nmsgid \"\"\n\"Phone \"\n\"Call\"\nmsgstr \"Appel\"\n";
        let expected = Entry {
            places: vec![
                "model:ir.model.fields,field_description:m.f".into(),
                "model:ir.model,name:m.g".into(),
            ],
            source: "Phone Call".into(),
            text: "Appel".into(),
        };
        assert_eq!(entries(text), [expected]);
    }
}
