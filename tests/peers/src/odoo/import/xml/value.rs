//! What a `<field>` holds: references, expressions, searches, XML, text.

use roxmltree::Node;
use serde_json::{Value, json};

use super::File;
use crate::odoo::error::OdooError;
use crate::odoo::orm::search::Page;
use crate::odoo::python::{Names, PythonError, evaluate};
use crate::odoo::schema::{Field, Ttype};

impl File<'_, '_> {
    pub(super) fn value(
        &mut self,
        node: Node<'_, '_>,
        known: Option<&Field>,
    ) -> Result<Value, OdooError> {
        if let Some(xmlid) = node.attribute("ref") {
            let id = self.reference(xmlid)?;
            return Ok(if known.is_some_and(|known| known.ttype.is_to_many()) {
                json!([[6, 0, [id]]])
            } else {
                json!(id)
            });
        }
        if let Some(expression) = node.attribute("eval") {
            return self.evaluate(expression);
        }
        if let Some(search) = node.attribute("search") {
            return self.search(node, known, search);
        }
        match node.attribute("type") {
            Some("xml" | "html") => Ok(json!(self.substitute(&inner_xml(node))?)),
            Some("int") => Ok(json!(
                node.text().unwrap_or_default().trim().parse::<i64>().ok()
            )),
            Some("float") => Ok(json!(
                node.text().unwrap_or_default().trim().parse::<f64>().ok()
            )),
            Some("list" | "tuple" | "base64" | "char") | None => Ok(text_value(node, known)),
            Some(other) => Err(OdooError::value(format!("Unknown type {other}"))),
        }
    }

    pub(super) fn search(
        &mut self,
        node: Node<'_, '_>,
        known: Option<&Field>,
        search: &str,
    ) -> Result<Value, OdooError> {
        let domain = self.evaluate(search)?;
        let relation = known.and_then(|known| known.relation.clone());
        let model = node
            .attribute("model")
            .map(str::to_owned)
            .or(relation)
            .unwrap_or_default();
        let ids = self.env.search(&model, &domain, &Page::default())?;
        Ok(match known.map(|known| known.ttype) {
            Some(Ttype::Many2many | Ttype::One2many) => json!([[6, 0, ids]]),
            _ => json!(ids.first()),
        })
    }

    pub(super) fn reference(&self, xmlid: &str) -> Result<i64, OdooError> {
        let (module, name) = xmlid.split_once('.').unwrap_or((self.module, xmlid));
        let found = self.env.xmlid(module, name).map(|(_, id)| id);
        found.ok_or_else(|| {
            OdooError::value(format!(
                "External ID not found in the system: {module}.{name}"
            ))
        })
    }

    pub(super) fn evaluate(&mut self, expression: &str) -> Result<Value, OdooError> {
        let mut names = FileNames {
            file: self,
            missing: None,
        };
        let result = evaluate(expression, &mut names);
        if let Some(missing) = names.missing {
            return Err(missing);
        }
        result.map_err(|error| match error {
            PythonError::Name(_) => OdooError::value(format!(
                "{error} while evaluating\n{}",
                crate::odoo::value::repr_str(expression)
            )),
            other => OdooError::value(other.to_string()),
        })
    }

    /// `%(xmlid)d` becomes the id.
    pub(super) fn substitute(&self, text: &str) -> Result<String, OdooError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("%(") {
            let Some(end) = rest[at..].find(")d").map(|end| at + end) else {
                break;
            };
            out.push_str(&rest[..at]);
            out.push_str(&self.reference(&rest[at + 2..end])?.to_string());
            rest = &rest[end + 2..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Names in `eval`: `ref(…)`, `time`, `obj()`; the error of a missing reference is kept as it is.
struct FileNames<'f, 'e, 'a> {
    file: &'f File<'e, 'a>,
    missing: Option<OdooError>,
}

impl Names for FileNames<'_, '_, '_> {
    fn name(&mut self, name: &str) -> Option<Value> {
        match name {
            "uid" => Some(json!(self.file.env.uid)),
            "version" => Some(json!(format!("{}.0", self.file.env.version().major()))),
            _ => None,
        }
    }

    fn call(&mut self, function: &str, arguments: &[Value]) -> Option<Result<Value, PythonError>> {
        if function != "ref" {
            return None;
        }
        Some(match self.file.reference(arguments.first()?.as_str()?) {
            Ok(id) => Ok(json!(id)),
            Err(error) => {
                let text = error.message.clone();
                self.missing = Some(error);
                Err(PythonError::Other(text))
            }
        })
    }
}

/// The text of a field; booleans and numbers are left to the column.
fn text_value(node: Node<'_, '_>, known: Option<&Field>) -> Value {
    let text: String = node
        .children()
        .filter(Node::is_text)
        .filter_map(|child| child.text())
        .collect();
    match known.map(|known| known.ttype) {
        Some(Ttype::Boolean) => json!(!matches!(
            text.trim().to_lowercase().as_str(),
            "" | "0" | "false" | "off" | "no"
        )),
        Some(Ttype::Integer | Ttype::Float | Ttype::Many2one) => json!(text.trim()),
        _ => json!(text),
    }
}

/// The source of the element's content; comments around the root of a view are dropped, and several roots are put into one `data`.
fn inner_xml(node: Node<'_, '_>) -> String {
    let text = node.document().input_text();
    let elements: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    match (elements.first(), elements.last()) {
        (Some(first), Some(last)) if first != last && node.attribute("type") == Some("xml") => {
            format!(
                "<data>{}</data>",
                &text[first.range().start..last.range().end]
            )
        }
        (Some(first), Some(last)) => text[first.range().start..last.range().end].to_owned(),
        _ => node.text().unwrap_or_default().to_owned(),
    }
}
