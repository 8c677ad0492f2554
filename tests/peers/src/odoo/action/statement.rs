//! Statements about indexes: what is read of them, and what they do.

use std::sync::Arc;

use serde_json::Value;

use crate::odoo::env::Env;
use crate::odoo::error::Cause;
use crate::odoo::python::{Expr, parse};
use crate::odoo::schema::Model;
use crate::odoo::store::Guard;

/// A statement about an index. One that is not unique makes nothing but speed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Statement {
    Create {
        index: String,
        table: String,
        columns: Vec<String>,
        unique: bool,
        /// Of the rows that are active: `WHERE active`.
        of_active: bool,
        if_not_exists: bool,
    },
    Drop {
        index: String,
        if_exists: bool,
    },
}

impl Env<'_> {
    pub(super) fn run_statement(&mut self, statement: &Statement) -> Result<(), Cause> {
        match statement {
            Statement::Create {
                index,
                table,
                columns,
                unique,
                of_active,
                if_not_exists,
            } => {
                let model = self.indexed(table, columns)?;
                if *unique {
                    let guard = Guard {
                        columns,
                        of_active: *of_active,
                        message: None,
                    };
                    self.create_index(index, &model, guard, *if_not_exists)?;
                }
                Ok(())
            }
            Statement::Drop { index, if_exists } => self.drop_index(index, *if_exists),
        }
    }

    /// The model of a table, if it has these columns.
    fn indexed(&self, table: &str, columns: &[String]) -> Result<Arc<Model>, Cause> {
        let mut models = self.tx.db.registry.models();
        let model = models.find(|model| model.table() == table).cloned();
        let model = model.ok_or_else(|| {
            Cause::postgres(
                "UndefinedTable",
                format!("relation \"{table}\" does not exist\n"),
            )
        })?;
        for column in columns {
            if !model
                .field(column)
                .is_some_and(|field| field.has_column() && !field.ttype.is_to_many())
            {
                return Err(Cause::postgres(
                    "UndefinedColumn",
                    format!("column \"{column}\" does not exist\n"),
                ));
            }
        }
        Ok(model)
    }

    fn create_index(
        &mut self,
        index: &str,
        model: &Model,
        guard: Guard<'_>,
        if_not_exists: bool,
    ) -> Result<(), Cause> {
        if self.index_owner(index).is_some() {
            return if if_not_exists {
                Ok(())
            } else {
                Err(Cause::postgres(
                    "DuplicateTable",
                    format!("relation \"{index}\" already exists\n"),
                ))
            };
        }
        let added = self.tx.ddl(&model.name).add_unique(index, model, guard);
        added.map_err(|refused| {
            let text = format!(
                "could not create unique index \"{}\"\nDETAIL:  {} is duplicated.\n",
                refused.index, refused.detail
            );
            Cause::postgres("UniqueViolation", text)
        })
    }

    fn drop_index(&mut self, index: &str, if_exists: bool) -> Result<(), Cause> {
        match self.index_owner(index) {
            Some(model) => {
                self.tx.ddl(&model).uniques.remove(index);
                Ok(())
            }
            None if if_exists => Ok(()),
            None => Err(Cause::postgres(
                "UndefinedObject",
                format!("index \"{index}\" does not exist\n"),
            )),
        }
    }

    fn index_owner(&self, index: &str) -> Option<String> {
        self.tx
            .db
            .tables
            .iter()
            .find(|(_, table)| table.uniques.contains_key(index))
            .map(|(name, _)| name.clone())
    }
}

/// Reads `env.cr.execute('…')` (or `cr.execute`).
pub(super) fn parse_statement(line: &str) -> Option<Statement> {
    let Ok(Expr::Call(function, arguments)) = parse(line) else {
        return None;
    };
    let (
        "env.cr.execute" | "cr.execute" | "self.env.cr.execute",
        [Expr::Literal(Value::String(sql))],
    ) = (function.as_str(), arguments.as_slice())
    else {
        return None;
    };
    parse_sql(sql)
}

