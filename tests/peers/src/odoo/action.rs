//! Server actions: webhooks, statements that make an index or a record, the programs of the data module, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::builtin::vals;
use super::env::{Env, Right, ids_of};
use super::error::{Cause, OdooError, Outcome};
use super::orm::search::Page;
use super::python::{Expr, NoNames, evaluate, parse};
use super::schema::Model;
use super::store::Guard;
use super::value::Vals;

/// A statement about an index. One that is not unique makes nothing but speed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Statement {
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
        if code.split_whitespace().eq(CHANGE.split_whitespace()) {
            return self
                .change_calls()
                .map_err(|error| error.out_of_code(self.version(), code));
        }
        if code.split_whitespace().eq(TELL.split_whitespace()) {
            return self.tell_missed_calls().map(|()| json!(false));
        }
        if code.split_whitespace().eq(ANSWER.split_whitespace()) {
            return self.answer_who_asked().map(|()| json!(false));
        }
        if code.split_whitespace().eq(MOVE.split_whitespace()) {
            return self.move_passwords().map(|()| json!(false));
        }
        if code.split_whitespace().eq(EMPTY.split_whitespace()) {
            return self.empty_views().map(|()| json!(false));
        }
        if code.split_whitespace().eq(CHOOSE.split_whitespace()) {
            return self.choose_servers().map(|()| json!(false));
        }
        if code.split_whitespace().eq(MOVE_KEYS.split_whitespace()) {
            return self.move_keys().map(|()| json!(false));
        }
        if code.split_whitespace().eq(NO_ANSWER.split_whitespace()) {
            return self.rename_missed().map(|()| json!(false));
        }
        for what in ["test", "sync"] {
            let button = ASK.replace("WHAT", what);
            if code.split_whitespace().eq(button.split_whitespace()) {
                return self.ask_bridge(what);
            }
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

    /// What [`CHANGE`] does.
    fn change_calls(&mut self) -> Outcome<Value> {
        let mut overtaken = Vec::new();
        for change in self
            .context
            .take("x_ucm_changes")
            .as_array()
            .into_iter()
            .flatten()
        {
            let (was, values) = (&change["was"], &change["values"]);
            let id = was["id"].as_i64().unwrap_or_default();
            let seen = json!([["id", "=", id]]);
            let is_seen = !self
                .search("x_ucm_call", &seen, &Page::default())?
                .is_empty();
            let is_as_it_was = ["x_fingerprint", "x_partner_id", "x_match"]
                .iter()
                .all(|field| match self.stored("x_ucm_call", id, field) {
                    Value::Null => was[*field] == json!(false),
                    stored => stored == was[*field],
                });
            match is_seen && is_as_it_was {
                true => self.write("x_ucm_call", &[id], &vals(values.clone()))?,
                false => overtaken.push(id),
            }
        }
        Ok(json!({ "overtaken": overtaken }))
    }

    /// What [`TELL`] does.
    fn tell_missed_calls(&mut self) -> Outcome<()> {
        let notices = self.context.take("x_ucm_notices");
        self.sudo(|env| {
            for notice in notices.as_array().into_iter().flatten() {
                let untold = json!([["id", "in", notice["calls"]], ["x_notified", "=", false]]);
                let calls = env.search("x_ucm_call", &untold, &Page::default())?;
                let user = json!([["id", "=", notice["user"]], ["share", "=", false]]);
                let users = env.search("res.users", &user, &Page::default())?;
                let (false, Some(user)) = (calls.is_empty(), users.first()) else {
                    continue;
                };
                env.write("x_ucm_call", &calls, &vals(json!({"x_notified": true})))?;
                env.notify(*user, notice, "warning", true)?;
            }
            Ok(())
        })
    }

    /// What [`ANSWER`] does.
    fn answer_who_asked(&mut self) -> Outcome<()> {
        let answer = self.context.take("x_ucm_answer");
        let user = json!([["id", "=", answer["user"]], ["share", "=", false]]);
        self.sudo(|env| {
            let users = env.search("res.users", &user, &Page::default())?;
            let kind = answer["type"].as_str().unwrap_or_default();
            users
                .first()
                .map_or(Ok(()), |user| env.notify(*user, &answer, kind, true))
        })
    }

    /// What [`ASK`] does.
    fn ask_bridge(&mut self, what: &str) -> Outcome<Value> {
        let domain = json!([["x_server_id", "=", self.context.given.get("active_id")]]);
        let found = self.search(ACCESS, &domain, &Page::default())?;
        let link = found.first().map(|access| {
            let link = self.stored(ACCESS, *access, &format!("x_{what}_url"));
            (*access, link)
        });
        let hook = self.xmlid("ucm_odoo", &format!("action_hook_{what}"));
        let (Some((access, Value::String(link))), Some((_, hook))) = (link, hook) else {
            let help = self.help_of(ACCESS, "x_test_url")?;
            return Err(OdooError::user(help.as_str().unwrap_or_default()));
        };
        let place = link.split('?').next().unwrap_or_default();
        let url = json!({ "webhook_url": format!("{place}?user={}", self.uid) });
        self.write("ir.actions.server", &[hook], &vals(url))?;
        self.run_action_for(hook, ACCESS, &[access])?;
        let params = json!({ "type": "info", "message": self.help_of(ACCESS, "x_sync_url")? });
        Ok(json!({ "type": "ir.actions.client", "tag": "display_notification", "params": params }))
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

    /// What [`EMPTY`] does.
    fn empty_views(&mut self) -> Outcome<()> {
        let ours = json!([
            ["module", "in", ["ucm_odoo", "ucm_odoo_crm"]],
            ["model", "=", "ir.ui.view"],
            ["noupdate", "=", false]
        ]);
        let names = self.search("ir.model.data", &ours, &Page::default())?;
        let ids: Vec<Option<i64>> = names
            .iter()
            .map(|name| self.stored_id("ir.model.data", *name, "res_id"))
            .collect();
        let domain = json!([
            ["id", "in", ids],
            ["inherit_id", "!=", false],
            ["arch_updated", "=", false],
            ["active", "in", [true, false]]
        ]);
        let views = self.search("ir.ui.view", &domain, &Page::default())?;
        let empty = vals(json!({ "arch": "<data/>", "arch_updated": false }));
        self.write("ir.ui.view", &views, &empty)?;
        let key = json!([["key", "=", "ucm_odoo_crm.content"]]);
        let parameters = self.search("ir.config_parameter", &key, &Page::default())?;
        self.write(
            "ir.config_parameter",
            &parameters,
            &vals(json!({ "value": "to follow" })),
        )
    }

    /// What [`MOVE`] does.
    fn move_passwords(&mut self) -> Outcome<()> {
        if self.model("x_ucm_server")?.field("x_password").is_none() {
            return Ok(());
        }
        let with_password = json!([["x_password", "!=", false]]);
        for server in self.search("x_ucm_server", &with_password, &Page::default())? {
            let known = json!([["x_server_id", "=", server]]);
            if !self
                .search("x_ucm_access", &known, &Page::default())?
                .is_empty()
            {
                continue;
            }
            let [name, password] =
                ["x_name", "x_password"].map(|field| self.stored("x_ucm_server", server, field));
            let row = json!({"x_name": name, "x_server_id": server, "x_password": password});
            self.create("x_ucm_access", vec![vals(row)])?;
        }
        Ok(())
    }

    /// What [`CHOOSE`] does.
    fn choose_servers(&mut self) -> Outcome<()> {
        let page = Page::default();
        let typed = json!([["x_server", "!=", false], ["x_server_id", "=", false]]);
        for extension in self.search("x_ucm_extension", &typed, &page)? {
            let key = self.stored("x_ucm_extension", extension, "x_server");
            if let Some(server) = self.find("x_ucm_server", "x_key", &key).first() {
                let row = vals(json!({"x_server_id": server, "x_server": false}));
                self.write("x_ucm_extension", &[extension], &row)?;
            }
        }
        Ok(())
    }

    /// What [`MOVE_KEYS`] does.
    fn move_keys(&mut self) -> Outcome<()> {
        let guard =
            "CREATE UNIQUE INDEX IF NOT EXISTS x_ucm_contact_x_name_uniq ON x_ucm_contact (x_name)";
        if let Some(statement) = parse_sql(guard) {
            self.run_statement(&statement)
                .map_err(|cause| cause.while_evaluating(self.version(), MOVE_KEYS))?;
        }
        if self.model("res.partner")?.field("x_ucm_key").is_none() {
            return Ok(());
        }
        let page = Page::default();
        self.context.show_archived = true;
        for contact in self.search("res.partner", &json!([["x_ucm_key", "!=", false]]), &page)? {
            let key = self.stored("res.partner", contact, "x_ucm_key");
            if self.find("x_ucm_contact", "x_name", &key).is_empty() {
                let row = json!({"x_name": key, "x_partner_id": contact});
                self.create("x_ucm_contact", vec![vals(row)])?;
            }
        }
        Ok(())
    }

    /// What [`NO_ANSWER`] does.
    fn rename_missed(&mut self) -> Outcome<()> {
        let missed = json!([
            ["x_outcome", "=", "missed"],
            ["x_direction", "in", ["outbound", "internal"]]
        ]);
        let calls = self.search("x_ucm_call", &missed, &Page::default())?;
        self.write(
            "x_ucm_call",
            &calls,
            &vals(json!({"x_outcome": "no_answer"})),
        )
    }

    /// What [`ONE_TO_DO`] does.
    fn remove_later_todos(&mut self) -> Outcome<()> {
        let of_callers = json!([["x_ucm_number", "!=", false]]);
        let mut seen = BTreeSet::new();
        let mut later = Vec::new();
        let mut todos = self.search("mail.activity", &of_callers, &Page::default())?;
        todos.sort_unstable();
        for todo in todos {
            let number = self.stored("mail.activity", todo, "x_ucm_number");
            if !seen.insert(number.to_string()) {
                later.push(todo);
            }
        }
        self.unlink("mail.activity", &later)
    }

    fn run_statement(&mut self, statement: &Statement) -> Result<(), Cause> {
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

/// What changes nothing here: calls are carried out at once, and one after the other.
const WITHOUT_EFFECT: [&str; 2] = [
    "env.flush_all()",
    "env.cr.execute(\"SET LOCAL lock_timeout = '10s'\")",
];

/// A statement that leaves each caller the first of the to-dos that are open.
const ONE_TO_DO: &str = "env.cr.execute(\"DELETE FROM mail_activity later USING mail_activity first WHERE later.x_ucm_number = first.x_ucm_number AND later.active AND first.active AND later.id > first.id\")";

/// A program beside those: it moves passwords to where only administrators and the bridge see them.
const MOVE: &str = r"
if 'x_password' in env['x_ucm_server']._fields:
    for server in env['x_ucm_server'].search([('x_password', '!=', False)]):
        if not env['x_ucm_access'].search([('x_server_id', '=', server.id)]):
            env['x_ucm_access'].create({'x_name': server.x_name, 'x_server_id': server.id, 'x_password': server.x_password})
";

/// The one before every upgrade: it empties the views that build on others.
const EMPTY: &str = r"
names = env['ir.model.data'].search([('module', 'in', ['ucm_odoo', 'ucm_odoo_crm']), ('model', '=', 'ir.ui.view'), ('noupdate', '=', False)])
views = env['ir.ui.view'].with_context(active_test=False, lang='en_US').search([('id', 'in', names.mapped('res_id')), ('inherit_id', '!=', False), ('arch_updated', '=', False)])
views.write({'arch': '<data/>', 'arch_updated': False})
env['ir.config_parameter'].search([('key', '=', 'ucm_odoo_crm.content')]).write({'value': 'to follow'})
";

/// One that guards the keys of contacts, and moves those that earlier versions kept in the contacts themselves.
const MOVE_KEYS: &str = r#"
env.flush_all()
env.cr.execute("CREATE UNIQUE INDEX IF NOT EXISTS x_ucm_contact_x_name_uniq ON x_ucm_contact (x_name)")
if 'x_ucm_key' in env['res.partner']._fields:
    env.cr.execute("INSERT INTO x_ucm_contact (x_name, x_partner_id, x_made_id) SELECT x_ucm_key, id, id FROM res_partner WHERE x_ucm_key IS NOT NULL ON CONFLICT DO NOTHING")
"#;

/// One that tells the calls that the office made in vain from those that it missed.
const NO_ANSWER: &str = r#"
env.flush_all()
env.cr.execute("UPDATE x_ucm_call SET x_outcome = 'no_answer' WHERE x_outcome = 'missed' AND x_direction IN ('outbound', 'internal')")
"#;

/// The next: it changes calls that are still as they were read.
const CHANGE: &str = r"
changes = env.context.get('x_ucm_changes') or []
journal = env['x_ucm_call'].with_context(x_ucm_changes=None)
rows = journal.search([('id', 'in', [change['was']['id'] for change in changes])])
known = {}
for row in rows.read(['x_fingerprint', 'x_partner_id', 'x_match'], load=None):
    known[row['id']] = row
overtaken = []
for change in changes:
    was = change['was']
    if known.get(was['id']) == was:
        journal.browse(was['id']).write(change['values'])
    else:
        overtaken.append(was['id'])
action = {'overtaken': overtaken}
";

/// Another one: it says notices in open Odoos and marks their calls, in one transaction.
const TELL: &str = r"
for notice in env.context.get('x_ucm_notices') or []:
    calls = env['x_ucm_call'].sudo().search([('id', 'in', notice['calls']), ('x_notified', '=', False)])
    user = env['res.users'].sudo().search([('id', '=', notice['user']), ('share', '=', False)])
    if calls and user:
        calls.with_context(tracking_disable=True).write({'x_notified': True})
        env['bus.bus']._sendone(user.partner_id, 'simple_notification', {
            'title': notice['title'], 'message': notice['message'], 'type': 'warning', 'sticky': True,
        })
";

/// Another one: extensions of earlier versions name their server by its key.
const CHOOSE: &str = r"
for extension in env['x_ucm_extension'].search([('x_server', '!=', False), ('x_server_id', '=', False)]):
    server = env['x_ucm_server'].search([('x_key', '=', extension.x_server)])
    if server:
        extension.write({'x_server_id': server.id, 'x_server': False})
";

/// Those of a server's buttons: they ask the bridge by a webhook.
const ASK: &str = r"
access = env['x_ucm_access'].search([('x_server_id', '=', record.id)])
if not access.x_WHAT_url:
    raise UserError(env['ir.model.fields']._get('x_ucm_access', 'x_test_url').help)
hook = env.ref('ucm_odoo.action_hook_WHAT')
hook.write({'webhook_url': '%s?user=%d' % (access.x_WHAT_url.split('?')[0], env.uid)})
hook.with_context(active_model='x_ucm_access', active_id=access.id, active_ids=access.ids).run()
action = {'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
    'type': 'info', 'message': env['ir.model.fields']._get('x_ucm_access', 'x_sync_url').help,
}}
";

/// The links that those buttons send.
const ACCESS: &str = "x_ucm_access";

/// Another one: it answers who has pressed a button.
const ANSWER: &str = r"
answer = env.context.get('x_ucm_answer') or {}
user = env['res.users'].sudo().search([('id', '=', answer.get('user')), ('share', '=', False)])
if user:
    env['bus.bus']._sendone(user.partner_id, 'simple_notification', {
        'title': answer['title'], 'message': answer['message'], 'type': answer['type'], 'sticky': True,
    })
";

/// Reads `env['…'].create({…})`.
fn parse_create(line: &str) -> Option<(String, Vals)> {
    let call = line.strip_prefix("env['")?.strip_suffix(')')?;
    let (model, values) = call.split_once("'].create(")?;
    match evaluate(values, &mut NoNames) {
        Ok(Value::Object(values)) => Some((model.to_owned(), values)),
        _ => None,
    }
}

/// Reads `env.cr.execute('…')` (or `cr.execute`).
pub(crate) fn parse_statement(line: &str) -> Option<Statement> {
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

fn parse_sql(sql: &str) -> Option<Statement> {
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
        let line = "env.cr.execute('CREATE INDEX x_i ON x_ucm_call (x_server)')";
        let expected = Statement::Create {
            index: "x_i".into(),
            table: "x_ucm_call".into(),
            columns: vec!["x_server".into()],
            unique: false,
            of_active: false,
            if_not_exists: false,
        };
        assert_eq!(parse_statement(line), Some(expected));
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
