//! Server actions: webhooks, statements that make an index or a record, the programs of the data module, and nothing else.

mod programs;
mod statement;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::statement::parse_statement;
use super::builtin::vals;
use super::env::{Env, Right, ids_of};
use super::error::{OdooError, Outcome};
use super::orm::search::Page;
use super::python::{NoNames, evaluate};
use super::value::Vals;

impl Env<'_> {
    /// `ir.actions.server.run`.
    ///
    /// # Errors
    ///
    /// `ValueError` around what PostgreSQL refuses; a clear refusal of any other code, which the simulation cannot run.
    pub(crate) fn run_server_actions(&mut self, ids: &[i64]) -> Outcome<Value> {
        self.check_exists("ir.actions.server", ids)?;
        let mut answer = json!(false);
        for id in ids {
            self.check_may_run(*id)?;
            let stored = |field: &str| self.stored("ir.actions.server", *id, field);
            match stored("state").as_str() {
                Some("code") => {
                    let code = stored("code");
                    answer = self.run_code(code.as_str().unwrap_or_default().trim())?;
                }
                Some("webhook") => {
                    self.run_webhook(*id)?;
                    answer = json!(false);
                }
                _ => {}
            }
        }
        Ok(answer)
    }

    /// Runs an action for records, as a program does.
    pub(super) fn run_action_for(
        &mut self,
        action: i64,
        model: &str,
        ids: &[i64],
    ) -> Outcome<Value> {
        let active = json!({"active_model": model, "active_id": ids.first(), "active_ids": ids});
        let given = self.context.given.clone();
        self.context.given.extend(vals(active));
        let answer = self.run_server_actions(&[action]);
        self.context.given = given;
        answer
    }

    /// Whoever is in one of the action's groups; without any, whoever may write its model.
    fn check_may_run(&self, id: i64) -> Outcome<()> {
        let groups = ids_of(&self.stored("ir.actions.server", id, self.version().groups_field()));
        let mine = self.groups(self.uid);
        let model = self.stored_id("ir.actions.server", id, "model_id");
        let model = model.map(|model| self.stored("ir.model", model, "model"));
        let may = match groups.as_slice() {
            [] => model
                .is_some_and(|model| self.may(model.as_str().unwrap_or_default(), Right::Write)),
            groups => groups.iter().any(|group| mine.contains(group)),
        };
        if self.su || may {
            return Ok(());
        }
        Err(OdooError::access(
            "You don't have enough access rights to run this action.",
        ))
    }

    /// What the code leaves in its variable `action`.
    fn run_code(&mut self, code: &str) -> Outcome<Value> {
        if let Some(answer) = self.run_module_program(code) {
            return answer;
        }
        if let Some(answer) = self.run_order_program(code) {
            return answer;
        }
        if let Some(answer) = self.run_ring_program(code) {
            return answer;
        }
        let lines = code
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines.filter(|line| !WITHOUT_EFFECT.contains(line)) {
            if line == CALLERS {
                self.say_whose_todos_are()?;
                continue;
            }
            if line == ONE_TO_DO {
                self.remove_later_todos()?;
                continue;
            }
            if let Some((model, values)) = parse_create(line) {
                self.create(&model, vec![values])
                    .map_err(|error| error.out_of_code(self.version(), code))?;
                continue;
            }
            let statement = parse_statement(line).ok_or_else(|| {
                OdooError::value(format!("the simulated Odoo cannot run this code: only env.cr.execute('CREATE INDEX …'), 'DROP INDEX …' and env['…'].create({{…}}) are understood while evaluating\n'{line}'"))
            })?;
            self.run_statement(&statement)
                .map_err(|cause| cause.while_evaluating(self.version(), code))?;
        }
        Ok(json!(false))
    }

    /// What the bus sends to an open browser of `user`; one that is sticky stays until it is closed.
    pub(super) fn notify(
        &mut self,
        user: i64,
        said: &Value,
        kind: &str,
        sticky: bool,
    ) -> Outcome<()> {
        let payload = json!({"title": said["title"], "message": said["message"], "type": kind, "sticky": sticky});
        self.send(user, "simple_notification", &payload)
    }

    /// Sends a message of a type to every open browser of `user`.
    pub(super) fn send(&mut self, user: i64, kind: &str, payload: &Value) -> Outcome<()> {
        let partner = self.stored_id("res.users", user, "partner_id");
        let message = json!({"type": kind, "payload": payload});
        let channel = json!(["ucm", "res.partner", partner]);
        let row = json!({"channel": channel.to_string(), "message": message.to_string()});
        self.create("bus.bus", vec![vals(row)]).map(|_| ())
    }

    /// What [`CALLERS`] does.
    fn say_whose_todos_are(&mut self) -> Outcome<()> {
        let unsaid = json!([["x_ucm_number", "!=", false], ["x_ucm_caller", "=", false]]);
        for todo in self.search("mail.activity", &unsaid, &Page::default())? {
            let of_call = json!([[
                "x_uid",
                "=",
                self.stored("mail.activity", todo, "x_ucm_key")
            ]]);
            let call = self.search("x_ucm_call", &of_call, &Page::default())?;
            let company = call
                .first()
                .and_then(|call| self.stored("x_ucm_call", *call, "x_company_id").as_i64());
            let company = company.map_or(String::new(), |company| format!("{company}:"));
            let number = self.stored("mail.activity", todo, "x_ucm_number");
            let caller = format!("{company}{}", number.as_str().unwrap_or_default());
            self.write(
                "mail.activity",
                &[todo],
                &vals(json!({ "x_ucm_caller": caller })),
            )?;
        }
        Ok(())
    }

    /// What [`ONE_TO_DO`] does.
    fn remove_later_todos(&mut self) -> Outcome<()> {
        let of_callers = json!([["x_ucm_caller", "!=", false]]);
        let mut seen = BTreeSet::new();
        let mut later = Vec::new();
        let mut todos = self.search("mail.activity", &of_callers, &Page::default())?;
        todos.sort_unstable();
        for todo in todos {
            let caller = self.stored("mail.activity", todo, "x_ucm_caller");
            if !seen.insert(caller.to_string()) {
                later.push(todo);
            }
        }
        self.unlink("mail.activity", &later)
    }
}

/// What changes nothing here: calls are carried out at once, and one after the other.
const WITHOUT_EFFECT: [&str; 2] = [
    "env.flush_all()",
    "env.cr.execute(\"SET LOCAL lock_timeout = '10s'\")",
];

/// A statement that says of to-dos which company's and which number's they are.
const CALLERS: &str = "env.cr.execute(\"UPDATE mail_activity SET x_ucm_caller = coalesce((SELECT x_company_id || ':' FROM x_ucm_call WHERE x_uid = x_ucm_key), '') || x_ucm_number WHERE x_ucm_number IS NOT NULL AND x_ucm_caller IS NULL\")";

/// A statement that leaves each caller the first of the to-dos that are open.
const ONE_TO_DO: &str = "env.cr.execute(\"DELETE FROM mail_activity later USING mail_activity first WHERE later.x_ucm_caller = first.x_ucm_caller AND later.active AND first.active AND later.id > first.id\")";

/// Reads `env['…'].create({…})`.
fn parse_create(line: &str) -> Option<(String, Vals)> {
    let call = line.strip_prefix("env['")?.strip_suffix(')')?;
    let (model, values) = call.split_once("'].create(")?;
    match evaluate(values, &mut NoNames) {
        Ok(Value::Object(values)) => Some((model.to_owned(), values)),
        _ => None,
    }
}
