//! Merging contacts, as the wizard `base.partner.merge.automatic.wizard` does it, and leads, as `merge_opportunity` does.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::odoo::env::{Env, ids_of};
use crate::odoo::error::{OdooError, Outcome};
use crate::odoo::schema::{Model, Ttype};
use crate::odoo::value::{Vals, is_unset};

const PARTNER: &str = "res.partner";
const WIZARD: &str = "base.partner.merge.automatic.wizard";
const LEAD: &str = "crm.lead";

/// What a lead that lacks it gets from those that are merged into it; no field that a module has added is among them.
const OF_LEADS: [&str; 10] = [
    "phone",
    "mobile",
    "contact_name",
    "partner_name",
    "email_from",
    "description",
    "partner_id",
    "user_id",
    "company_id",
    "country_id",
];

impl Env<'_> {
    /// `action_merge`: what points to the contacts points to the one that stays, which gets every stored value that it lacks, `copied=False`
    /// or not; only then are the others deleted.
    pub(super) fn merge_contacts(&mut self, wizard: &[i64]) -> Outcome<Value> {
        for id in wizard {
            let stays = self.stored_id(WIZARD, *id, "dst_partner_id");
            let stays = stays.ok_or_else(|| {
                OdooError::user(
                    "A destination contact is to be chosen (the simulation guesses none).",
                )
            })?;
            let mut gone = ids_of(&self.stored(WIZARD, *id, "partner_ids"));
            gone.retain(|contact| *contact != stays);
            if gone.len() > 2 {
                return Err(OdooError::user(
                    "For safety reasons, you cannot merge more than 3 contacts together. You can re-open the wizard several times if needed.",
                ));
            }
            self.sudo(|env| {
                env.move_foreign_keys(&gone, stays)?;
                env.move_references(&gone, stays)?;
                env.fill_in(&gone, stays)?;
                env.unlink(PARTNER, &gone)
            })?;
        }
        Ok(json!({
            "type": "ir.actions.act_window", "res_model": WIZARD, "res_id": wizard.first(), "view_mode": "form", "target": "new",
        }))
    }

    /// In SQL, past every compute and constraint of Odoo's own; a unique index that objects undoes the whole merge.
    fn move_foreign_keys(&mut self, gone: &[i64], stays: i64) -> Outcome<()> {
        for (owner, field) in self.pointing_to(PARTNER) {
            if owner.name.starts_with("base.partner.merge") {
                continue;
            }
            for contact in gone {
                let table = self.table(&owner.name);
                let held = table.and_then(|table| table.lookup(&field.name, &json!(contact)));
                for row in held.unwrap_or_default() {
                    let value = match field.ttype {
                        Ttype::Many2many => {
                            let mut ids = ids_of(&self.stored(&owner.name, row, &field.name));
                            ids.retain(|id| id != contact && *id != stays);
                            ids.push(stays);
                            json!(ids)
                        }
                        _ => json!(stays),
                    };
                    self.poke(&owner, row, &field.name, value)?;
                }
            }
        }
        Ok(())
    }

    fn move_references(&mut self, gone: &[i64], stays: i64) -> Outcome<()> {
        for (model, field) in [
            ("ir.attachment", "res_model"),
            ("mail.activity", "res_model"),
            ("mail.message", "model"),
        ] {
            let owner = self.model(model)?;
            for contact in gone {
                for row in self.find(model, "res_id", &json!(contact)) {
                    let shown = self.read(model, &[row], &[field.to_owned()])?;
                    if shown[0][field] == PARTNER {
                        self.poke(&owner, row, "res_id", json!(stays))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn fill_in(&mut self, gone: &[i64], stays: i64) -> Outcome<()> {
        let model: Arc<Model> = self.model(PARTNER)?;
        let mut lacking = Vals::new();
        let fields = model.fields.values();
        let stored = fields.filter(|field| {
            field.has_column() && !field.ttype.is_to_many() && field.compute.is_none()
        });
        for field in stored {
            if !is_unset(&self.stored(PARTNER, stays, &field.name)) {
                continue;
            }
            let values = gone
                .iter()
                .map(|contact| self.stored(PARTNER, *contact, &field.name));
            if let Some(value) = values.into_iter().rev().find(|value| !is_unset(value)) {
                lacking.insert(field.name.clone(), value);
            }
        }
        self.write(PARTNER, &[stays], &lacking)
    }

    /// `merge_opportunity`: the one that is surest to be won stays, the first of equals. It gets what it lacks of Odoo's own fields, and the messages
    /// of the others, which are deleted.
    pub(super) fn merge_leads(&mut self, leads: &[i64]) -> Outcome<Value> {
        if leads.len() < 2 {
            return Err(OdooError::user(
                "Select at least two Leads/Opportunities from the list to merge them.",
            ));
        }
        let mut sorted = leads.to_vec();
        sorted.sort_by_key(|lead| {
            let is_opportunity = self.stored(LEAD, *lead, "type") == "opportunity";
            let is_active = self.stored(LEAD, *lead, "active") == json!(true);
            (!(is_opportunity || is_active), !is_opportunity, *lead)
        });
        let (stays, gone) = (sorted[0], sorted.split_off(1));
        let message = self.model("mail.message")?;
        for row in self.messages_of(LEAD, &gone) {
            self.poke(&message, row, "res_id", json!(stays))?;
        }
        let model = self.model(LEAD)?;
        let mut lacking = Vals::new();
        for field in OF_LEADS.iter().filter(|field| model.field(field).is_some()) {
            let mut values = gone.iter().map(|lead| self.stored(LEAD, *lead, field));
            if is_unset(&self.stored(LEAD, stays, field))
                && let Some(value) = values.find(|value| !is_unset(value))
            {
                lacking.insert((*field).to_owned(), value);
            }
        }
        self.write(LEAD, &[stays], &lacking)?;
        self.sudo(|env| env.unlink(LEAD, &gone))?;
        Ok(json!(stays))
    }

    /// The messages in the history of records.
    pub(crate) fn messages_of(&self, model: &str, ids: &[i64]) -> Vec<i64> {
        let held = ids
            .iter()
            .flat_map(|id| self.find("mail.message", "res_id", &json!(id)));
        held.filter(|row| self.stored("mail.message", *row, "model") == model)
            .collect()
    }
}
