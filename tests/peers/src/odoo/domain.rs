//! Search domains: parsed with the checks that Odoo makes, then matched against rows.

use std::collections::{BTreeSet, HashSet};

use chrono::{Duration, Months, Utc};
use serde_json::{Value, json};

use super::env::{Env, ids_of};
use super::error::{Kind, OdooError, Outcome};
use super::schema::{Compute, Field, Model, Ttype};
use super::store::{Key, Row};
use super::value::{self, is_unset, repr, to_str};
use super::version::Version;

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
    field: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// Stored value is one of these keys, or NULL.
    In {
        keys: HashSet<Key>,
        null: bool,
        values: Vec<Value>,
    },
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

/// A LIKE pattern: `%` any text, `_` any character.
#[derive(Clone, Debug)]
struct Pattern {
    parts: Vec<char>,
    fold: bool,
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

impl Env<'_> {
    /// Parses a domain for a model.
    ///
    /// # Errors
    ///
    /// `ValueError` for unknown fields and operators, with the words of the version.
    pub(crate) fn domain(&mut self, model: &Model, domain: &Value) -> Outcome<Node> {
        let items = match domain {
            Value::Array(items) => items.as_slice(),
            Value::Null | Value::Bool(false) => &[],
            other => {
                return Err(OdooError::type_error(format!(
                    "'{}' object is not iterable",
                    value::python_type(other)
                )));
            }
        };
        let mut stack: Vec<Node> = Vec::new();
        for item in items.iter().rev() {
            let node = match item.as_str() {
                Some("&") => Node::All(pop(&mut stack, 2)?),
                Some("|") => Node::Any(pop(&mut stack, 2)?),
                Some("!") => Node::Not(Box::new(Node::All(pop(&mut stack, 1)?))),
                _ => self.leaf(model, item)?,
            };
            stack.push(node);
        }
        stack.reverse();
        Ok(Node::All(stack))
    }

    fn leaf(&mut self, model: &Model, item: &Value) -> Outcome<Node> {
        let version = self.version();
        let Some([path, op, value]) = item.as_array().map(Vec::as_slice) else {
            return Err(invalid_item(version, item));
        };
        if path.as_i64().is_some() && op == "=" {
            return Ok(Node::Always(path == value));
        }
        let (Some(path), Some(op)) = (path.as_str(), op.as_str()) else {
            return Err(invalid_item(version, item));
        };
        let op = op.to_lowercase();
        if !OPERATORS.contains(&op.as_str()) {
            return Err(invalid_operator(version, item));
        }
        let (first, rest) = path
            .split_once('.')
            .map_or((path, None), |(first, rest)| (first, Some(rest)));
        let Some(field) = model.field(first).cloned() else {
            return Err(invalid_field(version, model, item, path));
        };
        match rest {
            Some(rest) => self.dotted(model, &field, rest, &op, value, item),
            None => self.condition(model, &field, &op, value),
        }
    }

    /// `partner_id.name ilike x`: the records of the relation that match, then those that point to them.
    fn dotted(
        &mut self,
        model: &Model,
        field: &Field,
        rest: &str,
        op: &str,
        value: &Value,
        item: &Value,
    ) -> Outcome<Node> {
        let Some(relation) = &field.relation else {
            return Err(invalid_field(self.version(), model, item, &field.name));
        };
        let negative = matches!(op, "!=" | "not in" | "not like" | "not ilike")
            && field.ttype == Ttype::Many2one;
        let target = self.model(relation)?;
        let node = self.domain(&target, &json!([[rest, op, value]]))?;
        let ids: BTreeSet<i64> = self.matching(&target, &node).into_iter().collect();
        if let Some(Compute::Related(path)) = &field.compute {
            return self.domain(
                model,
                &json!([[path, "in", ids.iter().collect::<Vec<_>>()]]),
            );
        }
        Ok(leaf(
            field,
            Test::Related {
                ids,
                empty: negative,
            },
        ))
    }

