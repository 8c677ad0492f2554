//! A server to talk to, simulated or real, and a plain client.

use std::env;
use std::io::Read as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use peers::odoo::{Held, Odoo, OdooBuilder};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// No call of a test takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// An exception as the client sees it: name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raised {
    pub(crate) name: String,
    pub(crate) message: String,
}

/// A server and its administrator.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) db: String,
    pub(crate) login: String,
    pub(crate) key: String,
    pub(crate) major: u16,
    simulated: Option<(Odoo, Runtime)>,
}

/// An answer: status, content type, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Target {
    /// A simulated server with changes to its builder.
    pub(crate) fn with(major: u16, change: impl FnOnce(OdooBuilder) -> OdooBuilder) -> Self {
        let runtime = Runtime::new().unwrap();
        let odoo = runtime
            .block_on(change(Odoo::builder().version(major)).start())
            .unwrap();
        Self {
            url: odoo.url(),
            db: odoo.db().to_owned(),
            login: odoo.login().to_owned(),
            key: odoo.api_key().to_owned(),
            major,
            simulated: Some((odoo, runtime)),
        }
    }

    pub(crate) fn simulated(major: u16) -> Self {
        Self::with(major, |builder| builder)
    }

    /// The real server of the environment, if one is named.
    pub(crate) fn real() -> Option<Self> {
        let (url, db, key) = (
            env::var("ODOO_URL").ok()?,
            env::var("ODOO_DB").ok()?,
            env::var("ODOO_API_KEY").ok()?,
        );
        let login = env::var("ODOO_LOGIN").unwrap_or_else(|_| "admin".to_owned());
        let mut target = Self {
            url,
            db,
            login,
            key,
            major: 19,
            simulated: None,
        };
        let version = target.rpc("common", "version", &json!([]));
        target.major = u16::try_from(version["result"]["server_version_info"][0].as_u64()?).ok()?;
        Some(target)
    }

    /// Every simulated version, and the real server where there is one.
    pub(crate) fn all() -> Vec<Self> {
        [17, 18, 19]
            .into_iter()
            .map(Self::simulated)
            .chain(Self::real())
            .collect()
    }

    pub(crate) fn odoo(&self) -> &Odoo {
        &self.simulated.as_ref().unwrap().0
    }

    /// Waits until a call of the simulated server is held up.
    pub(crate) fn wait_for_arrival(&self, held: &Held) {
        self.runtime().block_on(held.arrived());
    }

    /// The simulated server refuses connections.
    pub(crate) fn go_down(&self) {
        self.runtime().block_on(self.odoo().go_down());
    }

    /// The simulated server accepts them again.
    pub(crate) fn come_back(&self) {
        self.runtime().block_on(self.odoo().come_back());
    }

    fn runtime(&self) -> &Runtime {
        &self.simulated.as_ref().unwrap().1
    }

    pub(crate) fn is_real(&self) -> bool {
        self.simulated.is_none()
    }

    /// One HTTP request; an error where no answer came.
    pub(crate) fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, String> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).unwrap();
        let mut response = agent.run(request).map_err(|error| error.to_string())?;
        let content_type = response
            .headers()
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let mut text = String::new();
        response
            .body_mut()
            .as_reader()
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
        Ok(Answer {
            status: response.status().as_u16(),
            content_type,
            body: text,
        })
    }

    /// `POST /jsonrpc`.
    pub(crate) fn rpc(&self, service: &str, method: &str, args: &Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "method": "call", "id": 7, "params": {"service": service, "method": method, "args": args}});
        let answer = self
            .http(
                "POST",
                "/jsonrpc",
                &[("content-type", "application/json")],
                &body.to_string(),
            )
            .unwrap();
        assert_eq!(answer.status, 200, "/jsonrpc answers 200 whatever happens");
        answer.json()
    }

    /// `execute_kw` of the administrator, in English and UTC.
    pub(crate) fn kw(
        &self,
        model: &str,
        method: &str,
        args: Value,
        kwargs: Value,
    ) -> Result<Value, Raised> {
        self.kw_as(2, &self.key, model, method, args, kwargs)
    }

    pub(crate) fn kw_as(
        &self,
        uid: i64,
        key: &str,
        model: &str,
        method: &str,
        args: Value,
        mut kwargs: Value,
    ) -> Result<Value, Raised> {
        if kwargs.get("context").is_none() {
            kwargs["context"] = json!({"lang": "en_US", "tz": "UTC"});
        }
        let answer = self.rpc(
            "object",
            "execute_kw",
            &json!([self.db, uid, key, model, method, args, kwargs]),
        );
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => {
                assert_eq!(error["code"], if self.major == 19 { 0 } else { 200 });
                assert_eq!(error["message"], "Odoo Server Error");
                let text = |key: &str| error["data"][key].as_str().unwrap_or_default().to_owned();
                assert!(
                    text("debug").contains("Traceback") || text("name").ends_with("AccessDenied"),
                    "{error}"
                );
                Err(Raised {
                    name: text("name"),
                    message: text("message"),
                })
            }
        }
    }

    /// `/json/2` of the administrator.
    pub(crate) fn json2(&self, model: &str, method: &str, body: &Value) -> (u16, Value) {
        let bearer = format!("bearer {}", self.key);
        let headers = [
            ("content-type", "application/json"),
            ("authorization", bearer.as_str()),
            ("x-odoo-database", self.db.as_str()),
        ];
        let answer = self
            .http(
                "POST",
                &format!("/json/2/{model}/{method}"),
                &headers,
                &body.to_string(),
            )
            .unwrap();
        (answer.status, answer.json())
    }

    /// Makes a model of its own for one test, with an index on `x_uid`; removed when dropped.
    pub(crate) fn scratch(&self) -> Scratch<'_> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "x_peers_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let id = self
            .kw(
                "ir.model",
                "create",
                json!([scratch_model(&name)]),
                json!({}),
            )
            .unwrap()
            .as_i64()
            .unwrap();
        let scratch = Scratch {
            target: self,
            name,
            id,
        };
        scratch
            .run(&format!(
                "CREATE UNIQUE INDEX IF NOT EXISTS {0}_x_uid_uniq ON {0} (x_uid)",
                scratch.name
            ))
            .unwrap();
        scratch
    }
}

