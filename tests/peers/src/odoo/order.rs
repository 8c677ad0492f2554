//! What becomes of call orders: the programs of the data module that make, claim and close them, each with what it does here.
//!
//! The simulation runs no Python. It knows these programs by their text, and refuses one that differs; in the store nothing but their effect
//! is to be seen.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::builtin::vals;
use super::env::{Env, ids_of};
use super::error::Outcome;
use super::orm::search::Page;
use super::value::{DATETIME, is_unset};

const ORDER: &str = "x_ucm_order";
const CALL: &str = "x_ucm_call";
const EXTENSION: &str = "x_ucm_extension";
const SERVER: &str = "x_ucm_server";
const FIELDS: &str = "ir.model.fields";
const LINK: &str = "x_ucm_link";
const ACTION: &str = "ir.actions.server";
const SELECTION: &str = "ir.model.fields.selection";

/// A program: its text, and what it does.
type Program = (&'static str, fn(&mut Env<'_>) -> Outcome<Value>);

const PROGRAMS: [Program; 10] = [
    (include_str!("order/ask.py"), |env| env.ask_for_call()),
    (include_str!("order/claim.py"), |env| env.claim_orders()),
    (include_str!("order/told.py"), |env| env.tell_of_orders()),
    (include_str!("order/link.py"), |env| env.link_orders()),
    (include_str!("order/make.py"), |env| env.make_order()),
    (include_str!("order/dial.py"), |env| env.dial()),
    (include_str!("order/choose.py"), |env| env.choose_call()),
    (include_str!("order/drop.py"), |env| env.drop_call()),
    (include_str!("order/open.py"), |env| env.open_record()),
    (include_str!("order/dial_contacts.py"), |env| {
        env.dial_several()
    }),
];

/// One number that a click may mean, and where it stands.
struct Found {
    number: String,
    digits: String,
    model: String,
    id: i64,
    /// What an order keeps of it.
    record: Value,
}