    fn condition(
        &mut self,
        model: &Model,
        field: &Field,
        op: &str,
        value: &Value,
    ) -> Outcome<Node> {
        if let Some(node) = self.computed_condition(model, field, op, value)? {
            return Ok(node);
        }
        if op == "child_of" {
            return self.child_of(model, field, value);
        }
        let (op, value) = match (op, value) {
            ("=?", value) if is_unset(value) => return Ok(Node::Always(true)),
            ("=?", _) => ("=", value),
            ("<>", _) => ("!=", value),
            (op, value) => (op, value),
        };
        if field.ttype.is_relational() {
            return self.relational(field, op, value);
        }
        let positive = op
            .strip_prefix("not ")
            .unwrap_or(if op == "!=" { "=" } else { op });
        let test = self.scalar(field, positive, value)?;
        let node = leaf(field, test);
        Ok(if positive == op {
            node
        } else {
            Node::Not(Box::new(node))
        })
    }

    fn scalar(&self, field: &Field, op: &str, value: &Value) -> Outcome<Test> {
        match op {
            "=" | "in" => {
                let list = match value {
                    Value::Array(items) => items.clone(),
                    one => vec![one.clone()],
                };
                self.equals(field, list)
            }
            "like" | "ilike" | "=like" | "=ilike" => {
                let text = if is_unset(value) {
                    String::new()
                } else {
                    to_str(value)
                };
                let text = if op.starts_with('=') {
                    text
                } else {
                    format!("%{text}%")
                };
                Ok(Test::Like {
                    pattern: Pattern::new(&text, op.ends_with("ilike")),
                })
            }
            _ => {
                let value = self.comparable(field, value)?;
                let op = match op {
                    "<" => Order::Less,
                    "<=" => Order::LessEqual,
                    ">" => Order::Greater,
                    _ => Order::GreaterEqual,
                };
                Ok(Test::Compare { op, value })
            }
        }
    }

    fn equals(&self, field: &Field, list: Vec<Value>) -> Outcome<Test> {
        let mut keys = HashSet::new();
        let mut values = Vec::new();
        let mut null = false;
        for item in list {
            if is_unset(&item) && field.ttype != Ttype::Boolean {
                null = true;
                continue;
            }
            let item = self.comparable(field, &item)?;
            null |= self.falsy_equals_null(field, &item);
            if let Some(key) = Key::of(&item) {
                keys.insert(key);
                values.push(item);
            }
        }
        if null && self.version() >= Version::V19 && field.ttype.is_text() {
            keys.insert(Key::Text("".into()));
        }
        if null && field.ttype.is_number() {
            keys.insert(Key::Int(0));
        }
        Ok(Test::In { keys, null, values })
    }

    /// An unset boolean is false, an unset number is zero; on 19 an unset text is empty.
    fn falsy_equals_null(&self, field: &Field, value: &Value) -> bool {
        match field.ttype {
            Ttype::Boolean => !value::truthy(value),
            Ttype::Integer | Ttype::Float | Ttype::Monetary => {
                field.name != "id" && value.as_f64() == Some(0.0)
            }
            Ttype::Char | Ttype::Text | Ttype::Html => {
                self.version() >= Version::V19 && value == ""
            }
            _ => false,
        }
    }

    fn comparable(&self, field: &Field, value: &Value) -> Outcome<Value> {
        match field.ttype {
            Ttype::Datetime | Ttype::Date => self.comparable_date(field, value),
            Ttype::Selection | Ttype::Json => Ok(if is_unset(value) {
                Value::Null
            } else {
                json!(to_str(value))
            }),
            _ if field.name == "id" => id_literal(value),
            _ => value::to_column("", field, value),
        }
    }

    fn comparable_date(&self, field: &Field, given: &Value) -> Outcome<Value> {
        let Some(text) = given.as_str() else {
            return Ok(if value::truthy(given) {
                given.clone()
            } else {
                Value::Null
            });
        };
        let moment = value::parse_datetime(text).or_else(|| relative_date(self.version(), text));
        let Some(moment) = moment else {
            return Err(bad_date(self.version(), field, text));
        };
        let format = if field.ttype == Ttype::Date {
            value::DATE
        } else {
            value::DATETIME
        };
        Ok(json!(moment.format(format).to_string()))
    }

