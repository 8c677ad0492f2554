//! `search`, `search_count`, `name_search`: domain, archived records, order, page.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, Right};
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::schema::{Compute, Field, Model, Ttype};
use crate::odoo::value::{repr, truthy};
use crate::odoo::version::Version;

/// Which page of the result is wanted, in which order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) offset: usize,
    pub(crate) limit: Option<usize>,
    pub(crate) order: Option<String>,
}

/// One term of an order.
#[derive(Debug)]
struct Term {
    field: Arc<Field>,
    descending: bool,
    nulls_first: bool,
}

impl Env<'_> {
    /// Ids of the records that match, in the order asked for.
    ///
    /// # Errors
    ///
    /// As Odoo: `AccessError`, `ValueError` for a bad domain or order.
    pub(crate) fn search(&mut self, model: &str, domain: &Value, page: &Page) -> Outcome<Vec<i64>> {
        self.check(model, Right::Read)?;
        let model = self.model(model)?;
        let mut node = self.domain(&model, domain)?;
        if !self.context.show_archived
            && !mentions_active(domain)
            && model.field("active").is_some()
        {
            let active = self.domain(&model, &json!([["active", "=", true]]))?;
            node = super::super::domain::Node::All(vec![active, node]);
        }
        if let Some(rule) = self.rule_domain(&model, Right::Read)? {
            node = super::super::domain::Node::All(vec![node, rule]);
        }
        let order = page
            .order
            .clone()
            .filter(|order| !order.trim().is_empty())
            .unwrap_or_else(|| model.order.clone());
        let terms = self.order_terms(&model, &order)?;
        let mut ids = self.matching(&model, &node);
        self.sort(&model, &terms, &mut ids);
        let ids = ids.into_iter().skip(page.offset);
        Ok(match page.limit {
            Some(limit) => ids.take(limit).collect(),
            None => ids.collect(),
        })
    }

    /// `[id, display_name]` of the records whose name matches.
    pub(crate) fn name_search(
        &mut self,
        model: &str,
        name: &str,
        domain: &Value,
        op: &str,
        limit: usize,
    ) -> Outcome<Value> {
        let mut domain = domain.as_array().cloned().unwrap_or_default();
        if !name.is_empty() {
            domain.push(json!(["display_name", op, name]));
        }
        let page = Page {
            limit: Some(limit),
            ..Page::default()
        };
        let ids = self.search(model, &Value::Array(domain), &page)?;
        Ok(ids
            .into_iter()
            .map(|id| json!([id, self.display_name(model, id)]))
            .collect())
    }

    fn order_terms(&self, model: &Model, order: &str) -> Outcome<Vec<Term>> {
        order
            .split(',')
            .map(|part| self.order_term(model, order, part))
            .collect()
    }

    fn order_term(&self, model: &Model, order: &str, part: &str) -> Outcome<Term> {
        let words: Vec<String> = part.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (name, descending, nulls) = match words.as_slice() {
            [name] => (*name, false, None),
            [name, way @ ("asc" | "desc")] => (*name, *way == "desc", None),
            [
                name,
                way @ ("asc" | "desc"),
                "nulls",
                nulls @ ("first" | "last"),
            ] => (*name, *way == "desc", Some(*nulls == "first")),
            [name, "nulls", nulls @ ("first" | "last")] => (*name, false, Some(*nulls == "first")),
            _ => return Err(invalid_order(order)),
        };
        if !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.:".contains(c))
        {
            return Err(invalid_order(order));
        }
        let (name, _) = name.split_once('.').unwrap_or((name, ""));
        let unknown =
            || OdooError::value(format!("Invalid field '{name}' on model '{}'", model.name));
        let field = model.field(name).cloned().ok_or_else(unknown)?;
        if !field.has_column()
            && !matches!(
                field.compute,
                Some(Compute::DisplayName | Compute::Related(_))
            )
            && self.version() >= Version::V19
        {
            return Err(OdooError::value(format!(
                "Cannot convert {}.{name} to SQL because it is not stored",
                model.name
            )));
        }
        // PostgreSQL: NULL counts as the greatest value.
        Ok(Term {
            field,
            descending,
            nulls_first: nulls.unwrap_or(descending),
        })
    }

    fn sort(&mut self, model: &Model, terms: &[Term], ids: &mut [i64]) {
        if let [
            Term {
                field, descending, ..
            },
        ] = terms
            && field.name == "id"
        {
            ids.sort_unstable();
            if *descending {
                ids.reverse();
            }
            return;
        }
        let mut keyed: Vec<(Vec<Value>, i64)> = ids
            .iter()
            .map(|id| {
                (
                    terms
                        .iter()
                        .map(|term| self.sort_key(model, *id, &term.field))
                        .collect(),
                    *id,
                )
            })
            .collect();
        keyed.sort_by(|(left, left_id), (right, right_id)| {
            let by_terms = terms
                .iter()
                .zip(left.iter().zip(right))
                .map(|(term, (left, right))| term.compare(left, right));
            by_terms
                .fold(Ordering::Equal, Ordering::then)
                .then(left_id.cmp(right_id))
        });
        for (place, (_, id)) in ids.iter_mut().zip(keyed) {
            *place = id;
        }
    }

    fn sort_key(&mut self, model: &Model, id: i64, field: &Field) -> Value {
        match field.ttype {
            _ if field.name == "id" => json!(id),
            _ if field.compute == Some(Compute::DisplayName) => self.display_name(&model.name, id),
            Ttype::Many2one => match self.stored_id(&model.name, id, &field.name) {
                Some(target) => {
                    self.display_name(field.relation.as_deref().unwrap_or_default(), target)
                }
                None => Value::Null,
            },
            _ => self.stored(&model.name, id, &field.name),
        }
    }
}