pub(super) fn parse_sql(sql: &str) -> Option<Statement> {
    let sql = sql.trim().trim_end_matches(';').replace('"', "");
    let words: Vec<&str> = sql.split_whitespace().collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    let starts = |prefix: &str| {
        let prefix: Vec<&str> = prefix.split(' ').collect();
        upper.len() > prefix.len()
            && upper
                .iter()
                .zip(&prefix)
                .all(|(word, wanted)| word == wanted)
    };
    if starts("DROP INDEX") {
        let if_exists = starts("DROP INDEX IF EXISTS");
        return Some(Statement::Drop {
            index: words.get(if if_exists { 4 } else { 2 })?.to_string(),
            if_exists,
        });
    }
    let unique = starts("CREATE UNIQUE INDEX");
    if !unique && !starts("CREATE INDEX") {
        return None;
    }
    let rest = &words[if unique { 3 } else { 2 }..];
    let if_not_exists =
        upper[words.len() - rest.len()..].starts_with(&["IF", "NOT", "EXISTS"].map(str::to_owned));
    let [index, on, target @ ..] = &rest[if if_not_exists { 3 } else { 0 }..] else {
        return None;
    };
    if !on.eq_ignore_ascii_case("on") {
        return None;
    }
    let target = target.join(" ");
    let (table, columns) = target.split_once('(')?;
    let (columns, after) = columns.split_once(')')?;
    let after: Vec<&str> = after.split_whitespace().collect();
    let of_active = match after.as_slice() {
        [] => false,
        [condition, "active"] if condition.eq_ignore_ascii_case("where") => true,
        // One that refuses nothing only makes searches fast.
        [condition, ..] if !unique && condition.eq_ignore_ascii_case("where") => false,
        _ => return None,
    };
    let columns = columns
        .split(',')
        .map(|column| column.trim().to_owned())
        .collect();
    Some(Statement::Create {
        index: (*index).to_owned(),
        table: table.trim().to_owned(),
        columns,
        unique,
        of_active,
        if_not_exists,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_about_an_index_is_understood() {
        let line = "env.cr.execute('CREATE UNIQUE INDEX IF NOT EXISTS x_i ON x_ucm_call (x_server, x_uid)')";
        let expected = Statement::Create {
            index: "x_i".into(),
            table: "x_ucm_call".into(),
            columns: vec!["x_server".into(), "x_uid".into()],
            unique: true,
            of_active: false,
            if_not_exists: true,
        };
        assert_eq!(parse_statement(line), Some(expected));
        let line = "env.cr.execute('CREATE UNIQUE INDEX x_i ON mail_activity (x_ucm_number) WHERE active')";
        let expected = Statement::Create {
            index: "x_i".into(),
            table: "mail_activity".into(),
            columns: vec!["x_ucm_number".into()],
            unique: true,
            of_active: true,
            if_not_exists: false,
        };
        assert_eq!(parse_statement(line), Some(expected));
        let expected = Statement::Create {
            index: "x_i".into(),
            table: "x_ucm_call".into(),
            columns: vec!["x_server".into()],
            unique: false,
            of_active: false,
            if_not_exists: false,
        };
        for condition in ["", " WHERE x_forms IS NULL"] {
            let line =
                format!("env.cr.execute('CREATE INDEX x_i ON x_ucm_call (x_server){condition}')");
            assert_eq!(parse_statement(&line).as_ref(), Some(&expected), "{line}");
        }
        let line = "env.cr.execute('CREATE UNIQUE INDEX x_i ON x_ucm_call (x_server) WHERE x_forms IS NULL')";
        assert_eq!(parse_statement(line), None);
        assert_eq!(
            parse_statement("env.cr.execute('DROP INDEX IF EXISTS x_i')"),
            Some(Statement::Drop {
                index: "x_i".into(),
                if_exists: true
            })
        );
    }

    #[test]
    fn other_code_is_not() {
        assert_eq!(
            parse_statement("env.cr.execute('DELETE FROM x_ucm_call')"),
            None
        );
        assert_eq!(parse_statement("records.unlink()"), None);
        assert_eq!(
            parse_statement("env.cr.execute('CREATE UNIQUE INDEX i ON t (a) WHERE a > 1')"),
            None
        );
    }
}
