//! Who is on the phone: the computed fields that say so of an extension and of a colleague, each known by its text.

use serde_json::{Value, json};

use super::env::{Env, ids_of};
use super::order::{moved, wanted};
use super::orm::search::Page;

const RING: &str = "x_ucm_ring";
const EXTENSION: &str = "x_ucm_extension";

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Since when somebody is on the phone.
    Since,
    /// When a phone that has fallen silent during a call was last heard of.
    Heard,
}

const OF_EXTENSIONS: [(&str, Asked); 2] = [
    (include_str!("presence/since.py"), Asked::Since),
    (include_str!("presence/heard.py"), Asked::Heard),
];
const OF_COLLEAGUES: [(&str, Asked); 2] = [
    (include_str!("presence/colleague_since.py"), Asked::Since),
    (include_str!("presence/colleague_heard.py"), Asked::Heard),
];

impl Env<'_> {
    /// What `code` gives a record, if it is one of the programs about presence.
    pub(super) fn presence(&mut self, record: i64, code: &str) -> Option<Value> {
        let asked = |programs: &[(&str, Asked)]| {
            let is_it = |text: &str| code.split_whitespace().eq(text.split_whitespace());
            let found = programs.iter().find(|(text, _)| is_it(text));
            found.map(|(_, asked)| *asked)
        };
        let at = match (asked(&OF_EXTENSIONS), asked(&OF_COLLEAGUES)) {
            (Some(asked), _) => self.of_extension(record, asked),
            (_, Some(asked)) => self.of_colleague(record, asked),
            _ => return None,
        };
        Some(at.map_or(json!(false), |at| json!(at)))
    }

    fn of_extension(&mut self, extension: i64, asked: Asked) -> Option<String> {
        let may = self.has_group("ucm_odoo.group_presence")
            && !self.has_group("ucm_odoo.group_ucm_odoo_own_calls");
        let user = self.stored_id(EXTENSION, extension, "x_user_id")?;
        let companies = ids_of(&self.stored("res.users", self.uid, "company_ids"));
        let domain = json!([
            ["x_presence", "=", true],
            [
                "x_extension",
                "=",
                self.stored(EXTENSION, extension, "x_name")
            ],
            ["x_user_ids", "in", [user]],
            ["x_started_at", ">", moved(&json!(self.now), -86_400)],
            "|",
            ["x_company_id", "=", false],
            ["x_company_id", "in", companies],
        ]);
        // The newest first.
        let rings = self.sudo(|env| env.search(RING, &domain, &Page::default()));
        let rings = rings.ok().filter(|_| may)?;
        let mut calls = rings.iter().map(|ring| self.call_at_phone(*ring));
        match asked {
            Asked::Since => {
                let on = calls.filter(|(_, is_on, is_silent)| *is_on && !is_silent);
                on.map(|(at, ..)| at).min()
            }
            Asked::Heard => {
                let (at, is_on, is_silent) = calls.next()?;
                (is_on && is_silent).then_some(at)
            }
        }
    }

    /// Since when, whether it is not over by the phone's word, and whether that was too long ago to be believed.
    fn call_at_phone(&self, ring: i64) -> (String, bool, bool) {
        let get = |field: &str| self.stored(RING, ring, field);
        let answered = Some(get("x_answered_at")).filter(wanted);
        let minutes = if answered.is_some() { 60 } else { 3 };
        let at = answered.unwrap_or_else(|| get("x_started_at"));
        let at = at.as_str().unwrap_or_default().to_owned();
        let is_on = matches!(get("x_state").as_str(), Some("dialling" | "answered"));
        let oldest = moved(&json!(self.now), -60 * minutes);
        let is_silent = Some(at.as_str()) <= oldest.as_str();
        (at, is_on && !wanted(&get("x_call_id")), is_silent)
    }

    fn of_colleague(&mut self, partner: i64, asked: Asked) -> Option<String> {
        let own = json!([["x_user_id.partner_id", "in", [partner]]]);
        let own = self.search(EXTENSION, &own, &Page::default()).ok()?;
        let alone: Vec<i64> = own
            .into_iter()
            .filter(|extension| !self.is_shared(*extension))
            .collect();
        let times = alone
            .into_iter()
            .filter_map(|extension| self.of_extension(extension, asked));
        match asked {
            Asked::Since => times.min(),
            Asked::Heard => times.max(),
        }
    }

    fn is_shared(&mut self, extension: i64) -> bool {
        let get = |env: &Self, field: &str| env.stored(EXTENSION, extension, field);
        let server = self.stored_id(EXTENSION, extension, "x_server_id");
        let others = json!([
            ["x_name", "=", get(self, "x_name")],
            [
                "x_server_id",
                "=",
                server.map_or(json!(false), |id| json!(id))
            ],
            ["x_user_id", "!=", get(self, "x_user_id")],
        ]);
        let others = self.search(EXTENSION, &others, &Page::default());
        others.is_ok_and(|others| !others.is_empty())
    }
}
