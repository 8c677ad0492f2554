//! The programs of the data module that have no room of their own, each with what it does here.

use serde_json::{Value, json};

use super::statement::parse_sql;
use crate::odoo::builtin::vals;
use crate::odoo::env::Env;
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::orm::search::Page;

/// A program: its text, and what it does.
type Program = (&'static str, fn(&mut Env<'_>) -> Outcome<()>);

/// Those that answer nothing.
const PROGRAMS: [Program; 8] = [
    (TELL, |env| env.tell_missed_calls()),
    (ANSWER, |env| env.answer_who_asked()),
    (MOVE, |env| env.move_passwords()),
    (EMPTY, |env| env.empty_views()),
    (CHOOSE, |env| env.choose_servers()),
    (MOVE_KEYS, |env| env.move_keys()),
    (NO_ANSWER, |env| env.rename_missed()),
    (NOTE_LEADS, |env| env.note_leads()),
];

/// Moves passwords to where only administrators and the bridge see them.
const MOVE: &str = r"
if 'x_password' in env['x_ucm_server']._fields:
    for server in env['x_ucm_server'].search([('x_password', '!=', False)]):
        if not env['x_ucm_access'].search([('x_server_id', '=', server.id)]):
            env['x_ucm_access'].create({'x_name': server.x_name, 'x_server_id': server.id, 'x_password': server.x_password})
";

/// Before every upgrade: empties the views that build on others.
const EMPTY: &str = r"
names = env['ir.model.data'].search([('module', 'in', ['ucm_odoo', 'ucm_odoo_crm']), ('model', '=', 'ir.ui.view'), ('noupdate', '=', False)])
views = env['ir.ui.view'].with_context(active_test=False, lang='en_US').search([('id', 'in', names.mapped('res_id')), ('inherit_id', '!=', False), ('arch_updated', '=', False)])
views.write({'arch': '<data/>', 'arch_updated': False})
env['ir.config_parameter'].search([('key', '=', 'ucm_odoo_crm.content')]).write({'value': 'to follow'})
";

/// Guards the keys of contacts, and moves those that earlier versions kept in the contacts themselves.
const MOVE_KEYS: &str = r#"
env.flush_all()
env.cr.execute("CREATE UNIQUE INDEX IF NOT EXISTS x_ucm_contact_x_name_uniq ON x_ucm_contact (x_name)")
if 'x_ucm_key' in env['res.partner']._fields:
    env.cr.execute("INSERT INTO x_ucm_contact (x_name, x_partner_id, x_made_id) SELECT x_ucm_key, id, id FROM res_partner WHERE x_ucm_key IS NOT NULL ON CONFLICT DO NOTHING")
"#;

/// Guards the keys of leads, and notes them in the history of those that have no such note.
const NOTE_LEADS: &str = r#"
env.flush_all()
env.cr.execute("CREATE UNIQUE INDEX IF NOT EXISTS crm_lead_x_ucm_key_uniq ON crm_lead (x_ucm_key)")
noted = env['mail.message'].search([('model', '=', 'crm.lead'), ('message_id', '=like', 'ucm-lead:%')]).mapped('message_id')
leads = env['crm.lead'].with_context(active_test=False).search([('x_ucm_key', '!=', False)])
rows = []
for lead in leads:
    if 'ucm-lead:' + lead.x_ucm_key not in noted:
        rows.append({'model': 'crm.lead', 'res_id': lead.id, 'message_id': 'ucm-lead:' + lead.x_ucm_key, 'message_type': 'notification', 'is_internal': True})
env['mail.message'].create(rows)
"#;

/// Tells the calls that the office made in vain from those that it missed.
const NO_ANSWER: &str = r#"
env.flush_all()
env.cr.execute("UPDATE x_ucm_call SET x_outcome = 'no_answer' WHERE x_outcome = 'missed' AND x_direction IN ('outbound', 'internal')")
"#;

/// Changes calls that are still as they were read.
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
        call, values = journal.browse(was['id']), dict(change['values'])
        # Whose a call is follows from these where they are written, be they the same: it stays with who had the extension then.
        for name in ('x_extension', 'x_server'):
            if name in values and (values[name] or False) == call[name]:
                values.pop(name)
        call.write(values)
    else:
        overtaken.append(was['id'])
action = {'overtaken': overtaken}
";

/// Says notices in open Odoos and marks their calls, in one transaction.
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

/// Lets extensions of earlier versions name their server by its key.
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

/// Answers who has pressed a button.
const ANSWER: &str = r"
answer = env.context.get('x_ucm_answer') or {}
user = env['res.users'].sudo().search([('id', '=', answer.get('user')), ('share', '=', False)])
if user:
    env['bus.bus']._sendone(user.partner_id, 'simple_notification', {
        'title': answer['title'], 'message': answer['message'], 'type': answer['type'], 'sticky': True,
    })
";

impl Env<'_> {
    /// Runs `code`, if it is one of these programs.
    pub(super) fn run_module_program(&mut self, code: &str) -> Option<Outcome<Value>> {
        let is = |text: &str| code.split_whitespace().eq(text.split_whitespace());
        if is(CHANGE) {
            let changed = self.change_calls();
            return Some(changed.map_err(|error| error.out_of_code(self.version(), code)));
        }
        if let Some((_, run)) = PROGRAMS.iter().find(|(text, _)| is(text)) {
            return Some(run(self).map(|()| json!(false)));
        }
        let asked = ["test", "sync"]
            .into_iter()
            .find(|what| is(&ASK.replace("WHAT", what)));
        asked.map(|what| self.ask_bridge(what))
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
                // Nothing follows here from the fields that are left out where they are the same.
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

    /// What [`NOTE_LEADS`] does.
    fn note_leads(&mut self) -> Outcome<()> {
        let guard =
            "CREATE UNIQUE INDEX IF NOT EXISTS crm_lead_x_ucm_key_uniq ON crm_lead (x_ucm_key)";
        if let Some(statement) = parse_sql(guard) {
            self.run_statement(&statement)
                .map_err(|cause| cause.while_evaluating(self.version(), NOTE_LEADS))?;
        }
        self.context.show_archived = true;
        let with_key = json!([["x_ucm_key", "!=", false]]);
        for lead in self.search("crm.lead", &with_key, &Page::default())? {
            let key = self.stored("crm.lead", lead, "x_ucm_key");
            let id = format!("ucm-lead:{}", key.as_str().unwrap_or_default());
            if self
                .find("mail.message", "message_id", &json!(id))
                .is_empty()
            {
                let row = json!({"model": "crm.lead", "res_id": lead, "message_id": id, "message_type": "notification"});
                self.create("mail.message", vec![vals(row)])?;
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
}