fn scratch_model(name: &str) -> Value {
    let field = |name: &str, ttype: &str, label: &str| json!([0, 0, {"name": name, "ttype": ttype, "field_description": label}]);
    json!({
        "name": "Peers Check", "model": name,
        "field_id": [
            field("x_name", "char", "Name"), field("x_n", "integer", "N"), field("x_f", "float", "F"), field("x_b", "boolean", "B"),
            field("x_at", "datetime", "At"), field("x_d", "date", "D"),
            [0, 0, {"name": "x_uid", "ttype": "char", "field_description": "Call UID", "required": true, "index": true}],
            [0, 0, {"name": "x_dir", "ttype": "selection", "field_description": "Direction", "selection_ids": [
                [0, 0, {"value": "in", "name": "Inbound", "sequence": 0}], [0, 0, {"value": "out", "name": "Outbound", "sequence": 1}]]}],
            [0, 0, {"name": "x_partner_id", "ttype": "many2one", "relation": "res.partner", "field_description": "Contact", "on_delete": "set null"}],
            [0, 0, {"name": "x_candidate_ids", "ttype": "many2many", "relation": "res.partner", "field_description": "Candidates"}],
        ],
        "access_ids": [[0, 0, {"name": "peers", "group_id": 1, "perm_read": true, "perm_write": true, "perm_create": true, "perm_unlink": true}]],
    })
}

/// A model that one test owns.
pub(crate) struct Scratch<'t> {
    pub(crate) target: &'t Target,
    pub(crate) name: String,
    pub(crate) id: i64,
}

impl Scratch<'_> {
    pub(crate) fn kw(&self, method: &str, args: Value) -> Result<Value, Raised> {
        self.target.kw(&self.name, method, args, json!({}))
    }

    /// Runs a statement through a server action, as a module does.
    pub(crate) fn run(&self, sql: &str) -> Result<Value, Raised> {
        let action = json!([{"name": "peers", "model_id": self.id, "state": "code", "code": format!("env.cr.execute('{sql}')")}]);
        let id = self
            .target
            .kw("ir.actions.server", "create", action, json!({}))?;
        let ran = self
            .target
            .kw("ir.actions.server", "run", json!([[id]]), json!({}));
        self.target
            .kw("ir.actions.server", "unlink", json!([[id]]), json!({}))?;
        ran
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // A model that goes with its many2many leaves the table of pairs behind on a real server: the field goes first.
        let domain = json!([[["model", "=", self.name], ["ttype", "=", "many2many"]]]);
        let pairs = self
            .target
            .kw("ir.model.fields", "search", domain, json!({}));
        let cleared = pairs.and_then(|ids| {
            self.target
                .kw("ir.model.fields", "unlink", json!([ids]), json!({}))
        });
        let removed = cleared.and_then(|_| {
            self.target
                .kw("ir.model", "unlink", json!([[self.id]]), json!({}))
        });
        if !std::thread::panicking() {
            assert_eq!(removed, Ok(json!(true)));
        }
    }
}
