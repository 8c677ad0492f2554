//! Commands on relations to many: `(0, 0, vals)` … `(6, 0, ids)`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Field, Model};
use crate::odoo::value::{Vals, truthy, wrong_value};
use crate::odoo::version::Version;

/// One command of a client.
#[derive(Debug)]
enum Command {
    Create(Vals),
    Update(i64, Vals),
    Delete(i64),
    Unlink(i64),
    Link(i64),
    Clear,
    Set(Vec<i64>),
}

impl Env<'_> {
    /// The ids that a many2many holds after the commands.
    pub(super) fn many2many_commands(
        &mut self,
        model: &Model,
        field: &Field,
        held: &[i64],
        value: &Value,
    ) -> Outcome<Vec<i64>> {
        let relation = field.relation.clone().unwrap_or_default();
        let mut ids: BTreeSet<i64> = held.iter().copied().collect();
        for command in commands(model, field, value)? {
            match command {
                Command::Create(vals) => ids.extend(self.create(&relation, vec![vals])?),
                Command::Update(id, vals) => self.write(&relation, &[id], &vals)?,
                Command::Delete(id) => {
                    ids.remove(&id);
                    self.unlink(&relation, &[id])?;
                }
                Command::Unlink(id) => {
                    ids.remove(&id);
                }
                Command::Link(id) => {
                    ids.insert(id);
                }
                Command::Clear => ids.clear(),
                Command::Set(set) => ids = set.into_iter().collect(),
            }
        }
        let gone: Vec<i64> = ids
            .iter()
            .copied()
            .filter(|id| self.tx.db.row(&relation, *id).is_none())
            .collect();
        if gone.is_empty() {
            return Ok(ids.into_iter().collect());
        }
        // Before 19 PostgreSQL is the first to see it, by the table of the relation, which belongs to no model.
        Err(match self.version() >= Version::V19 {
            true => OdooError::missing(&relation, &gone, self.uid),
            false => OdooError::validation(format!(
                "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\n\
                 Model: Unknown (unknown)\nConstraint: x_{}_{}_rel_{1}_id_fkey\n",
                model.table(),
                relation.replace('.', "_"),
            )),
        })
    }

    /// Carries out the commands on the records that point here.
    pub(super) fn one2many_commands(
        &mut self,
        model: &Model,
        field: &Field,
        id: i64,
        value: &Value,
    ) -> Outcome<()> {
        let relation = field.relation.clone().unwrap_or_default();
        let inverse = field.relation_field.clone().unwrap_or_default();
        for command in commands(model, field, value)? {
            match command {
                Command::Create(mut vals) => {
                    vals.insert(inverse.clone(), json!(id));
                    self.create(&relation, vec![vals])?;
                }
                Command::Update(line, vals) => self.write(&relation, &[line], &vals)?,
                Command::Delete(line) => self.unlink(&relation, &[line])?,
                Command::Unlink(line) => self.detach(&relation, &inverse, line)?,
                Command::Link(line) => self.attach(&relation, &inverse, line, id)?,
                Command::Clear => {
                    for line in self.find(&relation, &inverse, &json!(id)) {
                        self.detach(&relation, &inverse, line)?;
                    }
                }
                Command::Set(lines) => {
                    for line in self.find(&relation, &inverse, &json!(id)) {
                        if !lines.contains(&line) {
                            self.detach(&relation, &inverse, line)?;
                        }
                    }
                    for line in lines {
                        self.attach(&relation, &inverse, line, id)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn attach(&mut self, relation: &str, inverse: &str, line: i64, id: i64) -> Outcome<()> {
        let mut vals = Vals::new();
        vals.insert(inverse.to_owned(), json!(id));
        self.write(relation, &[line], &vals)
    }

    /// Takes a line out: deleted where it cannot live without its owner, else cleared.
    fn detach(&mut self, relation: &str, inverse: &str, line: i64) -> Outcome<()> {
        let owner = self.model(relation)?.field(inverse).cloned();
        if owner.is_some_and(|owner| {
            owner.required || owner.on_delete == crate::odoo::schema::OnDelete::Cascade
        }) {
            return self.unlink(relation, &[line]);
        }
        let mut vals = Vals::new();
        vals.insert(inverse.to_owned(), json!(false));
        self.write(relation, &[line], &vals)
    }
}

/// Reads commands; a list of bare ids sets them.
fn commands(model: &Model, field: &Field, value: &Value) -> Outcome<Vec<Command>> {
    let list = match value {
        Value::Array(list) => list,
        value if !truthy(value) => return Ok(vec![Command::Clear]),
        _ => return Err(wrong_value(&model.name, field, value)),
    };
    if !list.is_empty() && list.iter().all(Value::is_i64) {
        return Ok(vec![Command::Set(
            list.iter().filter_map(Value::as_i64).collect(),
        )]);
    }
    list.iter()
        .map(|item| command(item).ok_or_else(|| wrong_value(&model.name, field, value)))
        .collect()
}

fn command(item: &Value) -> Option<Command> {
    let parts = item.as_array()?;
    let id = || parts.get(1).and_then(Value::as_i64);
    let vals = || parts.get(2).and_then(Value::as_object).cloned();
    match parts.first()?.as_i64()? {
        0 => Some(Command::Create(vals()?)),
        1 => Some(Command::Update(id()?, vals()?)),
        2 => Some(Command::Delete(id()?)),
        3 => Some(Command::Unlink(id()?)),
        4 => Some(Command::Link(id()?)),
        5 => Some(Command::Clear),
        6 => Some(Command::Set(
            parts
                .get(2)?
                .as_array()?
                .iter()
                .filter_map(Value::as_i64)
                .collect(),
        )),
        _ => None,
    }
}