    fn relational(&mut self, field: &Field, op: &str, value: &Value) -> Outcome<Node> {
        let negative = matches!(
            op,
            "!=" | "not in" | "not like" | "not ilike" | "not =like" | "not =ilike"
        );
        let positive = op
            .strip_prefix("not ")
            .unwrap_or(if op == "!=" { "=" } else { op });
        if matches!(positive, "<" | ">" | "<=" | ">=") {
            return Ok(leaf(
                field,
                self.scalar(&Field::new("id", Ttype::Integer, "ID"), positive, value)?,
            ));
        }
        let mut ids = BTreeSet::new();
        let mut empty = false;
        let list = match value {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        for item in &list {
            match item {
                item if is_unset(item) => empty = true,
                Value::Number(number) => ids.extend(number.as_i64()),
                Value::String(text) => ids.extend(self.by_name(field, positive, text)?),
                _ => {
                    return Err(OdooError::new(
                        Kind::Value,
                        format!("Invalid value {} in domain", repr(item)),
                    ));
                }
            }
        }
        let node = leaf(field, Test::Related { ids, empty });
        Ok(if negative {
            Node::Not(Box::new(node))
        } else {
            node
        })
    }

    /// Records of the relation by name.
    fn by_name(&mut self, field: &Field, op: &str, text: &str) -> Outcome<Vec<i64>> {
        let op = if op == "in" { "=" } else { op };
        let target = self.model(field.relation.as_deref().unwrap_or_default())?;
        let node = self.domain(&target, &json!([["display_name", op, text]]))?;
        Ok(self.matching(&target, &node))
    }

    /// Fields without a column that can be searched all the same.
    fn computed_condition(
        &mut self,
        model: &Model,
        field: &Field,
        op: &str,
        value: &Value,
    ) -> Outcome<Option<Node>> {
        match &field.compute {
            Some(Compute::Related(path)) if !field.store => {
                self.domain(model, &json!([[path, op, value]])).map(Some)
            }
            Some(Compute::DisplayName) => {
                let name = if model.field(&model.rec_name).is_some() {
                    model.rec_name.clone()
                } else {
                    "id".to_owned()
                };
                self.domain(model, &json!([[name, op, value]])).map(Some)
            }
            Some(Compute::PhoneMobileSearch) => self.phone_condition(field, op, value).map(Some),
            Some(Compute::Python(_)) if !field.store => self.unsearchable(model, field),
            Some(_) if !field.store => self.unsearchable(model, field),
            _ => Ok(None),
        }
    }

    /// 17 and 18 log and match everything; 19 raises.
    fn unsearchable(&self, model: &Model, field: &Field) -> Outcome<Option<Node>> {
        if self.version() < Version::V19 {
            return Ok(Some(Node::Always(true)));
        }
        Err(OdooError::value(format!(
            "Cannot convert {}.{} to SQL because it is not stored",
            model.name, field.name
        )))
    }

    fn phone_condition(&self, field: &Field, op: &str, value: &Value) -> Outcome<Node> {
        let list = match value {
            Value::Array(_) if self.version() < Version::V19 => {
                return Err(OdooError::user(
                    "Unsupported Operation on Phone/Mobile Search.",
                ));
            }
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        };
        let numbers: Vec<String> = list.iter().map(to_str).collect();
        if numbers.iter().any(|number| number.chars().count() < 3) {
            let text = if self.version() >= Version::V19 {
                "Please enter at least 3 characters when searching a Phone number."
            } else {
                "Please enter at least 3 characters when searching a Phone/Mobile number."
            };
            return Err(OdooError::user(text));
        }
        let exact = matches!(op, "=" | "in" | "!=" | "not in");
        let digits = numbers.iter().map(|number| phone_digits(number)).collect();
        let node = leaf(field, Test::Phone { digits, exact });
        Ok(if op.starts_with("not") || op == "!=" {
            Node::Not(Box::new(node))
        } else {
            node
        })
    }

    fn child_of(&self, model: &Model, field: &Field, value: &Value) -> Outcome<Node> {
        let relation = if field.name == "id" {
            model.name.clone()
        } else {
            field.relation.clone().unwrap_or_default()
        };
        let mut open = match value {
            Value::Array(_) => ids_of(value),
            one => one.as_i64().into_iter().collect(),
        };
        let mut ids = BTreeSet::new();
        while let Some(id) = open.pop() {
            if ids.insert(id) {
                open.extend(self.find(&relation, "parent_id", &json!(id)));
            }
        }
        if field.name == "id" {
            let values: Vec<Value> = ids.iter().map(|id| json!(id)).collect();
            let keys = ids.iter().map(|id| Key::Int(*id)).collect();
            return Ok(leaf(
                field,
                Test::In {
                    keys,
                    null: false,
                    values,
                },
            ));
        }
        Ok(leaf(field, Test::Related { ids, empty: false }))
    }
}

/// Matching.
impl Env<'_> {
    /// Ids of the model's rows that match, in id order, archived or not.
    pub(crate) fn matching(&self, model: &Model, node: &Node) -> Vec<i64> {
        let Some(table) = self.table(&model.name) else {
            return Vec::new();
        };
        match self.candidates(model, node) {
            Some(ids) => {
                let rows = ids
                    .into_iter()
                    .filter_map(|id| table.rows.get(&id).map(|row| (id, row)));
                rows.filter(|(id, row)| self.matches(model, *id, row, node))
                    .map(|(id, _)| id)
                    .collect()
            }
            None => table
                .rows
                .iter()
                .filter(|(id, row)| self.matches(model, **id, row, node))
                .map(|(id, _)| *id)
                .collect(),
        }
    }

