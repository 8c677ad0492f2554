//! XML data files: `record`, `menuitem`, `delete`, `function`, and `noupdate`.

mod value;

use roxmltree::{Document, Node};
use serde_json::json;

use super::{ImportError, upsert};
use crate::odoo::env::Env;
use crate::odoo::error::{Kind, OdooError};
use crate::odoo::orm::search::Page;
use crate::odoo::schema::Field;
use crate::odoo::signature::{Arguments, Face};
use crate::odoo::value::Vals;

/// The elements that a data file may have.
const TAGS: [&str; 8] = [
    "record", "menuitem", "delete", "function", "template", "report", "data", "odoo",
];

/// One file on its way into the database.
struct File<'e, 'a> {
    env: &'e mut Env<'a>,
    module: &'e str,
    path: String,
    /// Records marked noupdate stay as they are.
    update: bool,
}

/// Imports one file.
pub(super) fn import(
    env: &mut Env<'_>,
    module: &str,
    file: &str,
    text: &str,
    update: bool,
) -> Result<(), ImportError> {
    let document = Document::parse(text)
        .map_err(|error| ImportError(format!("lxml.etree.XMLSyntaxError: {error}")))?;
    let root = document.root_element();
    if let Some(extra) = root
        .descendants()
        .filter(Node::is_element)
        .find(|node| is_stray(node))
    {
        let line = document.text_pos_at(extra.range().start).row;
        return Err(ImportError(format!(
            "AssertionError: Element odoo has extra content: {}, line {line}",
            extra.tag_name().name()
        )));
    }
    let mut file = File {
        env,
        module,
        path: format!("/tmp/{module}/{file}"),
        update,
    };
    file.children(root, false)
}

/// An element that the grammar does not know where it stands.
fn is_stray(node: &Node<'_, '_>) -> bool {
    let top_level = node.parent().is_none_or(|parent| {
        !parent.is_element() || matches!(parent.tag_name().name(), "odoo" | "data" | "openerp")
    });
    top_level && !TAGS.contains(&node.tag_name().name()) && node.tag_name().name() != "openerp"
}

impl File<'_, '_> {
    fn children(&mut self, parent: Node<'_, '_>, noupdate: bool) -> Result<(), ImportError> {
        let noupdate = parent
            .attribute("noupdate")
            .map_or(noupdate, |flag| matches!(flag, "1" | "True" | "true"));
        for node in parent.children().filter(Node::is_element) {
            if matches!(node.tag_name().name(), "data" | "odoo") {
                self.children(node, noupdate)?;
                continue;
            }
            self.element(node, noupdate)
                .map_err(|error| self.at(node, &error))?;
        }
        Ok(())
    }

    /// Where an error stands: a refused view says why, anything else shows the element.
    fn at(&self, node: Node<'_, '_>, error: &OdooError) -> ImportError {
        let line = node.document().text_pos_at(node.range().start).row;
        let place = format!("while parsing {}:{line}", self.path);
        if error.kind == Kind::Validation && node.attribute("model") == Some("ir.ui.view") {
            let context = format!(
                "View error context:\n{{'file': '{}',\n 'line': 1,\n 'xmlid': '{}'}}\n",
                self.path,
                node.attribute("id").unwrap_or_default()
            );
            return ImportError(format!(
                "odoo.tools.convert.ParseError: {place}\n{}\n\n{context}",
                error.message
            ));
        }
        let shown = &node.document().input_text()[node.range()];
        ImportError(format!(
            "{}: {}\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  \
             File \"/simulated/odoo/tools/convert.py\", line 1, in _tag_root\nodoo.tools.convert.ParseError: {place}, somewhere inside\n{shown}",
            error.kind.python_name(),
            error.message
        ))
    }

    fn element(&mut self, node: Node<'_, '_>, noupdate: bool) -> Result<(), OdooError> {
        match node.tag_name().name() {
            "record" => self.record(node, noupdate),
            "menuitem" => self.menuitem(node, None, noupdate),
            "delete" => self.delete(node),
            "function" => self.function(node),
            other => Err(OdooError::value(format!(
                "the simulated Odoo does not import <{other}>"
            ))),
        }
    }

    fn record(&mut self, node: Node<'_, '_>, noupdate: bool) -> Result<(), OdooError> {
        let model = node.attribute("model").unwrap_or_default();
        let fields = self.env.model(model)?.fields.clone();
        let mut record = Vals::new();
        let mut inner = Vec::new();
        for field in node.children().filter(|child| child.has_tag_name("field")) {
            let name = field.attribute("name").unwrap_or_default();
            let known = fields.get(name).cloned();
            if field.children().any(|child| child.has_tag_name("record")) {
                inner.push((field, known));
                continue;
            }
            record.insert(name.to_owned(), self.value(field, known.as_deref())?);
        }
        let id = match node.attribute("id") {
            Some(xmlid) => self.keep(xmlid, model, record, noupdate)?,
            None => self.env.create(model, vec![record])?[0],
        };
        for (field, known) in inner {
            self.inner_records(field, known.as_deref(), id, noupdate)?;
        }
        Ok(())
    }

