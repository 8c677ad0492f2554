//! The order of groups: by what they have in common, or by an aggregate.

use serde_json::Value;

use super::{Aggregate, Group, GroupBy, Groups, aggregate, parse_aggregate};
use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::orm::search::compare_values;
use crate::odoo::schema::Model;

/// An order, term by term.
#[derive(Debug)]
pub(super) struct Order(Vec<Term>);

#[derive(Debug)]
struct Term {
    by: By,
    descending: bool,
    nulls_first: bool,
}

#[derive(Debug)]
enum By {
    /// What the groups have in common, by its place.
    Key(usize),
    Aggregate(Aggregate),
}

impl Order {
    /// Reads an order; by the keys where none is given.
    ///
    /// # Errors
    ///
    /// `ValueError` for a term that is neither grouped by nor an aggregate.
    pub(super) fn parse(model: &Model, groupby: &[GroupBy], order: Option<&str>) -> Outcome<Self> {
        let order = order.filter(|order| !order.trim().is_empty());
        let by_keys = || (0..groupby.len()).map(|place| Ok(Term::ascending(By::Key(place))));
        let terms: Outcome<Vec<Term>> = match order {
            None => by_keys().collect(),
            Some(order) => order
                .split(',')
                .map(|part| Term::parse(model, groupby, part))
                .collect(),
        };
        terms.map(Self)
    }
}

impl Term {
    fn ascending(by: By) -> Self {
        Self {
            by,
            descending: false,
            nulls_first: false,
        }
    }

    fn parse(model: &Model, groupby: &[GroupBy], part: &str) -> Outcome<Self> {
        let invalid = || {
            OdooError::value(format!(
                "Order term '{}' is not a valid aggregate nor valid groupby",
                part.trim()
            ))
        };
        let words: Vec<String> = part.split_whitespace().map(str::to_lowercase).collect();
        let (name, direction) = words.split_first().ok_or_else(invalid)?;
        let direction = direction.join(" ");
        let descending = direction.starts_with("desc");
        let by = match groupby.iter().position(|by| by.spec == *name) {
            Some(place) => By::Key(place),
            None if name == "__count" || name.contains(':') => {
                By::Aggregate(parse_aggregate(model, name, false).map_err(|_| invalid())?)
            }
            None => return Err(invalid()),
        };
        Ok(Self {
            by,
            descending,
            // PostgreSQL: NULL counts as the greatest value.
            nulls_first: match direction.rsplit(' ').next() {
                Some("first") => true,
                Some("last") => false,
                _ => descending,
            },
        })
    }

    fn compare(&self, left: &Value, right: &Value) -> std::cmp::Ordering {
        let nulls = match self.nulls_first {
            true => std::cmp::Ordering::Less,
            false => std::cmp::Ordering::Greater,
        };
        match (left.is_null(), right.is_null()) {
            (true, true) => std::cmp::Ordering::Equal,
            (true, false) => nulls,
            (false, true) => nulls.reverse(),
            (false, false) if self.descending => compare_values(right, left),
            (false, false) => compare_values(left, right),
        }
    }
}

impl Env<'_> {
    pub(super) fn sort_groups(
        &mut self,
        model: &Model,
        order: &Order,
        groupby: &[GroupBy],
        groups: &mut Groups,
    ) {
        let mut keyed: Vec<(Vec<Value>, Group)> = Vec::new();
        for group in groups.drain(..) {
            let values = order.0.iter().map(|term| match &term.by {
                By::Key(place) => self.group_order(&groupby[*place], &group.0[*place]),
                By::Aggregate(wanted) => self.aggregated(model, wanted, &group.1),
            });
            keyed.push((values.collect(), group));
        }
        keyed.sort_by(|(left, _), (right, _)| {
            let terms = order.0.iter().zip(left.iter().zip(right));
            terms
                .map(|(term, (left, right))| term.compare(left, right))
                .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        groups.extend(keyed.into_iter().map(|(_, group)| group));
    }

    /// The value of an aggregate over some records; NULL where there was nothing.
    pub(super) fn aggregated(&self, model: &Model, wanted: &Aggregate, ids: &[i64]) -> Value {
        let Some((field, function)) = &wanted.field else {
            return Value::from(ids.len());
        };
        let values: Vec<Value> = ids
            .iter()
            .map(|id| self.stored(&model.name, *id, &field.name))
            .collect();
        aggregate(function, &values)
    }
}

/// An order of `read_group`, whose terms are names of the result, in terms of what is grouped by and aggregated.
pub(super) fn annotated(order: &str, groupby: &[GroupBy], aggregates: &[Aggregate]) -> String {
    let specs = |by: &GroupBy| (by.field.name.clone(), by.spec.clone());
    let aggregated = aggregates.iter().filter_map(|wanted| {
        let (field, function) = wanted.field.as_ref()?;
        Some((wanted.name.clone(), format!("{}:{function}", field.name)))
    });
    let names: Vec<(String, String)> = groupby.iter().rev().map(specs).chain(aggregated).collect();
    let term = |part: &str| {
        let part = part.trim();
        let (name, direction) = part.split_once(' ').unwrap_or((part, ""));
        match names.iter().find(|(known, _)| known == name) {
            Some((_, spec)) => format!("{spec} {direction}"),
            None => part.to_owned(),
        }
    };
    order.split(',').map(term).collect::<Vec<_>>().join(",")
}
