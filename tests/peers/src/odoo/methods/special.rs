//! Methods that only some models have, and translations.

use serde_json::{Value, json};

use super::as_vals;
use crate::odoo::builtin;
use crate::odoo::env::{Env, Right, ids_of};
use crate::odoo::error::{Kind, OdooError, Outcome};
use crate::odoo::signature::Bound;
use crate::odoo::value::{is_unset, truthy};
use crate::odoo::version::Version;

impl Env<'_> {
    pub(super) fn call_param(&mut self, method: &str, bound: &Bound) -> Outcome<Value> {
        let name = "ir.config_parameter";
        self.check(
            name,
            if method == "get_param" {
                Right::Read
            } else {
                Right::Write
            },
        )?;
        let found = self.find(name, "key", bound.get("key")).first().copied();
        if method == "get_param" {
            return Ok(found.map_or_else(
                || bound.get("default").clone(),
                |id| self.stored(name, id, "value"),
            ));
        }
        let before = found.map_or(json!(false), |id| self.stored(name, id, "value"));
        let vals = builtin::vals(json!({"key": bound.get("key"), "value": bound.get("value")}));
        match found {
            Some(id) if is_unset(bound.get("value")) => self.unlink(name, &[id])?,
            Some(id) => self.write(name, &[id], &vals)?,
            None => {
                self.create(name, vec![vals])?;
            }
        }
        Ok(before)
    }

    pub(super) fn message_post(&mut self, model: &str, bound: &Bound) -> Outcome<Value> {
        let [id] = bound.ids.as_slice() else {
            return Err(OdooError::value(format!("Expected singleton: {model}()")));
        };
        self.check_exists(model, &[*id])?;
        let html = truthy(bound.get("body_is_html"));
        let body = if html {
            bound.text("body").to_owned()
        } else {
            format!("<p>{}</p>", escape_html(bound.text("body")))
        };
        let subtype = bound
            .text("subtype_xmlid")
            .split_once('.')
            .and_then(|(module, name)| self.xmlid(module, name))
            .map(|(_, id)| id);
        let author = self.stored_id("res.users", self.uid, "partner_id");
        let partner = if model == "res.partner" {
            Some(*id)
        } else {
            None
        };
        let vals = json!({
            "body": body, "model": model, "res_id": id, "res_partner_id": partner, "subtype_id": subtype, "author_id": author,
            "subject": bound.get("subject"), "message_type": bound.get("message_type"), "date": self.now,
        });
        let ids = self.sudo(|env| env.create("mail.message", vec![builtin::vals(vals)]))?;
        Ok(if self.version() >= Version::V19 {
            json!(ids)
        } else {
            json!(ids[0])
        })
    }

    /// 19 archives an activity that is done, 17 and 18 do where its type is to keep it; others they delete.
    pub(super) fn activity_done(&mut self, ids: &[i64], feedback: &Value) -> Outcome<Value> {
        let (kept, deleted): (Vec<i64>, Vec<i64>) = ids.iter().partition(|id| self.is_kept(**id));
        let vals = if self.version() >= Version::V19 {
            json!({"active": false, "feedback": feedback})
        } else {
            json!({"active": false})
        };
        self.write("mail.activity", &kept, &builtin::vals(vals))?;
        self.unlink("mail.activity", &deleted)?;
        Ok(json!(false))
    }

    fn is_kept(&self, activity: i64) -> bool {
        let kind = self.stored_id("mail.activity", activity, "activity_type_id");
        self.version() >= Version::V19
            || kind
                .is_some_and(|kind| truthy(&self.stored("mail.activity.type", kind, "keep_done")))
    }

    pub(super) fn install_languages(&mut self, ids: &[i64]) -> Outcome<Value> {
        for id in ids {
            let langs = ids_of(&self.stored("base.language.install", *id, "lang_ids"));
            self.sudo(|env| {
                env.write("res.lang", &langs, &builtin::vals(json!({"active": true})))
            })?;
        }
        Ok(json!({"type": "ir.actions.client", "tag": "reload"}))
    }

    pub(super) fn update_translations(&mut self, name: &str, bound: &Bound) -> Outcome<Value> {
        self.check(name, Right::Write)?;
        self.check_exists(name, &bound.ids)?;
        let model = self.model(name)?;
        let field = bound.text("field_name").to_owned();
        if model.field(&field).is_none() {
            return Err(OdooError::new(Kind::Key, field));
        }
        let translations = as_vals(bound.get("translations"))?;
        for (lang, text) in &translations {
            if !self.installed_lang(lang) {
                return Err(OdooError::user(format!(
                    "The following languages are not activated: {lang}"
                )));
            }
            for id in &bound.ids {
                let key = (*id, field.clone(), lang.clone());
                self.tx.set_translation(name, key, text.clone());
            }
        }
        Ok(json!(true))
    }

    pub(super) fn translations_of(&mut self, name: &str, bound: &Bound) -> Outcome<Value> {
        self.check(name, Right::Read)?;
        let (Some(id), field) = (bound.ids.first().copied(), bound.text("field_name")) else {
            return Ok(json!([]));
        };
        let source = self.stored(name, id, field);
        let mut lines = vec![json!({"lang": "en_US", "source": source, "value": source})];
        if let Some(table) = self.table(name) {
            let mine = table
                .translations
                .iter()
                .filter(|((record, known, _), _)| *record == id && known == field);
            lines.extend(mine.map(
                |((_, _, lang), value)| json!({"lang": lang, "source": source, "value": value}),
            ));
        }
        Ok(json!([lines, {"translation_type": "char", "translation_show_source": false}]))
    }
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