    /// A small superset of the matching ids, where an index knows one.
    fn candidates(&self, model: &Model, node: &Node) -> Option<BTreeSet<i64>> {
        match node {
            Node::Always(false) => Some(BTreeSet::new()),
            Node::Always(true) | Node::Not(_) => None,
            Node::All(nodes) => nodes
                .iter()
                .filter_map(|node| self.candidates(model, node))
                .min_by_key(BTreeSet::len),
            Node::Any(nodes) => {
                let all: Option<Vec<_>> = nodes
                    .iter()
                    .map(|node| self.candidates(model, node))
                    .collect();
                all.map(|sets| sets.into_iter().flatten().collect())
            }
            Node::Leaf(leaf) => self.leaf_candidates(model, leaf),
        }
    }

    fn leaf_candidates(&self, model: &Model, leaf: &Leaf) -> Option<BTreeSet<i64>> {
        let table = self.table(&model.name)?;
        match &leaf.test {
            Test::In {
                null: false,
                values,
                ..
            } if leaf.field == "id" => Some(values.iter().filter_map(Value::as_i64).collect()),
            Test::In {
                null: false,
                values,
                ..
            } if table.has_lookup(&leaf.field) => Some(
                values
                    .iter()
                    .filter_map(|value| table.lookup(&leaf.field, value))
                    .flatten()
                    .collect(),
            ),
            Test::Related { ids, empty: false } if table.has_lookup(&leaf.field) => Some(
                ids.iter()
                    .filter_map(|id| table.lookup(&leaf.field, &json!(id)))
                    .flatten()
                    .collect(),
            ),
            _ => None,
        }
    }

    pub(crate) fn matches(&self, model: &Model, id: i64, row: &Row, node: &Node) -> bool {
        match node {
            Node::Always(answer) => *answer,
            Node::All(nodes) => nodes.iter().all(|node| self.matches(model, id, row, node)),
            Node::Any(nodes) => nodes.iter().any(|node| self.matches(model, id, row, node)),
            Node::Not(node) => !self.matches(model, id, row, node),
            Node::Leaf(leaf) => self.leaf_matches(model, id, row, leaf),
        }
    }