    fn keep(
        &mut self,
        xmlid: &str,
        model: &str,
        record: Vals,
        noupdate: bool,
    ) -> Result<i64, OdooError> {
        if xmlid.matches('.').count() > 1 {
            return Err(OdooError::new(
                Kind::Assertion,
                format!("The ID reference \"{xmlid}\" must contain maximum one dot."),
            ));
        }
        upsert(
            self.env,
            self.module,
            xmlid,
            model,
            record,
            noupdate,
            self.update,
        )
    }

    /// Records nested in a one2many field point to the record around them.
    fn inner_records(
        &mut self,
        field: Node<'_, '_>,
        known: Option<&Field>,
        id: i64,
        noupdate: bool,
    ) -> Result<(), OdooError> {
        let inverse = known
            .and_then(|known| known.relation_field.clone())
            .unwrap_or_default();
        for node in field
            .children()
            .filter(|child| child.has_tag_name("record"))
        {
            let model = node.attribute("model").unwrap_or_default();
            let fields = self.env.model(model)?.fields.clone();
            let mut record = Vals::new();
            record.insert(inverse.clone(), json!(id));
            for field in node.children().filter(|child| child.has_tag_name("field")) {
                let name = field.attribute("name").unwrap_or_default();
                record.insert(
                    name.to_owned(),
                    self.value(field, fields.get(name).map(AsRef::as_ref))?,
                );
            }
            match node.attribute("id") {
                Some(xmlid) => self.keep(xmlid, model, record, noupdate)?,
                None => self.env.create(model, vec![record])?[0],
            };
        }
        Ok(())
    }

    fn menuitem(
        &mut self,
        node: Node<'_, '_>,
        parent: Option<&str>,
        noupdate: bool,
    ) -> Result<(), OdooError> {
        let mut record = Vals::new();
        if let Some(parent) = node.attribute("parent").or(parent) {
            record.insert("parent_id".to_owned(), json!(self.reference(parent)?));
        }
        let mut name = node.attribute("name").map(str::to_owned);
        if let Some(action) = node.attribute("action") {
            let (module, action_name) = action.split_once('.').unwrap_or((self.module, action));
            let found = self.env.xmlid(module, action_name);
            let (model, id) = found.ok_or_else(|| {
                OdooError::value(format!(
                    "External ID not found in the system: {module}.{action_name}"
                ))
            })?;
            record.insert("action".to_owned(), json!(format!("{model},{id}")));
            name = name.or_else(|| {
                self.env
                    .stored(&model, id, "name")
                    .as_str()
                    .map(str::to_owned)
            });
        }
        record.insert(
            "name".to_owned(),
            json!(name.or_else(|| node.attribute("id").map(str::to_owned))),
        );
        if let Some(sequence) = node
            .attribute("sequence")
            .and_then(|text| text.parse::<i64>().ok())
        {
            record.insert("sequence".to_owned(), json!(sequence));
        }
        if let Some(icon) = node.attribute("web_icon") {
            record.insert("web_icon".to_owned(), json!(icon));
        }
        if let Some(groups) = node.attribute("groups") {
            let ids: Vec<i64> = groups
                .split(',')
                .map(|group| self.reference(group.trim()))
                .collect::<Result<_, _>>()?;
            record.insert(
                self.env.version().groups_field().to_owned(),
                json!([[6, 0, ids]]),
            );
        }
        let xmlid = node.attribute("id").unwrap_or_default();
        self.keep(xmlid, "ir.ui.menu", record, noupdate)?;
        for child in node
            .children()
            .filter(|child| child.has_tag_name("menuitem"))
        {
            self.menuitem(child, Some(xmlid), noupdate)?;
        }
        Ok(())
    }

    fn delete(&mut self, node: Node<'_, '_>) -> Result<(), OdooError> {
        let model = node.attribute("model").unwrap_or_default();
        let ids = match (node.attribute("id"), node.attribute("search")) {
            // A record that is not there any more is nothing to complain about.
            (Some(xmlid), _) => self.reference(xmlid).into_iter().collect(),
            (None, Some(search)) => {
                let domain = self.evaluate(search)?;
                self.env.search(model, &domain, &Page::default())?
            }
            (None, None) => Vec::new(),
        };
        self.env.unlink(model, &ids)
    }

    /// `<function model name eval="[…]"/>`, or with `<value>` children.
    fn function(&mut self, node: Node<'_, '_>) -> Result<(), OdooError> {
        let (model, name) = (
            node.attribute("model").unwrap_or_default(),
            node.attribute("name").unwrap_or_default(),
        );
        let mut positional = match node.attribute("eval") {
            Some(expression) => self
                .evaluate(expression)?
                .as_array()
                .cloned()
                .unwrap_or_default(),
            None => Vec::new(),
        };
        for value in node.children().filter(|child| child.has_tag_name("value")) {
            positional.push(self.value(value, None)?);
        }
        self.env
            .call(
                model,
                name,
                Arguments {
                    positional,
                    named: Vals::new(),
                },
                Face::JsonRpc,
            )
            .map(|_| ())
    }
}
