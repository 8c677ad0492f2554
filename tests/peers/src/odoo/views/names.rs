//! Fields that the Python in a view speaks of: modifiers, domains and contexts of filters.

use roxmltree::Node;

use crate::odoo::domain::OPERATORS;
use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::python::{Expr, parse};
use crate::odoo::schema::Model;

/// Every bare name in a modifier must be a field.
pub(super) fn check_modifier(
    model: &Model,
    node: Node<'_, '_>,
    modifier: &str,
    text: &str,
) -> Outcome<()> {
    for name in names_in(text) {
        let known = model.field(&name).is_some()
            || matches!(
                name.as_str(),
                "parent"
                    | "context"
                    | "uid"
                    | "id"
                    | "active_id"
                    | "time"
                    | "datetime"
                    | "context_today"
                    | "relativedelta"
                    | "today"
                    | "now"
                    | "current_date"
                    | "len"
                    | "str"
                    | "int"
                    | "bool"
                    | "set"
            );
        if !known {
            let tag = node.tag_name().name();
            return Err(OdooError::validation(format!(
                "Field \"{name}\" used in modifier \"{modifier}\" ({text}) of <{tag}> must be present in view but is missing:\n\
                 - field “{name}” does not exist in model “{}”.",
                model.name
            )));
        }
    }
    Ok(())
}

/// The identifiers of a Python expression, without strings, keywords and what follows a dot.
fn names_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut after_dot = false;
    for c in text.chars().chain(std::iter::once(' ')) {
        if let Some(open) = quote {
            quote = if c == open { None } else { Some(open) };
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let keyword = matches!(
                word.as_str(),
                "and" | "or" | "not" | "in" | "is" | "if" | "else" | "True" | "False" | "None"
            );
            if !after_dot && !keyword && !word.starts_with(|c: char| c.is_ascii_digit()) {
                names.push(std::mem::take(&mut word));
            }
            word.clear();
        }
        after_dot = c == '.';
        if c == '\'' || c == '"' {
            quote = Some(c);
        }
    }
    names
}

pub(super) fn check_filter(env: &Env<'_>, model: &Model, node: Node<'_, '_>) -> Outcome<()> {
    let name = node.attribute("name").unwrap_or_default();
    if let Some(domain) = node.attribute("domain") {
        for path in domain_paths(domain) {
            if env.tx.db.registry.resolve(&model.name, &path).is_none() {
                let first = path.split('.').next().unwrap_or_default();
                return Err(OdooError::validation(format!(
                    "Unknown field \"{}.{first}\" in domain of <filter name=\"{name}\"> ({domain}))",
                    model.name
                )));
            }
        }
    }
    if let Some(context) = node.attribute("context")
        && let Ok(Expr::Dict(items)) = parse(context)
    {
        for (key, value) in items {
            if let (Expr::Literal(key), Expr::Literal(group)) = (&key, &value)
                && key == "group_by"
                && let Some(field) = group.as_str().and_then(|group| group.split(':').next())
                && env.tx.db.registry.resolve(&model.name, field).is_none()
            {
                return Err(OdooError::validation(format!(
                    "Unknown field “{field}” in \"group_by\" value in context=“{context}”"
                )));
            }
        }
    }
    Ok(())
}

/// First elements of the leaves of a domain, read off its text: the values may be any Python.
fn domain_paths(domain: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = domain;
    while let Some(at) = rest.find(['(', '[']) {
        rest = &rest[at + 1..];
        let Some((path, after)) = quoted(rest) else {
            continue;
        };
        let operator = after.trim_start().strip_prefix(',').and_then(quoted);
        if operator.is_some_and(|(operator, _)| OPERATORS.contains(&operator)) {
            paths.push(path.to_owned());
        }
        rest = after;
    }
    paths
}

/// The string literal that the text begins with, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| *c == '\'' || *c == '"')?;
    text[1..].split_once(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_modifiers_leave_strings_and_attributes_out() {
        assert_eq!(
            names_in("x_state != 'done' and not x_partner_id.active or parent.x == 3"),
            ["x_state", "x_partner_id", "parent"]
        );
    }

    #[test]
    fn paths_of_domains_are_found_among_calls() {
        let domain = "['&', ('x_a', '>=', datetime.datetime.combine(context_today() - relativedelta(days=7), datetime.time(0,0,0)).to_utc()), ('x_p.name','=',False), ('x_m', 'in', ('a', 'b'))]";
        assert_eq!(domain_paths(domain), ["x_a", "x_p.name", "x_m"]);
    }
}
