//! The Odoo that the bridge writes to, seen from outside: simulated or real, asked over its own API.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use peers::odoo::Odoo;
use serde_json::{Value, json};

/// How a real Odoo is reached.
#[derive(Debug, Clone)]
pub struct RealOdoo {
    /// Address without a path.
    pub url: String,
    /// Database.
    pub database: String,
    /// Login of the key's user.
    pub login: String,
    /// API key of an administrator.
    pub api_key: String,
}

impl RealOdoo {
    /// The one that the environment names, if it names one.
    ///
    /// # Panics
    /// When a part of its name is missing: what was meant for it would pass before the simulated one.
    pub fn from_environment() -> Option<Self> {
        Self::named_by(|name| std::env::var(name).ok()).unwrap_or_else(|missing| {
            panic!("{missing} is not set, and others that name an Odoo are")
        })
    }

    /// The one that `variable` names, or none; which variable is missing where only some are set.
    fn named_by(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, &'static str> {
        let values = VARIABLES.map(|name| variable(name).filter(|value| !value.is_empty()));
        if values.iter().all(Option::is_none) {
            return Ok(None);
        }
        if let Some(missing) = values.iter().position(Option::is_none) {
            return Err(VARIABLES[missing]);
        }
        let [url, database, login, api_key] = values.map(Option::unwrap_or_default);
        Ok(Some(Self {
            url: url.trim_end_matches('/').to_owned(),
            database,
            login,
            api_key,
        }))
    }
}

/// What names a real Odoo in the environment.
const VARIABLES: [&str; 4] = ["ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_API_KEY"];

/// An Odoo with the journal in it.
#[derive(Debug)]
pub struct Journal {
    reached: RealOdoo,
    simulated: Option<Odoo>,
    uid: i64,
}