impl Term {
    fn compare(&self, left: &Value, right: &Value) -> Ordering {
        let nulls = if self.nulls_first {
            Ordering::Less
        } else {
            Ordering::Greater
        };
        match (left.is_null(), right.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => nulls,
            (false, true) => nulls.reverse(),
            (false, false) if self.descending => compare_values(right, left),
            (false, false) => compare_values(left, right),
        }
    }
}

/// Order of two stored values of one column.
pub(super) fn compare_values(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (left, right) => left
            .as_f64()
            .unwrap_or(0.0)
            .total_cmp(&right.as_f64().unwrap_or(0.0)),
    }
}

/// A domain that speaks of `active` decides for itself about archived records.
fn mentions_active(domain: &Value) -> bool {
    domain.as_array().is_some_and(|items| {
        items
            .iter()
            .any(|item| item.get(0).is_some_and(|path| path == "active"))
    })
}

fn invalid_order(order: &str) -> OdooError {
    OdooError::user(format!(
        "Invalid \"order\" specified ({order}). A valid \"order\" specification is a comma-separated list of valid field names \
         (optionally followed by asc/desc for the direction)"
    ))
}

/// A page from the named arguments of a search.
///
/// # Errors
///
/// `TypeError` for an argument of another type.
pub(crate) fn page(offset: &Value, limit: &Value, order: &Value) -> Outcome<Page> {
    let count = |value: &Value, name: &str| match value {
        value if !truthy(value) => Ok(None),
        Value::Number(number) => Ok(number.as_u64().and_then(|n| usize::try_from(n).ok())),
        other => Err(OdooError::new(
            Kind::Type,
            format!("{name} must be a number, not {}", repr(other)),
        )),
    };
    let order = match order {
        Value::String(order) => Some(order.clone()),
        value if !truthy(value) => None,
        other => {
            return Err(OdooError::type_error(format!(
                "expected string or bytes-like object, got '{}'",
                repr(other)
            )));
        }
    };
    Ok(Page {
        offset: count(offset, "offset")?.unwrap_or(0),
        limit: count(limit, "limit")?,
        order,
    })
}
