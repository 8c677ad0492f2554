//! Views: the checks that Odoo makes when an architecture is stored.

mod names;
mod xpath;

use roxmltree::{Document, Node};
use serde_json::{Value, json};

use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::Model;
use crate::odoo::value::Vals;
use crate::odoo::version::Version;
use names::{check_filter, check_modifier};

/// Attributes whose Python expression speaks of fields.
const MODIFIERS: [&str; 4] = ["invisible", "readonly", "required", "column_invisible"];

impl Env<'_> {
    /// Derives type and mode of a new view.
    pub(crate) fn prepare_view(&mut self, vals: &mut Vals) -> Outcome<()> {
        let arch = vals
            .get("arch")
            .or_else(|| vals.get("arch_db"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        vals.insert("arch".to_owned(), json!(arch));
        vals.insert("arch_db".to_owned(), json!(arch));
        let parent = vals.get("inherit_id").and_then(Value::as_i64);
        let kind = match parent {
            Some(parent) => {
                vals.entry("mode").or_insert(json!("extension"));
                self.stored("ir.ui.view", parent, "type")
                    .as_str()
                    .unwrap_or("form")
                    .to_owned()
            }
            None => self.type_of_arch(&arch)?,
        };
        vals.entry("type").or_insert(json!(kind));
        let model = vals
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let name = format!("{model} {kind}");
        vals.entry("name").or_insert_with(|| json!(name));
        Ok(())
    }

    fn type_of_arch(&self, arch: &str) -> Outcome<String> {
        let document = parse_arch(arch)?;
        let tag = document.root_element().tag_name().name().to_owned();
        let allowed = self.view_types();
        if allowed.contains(&tag.as_str()) {
            return Ok(tag);
        }
        Err(OdooError::validation(format!(
            "Invalid view type: '{tag}'.\nYou might have used an invalid starting tag in the architecture.\nAllowed types are: {}",
            allowed.join(", ")
        )))
    }

    fn view_types(&self) -> [&'static str; 9] {
        [
            self.version().list_tag(),
            "form",
            "graph",
            "pivot",
            "calendar",
            "kanban",
            "search",
            "qweb",
            "activity",
        ]
    }

    /// A write of `arch` or `arch_db` changes both.
    pub(crate) fn sync_arch(&mut self, id: i64, vals: &Vals) -> Outcome<()> {
        let model = self.model("ir.ui.view")?;
        let Some(arch) = vals.get("arch").or_else(|| vals.get("arch_db")).cloned() else {
            return Ok(());
        };
        self.poke(&model, id, "arch", arch.clone())?;
        self.poke(&model, id, "arch_db", arch)?;
        // Odoo notes what was written by hand. A file of an addons folder takes the note back; an imported one does not.
        if self.context.installing.is_none() {
            self.poke(&model, id, "arch_updated", json!(true))?;
        }
        Ok(())
    }

    /// Validates a stored view.
    pub(crate) fn check_view(&mut self, id: i64) -> Outcome<()> {
        let text = |field: &str| {
            self.stored("ir.ui.view", id, field)
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let (arch, model, name) = (text("arch"), text("model"), text("name"));
        let document = parse_arch(&arch)?;
        let root = document.root_element();
        if root
            .descendants()
            .any(|node| node.has_attribute("attrs") || node.has_attribute("states"))
        {
            return Err(OdooError::validation(format!(
                "Since 17.0, the \"attrs\" and \"states\" attributes are no longer used.\nView: {name} in False"
            )));
        }
        let Some(model) = self.tx.db.registry.model(&model).cloned() else {
            return if text("type") == "qweb" {
                Ok(())
            } else {
                Err(OdooError::validation(format!("Model not found: {model}")))
            };
        };
        if text("type") == "search" {
            self.check_search_grammar(root, &name)?;
        }
        match self.stored_id("ir.ui.view", id, "inherit_id") {
            Some(parent) => self.check_extension(id, parent, &model, root),
            None => root
                .children()
                .filter(Node::is_element)
                .try_for_each(|node| self.check_node(&model, node))
                .map_err(|error| validating(&arch, &error)),
        }
    }

    /// A view is checked with those that build on it and are not archived.
    pub(crate) fn check_heirs(&mut self, id: i64) -> Outcome<()> {
        for heir in self.find("ir.ui.view", "inherit_id", &json!(id)) {
            if self.stored("ir.ui.view", heir, "active") != json!(false) {
                self.check_view(heir)?;
            }
        }
        Ok(())
    }

    /// The grammar of search views lost `expand` and `string` on groups in 19.
    fn check_search_grammar(&self, root: Node<'_, '_>, name: &str) -> Outcome<()> {
        let bad = |node: &Node<'_, '_>| {
            node.has_tag_name("group")
                && (node.has_attribute("expand") || node.has_attribute("string"))
        };
        if self.version() >= Version::V19 && root.descendants().any(|node| bad(&node)) {
            return Err(OdooError::validation(format!(
                "Invalid view {name} definition in False"
            )));
        }
        Ok(())
    }

    /// Each locator must find its place in the parent, or in what other extensions added to it.
    fn check_extension(
        &self,
        id: i64,
        parent: i64,
        model: &Model,
        root: Node<'_, '_>,
    ) -> Outcome<()> {
        let arch = |view: i64| {
            self.stored("ir.ui.view", view, "arch")
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let siblings = self
            .find("ir.ui.view", "inherit_id", &json!(parent))
            .into_iter()
            .filter(|sibling| *sibling != id);
        let places: Vec<String> = std::iter::once(parent).chain(siblings).map(arch).collect();
        let locators: Vec<Node<'_, '_>> = match root.tag_name().name() {
            "data" => root.children().filter(Node::is_element).collect(),
            _ => vec![root],
        };
        for locator in locators {
            if !places
                .iter()
                .any(|place| parse_arch(place).is_ok_and(|place| locates(&place, locator)))
            {
                return Err(OdooError::validation(format!(
                    "Error while parsing or validating view:\n\nElement '{}' cannot be located in parent view",
                    locator_text(locator)
                )));
            }
            let inside = locator
                .children()
                .filter(Node::is_element)
                .try_for_each(|node| self.check_node(model, node));
            inside.map_err(|error| validating("", &error))?;
        }
        Ok(())
    }

    fn check_node(&self, model: &Model, node: Node<'_, '_>) -> Outcome<()> {
        let mut inner = model.clone();
        let mut prefix_children = true;
        match node.tag_name().name() {
            "field" => {
                let name = node.attribute("name").unwrap_or_default();
                let Some(field) = model.field(name) else {
                    return Err(no_such_field(name, &model.name));
                };
                if let Some(relation) = field
                    .relation
                    .as_ref()
                    .and_then(|relation| self.tx.db.registry.model(relation))
                {
                    inner = Model::clone(relation);
                }
            }
            "button" => self.check_button(model, node)?,
            "filter" => check_filter(self, model, node)?,
            "attribute" => prefix_children = false,
            _ => {}
        }
        for modifier in MODIFIERS {
            if let Some(text) = node.attribute(modifier) {
                check_modifier(model, node, modifier, text)?;
            }
        }
        if !prefix_children {
            return Ok(());
        }
        node.children()
            .filter(Node::is_element)
            .try_for_each(|child| self.check_node(&inner, child))
    }

    fn check_button(&self, model: &Model, node: Node<'_, '_>) -> Outcome<()> {
        let name = node.attribute("name").unwrap_or_default();
        match node.attribute("type") {
            Some("object") => Err(OdooError::validation(format!(
                "{name} is not a valid action on {}",
                model.name
            )))
            .or_else(|error| {
                if crate::odoo::methods::is_public(&model.name, name, self.version()) {
                    Ok(())
                } else {
                    Err(error)
                }
            }),
            Some("action") => {
                let id = name.parse::<i64>().ok();
                let known = id.is_some_and(|id| {
                    [
                        "ir.actions.server",
                        "ir.actions.act_window",
                        "ir.actions.act_url",
                    ]
                    .iter()
                    .any(|kind| self.tx.db.row(kind, id).is_some())
                });
                if known {
                    Ok(())
                } else {
                    Err(OdooError::validation(format!(
                        "Action {name} (id: {}) does not exist for button of type action.",
                        id.map_or("None".to_owned(), |id| id.to_string())
                    )))
                }
            }
            _ => Ok(()),
        }
    }

    /// A view must not be taken from under another one.
    pub(crate) fn check_view_unlink(&self, ids: &[i64]) -> Outcome<()> {
        for id in ids {
            let heirs = self.find("ir.ui.view", "inherit_id", &json!(id));
            if heirs.iter().any(|heir| !ids.contains(heir)) {
                return Err(OdooError::constraint(
                    "Another model is using the record you are trying to delete.",
                ));
            }
        }
        Ok(())
    }

    /// Name of a view that shows the field, if any does.
    pub(crate) fn view_with_field(&self, model: &str, field: &str) -> Option<String> {
        let views = self.find("ir.ui.view", "model", &json!(model));
        let shows = |view: &i64| {
            let arch = self.stored("ir.ui.view", *view, "arch");
            parse_arch(arch.as_str().unwrap_or_default()).is_ok_and(|arch| {
                arch.descendants()
                    .any(|node| node.has_tag_name("field") && node.attribute("name") == Some(field))
            })
        };
        let view = views.into_iter().find(shows)?;
        self.stored("ir.ui.view", view, "name")
            .as_str()
            .map(str::to_owned)
    }
}

pub(crate) fn parse_arch(arch: &str) -> Outcome<Document<'_>> {
    Document::parse(arch).map_err(|error| OdooError::validation(format!("Invalid XML: {error}")))
}

fn validating(arch: &str, error: &OdooError) -> OdooError {
    let start: String = arch.lines().take(5).collect::<Vec<_>>().join("\n");
    OdooError::validation(format!(
        "Error while validating view near:\n\n{start}\n{}",
        error.message
    ))
}

fn no_such_field(field: &str, model: &str) -> OdooError {
    OdooError::validation(format!(
        "Field \"{field}\" does not exist in model \"{model}\""
    ))
}

fn locates(place: &Document<'_>, locator: Node<'_, '_>) -> bool {
    if locator.has_tag_name("xpath") {
        return xpath::finds(place, locator.attribute("expr").unwrap_or_default());
    }
    place.descendants().any(|node| {
        node.is_element()
            && node.tag_name() == locator.tag_name()
            && locator
                .attributes()
                .filter(|attribute| attribute.name() != "position")
                .all(|wanted| node.attribute(wanted.name()) == Some(wanted.value()))
    })
}

fn locator_text(locator: Node<'_, '_>) -> String {
    let attributes: String = locator
        .attributes()
        .filter(|attribute| attribute.name() != "position")
        .map(|attribute| format!(" {}=\"{}\"", attribute.name(), attribute.value()))
        .collect();
    format!("<{}{attributes}>", locator.tag_name().name())
}
