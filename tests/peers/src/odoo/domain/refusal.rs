//! Domains that are refused, in the words of each version.

use serde_json::Value;

use crate::odoo::error::OdooError;
use crate::odoo::schema::{Field, Model};
use crate::odoo::value::{self, repr};
use crate::odoo::version::Version;

fn tuple(item: &Value) -> String {
    match item {
        Value::Array(parts) => format!(
            "({})",
            parts.iter().map(repr).collect::<Vec<_>>().join(", ")
        ),
        other => repr(other),
    }
}

pub(super) fn invalid_item(version: Version, item: &Value) -> OdooError {
    OdooError::value(match item.as_array() {
        _ if version >= Version::V19 => format!("Domain() invalid item in domain: {}", repr(item)),
        // Python takes it apart before Odoo looks at it.
        Some(parts) if parts.len() < 3 => {
            let count = parts.len();
            format!("not enough values to unpack (expected 3, got {count})")
        }
        _ => format!("Invalid leaf {}", tuple(item)),
    })
}

pub(super) fn invalid_operator(version: Version, item: &Value) -> OdooError {
    if version >= Version::V19 {
        return OdooError::value(format!("Invalid operator in condition {}", tuple(item)));
    }
    OdooError::value(format!("Invalid leaf {}", tuple(item)))
}

pub(super) fn invalid_field(
    version: Version,
    model: &Model,
    item: &Value,
    path: &str,
) -> OdooError {
    let place = if version >= Version::V19 {
        "condition"
    } else {
        "leaf"
    };
    OdooError::value(format!(
        "Invalid field {}.{path} in {place} {}",
        model.name,
        tuple(item)
    ))
}

pub(super) fn bad_date(version: Version, field: &Field, text: &str) -> OdooError {
    if version >= Version::V19 {
        let shown = value::repr_str(text);
        return OdooError::value(format!("Invalid term {shown} in expression date: {shown}"));
    }
    value::invalid_date(field.ttype, text)
}
