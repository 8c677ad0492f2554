//! Whether the parts of a manifest fit together.

use super::{Component, Manifest};
use crate::allowed_hosts::AllowedHost;
use crate::routes::Routes;
use crate::template::Template;
use crate::variables::check_name;

/// Adds a fault for each thing that does not fit.
pub(super) fn check(manifest: &Manifest, faults: &mut Vec<String>) {
    if manifest.http_triggers.is_empty() && manifest.cron_triggers.is_empty() {
        faults.push("there is no trigger".to_owned());
    }
    check_names(manifest, faults);
    check_triggers(manifest, faults);
    for (name, component) in &manifest.components {
        check_component(name, component, manifest, faults);
    }
}

fn check_names(manifest: &Manifest, faults: &mut Vec<String>) {
    for name in manifest.variables.keys() {
        if let Err(fault) = check_name(name) {
            faults.push(format!("[variables] {fault}"));
        }
    }
    for name in manifest.components.keys().filter(|name| !is_kebab(name)) {
        faults.push(format!("[component.{name}]: the name must be kebab-case"));
    }
}

fn check_triggers(manifest: &Manifest, faults: &mut Vec<String>) {
    let mut routes = Routes::default();
    for trigger in &manifest.http_triggers {
        require_component(manifest, &trigger.component, "[[trigger.http]]", faults);
        let Some(route) = &trigger.route else {
            continue;
        };
        if let Err(fault) = routes.add(route, &trigger.component) {
            faults.push(format!("[[trigger.http]]: route {route:?}: {fault}"));
        }
    }
    for trigger in &manifest.cron_triggers {
        require_component(manifest, &trigger.component, "[[trigger.cron]]", faults);
    }
}

fn require_component(manifest: &Manifest, name: &str, place: &str, faults: &mut Vec<String>) {
    if !manifest.components.contains_key(name) {
        faults.push(format!(
            "{place}: component {name:?} is not in the manifest"
        ));
    }
}

fn check_component(
    name: &str,
    component: &Component,
    manifest: &Manifest,
    faults: &mut Vec<String>,
) {
    let place = format!("[component.{name}]");
    for (variable, template) in &component.variables {
        if let Err(fault) = check_name(variable) {
            faults.push(format!("{place}: {fault}"));
        }
        check_template(template, manifest, &place, faults);
    }
    for template in &component.allowed_outbound_hosts {
        check_template(template, manifest, &place, faults);
        check_literal_host(template, &place, faults);
    }
    for label in component
        .key_value_stores
        .iter()
        .filter(|label| !is_label(label))
    {
        faults.push(format!(
            "{place}: store {label:?}: expected kebab-case or snake_case"
        ));
    }
}

fn check_template(template: &Template, manifest: &Manifest, place: &str, faults: &mut Vec<String>) {
    for name in template
        .variables()
        .filter(|name| !manifest.variables.contains_key(*name))
    {
        faults.push(format!(
            "{place}: invalid variable template: unknown variable {name:?}"
        ));
    }
}

/// A host without variables can be judged now; one with variables when they are known.
fn check_literal_host(template: &Template, place: &str, faults: &mut Vec<String>) {
    let Some(entry) = template
        .is_literal()
        .then(|| template.resolve(&Default::default()))
        .flatten()
    else {
        return;
    };
    if let Err(fault) = AllowedHost::parse(&entry) {
        faults.push(format!("{place}: allowed_outbound_hosts: {fault}"));
    }
}

fn is_label(label: &str) -> bool {
    is_kebab(label) || is_kebab(&label.replace('_', "-"))
}

/// Words of letters and digits with single dashes between them, as WIT names are.
fn is_kebab(name: &str) -> bool {
    name.split('-').all(|word| {
        let one_case = !(word.contains(char::is_lowercase) && word.contains(char::is_uppercase));
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric())
            && one_case
    })
}
