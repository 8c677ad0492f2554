//! The running server: accounts, transactions with their retries, the log of calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::builtin::{ADMIN, ADMIN_UID};
use super::env::{Context, Env, Site};
use super::error::{Kind, OdooError, Outcome};
use super::fault::{Effect, Faults};
use super::orm::load::{MAX_TOLD_ERRORS, at_row, database_message, interrupted};
use super::signature::{Arguments, Face};
use super::store::{Conflicts, Store, Transaction};
use super::value::now;
use super::version::Version;

/// How often Odoo runs a call again that PostgreSQL could not serialize (`MAX_TRIES_ON_CONCURRENCY_FAILURE`).
const TRIES: usize = 5;

/// One call as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `jsonrpc` or `json2`.
    pub transport: &'static str,
    /// The model; the service for calls of `common`.
    pub model: String,
    /// The method.
    pub method: String,
    /// Rows that the call carries: values of a `create`, ids of a `write`, lines of a `load`.
    pub rows: usize,
}

/// Largest request that Odoo takes as it comes, in bytes (`DEFAULT_MAX_CONTENT_LENGTH`).
const BODY_LIMIT_BYTES: u64 = 128 * 1024 * 1024;

/// Everything that the connections share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) site: Site,
    pub(crate) db: String,
    /// More databases answer at the same address: `/json/2` needs the header.
    pub(crate) several_databases: bool,
    pub(crate) store: Arc<Store>,
    pub(crate) faults: Faults,
    log: Mutex<Vec<Request>>,
    latency_ms: AtomicU64,
    body_limit_bytes: AtomicU64,
    /// Calls of models so far.
    executed: AtomicU64,
}

/// A call of a model's method.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) uid: i64,
    pub(crate) model: String,
    pub(crate) method: String,
    pub(crate) arguments: Arguments,
    pub(crate) context: Context,
    pub(crate) face: Face,
}

impl Server {
    pub(crate) fn new(site: Site, db: String, several_databases: bool) -> Self {
        Self {
            site,
            db,
            several_databases,
            store: Arc::default(),
            faults: Faults::default(),
            log: Mutex::default(),
            latency_ms: AtomicU64::new(0),
            body_limit_bytes: AtomicU64::new(BODY_LIMIT_BYTES),
            executed: AtomicU64::new(0),
        }
    }

