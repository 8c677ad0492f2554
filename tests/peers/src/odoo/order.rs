//! What becomes of call orders: the programs of the data module that make, claim and close them, each with what it does here; what a click does is
//! in [`click`].
//!
//! The simulation runs no Python. It knows these programs by their text, and refuses one that differs; in the store nothing but their effect
//! is to be seen.

mod click;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::builtin::vals;
use super::env::Env;
use super::error::Outcome;
use super::orm::search::Page;
use super::value::{DATETIME, is_unset};

const ORDER: &str = "x_ucm_order";
const CALL: &str = "x_ucm_call";
const SERVER: &str = "x_ucm_server";
const FIELDS: &str = "ir.model.fields";
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
            let quiet = json!([
                ["x_call_id", "=", false], ["x_asked_at", "<", yesterday],
                "|", ["x_state", "=", "ringing"], "&", ["x_state", "=", "unknown"], ["x_reason", "=", "uncertain"],
            ]);
            let lost = env.end(quiet, "unknown", "no_record")?;
            let uncertain = env.end(json!([["x_state", "=", "dialling"], ["x_claimed_at", "<", late]]), "unknown", "uncertain")?;
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
                // The programs of campaigns run on a real Odoo only.
                "campaigns": false,
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
pub(super) fn wanted(value: &Value) -> bool {
    super::value::truthy(value)
}

/// As code hands a value on: what is not there is `False`.
pub(super) fn shown(value: Value) -> Value {
    if is_unset(&value) {
        json!(false)
    } else {
        value
    }
}

pub(super) fn moved(at: &Value, seconds: i64) -> Value {
    let at = NaiveDateTime::parse_from_str(at.as_str().unwrap_or_default(), DATETIME);
    let moved = at
        .ok()
        .and_then(|at| at.checked_add_signed(TimeDelta::try_seconds(seconds)?));
    moved.map_or(Value::Null, |at| json!(at.format(DATETIME).to_string()))
}