    fn leaf_matches(&self, model: &Model, id: i64, row: &Row, leaf: &Leaf) -> bool {
        let Some(field) = model.field(&leaf.field) else {
            return false;
        };
        match &leaf.test {
            Test::In { keys, .. } if field.name == "id" => keys.contains(&Key::Int(id)),
            Test::In { keys, null, .. } => {
                Key::of(row.get(field.slot)).map_or(*null, |key| keys.contains(&key))
            }
            Test::Like { pattern } => row
                .get(field.slot)
                .as_str()
                .map_or(pattern.is_any(), |text| pattern.matches(text)),
            Test::Compare { op, value } if field.name == "id" => op.holds(&json!(id), value),
            Test::Compare { op, value } => op.holds(
                &numeric_null(self.version(), field, row.get(field.slot)),
                value,
            ),
            Test::Related { ids, empty } => self.related_matches(field, id, row, ids, *empty),
            Test::Phone { digits, exact } => phone_matches(model, row, digits, *exact),
        }
    }

    fn related_matches(
        &self,
        field: &Field,
        id: i64,
        row: &Row,
        ids: &BTreeSet<i64>,
        empty: bool,
    ) -> bool {
        let held = match field.ttype {
            Ttype::Many2one => row.get(field.slot).as_i64().into_iter().collect(),
            Ttype::One2many => {
                let inverse = field.relation_field.as_deref().unwrap_or_default();
                self.find(
                    field.relation.as_deref().unwrap_or_default(),
                    inverse,
                    &json!(id),
                )
            }
            _ => ids_of(row.get(field.slot)),
        };
        if held.is_empty() {
            empty
        } else {
            held.iter().any(|held| ids.contains(held))
        }
    }
}

/// On 19 an unset number counts as zero in a comparison.
fn numeric_null(version: Version, field: &Field, stored: &Value) -> Value {
    if stored.is_null() && field.ttype.is_number() && version >= Version::V19 {
        json!(0)
    } else {
        stored.clone()
    }
}

fn phone_matches(model: &Model, row: &Row, wanted: &[String], exact: bool) -> bool {
    let fields = ["phone", "mobile"]
        .iter()
        .filter_map(|name| model.field(name));
    let mut held = fields
        .filter_map(|field| row.get(field.slot).as_str())
        .map(phone_digits);
    held.any(|number| {
        wanted.iter().any(|wanted| {
            if exact {
                number == *wanted
            } else {
                number.contains(wanted.trim_start_matches('+'))
            }
        })
    })
}

/// Spaces and `-./()` are ignored, `00` counts as `+`.
fn phone_digits(number: &str) -> String {
    let bare: String = number
        .chars()
        .filter(|c| !c.is_whitespace() && !"-./()".contains(*c))
        .collect();
    bare.strip_prefix("00")
        .map_or_else(|| bare.clone(), |rest| format!("+{rest}"))
}

fn leaf(field: &Field, test: Test) -> Node {
    Node::Leaf(Box::new(Leaf {
        field: field.name.clone(),
        test,
    }))
}

fn pop(stack: &mut Vec<Node>, count: usize) -> Outcome<Vec<Node>> {
    if stack.len() < count {
        return Err(OdooError::value("Domain() missing operands"));
    }
    Ok(stack.split_off(stack.len() - count))
}

fn id_literal(value: &Value) -> Outcome<Value> {
    match value {
        Value::String(text) => match text.parse::<i64>() {
            Ok(id) => Ok(json!(id)),
            Err(_) => Err(OdooError::new(
                Kind::InvalidText,
                format!("invalid input syntax for type integer: \"{text}\"\n"),
            )),
        },
        other => Ok(other.clone()),
    }
}

/// `today`, `now`, `-7d`, `+1m`: words that 19 understands (17 and 18 know `today` and `now` from PostgreSQL).
fn relative_date(version: Version, text: &str) -> Option<chrono::NaiveDateTime> {
    let now = Utc::now().naive_utc();
    match text {
        "now" => return Some(now),
        "today" => return now.date().and_hms_opt(0, 0, 0),
        _ if version < Version::V19 => return None,
        _ => {}
    }
    let unit = text.chars().last()?;
    let number = text.get(..text.len() - unit.len_utf8())?;
    let count: i64 = number
        .strip_prefix(['+', '-'])
        .and_then(|_| number.parse().ok())?;
    let midnight = now.date().and_hms_opt(0, 0, 0)?;
    let months = |factor: i64| {
        let months = Months::new(u32::try_from((count * factor).abs()).ok()?);
        if count < 0 {
            midnight.checked_sub_months(months)
        } else {
            midnight.checked_add_months(months)
        }
    };
    match unit {
        'd' => Some(midnight + Duration::days(count)),
        'w' => Some(midnight + Duration::weeks(count)),
        'm' => months(1),
        'y' => months(12),
        'H' => Some(now + Duration::hours(count)),
        'M' => Some(now + Duration::minutes(count)),
        'S' => Some(now + Duration::seconds(count)),
        _ => None,
    }
}

