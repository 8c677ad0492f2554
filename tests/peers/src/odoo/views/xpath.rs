//! The XPath that inherited views use: steps, attributes, positions.

use roxmltree::{Document, Node};

/// Does the expression find a node in the document?
pub(crate) fn finds(document: &Document<'_>, expr: &str) -> bool {
    !select(document, expr).is_empty()
}

fn select<'a, 'd>(document: &'a Document<'d>, expr: &str) -> Vec<Node<'a, 'd>> {
    let mut found = vec![document.root()];
    let mut rest = expr.trim().trim_start_matches('.');
    if !rest.starts_with('/') {
        found = vec![document.root_element()];
    }
    while !rest.is_empty() {
        let deep = rest.starts_with("//");
        rest = rest.trim_start_matches('/');
        let end = step_end(rest);
        let (step, after) = rest.split_at(end);
        found = found
            .iter()
            .flat_map(|node| take_step(*node, deep, step))
            .collect();
        rest = after;
    }
    found
}

/// A step ends at the next slash outside brackets and quotes.
fn step_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '/') if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

fn take_step<'a, 'd>(node: Node<'a, 'd>, deep: bool, step: &str) -> Vec<Node<'a, 'd>> {
    if step == ".." {
        return node.parent().into_iter().collect();
    }
    let (tag, predicates) = step
        .split_once('[')
        .map_or((step, String::new()), |(tag, rest)| {
            (tag, format!("[{rest}"))
        });
    let matches_tag =
        |node: &Node<'_, '_>| node.is_element() && (tag == "*" || node.tag_name().name() == tag);
    let mut found: Vec<Node<'a, 'd>> = if deep {
        node.descendants().filter(matches_tag).collect()
    } else {
        node.children().filter(matches_tag).collect()
    };
    for predicate in predicates
        .split(']')
        .filter_map(|part| part.trim().strip_prefix('['))
    {
        found = apply(found, predicate.trim());
    }
    found
}

fn apply<'a, 'd>(nodes: Vec<Node<'a, 'd>>, predicate: &str) -> Vec<Node<'a, 'd>> {
    if let Ok(position) = predicate.parse::<usize>() {
        return nodes
            .into_iter()
            .skip(position.saturating_sub(1))
            .take(1)
            .collect();
    }
    if predicate == "last()" {
        return nodes.into_iter().last().into_iter().collect();
    }
    nodes
        .into_iter()
        .filter(|node| {
            predicate
                .split(" and ")
                .all(|test| holds(*node, test.trim()))
        })
        .collect()
}

fn holds(node: Node<'_, '_>, test: &str) -> bool {
    if let Some(class) = test
        .strip_prefix("hasclass(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let class = class.trim_matches(['\'', '"']);
        return node
            .attribute("class")
            .is_some_and(|classes| classes.split_whitespace().any(|known| known == class));
    }
    let Some((name, value)) = test
        .strip_prefix('@')
        .map(|test| test.split_once('=').unwrap_or((test, "")))
    else {
        return node
            .children()
            .any(|child| child.is_element() && child.tag_name().name() == test);
    };
    match node.attribute(name.trim()) {
        Some(held) => value.is_empty() || held == value.trim().trim_matches(['\'', '"']),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locators_of_views_are_found() {
        let text = "<form><sheet><div name='button_box' class='a oe_x'/><notebook><page name='p'><field name='q'/></page></notebook></sheet></form>";
        let document = Document::parse(text).unwrap();
        for expr in [
            "//notebook",
            "//div[@name='button_box']",
            "//notebook/page[1]",
            "/form/sheet",
            "//page[@name=\"p\"]/field",
            "//*[hasclass('oe_x')]",
            "//notebook/page[last()]",
        ] {
            assert!(finds(&document, expr), "{expr}");
        }
        for expr in [
            "//nope",
            "//div[@name='other']",
            "/sheet",
            "//notebook/page[2]",
        ] {
            assert!(!finds(&document, expr), "{expr}");
        }
    }
}
