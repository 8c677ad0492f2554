//! Search domains: parsed with the checks that Odoo makes, then matched against rows.

mod literal;
mod matching;
mod narrow;
mod parse;
mod pattern;
mod refusal;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use pattern::Pattern;
use serde_json::Value;

use super::schema::Field;
use super::store::Key;

/// A parsed domain, bound to one model.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Leaf(Box<Leaf>),
    Always(bool),
}

/// One condition on a field of the model itself.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    field: Arc<Field>,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// Stored value is one of these keys, or NULL.
    In { keys: HashSet<Key>, null: bool },
    /// Text comparison by a LIKE pattern.
    Like { pattern: Pattern },
    /// Ordering.
    Compare { op: Order, value: Value },
    /// The relation holds one of these records, or none at all.
    Related { ids: BTreeSet<i64>, empty: bool },
    /// Phone search: digits of the number match.
    Phone { digits: Vec<String>, exact: bool },
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

pub(crate) const OPERATORS: [&str; 19] = [
    "=",
    "!=",
    "<>",
    "in",
    "not in",
    "like",
    "not like",
    "ilike",
    "not ilike",
    "=like",
    "=ilike",
    "not =like",
    "not =ilike",
    "<",
    ">",
    "<=",
    ">=",
    "child_of",
    "=?",
];