impl Journal {
    /// A simulated Odoo of a series.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn simulated(series: u16) -> anyhow::Result<Self> {
        Self::simulated_with(series, &[]).await
    }

    /// A simulated Odoo of a series, in which more languages than English are active.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn simulated_with(series: u16, languages: &[&str]) -> anyhow::Result<Self> {
        let odoo = Odoo::builder().version(series).country("FR");
        let odoo = languages
            .iter()
            .fold(odoo, |odoo, language| odoo.language(language));
        Self::around(odoo.start().await?).await
    }

    /// A simulated Odoo that was built otherwise.
    ///
    /// # Errors
    /// When it does not let us in.
    pub async fn around(odoo: Odoo) -> anyhow::Result<Self> {
        let reached = RealOdoo {
            url: odoo.url(),
            database: odoo.db().to_owned(),
            login: odoo.login().to_owned(),
            api_key: odoo.api_key().to_owned(),
        };
        Self::reach(reached, Some(odoo)).await
    }

    /// A real Odoo.
    ///
    /// # Errors
    /// When it does not let us in.
    pub async fn real(odoo: RealOdoo) -> anyhow::Result<Self> {
        Self::reach(odoo, None).await
    }

    async fn reach(reached: RealOdoo, simulated: Option<Odoo>) -> anyhow::Result<Self> {
        let RealOdoo {
            url,
            database,
            login,
            api_key,
        } = &reached;
        let args = json!([database, login, api_key, {}]);
        let uid = service(url, "common", "authenticate", args).await?;
        let uid = uid
            .as_i64()
            .ok_or_else(|| anyhow!("Odoo refuses the key"))?;
        Ok(Self {
            reached,
            simulated,
            uid,
        })
    }

    /// The real Odoo, if the environment names one, and a simulated one of each series.
    ///
    /// # Errors
    /// When one of them is not there.
    pub async fn of_every_kind() -> anyhow::Result<Vec<Self>> {
        let mut journals = Vec::new();
        if let Some(odoo) = RealOdoo::from_environment() {
            journals.push(Self::real(odoo).await?);
        }
        for series in [17, 18, 19] {
            journals.push(Self::simulated(series).await?);
        }
        Ok(journals)
    }

    /// Id of the user whose key is used.
    pub fn user(&self) -> i64 {
        self.uid
    }

    /// The same Odoo, as another user.
    ///
    /// # Errors
    /// When it does not let that user in.
    pub async fn as_user(&self, login: &str, api_key: &str) -> anyhow::Result<Self> {
        let reached = RealOdoo {
            login: login.to_owned(),
            api_key: api_key.to_owned(),
            ..self.reached.clone()
        };
        Self::reach(reached, None).await
    }

    /// How it is reached.
    pub fn reached(&self) -> &RealOdoo {
        &self.reached
    }

    /// The simulated Odoo's handle, for faults and counts.
    ///
    /// # Panics
    /// When the Odoo is a real one: such a test is for the simulated one only.
    #[expect(
        clippy::expect_used,
        reason = "a test of the simulated Odoo was given another one"
    )]
    pub fn handle(&self) -> &Odoo {
        self.simulated
            .as_ref()
            .expect("this test needs the simulated Odoo")
    }

    /// Whether the Odoo is a real one, which takes the time that it takes.
    pub fn is_real(&self) -> bool {
        self.simulated.is_none()
    }

    /// Calls a model's method.
    ///
    /// # Errors
    /// What Odoo raises, by the name of its exception.
    pub async fn call(
        &self,
        model: &str,
        method: &str,
        args: Value,
        options: Value,
    ) -> anyhow::Result<Value> {
        let RealOdoo {
            url,
            database,
            api_key,
            ..
        } = &self.reached;
        let args = json!([database, self.uid, api_key, model, method, args, options]);
        service(url, "object", "execute_kw", args).await
    }

    /// All calls of one server that are in the journal, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn calls(&self, server: &str) -> anyhow::Result<Vec<Value>> {
        let domain = json!([[["x_server", "=", server]]]);
        let rows = self
            .call(
                "x_ucm_call",
                "search_read",
                domain,
                json!({ "order": "x_started_at, x_uid" }),
            )
            .await?;
        Ok(rows.as_array().cloned().unwrap_or_default())
    }

    /// How many calls of one server are in the journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn count(&self, server: &str) -> anyhow::Result<u64> {
        let domain = json!([[["x_server", "=", server]]]);
        let count = self
            .call("x_ucm_call", "search_count", domain, json!({}))
            .await?;
        count.as_u64().context("a count")
    }

    /// The contacts that have exactly this number in E.164.
    ///
    /// # Errors
    /// When contacts cannot be read.
    pub async fn contacts(&self, e164: &str) -> anyhow::Result<Vec<Value>> {
        let domain = json!([[["phone_sanitized", "=", e164]]]);
        let fields = json!({ "fields": ["name", "phone", "comment"] });
        let rows = self
            .call("res.partner", "search_read", domain, fields)
            .await?;
        Ok(rows.as_array().cloned().unwrap_or_default())
    }

    /// The contacts that the bridge made for these calls.
    ///
    /// # Errors
    /// When contacts cannot be read.
    pub async fn contacts_made_for(&self, calls: &[Value]) -> anyhow::Result<Vec<Value>> {
        let numbers: BTreeSet<&str> = calls
            .iter()
            .filter_map(|call| call["x_number"].as_str())
            .collect();
        let domain = json!([[["x_ucm_contact_ids.x_name", "in", numbers]]]);
        let fields = json!({ "fields": ["name", "phone", "comment"] });
        let rows = self
            .call("res.partner", "search_read", domain, fields)
            .await?;
        Ok(rows.as_array().cloned().unwrap_or_default())
    }

    /// Removes a server's calls, and the contacts that were made for them and that no other call uses: a real Odoo is left as it was.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn remove(&self, server: &str) -> anyhow::Result<()> {
        let calls = self.calls(server).await?;
        let made = self.contacts_made_for(&calls).await?;
        let domain = json!([["x_server", "!=", server], ["x_partner_id", "!=", false]]);
        let fields = json!({ "fields": ["x_partner_id"] });
        let others = self
            .call("x_ucm_call", "search_read", json!([domain]), fields)
            .await?;
        let used: BTreeSet<i64> = others
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|call| call["x_partner_id"][0].as_i64())
            .collect();
        let ids = |rows: &[Value]| -> Vec<i64> {
            let ids = rows.iter().filter_map(|row| row["id"].as_i64());
            ids.filter(|id| !used.contains(id)).collect()
        };
        self.unlink("res.partner", &ids(&made)).await?;
        let calls: Vec<i64> = calls.iter().filter_map(|row| row["id"].as_i64()).collect();
        self.unlink("x_ucm_call", &calls).await
    }

    /// The records of a model that match, archived ones too, by id.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn records(
        &self,
        model: &str,
        domain: Value,
        fields: &[&str],
    ) -> anyhow::Result<Vec<Value>> {
        let options =
            json!({ "fields": fields, "order": "id", "context": { "active_test": false } });
        let rows = self.call(model, "search_read", json!([domain]), options);
        Ok(rows.await?.as_array().cloned().unwrap_or_default())
    }

    /// Deletes the records of a model that match, archived ones too.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn remove_records(&self, model: &str, domain: Value) -> anyhow::Result<()> {
        let rows = self.records(model, domain, &["id"]).await?;
        let ids: Vec<i64> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
        self.unlink(model, &ids).await
    }

    async fn unlink(&self, model: &str, ids: &[i64]) -> anyhow::Result<()> {
        for batch in ids.chunks(1_000) {
            self.call(model, "unlink", json!([batch]), json!({}))
                .await?;
        }
        Ok(())
    }

    /// The id behind an external id such as `base.group_user`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn id_of(&self, name: &str) -> anyhow::Result<i64> {
        let (module, name) = name.split_once('.').context("a module and a name")?;
        let domain = json!([["module", "=", module], ["name", "=", name]]);
        let found = self.records("ir.model.data", domain, &["res_id"]).await?;
        let found = found.first().context("no such external id")?;
        found["res_id"].as_i64().context("an id")
    }

    /// Id of the country in which the simulated French offices are.
    ///
    /// # Errors
    /// When countries cannot be read.
    pub async fn france(&self) -> anyhow::Result<i64> {
        let domain = json!([["code", "=", "FR"]]);
        let found = self.records("res.country", domain, &["code"]).await?;
        found.first().context("a country")?["id"]
            .as_i64()
            .context("an id")
    }

    /// A server's record of these values, and its password where only administrators and the bridge see it.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn add_server(&self, mut values: Value) -> anyhow::Result<i64> {
        let fields = values.as_object_mut().context("values")?;
        let password = fields.remove("x_password");
        let record = self.create("x_ucm_server", values).await?;
        let access = json!({ "x_server_id": record, "x_password": password });
        self.create("x_ucm_access", access).await?;
        Ok(record)
    }

    /// A new user in `groups`, of the companies `of`, and Odoo as that user sees it.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn person(&self, groups: &[&str], of: &[i64]) -> anyhow::Result<Self> {
        let mut ids = Vec::new();
        for group in groups {
            ids.push(self.id_of(group).await?);
        }
        let field = self.groups_field().await?;
        let login = format!("person-{}", fastrand::u64(..));
        let password = format!("secret-{}", fastrand::u64(..));
        let values = json!({
            "name": "Ana", "login": login, "password": password, "company_id": of.first(), "company_ids": [[6, 0, of]],
            field: [[6, 0, ids]],
        });
        self.create("res.users", values).await?;
        self.as_user(&login, &password).await
    }

    /// Gives a user an extension of the server with this key.
    ///
    /// # Errors
    /// When Odoo refuses it, or has no such server.
    pub async fn give_extension(
        &self,
        server: &str,
        extension: &str,
        user: i64,
    ) -> anyhow::Result<i64> {
        let of_key = json!([["x_key", "=", server]]);
        let found = self.records("x_ucm_server", of_key, &["id"]).await?;
        let server = found.first().context("the server's record")?;
        let row = json!({ "x_name": extension, "x_server_id": server["id"], "x_user_id": user });
        self.create("x_ucm_extension", row).await
    }

    /// The contact of the user whose key is used.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn own_contact(&self) -> anyhow::Result<i64> {
        let own = json!([["id", "=", self.uid]]);
        let own = self.records("res.users", own, &["partner_id"]).await?;
        let own = own.first().context("the user")?;
        own["partner_id"][0].as_i64().context("an id")
    }

    /// Runs an action as a click does, and gives what it shows.
    ///
    /// # Errors
    /// What Odoo raises.
    pub async fn run(&self, action: i64, context: Value) -> anyhow::Result<Value> {
        let options = json!({ "context": context });
        self.call("ir.actions.server", "run", json!([[action]]), options)
            .await
    }

    /// Runs a program of an administrator, which does not stay, and gives its `action`.
    ///
    /// # Errors
    /// What Odoo raises.
    pub async fn program(&self, code: &str) -> anyhow::Result<Value> {
        let model = json!([["model", "=", "res.partner"]]);
        let model = self.records("ir.model", model, &["id"]).await?;
        let row =
            json!({ "name": "Test", "model_id": model[0]["id"], "state": "code", "code": code });
        let action = self.create("ir.actions.server", row).await?;
        let left = self.run(action, json!({})).await?;
        self.remove_records("ir.actions.server", json!([["id", "=", action]]))
            .await?;
        Ok(left)
    }

    /// Lets users go that a test has made: those who have done something cannot be deleted.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn dismiss(&self, users: &[i64]) -> anyhow::Result<()> {
        let archived = json!([users, { "active": false }]);
        self.call("res.users", "write", archived, json!({})).await?;
        Ok(())
    }

    /// What the field of a user's groups is called in this Odoo.
    ///
    /// # Errors
    /// When its fields cannot be read.
    pub async fn groups_field(&self) -> anyhow::Result<&'static str> {
        let asked = json!({ "allfields": ["group_ids"], "attributes": ["type"] });
        let known = self
            .call("res.users", "fields_get", json!([]), asked)
            .await?;
        Ok(match known.get("group_ids") {
            Some(_) => "group_ids",
            None => "groups_id",
        })
    }

    /// Creates a record, and gives its id.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn create(&self, model: &str, values: Value) -> anyhow::Result<i64> {
        let id = self
            .call(model, "create", json!([values]), json!({}))
            .await?;
        id.as_i64().context("an id")
    }

    /// A company beside the first one. It stays once it is there: Odoo does not let it go.
    ///
    /// # Errors
    /// When Odoo refuses it.
    pub async fn another_company(&self) -> anyhow::Result<i64> {
        let name = "The company of Nantes";
        let named = json!([["name", "=", name]]);
        let known = self.records("res.company", named, &["id"]).await?;
        match known.first() {
            Some(company) => company["id"].as_i64().context("an id"),
            None => self.create("res.company", json!({ "name": name })).await,
        }
    }

    /// Writes `count` calls of others into the journal, which all began at `at` and ended a minute later.
    ///
    /// # Errors
    /// When Odoo refuses them.
    pub async fn crowd(
        &self,
        server: &str,
        direction: &str,
        at: DateTime<Utc>,
        count: usize,
    ) -> anyhow::Result<()> {
        let text = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S").to_string();
        let row = |nth: usize| {
            let session = format!("{}{nth:06}-1099", at.timestamp());
            json!({
                "x_name": session, "x_uid": format!("{server}/{session}"), "x_server": server, "x_session": session, "x_direction": direction,
                "x_outcome": "answered", "x_started_at": text(at), "x_ended_at": text(at + TimeDelta::minutes(1)),
                "x_caller_number": "1099", "x_called_number": "1098",
            })
        };
        let rows: Vec<Value> = (0..count).map(row).collect();
        for rows in rows.chunks(500) {
            self.call("x_ucm_call", "create", json!([rows]), json!({}))
                .await?;
        }
        Ok(())
    }
}