impl Env<'_> {
    /// Runs `code`, if it is one of the programs about call orders.
    pub(crate) fn run_order_program(&mut self, code: &str) -> Option<Outcome<Value>> {
        let is_it = |text: &str| code.split_whitespace().eq(text.split_whitespace());
        let (_, run) = PROGRAMS.iter().find(|(text, _)| is_it(text))?;
        Some(run(self).map_err(|error| error.out_of_code(self.version(), code)))
    }

    /// What `order/claim.py` does.
    fn claim_orders(&mut self) -> Outcome<Value> {
        let claim = self.context.take("x_ucm_claim");
        self.sudo(|env| {
            let now = env.now.clone();
            let (late, yesterday) = (env.ago(120), env.ago(24 * 3600));
            let hour = env.ago(3600);
            let offered = env.orders(json!([["x_state", "=", "offered"], ["create_date", "<", hour]]))?;
            env.unlink(ORDER, &offered)?;
            let expired = env.end(json!([["x_state", "=", "asked"], ["x_asked_at", "<", late]]), "expired", "expired")?;
            let uncertain = env.end(json!([["x_state", "=", "dialling"], ["x_claimed_at", "<", late]]), "unknown", "uncertain")?;
            let quiet = json!([["x_state", "=", "ringing"], ["x_call_id", "=", false], ["x_asked_at", "<", yesterday]]);
            let lost = env.end(quiet, "unknown", "no_record")?;
            let ours: Vec<Value> = claim["servers"].as_array().cloned().unwrap_or_default();
            let is_ours = |env: &Self, id: i64| ours.contains(&env.server_key(id));
            let mut asked = env.orders(json!([["x_state", "=", "asked"]]))?;
            asked.sort_unstable();
            asked.retain(|id| is_ours(env, *id) && (!wanted(&claim["order"]) || claim["order"] == json!(id)));
            if let Some(limit) = claim["limit"].as_u64().filter(|limit| *limit > 0) {
                asked.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            }
            let taken = json!({"x_state": "dialling", "x_claim": claim["claim"], "x_claimed_at": now});
            env.write(ORDER, &asked, &vals(taken))?;
            let mut open = env.orders(json!([["x_asked_at", ">=", yesterday], ["x_linked_by_person", "=", false]]))?;
            open.sort_unstable();
            open.retain(|id| is_ours(env, *id) && env.is_open(*id));
            let is_missing = wanted(&claim["order"]) && env.orders(json!([["id", "=", claim["order"]]]))?.is_empty();
            let unknown: Vec<i64> = uncertain.into_iter().chain(lost).collect();
            Ok(json!({
                "claimed": env.rows(&asked), "expired": env.rows(&expired), "unknown": env.rows(&unknown),
                "open": open.iter().map(|id| env.open_row(*id)).collect::<Vec<_>>(), "missing": is_missing,
            }))
        })
    }

    /// What `order/told.py` does.
    fn tell_of_orders(&mut self) -> Outcome<Value> {
        let told = self.context.take("x_ucm_told");
        self.sudo(|env| {
            let mut overtaken = Vec::new();
            for told in told.as_array().into_iter().flatten() {
                let domain = json!([["id", "=", told["order"]], ["x_state", "=", "dialling"], ["x_claim", "=", told["claim"]]]);
                let Some(order) = env.orders(domain)?.first().copied() else {
                    overtaken.push(told["order"].clone());
                    continue;
                };
                let at = if told["state"] == "ringing" { json!(env.now) } else { json!(false) };
                let row = json!({
                    "x_state": told["state"], "x_reason": told["reason"], "x_code": told["code"], "x_dialled": told["dialled"],
                    "x_e164": told["e164"], "x_dialled_at": at,
                });
                env.write(ORDER, &[order], &vals(row))?;
                if let (true, Some(user)) = (wanted(&told["title"]), env.stored_id(ORDER, order, "x_user_id")) {
                    let kind = told["type"].as_str().unwrap_or_default();
                    env.notify(user, told, kind, kind != "success")?;
                }
            }
            Ok(json!({ "overtaken": overtaken }))
        })
    }

    /// What `order/link.py` does.
    fn link_orders(&mut self) -> Outcome<Value> {
        let links = self.context.take("x_ucm_links");
        self.sudo(|env| {
            let mut overtaken = Vec::new();
            for link in links.as_array().into_iter().flatten() {
                let domain = json!([
                    ["id", "=", link["order"]],
                    ["x_call_id", "=", link["was"]],
                    ["x_linked_by_person", "=", false]
                ]);
                let order = env.orders(domain)?.first().copied();
                let call = env
                    .search(CALL, &json!([["id", "=", link["call"]]]), &Page::default())?
                    .first()
                    .copied();
                let of_a_person = call.and_then(|call| env.stored_id(CALL, call, "x_order_id"));
                let of_a_person = of_a_person.is_some_and(|order| {
                    env.stored(ORDER, order, "x_linked_by_person") == json!(true)
                });
                let Some(order) =
                    order.filter(|_| !of_a_person && (call.is_some() || !wanted(&link["call"])))
                else {
                    overtaken.push(link["order"].clone());
                    continue;
                };
                env.put_call(
                    order,
                    call,
                    if call.is_some() { "done" } else { "ringing" },
                    false,
                )?;
            }
            Ok(json!({ "overtaken": overtaken }))
        })
    }

    /// What `order/make.py` does.
    fn make_order(&mut self) -> Outcome<Value> {
        let wish = self.context.take("x_ucm_order");
        self.sudo(|env| {
            if let Some(order) = env.orders(json!([["x_key", "=", wish["key"]]]))?.first() {
                return Ok(
                    json!({ "order": order, "state": env.stored(ORDER, *order, "x_state") }),
                );
            }
            let domain = json!([["login", "=", wish["login"]], ["share", "=", false]]);
            let people = env.search("res.users", &domain, &Page::default())?;
            let group = env.xmlid("ucm_odoo", "group_dial").map(|(_, id)| id);
            let may = |env: &Self, user: i64| {
                group.is_some_and(|group| env.groups(user).contains(&group))
            };
            let Some(user) = people.first().copied().filter(|user| may(env, *user)) else {
                return Ok(json!({ "reason": "no_user" }));
            };
            let mut ask = vals(
                json!({ "user": user, "company": env.stored("res.users", user, "company_id") }),
            );
            ask.extend(vals(wish));
            env.order_call(&Value::Object(ask))
        })
    }

    /// What `order/ask.py` does where somebody runs it by itself.
    fn ask_for_call(&mut self) -> Outcome<Value> {
        let ask = self.context.take("x_ucm_ask");
        self.order_call(&ask)
    }

    /// What `order/ask.py` does.
    fn order_call(&mut self, ask: &Value) -> Outcome<Value> {
        let number = ask["number"].as_str().unwrap_or_default().trim().to_owned();
        let phone = self.phone_of(ask)?;
        if number.is_empty() {
            return Ok(json!({ "reason": "no_number" }));
        }
        let (extension, server) = match phone {
            Ok(phone) => phone,
            Err(reason) => return Ok(json!({ "reason": reason })),
        };
        let recent = json!([
            ["x_user_id", "=", ask["user"]],
            ["x_number", "=", number],
            ["x_state", "in", ["asked", "dialling", "ringing"]],
            ["x_asked_at", ">=", self.ago(10)],
        ]);
        let order = match self.orders(recent)?.first() {
            Some(order) => *order,
            None => {
                let company = self.stored(SERVER, server, "x_company_id");
                let mut row = vals(json!({
                    "x_state": "asked", "x_asked_at": self.now, "x_extension": self.stored(EXTENSION, extension, "x_name"),
                    "x_server_id": server, "x_company_id": company,
                }));
                let order = match ask["order"].as_i64() {
                    Some(offered) => {
                        self.write(ORDER, &[offered], &row)?;
                        offered
                    }
                    None => {
                        let key = ask["key"].as_str().filter(|key| !key.is_empty());
                        let key = key.map_or_else(|| unique_key(&ask["user"]), str::to_owned);
                        row.extend(vals(json!({ "x_name": number, "x_number": number, "x_user_id": ask["user"], "x_key": key })));
                        row.extend(ask["record"].as_object().cloned().unwrap_or_default());
                        self.create(ORDER, vec![row])?[0]
                    }
                };
                self.send_hint(order)?;
                order
            }
        };
        Ok(json!({ "order": order, "state": self.stored(ORDER, order, "x_state") }))
    }

    /// Tells the bridge of an order, where it has left an address for that.
    fn send_hint(&mut self, order: i64) -> Outcome<()> {
        let link = self.hint_link();
        let (Some(link), Some((_, hook))) =
            (link.as_str(), self.xmlid("ucm_odoo", "action_hook_dial"))
        else {
            return Ok(());
        };
        let url = json!(link.split('?').next());
        if self.stored(ACTION, hook, "webhook_url") != url {
            self.write(ACTION, &[hook], &vals(json!({ "webhook_url": url })))?;
        }
        self.run_action_for(hook, ORDER, &[order]).map(drop)
    }

    /// What the field `x_hint` computes: the link that a hint carries, which whoever reads an order must not read.
    pub(crate) fn hint_link(&mut self) -> Value {
        let newest = Page {
            order: Some("id desc".to_owned()),
            limit: Some(1),
            ..Page::default()
        };
        let found = self.search(LINK, &json!([["x_name", "=", "dial"]]), &newest);
        let found = found.ok().filter(|_| self.su);
        let link = found.and_then(|found| found.first().copied());
        link.map_or(json!(false), |link| self.stored(LINK, link, "x_url"))
    }

    /// The extension of a user that rings in one place for certain, and that place; or why there is none.
    fn phone_of(&mut self, ask: &Value) -> Outcome<Result<(i64, i64), &'static str>> {
        let page = Page::default();
        let mut extensions =
            self.search(EXTENSION, &json!([["x_user_id", "=", ask["user"]]]), &page)?;
        if wanted(&ask["extension"]) {
            extensions.retain(|id| self.stored(EXTENSION, *id, "x_name") == ask["extension"]);
        }
        let mut dialling = self.search(
            SERVER,
            &json!([["x_dial", "=", true], ["x_paused", "=", false]]),
            &page,
        )?;
        let companies = ids_of(&self.stored(
            "res.users",
            ask["user"].as_i64().unwrap_or_default(),
            "company_ids",
        ));
        dialling.retain(|id| {
            self.stored_id(SERVER, *id, "x_company_id")
                .is_none_or(|company| companies.contains(&company))
        });
        if wanted(&ask["server"]) {
            dialling.retain(|id| self.stored(SERVER, *id, "x_key") == ask["server"]);
        }
        let mut reason = if extensions.is_empty() {
            "no_extension"
        } else {
            "no_server"
        };
        for extension in extensions {
            let mut servers = dialling.clone();
            let chosen = match self.stored_id(EXTENSION, extension, "x_server_id") {
                Some(server) => self.stored(SERVER, server, "x_key"),
                None => self.stored(EXTENSION, extension, "x_server"),
            };
            if wanted(&chosen) {
                servers.retain(|id| self.stored(SERVER, *id, "x_key") == chosen);
            }
            if servers.len() > 1 {
                let own: Vec<i64> = servers
                    .iter()
                    .copied()
                    .filter(|id| self.stored(SERVER, *id, "x_company_id") == ask["company"])
                    .collect();
                servers = if own.is_empty() { servers } else { own };
            }
            match servers.as_slice() {
                [] => {}
                [server] => return Ok(Ok((extension, *server))),
                _ => reason = "which_server",
            }
        }
        Ok(Err(reason))
    }

    /// What `order/dial.py` does.
    fn dial(&mut self) -> Outcome<Value> {
        let context = self.context.given.clone();
        let model = context
            .get("active_model")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let ids = context
            .get("x_ucm_dial_ids")
            .filter(|ids| wanted(ids))
            .cloned();
        let ids = ids.unwrap_or_else(|| json!([context.get("active_id")]));
        let shown = std::mem::replace(&mut self.context.show_archived, true);
        let sources = self.search(&model, &json!([["id", "in", ids]]), &Page::default());
        self.context.show_archived = shown;
        let clicked = context
            .get("x_ucm_number")
            .and_then(Value::as_str)
            .filter(|number| !number.is_empty());
        let (mut found, mut offered) = (Vec::<Found>::new(), None);
        for source in sources? {
            if model == ORDER && self.stored(ORDER, source, "x_state") == "offered" {
                offered = Some(source);
            }
            for found_here in self.numbers_at(&model, source, clicked)? {
                if !found.iter().any(|known| {
                    (&known.model, known.id, &known.digits)
                        == (&found_here.model, found_here.id, &found_here.digits)
                }) {
                    found.push(found_here);
                }
            }
        }
        if found.len() > 1 {
            return self.offer(&found);
        }
        let company = self.stored("res.users", self.uid, "company_id");
        let mut ask = vals(
            json!({ "user": self.uid, "company": company, "order": offered, "number": false }),
        );
        match (found.first(), clicked) {
            (Some(found), _) => {
                let record = found.record.clone();
                ask.extend(vals(json!({ "number": found.number, "record": record })));
            }
            // A record that is not saved yet.
            (None, Some(clicked)) => ask.extend(vals(json!({ "number": clicked }))),
            (None, None) => {}
        }
        let (number, ask) = (ask["number"].clone(), Value::Object(ask));
        let answer = self.sudo(|env| env.order_call(&ask))?;
        let reason = answer["reason"].as_str();
        let message = match reason {
            Some(reason) => self.reason(reason)?,
            None => {
                self.forget_others(offered)?;
                self.help_of(ORDER, "x_key")?
            }
        };
        let kind = if reason.is_some() {
            "warning"
        } else {
            "success"
        };
        let mut params = json!({ "title": number, "message": message, "type": kind, "sticky": reason.is_some() });
        if model == ORDER {
            params["next"] = json!({ "type": "ir.actions.act_window_close" });
        }
        Ok(json!({ "type": "ir.actions.client", "tag": "display_notification", "params": params }))
    }

    /// What `order/dial_contacts.py` does.
    fn dial_several(&mut self) -> Outcome<Value> {
        let ids = self
            .context
            .given
            .get("active_ids")
            .cloned()
            .unwrap_or_default();
        self.context.given.insert("x_ucm_dial_ids".to_owned(), ids);
        self.dial()
    }

    /// The numbers that a click on a record may mean.
    fn numbers_at(
        &mut self,
        model: &str,
        source: i64,
        clicked: Option<&str>,
    ) -> Outcome<Vec<Found>> {
        if model == ORDER {
            let get = |field: &str| shown(self.stored(ORDER, source, field));
            let record = json!({
                "x_res_model": get("x_res_model"), "x_res_id": get("x_res_id"), "x_record_name": get("x_record_name"), "x_partner_id": get("x_partner_id"),
            });
            let number = self.stored(ORDER, source, "x_number");
            let number = number.as_str().unwrap_or_default().to_owned();
            return Ok(vec![Found {
                digits: number.clone(),
                number,
                model: model.to_owned(),
                id: source,
                record,
            }]);
        }
        let text = |env: &Self, model: &str, id: i64, field: &str| -> Option<String> {
            let text = env.stored(model, id, field);
            text.as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (mut about, mut id, mut numbers) = (model.to_owned(), source, Vec::new());
        if model == "mail.activity" {
            numbers.extend(text(self, model, source, "x_ucm_number"));
            let record = self
                .stored_id(model, source, "res_model_id")
                .map(|model| self.stored("ir.model", model, "model"));
            let record = record.as_ref().and_then(Value::as_str).map(str::to_owned);
            let at = self.stored(model, source, "res_id");
            if let Some(record) = record.filter(|record| self.may(record, super::env::Right::Read))
                && let Some(there) = self
                    .search(&record, &json!([["id", "=", at]]), &Page::default())?
                    .first()
            {
                (about, id) = (record, *there);
            }
        }
        let contact = match about.as_str() {
            "res.partner" => Some(id),
            _ => ["x_partner_id", "partner_id"]
                .iter()
                .find_map(|field| self.stored_id(&about, id, field)),
        };
        if let Some(clicked) = clicked {
            numbers = vec![clicked.to_owned()];
        }
        if numbers.is_empty() && about == CALL {
            numbers = self.other_side(id)?;
        } else if numbers.is_empty() {
            let contact = contact
                .filter(|_| about != "res.partner")
                .map(|contact| ("res.partner".to_owned(), contact));
            for (model, id) in std::iter::once((about.clone(), id)).chain(contact) {
                numbers.extend(
                    ["phone", "mobile"]
                        .iter()
                        .filter_map(|field| text(self, &model, id, field)),
                );
            }
        }
        let name = self.display_name(&about, id);
        let record = json!({ "x_res_model": about, "x_res_id": id, "x_record_name": name, "x_partner_id": contact });
        let found = numbers.into_iter().map(|number| {
            let written = self
                .formatted(&about, id, &number)
                .unwrap_or_else(|| number.clone());
            let digits: String = written
                .chars()
                .filter(|sign| "+*#0123456789".contains(*sign))
                .collect();
            let digits = if digits.is_empty() {
                number.clone()
            } else {
                digits
            };
            Found {
                number,
                digits,
                model: about.clone(),
                id,
                record: record.clone(),
            }
        });
        Ok(found.collect())
    }

    /// Whom a call was with: the number outside, or the extension that is not one's own.
    fn other_side(&mut self, call: i64) -> Outcome<Vec<String>> {
        let own = self.search(
            EXTENSION,
            &json!([["x_user_id", "=", self.uid]]),
            &Page::default(),
        )?;
        let own: Vec<Value> = own
            .iter()
            .map(|id| self.stored(EXTENSION, *id, "x_name"))
            .collect();
        let outside = self.stored(CALL, call, "x_number");
        let sides = match self.stored(CALL, call, "x_direction").as_str() {
            _ if wanted(&outside) => vec![outside],
            Some("inbound") => vec![self.stored(CALL, call, "x_caller_number")],
            Some("outbound") => vec![self.stored(CALL, call, "x_called_number")],
            _ => vec![
                self.stored(CALL, call, "x_caller_number"),
                self.stored(CALL, call, "x_called_number"),
            ],
        };
        let others = sides
            .iter()
            .filter(|side| wanted(side) && !own.contains(side));
        Ok(others
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    /// Several numbers are shown to choose from.
    fn offer(&mut self, found: &[Found]) -> Outcome<Value> {
        let moment = unique_key(&json!(self.uid));
        let mut ids = Vec::new();
        for (at, found) in found.iter().enumerate() {
            let mut row = vals(json!({
                "x_name": found.number, "x_number": found.number, "x_user_id": self.uid, "x_state": "offered", "x_key": format!("{moment}/{at}"),
            }));
            row.extend(vals(found.record.clone()));
            ids.extend(self.sudo(|env| env.create(ORDER, vec![row]))?);
        }
        let view = self
            .xmlid("ucm_odoo", "view_x_ucm_order_choice")
            .map(|(_, id)| id);
        let name = self.help_of(ORDER, "x_hint")?;
        Ok(json!({
            "type": "ir.actions.act_window", "res_model": ORDER, "view_mode": "list", "target": "new", "domain": [["id", "in", ids]],
            "views": [[view, "list"]], "name": name,
        }))
    }

    /// The others that were to choose from are of no use any more.
    fn forget_others(&mut self, chosen: Option<i64>) -> Outcome<()> {
        let Some(key) = chosen.map(|order| self.stored(ORDER, order, "x_key")) else {
            return Ok(());
        };
        let moment = key
            .as_str()
            .unwrap_or_default()
            .rsplit_once('/')
            .map_or("", |(moment, _)| moment);
        let domain = json!([
            ["x_state", "=", "offered"],
            ["x_user_id", "=", self.uid],
            ["x_key", "=like", format!("{moment}/%")]
        ]);
        self.sudo(|env| {
            let others = env.orders(domain)?;
            env.unlink(ORDER, &others)
        })
    }

    /// What `order/choose.py` does.
    fn choose_call(&mut self) -> Outcome<Value> {
        let given = |env: &Self, key: &str| json!([["id", "=", env.context.given.get(key)]]);
        let order = self.orders(given(self, "x_ucm_order_id"))?.first().copied();
        let calls = self.search(CALL, &given(self, "active_id"), &Page::default())?;
        if let (Some(order), Some(call)) = (order, calls.first())
            && self.possible_calls(order)?.contains(call)
        {
            self.sudo(|env| env.put_call(order, Some(*call), "done", true))?;
        }
        Ok(json!(false))
    }

    /// What `order/drop.py` does.
    fn drop_call(&mut self) -> Outcome<Value> {
        let domain = json!([["id", "=", self.context.given.get("active_id")]]);
        for order in self.orders(domain)? {
            self.sudo(|env| env.put_call(order, None, "ringing", true))?;
        }
        Ok(json!(false))
    }

    /// What `order/open.py` does.
    fn open_record(&mut self) -> Outcome<Value> {
        let given = &self.context.given;
        let (model, id) = (
            given.get("active_model").cloned(),
            json!([["id", "=", given.get("active_id")]]),
        );
        let model = model
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let found = self.search(&model, &id, &Page::default())?.first().copied();
        let order = match model.as_str() {
            CALL => found.and_then(|call| self.stored_id(CALL, call, "x_order_id")),
            _ => found,
        };
        let order = order.filter(|order| wanted(&self.stored(ORDER, *order, "x_res_model")));
        Ok(order.map_or(json!(false), |order| {
            let (model, id) = (self.stored(ORDER, order, "x_res_model"), self.stored(ORDER, order, "x_res_id"));
            json!({ "type": "ir.actions.act_window", "res_model": model, "res_id": id, "view_mode": "form", "views": [[false, "form"]] })
        }))
    }

    /// What the field `x_candidate_ids` computes: the calls that may have come of an order.
    pub(crate) fn possible_calls(&mut self, order: i64) -> Outcome<Vec<i64>> {
        let get = |env: &Self, field: &str| env.stored(ORDER, order, field);
        let (asked, state) = (get(self, "x_asked_at"), get(self, "x_state"));
        let is_open = matches!(state.as_str(), Some("dialling" | "ringing" | "unknown"));
        if !is_open || wanted(&get(self, "x_call_id")) || !wanted(&asked) {
            return Ok(Vec::new());
        }
        let called = [get(self, "x_dialled"), get(self, "x_number")]
            .into_iter()
            .find(wanted);
        let number = match get(self, "x_e164") {
            e164 if wanted(&e164) => json!(["x_number", "=", e164]),
            _ => json!(["x_called_number", "=", called]),
        };
        let domain = json!([
            number,
            ["x_server", "=", self.server_key(order)],
            ["x_extension", "=", get(self, "x_extension")],
            ["x_order_id", "=", false],
            ["x_started_at", ">=", moved(&asked, -5)],
            ["x_started_at", "<=", moved(&asked, 180)],
        ]);
        self.search(CALL, &domain, &Page::default())
    }

    /// Says which call came of an order, if any, and takes the one before away.
    fn put_call(
        &mut self,
        order: i64,
        call: Option<i64>,
        state: &str,
        by_person: bool,
    ) -> Outcome<()> {
        let before: Vec<i64> = self
            .stored_id(ORDER, order, "x_call_id")
            .into_iter()
            .collect();
        self.write(CALL, &before, &vals(json!({ "x_order_id": false })))?;
        let call_ids: Vec<i64> = call.into_iter().collect();
        self.write(CALL, &call_ids, &vals(json!({ "x_order_id": order })))?;
        let mut row = vals(json!({ "x_call_id": call, "x_state": state, "x_reason": false }));
        if by_person {
            row.insert("x_linked_by_person".to_owned(), json!(true));
        }
        self.write(ORDER, &[order], &row)
    }

    fn orders(&mut self, domain: Value) -> Outcome<Vec<i64>> {
        self.search(ORDER, &domain, &Page::default())
    }

    /// Ends the orders that match, and says which they were.
    fn end(&mut self, domain: Value, state: &str, reason: &str) -> Outcome<Vec<i64>> {
        let orders = self.orders(domain)?;
        self.write(
            ORDER,
            &orders,
            &vals(json!({ "x_state": state, "x_reason": reason })),
        )?;
        Ok(orders)
    }

    fn server_key(&self, order: i64) -> Value {
        let server = self.stored_id(ORDER, order, "x_server_id");
        server.map_or(json!(false), |server| self.stored(SERVER, server, "x_key"))
    }

    fn is_open(&self, order: i64) -> bool {
        let has_call = self.stored_id(ORDER, order, "x_call_id").is_some();
        match self.stored(ORDER, order, "x_state").as_str() {
            Some("dialling" | "ringing" | "unknown") => !has_call,
            Some("done") => has_call,
            _ => false,
        }
    }

    fn rows(&self, orders: &[i64]) -> Vec<Value> {
        let row = |id: &i64| {
            let get = |field: &str| shown(self.stored(ORDER, *id, field));
            let user = self.stored_id(ORDER, *id, "x_user_id").unwrap_or_default();
            let person = self
                .stored_id("res.users", user, "partner_id")
                .unwrap_or_default();
            json!({
                "id": id, "key": get("x_key"), "user": user, "lang": shown(self.stored("res.partner", person, "lang")),
                "server": self.server_key(*id), "extension": get("x_extension"), "number": get("x_number"), "model": get("x_res_model"),
                "record": self.stored_id(ORDER, *id, "x_res_id").unwrap_or_default(), "company": get("x_company_id"), "reason": get("x_reason"),
            })
        };
        orders.iter().map(row).collect()
    }

    fn open_row(&self, id: i64) -> Value {
        let get = |field: &str| shown(self.stored(ORDER, id, field));
        json!({
            "id": id, "server": self.server_key(id), "extension": get("x_extension"), "number": get("x_number"), "e164": get("x_e164"),
            "dialled": get("x_dialled"), "asked_at": get("x_asked_at"), "state": get("x_state"), "call": get("x_call_id"),
        })
    }

    /// The label of a reason, in the user's language.
    fn reason(&mut self, value: &str) -> Outcome<Value> {
        self.sudo(|env| {
            let field = json!([["model", "=", ORDER], ["name", "=", "x_reason"]]);
            let field = env.search(FIELDS, &field, &Page::default())?;
            let domain = json!([["field_id", "in", field], ["value", "=", value]]);
            let line = env.search(SELECTION, &domain, &Page::default())?;
            let read = env.read(SELECTION, &line, &["name".to_owned()])?;
            Ok(read.first().map_or(json!(false), |row| row["name"].clone()))
        })
    }

    /// The help of a field, in the user's language.
    pub(super) fn help_of(&mut self, model: &str, field: &str) -> Outcome<Value> {
        self.sudo(|env| {
            let domain = json!([["model", "=", model], ["name", "=", field]]);
            let found = env.search(FIELDS, &domain, &Page::default())?;
            let read = env.read(FIELDS, &found, &["help".to_owned()])?;
            Ok(read.first().map_or(json!(false), |row| row["help"].clone()))
        })
    }

    /// The moment so many seconds before now.
    fn ago(&self, seconds: i64) -> Value {
        moved(&json!(self.now), -seconds)
    }
}

/// Python's truth of what a client sent: nothing, `False` and the empty text are nothing.
fn wanted(value: &Value) -> bool {
    super::value::truthy(value)
}

/// As code hands a value on: what is not there is `False`.
fn shown(value: Value) -> Value {
    if is_unset(&value) {
        json!(false)
    } else {
        value
    }
}

fn moved(at: &Value, seconds: i64) -> Value {
    let at = NaiveDateTime::parse_from_str(at.as_str().unwrap_or_default(), DATETIME);
    let moved = at
        .ok()
        .and_then(|at| at.checked_add_signed(TimeDelta::try_seconds(seconds)?));
    moved.map_or(Value::Null, |at| json!(at.format(DATETIME).to_string()))
}

fn unique_key(user: &Value) -> String {
    format!("{user}/{}", chrono::Utc::now().format("%Y%m%d%H%M%S%6f"))
}
