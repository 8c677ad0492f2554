//! `read_group` and, on 19, `formatted_read_group`.

mod order;
mod span;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::search::{Page, compare_values};
use crate::odoo::env::{Env, Right, ids_of};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Field, Model, Ttype};
use crate::odoo::value::{Vals, to_wire};
use order::Order;
use span::Granularity;

/// One group-by: the field, and for dates the span of a group.
#[derive(Clone, Debug)]
struct GroupBy {
    spec: String,
    field: Arc<Field>,
    dates: Option<Granularity>,
}

/// One aggregate: `__count` or `field:function`.
#[derive(Clone, Debug)]
struct Aggregate {
    name: String,
    field: Option<(Arc<Field>, String)>,
}

/// The keys of one group, and its records.
type Group = (Vec<Value>, Vec<i64>);

type Groups = Vec<Group>;

impl Env<'_> {
    /// `formatted_read_group` of 19.
    ///
    /// # Errors
    ///
    /// As `search`, and `ValueError` for an unknown field.
    pub(crate) fn formatted_read_group(
        &mut self,
        model: &str,
        domain: &Value,
        groupby: &[String],
        aggregates: &[String],
        page: &Page,
    ) -> Outcome<Value> {
        if let Some(spec) = groupby
            .iter()
            .find(|spec| self.lacks_granularity(model, spec))
        {
            return Err(OdooError::value(format!(
                "Granularity not set on a date(time) field: '{spec}'"
            )));
        }
        let (model, groupby, mut groups) = self.grouped(model, domain, groupby)?;
        let aggregates: Vec<Aggregate> = aggregates
            .iter()
            .map(|spec| parse_aggregate(&model, spec, false))
            .collect::<Outcome<_>>()?;
        let order = Order::parse(&model, &groupby, page.order.as_deref())?;
        self.sort_groups(&model, &order, &groupby, &mut groups);
        let groups = groups
            .into_iter()
            .skip(page.offset)
            .take(page.limit.unwrap_or(usize::MAX));
        let mut out = Vec::new();
        for (keys, ids) in groups {
            let mut entry = Vals::new();
            let mut extra = Vec::new();
            for (group, key) in groupby.iter().zip(&keys) {
                entry.insert(group.spec.clone(), self.group_value(group, key));
                extra.push(group_domain(group, key));
            }
            entry.insert("__extra_domain".to_owned(), conjunction(extra));
            self.put_aggregates(&model, &aggregates, &ids, &mut entry);
            out.push(Value::Object(entry));
        }
        Ok(Value::Array(out))
    }

    /// `read_group`, still there on 19.
    pub(crate) fn read_group(
        &mut self,
        model: &str,
        domain: &Value,
        fields: &[String],
        groupby: &[String],
        page: &Page,
        lazy: bool,
    ) -> Outcome<Value> {
        let used = if lazy {
            &groupby[..groupby.len().min(1)]
        } else {
            groupby
        };
        let (model, parsed, mut groups) = self.grouped(model, domain, used)?;
        let aggregates = fields
            .iter()
            .filter(|spec| !groupby.contains(spec) && *spec != "__count");
        let aggregates: Vec<Aggregate> = aggregates
            .map(|spec| parse_aggregate(&model, spec, true))
            .collect::<Outcome<_>>()?;
        let count = if lazy && parsed.len() == 1 {
            format!("{}_count", parsed[0].field.name)
        } else {
            "__count".to_owned()
        };
        let order = page
            .order
            .as_deref()
            .map(|order| order::annotated(order, &parsed, &aggregates));
        let order = Order::parse(&model, &parsed, order.as_deref())?;
        self.sort_groups(&model, &order, &parsed, &mut groups);
        let mut out = Vec::new();
        for (keys, ids) in groups
            .into_iter()
            .skip(page.offset)
            .take(page.limit.unwrap_or(usize::MAX))
        {
            let mut entry = Vals::new();
            let mut conditions: Vec<Value> = vec![domain.clone()];
            let mut ranges = Vals::new();
            for (group, key) in parsed.iter().zip(&keys) {
                let shown = self.group_value(group, key);
                let span = group.dates.as_ref().filter(|dates| dates.is_span());
                let shown = match span.map(|dates| dates.range(key)) {
                    Some(Some((from, to))) => {
                        ranges.insert(group.spec.clone(), json!({"from": from, "to": to}));
                        shown[1].clone()
                    }
                    Some(None) => {
                        ranges.insert(group.spec.clone(), json!(false));
                        shown
                    }
                    None => shown,
                };
                entry.insert(group.spec.clone(), shown);
                conditions.push(group_domain(group, key));
            }
            if !ranges.is_empty() {
                entry.insert("__range".to_owned(), Value::Object(ranges));
            }
            entry.insert(count.clone(), json!(ids.len()));
            entry.insert("__domain".to_owned(), conjunction(conditions));
            self.put_aggregates(&model, &aggregates, &ids, &mut entry);
            out.push(Value::Object(entry));
        }
        Ok(Value::Array(out))
    }

    fn grouped(
        &mut self,
        model: &str,
        domain: &Value,
        groupby: &[String],
    ) -> Outcome<(Arc<Model>, Vec<GroupBy>, Groups)> {
        self.check(model, Right::Read)?;
        let ids = self.search(
            model,
            domain,
            &Page {
                order: Some("id".to_owned()),
                ..Page::default()
            },
        )?;
        let model = self.model(model)?;
        let groupby: Vec<GroupBy> = groupby
            .iter()
            .map(|spec| self.parse_groupby(&model, spec))
            .collect::<Outcome<_>>()?;
        let mut groups: BTreeMap<String, (Vec<Value>, Vec<i64>)> = BTreeMap::new();
        for id in ids {
            for keys in self.group_keys(&model, id, &groupby) {
                let entry = groups
                    .entry(json!(keys).to_string())
                    .or_insert_with(|| (keys, Vec::new()));
                entry.1.push(id);
            }
        }
        let mut groups: Groups = groups.into_values().collect();
        if groupby.is_empty() && groups.is_empty() {
            groups.push((Vec::new(), Vec::new()));
        }
        Ok((model, groupby, groups))
    }

    fn lacks_granularity(&mut self, model: &str, spec: &str) -> bool {
        let field = self
            .model(model)
            .ok()
            .and_then(|model| model.field(spec).cloned());
        field.is_some_and(|field| matches!(field.ttype, Ttype::Date | Ttype::Datetime))
    }

    fn parse_groupby(&self, model: &Model, spec: &str) -> Outcome<GroupBy> {
        let (name, granularity) = match spec.split_once(':') {
            Some((name, granularity)) => (name, Some(granularity)),
            None => (spec, None),
        };
        let unknown =
            || OdooError::value(format!("Invalid field '{name}' on model '{}'", model.name));
        let field = model.field(name).cloned().ok_or_else(unknown)?;
        let dates = if matches!(field.ttype, Ttype::Date | Ttype::Datetime) {
            let granularity = granularity.unwrap_or("month");
            let zone = self.context.tz.as_deref();
            let read = Granularity::of(granularity, field.ttype, zone, self.version());
            let wrong = || {
                OdooError::value(format!(
                    "Granularity specification isn't correct: '{granularity}'"
                ))
            };
            Some(read.ok_or_else(wrong)?)
        } else if granularity.is_some() {
            return Err(OdooError::value(format!(
                "Granularity set on a no-datetime field or property: '{spec}'"
            )));
        } else {
            None
        };
        Ok(GroupBy {
            spec: spec.to_owned(),
            field,
            dates,
        })
    }

    /// A many2many record belongs to one group per id that it holds.
    fn group_keys(&self, model: &Model, id: i64, groupby: &[GroupBy]) -> Vec<Vec<Value>> {
        let mut all = vec![Vec::new()];
        for group in groupby {
            let stored = self.stored(&model.name, id, &group.field.name);
            let keys: Vec<Value> = match group.field.ttype {
                Ttype::Many2many if ids_of(&stored).is_empty() => vec![Value::Null],
                Ttype::Many2many => ids_of(&stored).into_iter().map(|id| json!(id)).collect(),
                Ttype::Boolean => vec![json!(stored == json!(true))],
                _ => vec![match &group.dates {
                    Some(dates) => dates.key(&stored),
                    None => stored,
                }],
            };
            all = all
                .iter()
                .flat_map(|head| {
                    keys.iter()
                        .map(move |key| head.iter().cloned().chain([key.clone()]).collect())
                })
                .collect();
        }
        all
    }

    fn group_order(&mut self, by: &GroupBy, key: &Value) -> Value {
        match (key.as_i64(), &by.field.relation) {
            (Some(id), Some(relation)) if by.field.ttype == Ttype::Many2one => {
                self.display_name(&relation.clone(), id)
            }
            _ => key.clone(),
        }
    }

    fn group_value(&mut self, by: &GroupBy, key: &Value) -> Value {
        if let (Some(id), Some(relation)) = (key.as_i64(), &by.field.relation) {
            let name = self.display_name(&relation.clone(), id);
            return json!([id, name]);
        }
        match &by.dates {
            _ if key.is_null() => json!(false),
            Some(dates) => match dates.range(key) {
                Some((begin, _)) => json!([begin, dates.label(key)]),
                None => key.clone(),
            },
            None => to_wire(&by.field, key),
        }
    }

    fn put_aggregates(
        &self,
        model: &Model,
        aggregates: &[Aggregate],
        ids: &[i64],
        entry: &mut Vals,
    ) {
        for aggregated in aggregates {
            let value = self.aggregated(model, aggregated, ids);
            let value = if value.is_null() { json!(false) } else { value };
            entry.insert(aggregated.name.clone(), value);
        }
    }
}

