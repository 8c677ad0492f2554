//! The terms that people read, collected from the data files as Odoo collects them for a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};

use super::Part;
use crate::markup;

/// Terms, each with the places that a catalogue names for it.
pub(super) type Terms = BTreeMap<String, BTreeSet<String>>;

/// Every term of the data files among `files`.
pub(super) fn of(part: &Part) -> Terms {
    let mut terms = Collected {
        module: part.module,
        terms: Terms::new(),
    };
    for (path, bytes) in part.files.iter().filter(|(path, _)| path.ends_with(".xml")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for node in document.descendants() {
            match node.tag_name().name() {
                "record" => terms.add_record(node),
                "menuitem" => {
                    let name = node.attribute("name").unwrap_or_default();
                    let id = node.attribute("id").unwrap();
                    terms.put(name, "model:ir.ui.menu,name", id);
                }
                _ => {}
            }
        }
    }
    terms.terms
}

/// The terms of a module, as far as they are collected.
struct Collected {
    module: &'static str,
    terms: Terms,
}

impl Collected {
    fn add_record(&mut self, record: Node<'_, '_>) {
        let model = record.attribute("model").unwrap();
        let id = record.attribute("id").unwrap();
        for field in record.children().filter(|node| node.has_tag_name("field")) {
            let name = field.attribute("name").unwrap();
            if WHOLE.contains(&(model, name)) {
                let term = field.text().unwrap_or_default();
                self.put(term, &format!("model:{model},{name}"), id);
            } else if let Some((_, _, column)) = IN_MARKUP
                .iter()
                .find(|(of, markup, _)| (*of, *markup) == (model, name))
            {
                let place = format!("model_terms:{model},{column}");
                for term in in_markup(field) {
                    self.put(&term, &place, id);
                }
            }
        }
    }

    /// A term without a letter, such as a sign on a link, is the same in every language.
    fn put(&mut self, term: &str, place: &str, id: &str) {
        let term = term.trim();
        if term.contains(char::is_alphabetic) {
            let places = self.terms.entry(term.to_owned()).or_default();
            places.insert(format!("{place}:{}.{id}", self.module));
        }
    }
}

/// Texts between tags, and the attributes that Odoo shows. It looks for a text under what stands in the markup, `Settings &gt; Users`, and for an
/// attribute under what that says (`serialize` in its `tools/translate.py`).
fn in_markup<'a>(field: Node<'a, 'a>) -> impl Iterator<Item = String> {
    field.descendants().flat_map(|node| {
        let attributes = node
            .attributes()
            .filter(|attribute| SHOWN.contains(&attribute.name()))
            .map(|attribute| attribute.value().to_owned());
        let text = node.text().filter(|_| node.is_text() && is_shown(node));
        let is_word = text.is_some_and(|text| text.contains(char::is_alphabetic));
        let around = node.parent().map_or("", |parent| parent.tag_name().name());
        assert!(
            !(is_word && INLINE.contains(&around)),
            "Odoo translates <{around}> as a whole, with its tags: put {text:?} into a <div>"
        );
        attributes.chain(text.map(markup::escape))
    })
}

/// Whether a text is one for people; that of an `attribute`, by which a view changes another, is as its name says.
fn is_shown(text: Node<'_, '_>) -> bool {
    text.parent()
        .filter(|parent| parent.has_tag_name("attribute"))
        .and_then(|parent| parent.attribute("name"))
        .is_none_or(|name| SHOWN.contains(&name))
}

/// Fields of which the whole value is a term: those of Odoo, and the module's own, with `translate=True`.
const WHOLE: [(&str, &str); 12] = [
    ("ir.actions.act_window", "name"),
    ("ir.actions.server", "name"),
    ("ir.model", "name"),
    ("ir.module.category", "name"),
    ("ir.model.fields", "field_description"),
    ("ir.model.fields", "help"),
    ("ir.model.fields.selection", "name"),
    ("ir.ui.menu", "name"),
    ("res.groups", "name"),
    ("res.groups", "comment"),
    ("res.groups.privilege", "name"),
    ("x_ucm_result", "x_name"),
];

/// Fields with terms inside, and the column under which a catalogue has them.
const IN_MARKUP: [(&str, &str, &str); 2] = [
    ("ir.actions.act_window", "help", "help"),
    ("ir.ui.view", "arch", "arch_db"),
];

/// Elements that are a part of the text around them (`TRANSLATED_ELEMENTS` of Odoo's `tools/translate.py`, as far as a view would have them).
const INLINE: [&str; 7] = ["b", "em", "i", "small", "span", "strong", "u"];

/// Attributes that Odoo translates (`TRANSLATED_ATTRS` of its `tools/translate.py`).
const SHOWN: [&str; 13] = [
    "add-label",
    "alt",
    "aria-label",
    "avg",
    "cancel-label",
    "confirm",
    "confirm-label",
    "data-tooltip",
    "help",
    "placeholder",
    "string",
    "sum",
    "title",
];