fn tuple(item: &Value) -> String {
    match item {
        Value::Array(parts) => format!(
            "({})",
            parts.iter().map(repr).collect::<Vec<_>>().join(", ")
        ),
        other => repr(other),
    }
}

fn invalid_item(version: Version, item: &Value) -> OdooError {
    if version >= Version::V19 {
        return OdooError::value(format!("Domain() invalid item in domain: {}", repr(item)));
    }
    OdooError::value(format!("Invalid leaf {}", tuple(item)))
}

fn invalid_operator(version: Version, item: &Value) -> OdooError {
    if version >= Version::V19 {
        return OdooError::value(format!("Invalid operator in condition {}", tuple(item)));
    }
    OdooError::value(format!("Invalid leaf {}", tuple(item)))
}

fn invalid_field(version: Version, model: &Model, item: &Value, path: &str) -> OdooError {
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

fn bad_date(version: Version, field: &Field, text: &str) -> OdooError {
    if version >= Version::V19 {
        let shown = value::repr_str(text);
        return OdooError::value(format!("Invalid term {shown} in expression date: {shown}"));
    }
    let kind = if field.ttype == Ttype::Date {
        "date"
    } else {
        "timestamp"
    };
    OdooError::new(
        Kind::InvalidText,
        format!("invalid input syntax for type {kind}: \"{text}\"\n"),
    )
}

impl Order {
    fn holds(self, stored: &Value, wanted: &Value) -> bool {
        let ordering = match (stored, wanted) {
            (Value::String(stored), Value::String(wanted)) => stored.cmp(wanted),
            (stored, wanted) => match (number(stored), number(wanted)) {
                (Some(stored), Some(wanted)) => stored.total_cmp(&wanted),
                _ => return false,
            },
        };
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_bool().map(|flag| f64::from(u8::from(flag))))
}

impl Pattern {
    fn new(text: &str, fold: bool) -> Self {
        let text = if fold {
            text.to_lowercase()
        } else {
            text.to_owned()
        };
        Self {
            parts: text.chars().collect(),
            fold,
        }
    }

    fn is_any(&self) -> bool {
        self.parts.iter().all(|part| *part == '%')
    }

    fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = if self.fold {
            text.to_lowercase().chars().collect()
        } else {
            text.chars().collect()
        };
        like(&self.parts, &text)
    }
}

/// LIKE by backtracking over the last `%` only: linear in practice.
fn like(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t, mut star, mut mark) = (0, 0, None, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                star = Some(p);
                mark = t;
                p += 1;
            }
            Some('\\') if pattern.get(p + 1) == text.get(t) => {
                p += 2;
                t += 1;
            }
            Some('_') => {
                p += 1;
                t += 1;
            }
            Some(c) if *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some(last) = star else { return false };
                p = last + 1;
                mark += 1;
                t = mark;
            }
        }
    }
    pattern[p..].iter().all(|part| *part == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_patterns_match_as_sql_does() {
        let check = |pattern: &str, text: &str| Pattern::new(pattern, false).matches(text);
        assert!(check("%9%1%1%2%", "+34 911 22 33 44"));
        assert!(check("a_c", "abc"));
        assert!(!check("a_c", "abbc"));
        assert!(check("100\\%", "100%"));
        assert!(!check("100\\%", "1000"));
        assert!(Pattern::new("ABC%", true).matches("abcdef"));
    }

    #[test]
    fn phone_digits_ignore_separators_and_treat_00_as_plus() {
        assert_eq!(phone_digits("0034 911-22.33/44"), "+34911223344");
        assert_eq!(phone_digits("(+34) 915"), "+34915");
    }
}