async fn service(url: &str, service: &str, method: &str, args: Value) -> anyhow::Result<Value> {
    let params = json!({ "service": service, "method": method, "args": args });
    let body = json!({ "jsonrpc": "2.0", "method": "call", "id": 1, "params": params });
    let request = http::Request::post(format!("{url}/jsonrpc"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_string())))?;
    let response = Client::builder(TokioExecutor::new())
        .build_http()
        .request(request)
        .await?;
    let body = response.into_body().collect().await?.to_bytes();
    let answer: Value = serde_json::from_slice(&body)?;
    if let Some(error) = answer.get("error") {
        bail!("{}: {}", error["data"]["name"], error["data"]["message"]);
    }
    Ok(answer["result"].clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odoo_that_is_named_in_part_is_an_error() {
        let named = |set: &[&str]| {
            let value = |name: &str| set.contains(&name).then(|| name.to_lowercase());
            RealOdoo::named_by(value).map(|odoo| odoo.map(|odoo| odoo.api_key))
        };
        assert_eq!(named(&[]), Ok(None));
        assert_eq!(named(&VARIABLES), Ok(Some("odoo_api_key".to_owned())));
        for missing in VARIABLES {
            let others: Vec<&str> = VARIABLES.into_iter().filter(|it| *it != missing).collect();
            assert_eq!(named(&others), Err(missing));
        }
        let empty = RealOdoo::named_by(|name| Some(name.replace("ODOO_LOGIN", "")));
        assert!(matches!(empty, Err("ODOO_LOGIN")));
    }
}
