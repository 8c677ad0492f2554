//! The handle that tests hold: start, seed, look inside, set faults, stop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::builder::OdooBuilder;
use super::builtin::{self, ADMIN, ADMIN_UID, PLAIN, PLAIN_UID};
use super::env::{Context, Env, SUPERUSER};
use super::error::{OdooError, Outcome};
use super::fault::Fault;
use super::server::{Request, Server};
use super::value::Vals;
use super::version::Version;
use crate::port::Port;

/// How many partners are written in one transaction while seeding.
const SEED_BATCH: usize = 1000;

/// A running simulated Odoo; it stops when it is dropped.
#[derive(Debug)]
pub struct Odoo {
    pub(super) server: Arc<Server>,
    pub(super) port: Port,
    pub(super) admin_key: String,
    pub(super) user_key: String,
}

impl Odoo {
    /// An Odoo 19 without a company country, on a free port.
    #[must_use]
    pub fn builder() -> OdooBuilder {
        OdooBuilder::new()
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.port.address())
    }

    /// Name of the database.
    #[must_use]
    pub fn db(&self) -> &str {
        &self.server.db
    }

    /// Login of the administrator.
    #[must_use]
    pub fn login(&self) -> &'static str {
        ADMIN
    }

    /// Key of the administrator.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.admin_key
    }

    /// Login of a plain internal user, who may not create contacts.
    #[must_use]
    pub fn user_login(&self) -> &'static str {
        PLAIN
    }

    /// Key of the plain internal user.
    #[must_use]
    pub fn user_api_key(&self) -> &str {
        &self.user_key
    }

    /// The version that is played.
    #[must_use]
    pub fn version(&self) -> Version {
        self.server.version()
    }

    /// Stops listening and closes every connection.
    pub async fn stop(self) {
        self.port.down().await;
    }

    /// Breaks all connections and refuses new ones until [`Odoo::come_back`]: when this returns it does.
    pub async fn go_down(&self) {
        self.port.down().await;
    }

    /// Listens again, at the same address: when this returns it does.
    ///
    /// # Panics
    /// When somebody else has taken the port meanwhile.
    pub async fn come_back(&self) {
        let listens = self.port.up().await;
        assert!(listens.is_ok(), "{listens:?}");
    }

    /// Sets a fault; it strikes from the next call on.
    pub fn fault(&self, fault: Fault) {
        self.server.faults.add(fault);
    }

    /// Whether a fault is set that has not struck as often as it says.
    pub fn has_faults(&self) -> bool {
        self.server.faults.any()
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.server.faults.clear();
    }

    /// Every answer takes at least so long.
    pub fn set_latency(&self, latency: Duration) {
        self.server.set_latency(latency);
    }

    /// Takes no requests larger than this, in bytes: the system parameter `web.max_file_upload_size`.
    pub fn set_body_limit(&self, bytes: u64) {
        self.server.set_body_limit(bytes);
    }

    /// Every call that reached a model or a service, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// How often each `model.method` was called.
    #[must_use]
    pub fn count_by_method(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.server.requests() {
            *counts
                .entry(format!("{}.{}", request.model, request.method))
                .or_insert(0) += 1;
        }
        counts
    }

    /// Forgets the calls so far.
    pub fn clear_requests(&self) {
        self.server.clear_requests();
    }

    /// Runs an action as the superuser, in a transaction of its own.
    fn with_env<T>(&self, action: impl FnOnce(&mut Env<'_>) -> Outcome<T>) -> Outcome<T> {
        let mut tx = self.server.store.begin();
        let context = Context {
            show_archived: true,
            ..Context::default()
        };
        let result = action(&mut Env::new(
            &mut tx,
            &self.server.site,
            SUPERUSER,
            context,
        ))?;
        tx.commit()?;
        Ok(result)
    }

    /// All records of a model with all their fields, by id, archived ones too; empty for an unknown model.
    #[must_use]
    pub fn records(&self, model: &str) -> Vec<Value> {
        self.records_where(model, &json!([]))
    }

    /// The records that match a domain.
    #[must_use]
    pub fn records_where(&self, model: &str, domain: &Value) -> Vec<Value> {
        let page = super::orm::search::Page {
            order: Some("id".to_owned()),
            ..Default::default()
        };
        let read = self.with_env(|env| {
            let ids = env.search(model, domain, &page)?;
            env.read(model, &ids, &[])
        });
        read.unwrap_or_default()
    }

    /// How many records a model has, archived ones too.
    #[must_use]
    pub fn count(&self, model: &str) -> usize {
        self.server
            .store
            .snapshot()
            .table(model)
            .map_or(0, |table| table.rows.len())
    }

    /// Hides the records of a model that a domain does not match from everybody but the superuser, as a record rule does that somebody adds.
    /// `self.unlink("ir.rule", rule)` shows them again.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn show_only(&self, model: &str, domain: &str) -> Outcome<i64> {
        let models = self.records_where("ir.model", &json!([["model", "=", model]]));
        let model = models.first().map(|model| &model["id"]);
        let rule = json!({ "name": "Shown", "model_id": model, "domain_force": domain });
        self.create("ir.rule", &rule)
    }

    /// Creates a record as the superuser and gives its id.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn create(&self, model: &str, values: &Value) -> Result<i64, OdooError> {
        let vals = values.as_object().cloned().unwrap_or_default();
        self.with_env(|env| env.create(model, vec![vals]))
            .map(|ids| ids[0])
    }

    /// Writes on a record as the superuser.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn write(&self, model: &str, id: i64, values: &Value) -> Result<(), OdooError> {
        let vals = values.as_object().cloned().unwrap_or_default();
        self.with_env(|env| env.write(model, &[id], &vals))
    }

    /// Deletes a record as the superuser.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn unlink(&self, model: &str, id: i64) -> Result<(), OdooError> {
        self.with_env(|env| env.unlink(model, &[id]))
    }

    /// Creates that many contacts, each made by the function from its number.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn seed_partners(
        &self,
        count: usize,
        make: impl Fn(usize) -> Value,
    ) -> Result<Vec<i64>, OdooError> {
        let mut ids = Vec::with_capacity(count);
        for start in (0..count).step_by(SEED_BATCH) {
            let batch: Vec<Vals> = (start..count.min(start + SEED_BATCH))
                .map(|number| builtin::vals(make(number)))
                .collect();
            ids.extend(self.with_env(|env| env.create("res.partner", batch))?);
        }
        Ok(ids)
    }

    /// Imports a data module from the bytes of its zip, as the administrator would.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn import_module(&self, zip: &[u8]) -> Result<(), OdooError> {
        use base64::Engine as _;
        let file = base64::engine::general_purpose::STANDARD.encode(zip);
        self.with_env(|env| {
            let wizard = env.create(
                "base.import.module",
                vec![builtin::vals(json!({"module_file": file, "force": true}))],
            )?;
            env.import_module(&wizard).map(|_| ())
        })
    }

    /// Installs the addon CRM, as somebody does in Apps.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn install_crm(&self) -> Result<(), OdooError> {
        self.with_env(|env| env.install_crm())
    }

    /// Uninstalls the addon CRM: leads and whatever depends on it go with it.
    ///
    /// # Errors
    ///
    /// What Odoo would raise.
    pub fn uninstall_crm(&self) -> Result<(), OdooError> {
        self.with_env(|env| {
            let crm = env.find("ir.module.module", "name", &json!("crm"));
            env.uninstall(&crm).map(drop)
        })
    }

    /// Unique indexes by name, with their columns.
    #[must_use]
    pub fn unique_indexes(&self) -> BTreeMap<String, Vec<String>> {
        self.server.unique_indexes()
    }

    /// Model and id behind an external id `module.name`.
    #[must_use]
    pub fn external_id(&self, xmlid: &str) -> Option<(String, i64)> {
        let (module, name) = xmlid.split_once('.')?;
        self.with_env(|env| Ok(env.xmlid(module, name)))
            .ok()
            .flatten()
    }

    /// Gives the administrator's key an expiry (`YYYY-MM-DD HH:MM:SS`, UTC); `None` takes it away.
    pub fn set_key_expiry(&self, expiry: Option<&str>) {
        self.change_keys(ADMIN_UID, &json!({"expiration_date": expiry}));
    }

    /// Revokes the keys of the administrator (`admin`) or of the plain user.
    pub fn revoke_key(&self, login: &str) {
        let user = if login == PLAIN { PLAIN_UID } else { ADMIN_UID };
        self.change_keys(user, &json!({"key": "revoked"}));
    }

    fn change_keys(&self, user: i64, values: &Value) {
        let vals = values.as_object().cloned().unwrap_or_default();
        let changed = self.with_env(|env| {
            let keys = env.find("res.users.apikeys", "user_id", &json!(user));
            env.write("res.users.apikeys", &keys, &vals)
        });
        debug_assert!(changed.is_ok(), "{changed:?}");
    }
}
