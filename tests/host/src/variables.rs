//! Variables: what the manifest declares, what is provided, and what each component sees.

use std::collections::BTreeMap;

use crate::manifest::{Component, Manifest};

/// Why an application's variables cannot be settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariablesError {
    /// Required variables without a value, by name.
    #[error("no provider resolved required variable(s): {}", .0.join(", "))]
    Required(Vec<String>),
    /// Values for variables that the manifest does not declare, by name.
    #[error("not in the manifest's [variables]: {}", .0.join(", "))]
    Undeclared(Vec<String>),
}

/// Settles every variable of the application: a provided value wins, then one of the environment,
/// then the default.
///
/// # Errors
///
/// When a required variable has no value, or a value has no variable.
pub(crate) fn settle(
    manifest: &Manifest,
    provided: &BTreeMap<String, String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, VariablesError> {
    let declared = &manifest.variables;
    let undeclared: Vec<_> = provided
        .keys()
        .filter(|name| !declared.contains_key(*name))
        .cloned()
        .collect();
    if !undeclared.is_empty() {
        return Err(VariablesError::Undeclared(undeclared));
    }
    let mut settled = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, variable) in declared {
        let value = provided.get(name).cloned();
        let value = value.or_else(|| environment(&environment_name(name)));
        match value.or_else(|| variable.default.clone()) {
            Some(value) => _ = settled.insert(name.clone(), value),
            None => missing.push(name.clone()),
        }
    }
    if missing.is_empty() {
        Ok(settled)
    } else {
        Err(VariablesError::Required(missing))
    }
}

fn environment_name(variable: &str) -> String {
    format!("SPIN_VARIABLE_{}", variable.to_ascii_uppercase())
}

/// What one component reads, by the names that it uses itself.
pub(crate) fn of_component(
    component: &Component,
    settled: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let own = component.variables.iter();
    own.filter_map(|(name, template)| Some((name.clone(), template.resolve(settled)?)))
        .collect()
}

/// Whether a text can be the name of a variable.
///
/// # Errors
///
/// With Spin's words when it cannot.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let is_allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    let reason = if name.is_empty() {
        "must not be empty".to_owned()
    } else if let Some(invalid) = name.chars().find(|c| !is_allowed(c)) {
        format!(
            "invalid character {invalid:?}. Variable names may contain only lower-case letters, \
             numbers, and underscores."
        )
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "must start with a lowercase ASCII letter".to_owned()
    } else if name.ends_with('_') {
        "must end with a lowercase ASCII letter or digit".to_owned()
    } else if name.contains("__") {
        "must not contain multiple consecutive underscores".to_owned()
    } else {
        return Ok(());
    };
    Err(format!("{name:?}: {reason}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn manifest() -> Manifest {
        let text = r#"
            spin_manifest_version = 2
            [application]
            name = "a"
            [variables]
            token = { required = true }
            other = { required = true }
            url = { default = "http://a" }
            [[trigger.http]]
            route = "/"
            component = "c"
            [component.c]
            source = "c.wasm"
            variables = { target = "{{ url }}/{{ token }}" }
        "#;
        Manifest::parse(text, PathBuf::new()).unwrap()
    }

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn all_missing_variables_are_named() {
        let fault = settle(&manifest(), &map(&[]), |_| None).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "no provider resolved required variable(s): other, token"
        );
    }

    #[test]
    fn a_value_without_a_variable_is_refused() {
        let fault = settle(&manifest(), &map(&[("tokn", "x")]), |_| None).unwrap_err();
        assert_eq!(fault, VariablesError::Undeclared(vec!["tokn".to_owned()]));
    }

    #[test]
    fn a_provided_value_wins_over_the_environment_and_that_over_the_default() {
        let environment = |name: &str| match name {
            "SPIN_VARIABLE_TOKEN" | "SPIN_VARIABLE_OTHER" | "SPIN_VARIABLE_URL" => {
                Some("environment".to_owned())
            }
            _ => None,
        };
        let settled = settle(&manifest(), &map(&[("token", "provided")]), environment).unwrap();
        let expected = [
            ("token", "provided"),
            ("other", "environment"),
            ("url", "environment"),
        ];
        assert_eq!(settled, map(&expected));
    }

    #[test]
    fn a_component_sees_its_own_names() {
        let manifest = manifest();
        let settled = settle(&manifest, &map(&[("token", "t"), ("other", "o")]), |_| None).unwrap();
        let seen = of_component(&manifest.components["c"], &settled);
        assert_eq!(seen, map(&[("target", "http://a/t")]));
    }

    #[test]
    fn names_follow_spins_rule() {
        for good in ["a", "abc", "a1b2", "a_1", "a_1_b_3"] {
            check_name(good).unwrap();
        }
        for bad in ["", "aX", "1bc", "_x", "x.y", "x_", "a__b", "x-y"] {
            check_name(bad).unwrap_err();
        }
    }
}