    /// Another server with the same database in it, and without faults.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new(self.site.clone(), self.db.clone(), self.several_databases);
        Self {
            store: Arc::new(self.store.copy()),
            ..copy
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.site.version
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        self.latency_ms.store(
            u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }

    pub(crate) fn set_body_limit(&self, bytes: u64) {
        self.body_limit_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn body_limit(&self) -> u64 {
        self.body_limit_bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn record(&self, request: Request) {
        self.lock_log().push(request);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.lock_log().clone()
    }

    pub(crate) fn clear_requests(&self) {
        self.lock_log().clear();
    }

    fn lock_log(&self) -> std::sync::MutexGuard<'_, Vec<Request>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user of an API key; `None` when it is unknown, expired, or its user archived.
    pub(crate) fn user_of_key(&self, key: &str) -> Option<i64> {
        let mut tx = self.store.begin();
        let env = Env::new(&mut tx, &self.site, 1, Context::default());
        let row = env
            .find("res.users.apikeys", "key", &json!(key))
            .first()
            .copied()?;
        let expiry = env.stored("res.users.apikeys", row, "expiration_date");
        if expiry
            .as_str()
            .is_some_and(|expiry| expiry < now().as_str())
        {
            return None;
        }
        let user = env.stored_id("res.users.apikeys", row, "user_id")?;
        (env.stored("res.users", user, "active") == json!(true)).then_some(user)
    }

    /// The user of a login with a key or a password.
    pub(crate) fn login(&self, login: &str, secret: &str) -> Option<i64> {
        let mut tx = self.store.begin();
        let env = Env::new(&mut tx, &self.site, 1, Context::default());
        let user = env
            .find("res.users", "login", &json!(login))
            .first()
            .copied()?;
        self.accepts(user, secret).then_some(user)
    }

    /// Does the secret open the account? `/jsonrpc` takes passwords too.
    pub(crate) fn accepts(&self, uid: i64, secret: &str) -> bool {
        if self.user_of_key(secret) == Some(uid) {
            return true;
        }
        let mut tx = self.store.begin();
        let env = Env::new(&mut tx, &self.site, 1, Context::default());
        if env.stored("res.users", uid, "active") != json!(true) || secret.is_empty() {
            return false;
        }
        let password = env.stored("res.users", uid, "password");
        password == json!(secret) || (uid == ADMIN_UID && password.is_null() && secret == ADMIN)
    }

    pub(crate) fn user_exists(&self, uid: i64) -> bool {
        self.store.snapshot().row("res.users", uid).is_some()
    }

    /// Runs a call in its own transaction, as often as Odoo would.
    ///
    /// # Errors
    ///
    /// Whatever the method raises, or the commit.
    pub(crate) async fn execute(
        self: &Arc<Self>,
        call: Call,
        effects: &[Effect],
    ) -> Outcome<Value> {
        self.executed.fetch_add(1, Ordering::SeqCst);
        for effect in effects {
            match effect {
                Effect::Raise(error) => return Err(error.clone()),
                Effect::Fragile(stop, error) => {
                    let before = self.executed.load(Ordering::SeqCst);
                    stop.wait().await;
                    if self.executed.load(Ordering::SeqCst) != before {
                        return Err(error.clone());
                    }
                }
                _ => {}
            }
        }
        let mut last = OdooError::serialization_failure();
        let call = Arc::new(call);
        for attempt in 0..TRIES {
            let (server, job) = (Arc::clone(self), Arc::clone(&call));
            let worked = tokio::task::spawn_blocking(move || server.attempt(&job)).await;
            let Ok((mut tx, result)) = worked else {
                return Err(OdooError::new(Kind::Plain, "the simulation failed inside"));
            };
            let value = heard(effects, result?);
            if attempt == 0 {
                hold(effects, &value).await;
            }
            let webhooks = std::mem::take(&mut tx.after_commit);
            let conflicts = match tx.commit() {
                Ok(()) => {
                    for webhook in webhooks {
                        webhook.send().await;
                    }
                    return Ok(value);
                }
                Err(conflicts) if call.method == "load" => return Ok(refused_load(&conflicts)),
                Err(conflicts) => OdooError::from(conflicts),
            };
            if !conflicts.serialization {
                return Err(conflicts);
            }
            last = conflicts;
        }
        Err(last)
    }

    fn attempt(&self, call: &Call) -> (Transaction, Outcome<Value>) {
        let mut tx = self.store.begin();
        let mut env = Env::new(&mut tx, &self.site, call.uid, call.context.clone());
        let result = env
            .check_lang()
            .and_then(|()| env.call(&call.model, &call.method, call.arguments.clone(), call.face));
        (tx, result)
    }

    /// `PostgreSQL` has no database of this name.
    pub(crate) fn no_database(name: &str) -> OdooError {
        let text = format!(
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"{name}\" does not exist\n"
        );
        OdooError::new(Kind::Operational, text)
    }

    /// Unique indexes by model: name and columns.
    pub(crate) fn unique_indexes(&self) -> BTreeMap<String, Vec<String>> {
        let db = self.store.snapshot();
        db.tables
            .values()
            .flat_map(|table| table.uniques.iter())
            .map(|(name, unique)| (name.clone(), unique.columns.clone()))
            .collect()
    }
}

/// Those of the rows of an answer of which a replica has heard.
fn heard(effects: &[Effect], mut value: Value) -> Value {
    for effect in effects {
        if let (Effect::Unheard(text), Value::Array(rows)) = (effect, &mut value) {
            rows.retain(|row| !row.to_string().contains(text.as_str()));
        }
    }
    value
}

/// Keeps a transaction open that ends with `value`: a creation ends with the ids of its records.
async fn hold(effects: &[Effect], value: &Value) {
    let records = value.as_array().map_or(1, Vec::len);
    let records = u32::try_from(records).unwrap_or(u32::MAX);
    for effect in effects {
        match effect {
            Effect::Hold(stop) => stop.wait().await,
            Effect::Laborious(each) => tokio::time::sleep(*each * records).await,
            _ => {}
        }
    }
}

/// `load` catches what the database raises, row by row: nothing is stored, and messages say why.
fn refused_load(conflicts: &Conflicts) -> Value {
    let told = conflicts.0.iter().take(MAX_TOLD_ERRORS).enumerate();
    let mut messages: Vec<Value> = told
        .map(|(row, error)| at_row(database_message(error), row))
        .collect();
    if conflicts.0.len() > MAX_TOLD_ERRORS {
        messages.push(interrupted());
    }
    json!({"ids": false, "messages": messages, "nextrow": 0})
}

impl Env<'_> {
    /// From 18 on a context language that is not active is refused by whatever looks at it, which is nearly everything.
    fn check_lang(&self) -> Outcome<()> {
        match &self.context.lang {
            Some(lang) if self.version() >= Version::V18 && !self.installed_lang(lang) => {
                Err(OdooError::user(format!("Invalid language code: {lang}")))
            }
            _ => Ok(()),
        }
    }
}