/// Applies an aggregate function as SQL does: NULLs do not count.
pub(crate) fn aggregate(function: &str, values: &[Value]) -> Value {
    let held: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
    let numbers = || held.iter().filter_map(|value| value.as_f64());
    match function {
        "count" => json!(held.len()),
        "count_distinct" => json!(
            held.iter()
                .map(ToString::to_string)
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        ),
        _ if held.is_empty() => Value::Null,
        "max" => held
            .into_iter()
            .max_by(|left, right| compare_values(left, right))
            .cloned()
            .unwrap_or_default(),
        "min" => held
            .into_iter()
            .min_by(|left, right| compare_values(left, right))
            .cloned()
            .unwrap_or_default(),
        "avg" => {
            json!(numbers().sum::<f64>() / f64::from(u32::try_from(held.len()).unwrap_or(u32::MAX)))
        }
        "bool_or" => json!(held.iter().any(|value| **value == json!(true))),
        "bool_and" => json!(held.iter().all(|value| **value == json!(true))),
        _ if held.iter().all(|value| value.is_i64()) => {
            json!(held.iter().filter_map(|value| value.as_i64()).sum::<i64>())
        }
        _ => json!(numbers().sum::<f64>()),
    }
}

fn parse_aggregate(model: &Model, spec: &str, old: bool) -> Outcome<Aggregate> {
    if spec == "__count" {
        return Ok(Aggregate {
            name: spec.to_owned(),
            field: None,
        });
    }
    let (name, function) = spec.split_once(':').unwrap_or((spec, "sum"));
    let (function, name) = function
        .strip_suffix(')')
        .and_then(|call| call.split_once('('))
        .unwrap_or((function, name));
    let unknown = || OdooError::value(format!("Invalid field '{name}' on model '{}'", model.name));
    let field = model.field(name).cloned().ok_or_else(unknown)?;
    let label = if old {
        spec.split(':').next().unwrap_or(spec)
    } else {
        spec
    };
    Ok(Aggregate {
        name: label.to_owned(),
        field: Some((field, function.to_owned())),
    })
}

/// The domain of one group.
fn group_domain(by: &GroupBy, key: &Value) -> Value {
    let name = &by.field.name;
    match (&by.dates, key) {
        (_, Value::Null) if by.field.ttype.is_to_many() => json!([[name, "not any", []]]),
        (Some(dates), _) => dates.domain(name, key),
        (None, Value::Null) => json!([[name, "=", false]]),
        (None, _) => json!([[name, "=", key]]),
    }
}

/// Domains joined as Odoo prints them: operators first.
fn conjunction(domains: Vec<Value>) -> Value {
    let mut leaves: Vec<Value> = Vec::new();
    for domain in domains {
        leaves.extend(
            domain
                .as_array()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .filter(|item| item != "&"),
        );
    }
    if leaves.is_empty() {
        return json!([[1, "=", 1]]);
    }
    let plain = leaves.iter().all(Value::is_array);
    let operators = if plain { leaves.len() - 1 } else { 0 };
    std::iter::repeat_n(json!("&"), operators)
        .chain(leaves)
        .collect()
}
