//! The alerts and the dashboard that people copy ask for what the bridge says.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]
#![expect(dead_code, reason = "the other tests take more of what is shared")]

mod html;
mod outside;

use std::collections::BTreeSet;

use bridge_faces::metrics;

fn text(file: &str) -> String {
    let path = format!("{}/../../docs/deploy/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The metrics that a file names.
fn named(text: &str) -> BTreeSet<&str> {
    let is_of_a_name = |c: char| c.is_ascii_lowercase() || c == '_';
    text.split(|c| !is_of_a_name(c))
        .filter(|word| word.starts_with("ucm_odoo_"))
        .collect()
}

/// The metrics that there are, once there is something to say of everything.
fn rendered() -> String {
    let mut overview = outside::overview();
    let odoo = &mut overview.odoo;
    odoo.ambiguous.insert("paris".to_owned(), 1);
    odoo.unreadable.insert("paris".to_owned(), 1);
    (odoo.orders_refused, odoo.orders_unknown) = (Some(1), Some(1));
    let server = &mut overview.servers[0];
    server.lag_secs = Some(1);
    (server.last_push_at, server.proved_at) = (Some(overview.at), Some(overview.at));
    metrics::render(&overview)
}

#[test]
fn every_metric_that_is_asked_for_exists() {
    let rendered = rendered();
    let families = rendered
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|family| family.split_once(' '));
    let there: BTreeSet<&str> = families.map(|(name, _)| name).collect();
    for file in ["ucm-odoo.rules.yml", "dashboard.json"] {
        let text = text(file);
        let named = named(&text);
        assert!(named.len() > 10, "{file}: {named:?}");
        let missing: Vec<_> = named.difference(&there).collect();
        assert!(missing.is_empty(), "{file}: {missing:?} of {there:?}");
    }
}

#[test]
fn every_state_that_an_alert_asks_for_exists() {
    let (rules, rendered) = (text("ucm-odoo.rules.yml"), rendered());
    let expressions = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    let selectors = expressions.filter_map(|expression| {
        let (name, rest) = expression.split_once('{')?;
        Some((name, rest.split_once('}')?.0))
    });
    let mut asked = 0;
    for (name, label) in selectors {
        let is_it = |line: &str| line.starts_with(&format!("{name}{{")) && line.contains(label);
        assert!(rendered.lines().any(is_it), "{name}{{{label}}}");
        asked += 1;
    }
    assert!(asked > 2);
}
