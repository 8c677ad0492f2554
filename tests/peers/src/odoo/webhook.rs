//! Server actions of the state `webhook`: one POST per record, whose answer nobody looks at.
//!
//! 17 and 18 send it where the action runs, inside the transaction: whoever is told and looks at once does not see what it has done. 19 reads the
//! record there, and sends once the transaction is committed. Either way the caller's answer waits for the POST's.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::builtin::vals;
use super::env::{Env, ids_of};
use super::error::{Kind, OdooError, Outcome};
use super::schema::Ttype;
use super::version::Version;

const ACTION: &str = "ir.actions.server";

/// What is sent, and where to.
#[derive(Debug)]
pub(crate) struct Webhook {
    url: String,
    body: Value,
    patience: Duration,
}

impl Webhook {
    /// Sends it. What becomes of it Odoo only logs; an `https` address is one that this Odoo does not reach.
    pub(crate) async fn send(self) {
        let request = Request::post(self.url)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(self.body.to_string())));
        let Ok(request) = request else { return };
        let exchange = async {
            let client = Client::builder(TokioExecutor::new()).build_http();
            client.request(request).await?.into_body().collect().await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        };
        _ = tokio::time::timeout(self.patience, exchange).await;
    }
}

impl Env<'_> {
    /// Runs a webhook for each active record.
    ///
    /// # Errors
    ///
    /// `UserError` where it has no address, `IndexError` where the record is gone.
    pub(super) fn run_webhook(&mut self, action: i64) -> Outcome<()> {
        let given = &self.context.given;
        let records = match (given.get("active_ids"), given.get("active_id")) {
            (Some(ids), _) => ids_of(ids),
            (None, id) => id.and_then(Value::as_i64).into_iter().collect(),
        };
        for record in records {
            let (url, body) = self.sudo(|env| env.webhook(action, record))?;
            let Some(patience) = self.site.webhooks else {
                continue;
            };
            let webhook = Webhook {
                url,
                body,
                patience,
            };
            if self.version() >= Version::V19 {
                self.tx.after_commit.push(webhook);
            } else {
                // A call has a thread of its own, and a copy of the database: nobody waits but whoever made it.
                Handle::current().block_on(webhook.send());
            }
        }
        Ok(())
    }

    /// Where the webhook of a record goes to, and what it says.
    fn webhook(&mut self, action: i64, record: i64) -> Outcome<(String, Value)> {
        let asked = ["name", "model_name", "webhook_url"].map(str::to_owned);
        let action_row = self.read(ACTION, &[action], &asked)?.remove(0);
        let text = |field: &str| action_row[field].as_str().unwrap_or_default();
        let (name, model, url) = (text("name"), text("model_name"), text("webhook_url"));
        if url.is_empty() {
            return Err(OdooError::user(
                "I'll be happy to send a webhook for you, but you really need to give me a URL to reach out to...",
            ));
        }
        let mut body = vals(json!({
            "_action": format!("{name}(#{action})"), "_id": record, "_model": model,
        }));
        let fields: Vec<String> = ids_of(&self.stored(ACTION, action, "webhook_field_ids"))
            .into_iter()
            .filter_map(|field| {
                self.stored("ir.model.fields", field, "name")
                    .as_str()
                    .map(str::to_owned)
            })
            .collect();
        if !fields.is_empty() {
            let row = self.read(model, &[record], &fields)?.pop();
            let row = row.ok_or_else(|| OdooError::new(Kind::Index, "list index out of range"))?;
            let model = self.model(model)?;
            let is_named = |field: &str| {
                let field = model.field(field);
                field.is_some_and(|field| field.ttype == Ttype::Many2one)
            };
            // `load=None`: ids without names.
            body.extend(
                vals(row)
                    .into_iter()
                    .map(|(field, value)| match value.get(0) {
                        Some(id) if is_named(&field) => (field, id.clone()),
                        _ => (field, value),
                    }),
            );
        }
        Ok((url.to_owned(), Value::Object(body)))
    }
}
