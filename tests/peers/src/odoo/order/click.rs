//! What a click on a number does: which numbers it may mean, whose phone rings, and the order that comes of it.

use serde_json::{Value, json};

use super::{CALL, ORDER, SERVER, shown, wanted};
use crate::odoo::builtin::vals;
use crate::odoo::env::{Env, ids_of};
use crate::odoo::error::Outcome;
use crate::odoo::orm::search::Page;

const EXTENSION: &str = "x_ucm_extension";
const LINK: &str = "x_ucm_link";
const ACTION: &str = "ir.actions.server";

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
    /// What `order/ask.py` does where somebody runs it by itself.
    pub(super) fn ask_for_call(&mut self) -> Outcome<Value> {
        let ask = self.context.take("x_ucm_ask");
        self.order_call(&ask)
    }

    /// What `order/ask.py` does.
    pub(super) fn order_call(&mut self, ask: &Value) -> Outcome<Value> {
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
            Some(order) if ask["named"] != true => *order,
            _ => {
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
            let chosen = self.server_of(extension);
            if wanted(&chosen) {
                servers.retain(|id| self.stored(SERVER, *id, "x_key") == chosen);
            } else {
                let name = self.stored(EXTENSION, extension, "x_name");
                let given = self.search(EXTENSION, &json!([["x_name", "=", name]]), &page)?;
                let given: Vec<Value> = given.into_iter().map(|id| self.server_of(id)).collect();
                servers.retain(|id| !given.contains(&self.stored(SERVER, *id, "x_key")));
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

    /// The key of the server that an extension is given to somebody for, if it is for one.
    fn server_of(&self, extension: i64) -> Value {
        match self.stored_id(EXTENSION, extension, "x_server_id") {
            Some(server) => self.stored(SERVER, server, "x_key"),
            None => self.stored(EXTENSION, extension, "x_server"),
        }
    }

    /// What `order/dial.py` does.
    pub(super) fn dial(&mut self) -> Outcome<Value> {
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
    pub(super) fn dial_several(&mut self) -> Outcome<Value> {
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
            if let Some(record) =
                record.filter(|record| self.may(record, crate::odoo::env::Right::Read))
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
}

fn unique_key(user: &Value) -> String {
    format!("{user}/{}", chrono::Utc::now().format("%Y%m%d%H%M%S%6f"))
}
