//! `POST /jsonrpc`: the services `common` and `object`, HTTP 200 whatever happens.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::env::Context;
use super::error::{Kind, OdooError, Outcome};
use super::fault::Effect;
use super::http::{
    Answer, Received, after_work, before_work, has_key_refused, html, json as json_answer,
    wrong_media_type,
};
use super::server::{Call, Request, Server};
use super::signature::{Arguments, Face};
use super::value::repr_str;

/// Answers one request.
pub(crate) async fn answer(received: &Received, server: &Arc<Server>) -> Answer {
    if !matches!(
        received.media_type(),
        "application/json" | "application/json-rpc"
    ) || received.parts.method != Method::POST
    {
        return Ok(wrong_media_type(
            "/jsonrpc",
            if server.version().has_json2() {
                "jsonrpc"
            } else {
                "json"
            },
        ));
    }
    let Ok(request) = serde_json::from_slice::<Value>(&received.body) else {
        return Ok(html(StatusCode::BAD_REQUEST, "Invalid JSON data"));
    };
    let Some(object) = request.as_object() else {
        return Ok(html(StatusCode::BAD_REQUEST, "Invalid JSON-RPC data"));
    };
    let id = object.get("id").cloned().unwrap_or_default();
    let parsed = Rpc::parse(object.get("params").unwrap_or(&Value::Null));
    let (model, method) = parsed
        .as_ref()
        .map_or((String::new(), String::new()), Rpc::subject);
    let effects = server.faults.strike(&model, &method, &received.body);
    if let Some(answer) = before_work(&effects).await {
        return answer;
    }
    let result = match parsed {
        Ok(rpc) => {
            server.record(Request {
                transport: "jsonrpc",
                model,
                method,
                rows: rpc.rows(),
            });
            rpc.run(server, &effects).await
        }
        Err(error) => Err(error),
    };
    let body = envelope(&id, result, server).to_string();
    after_work(
        &effects,
        Ok(json_answer(StatusCode::OK, body.clone())),
        &body,
    )
}

pub(super) fn envelope(id: &Value, result: Outcome<Value>, server: &Server) -> Value {
    match result {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(error) => {
            let error = json!({"code": server.version().rpc_error_code(), "message": "Odoo Server Error", "data": error.data()});
            json!({"jsonrpc": "2.0", "id": id, "error": error})
        }
    }
}

/// A parsed `params`.
#[derive(Debug)]
enum Rpc {
    Version,
    Authenticate {
        db: String,
        login: String,
        secret: String,
    },
    Execute {
        db: String,
        uid: i64,
        secret: String,
        model: String,
        method: String,
        positional: Vec<Value>,
        named: super::value::Vals,
    },
}

impl Rpc {
    fn parse(params: &Value) -> Outcome<Self> {
        let text = |key: &str| params.get(key).and_then(Value::as_str);
        let (Some(service), Some(method), Some(args)) = (
            text("service"),
            text("method"),
            params.get("args").and_then(Value::as_array),
        ) else {
            return Err(OdooError::type_error(
                "JSONRPC.jsonrpc() missing 3 required positional arguments: 'service', 'method', and 'args'",
            ));
        };
        match (service, method) {
            ("common", "version") => Ok(Self::Version),
            ("common", "authenticate" | "login") => Self::authenticate(args),
            ("object", "execute_kw" | "execute") => Self::execute(method, args),
            ("common" | "object", _) => Err(OdooError::new(
                Kind::Plain,
                format!("Method not available {method}"),
            )),
            _ => Err(OdooError::new(Kind::Key, service)),
        }
    }

    fn authenticate(args: &[Value]) -> Outcome<Self> {
        let text = |at: usize| {
            args.get(at)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or_else(too_few)
        };
        Ok(Self::Authenticate {
            db: text(0)?,
            login: text(1)?,
            secret: text(2)?,
        })
    }

    fn execute(method: &str, args: &[Value]) -> Outcome<Self> {
        let [db, uid, secret, model, name, rest @ ..] = args else {
            return Err(too_few());
        };
        let (positional, named) = if method == "execute" {
            (rest.to_vec(), super::value::Vals::new())
        } else {
            let list = rest
                .first()
                .and_then(Value::as_array)
                .cloned()
                .ok_or_else(too_few)?;
            (
                list,
                rest.get(1)
                    .and_then(Value::as_object)
                    .cloned()
                    .unwrap_or_default(),
            )
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self::Execute {
            db: text(db),
            uid: uid.as_i64().unwrap_or_default(),
            secret: text(secret),
            model: text(model),
            method: text(name),
            positional,
            named,
        })
    }

    fn subject(&self) -> (String, String) {
        match self {
            Self::Version => ("common".to_owned(), "version".to_owned()),
            Self::Authenticate { .. } => ("common".to_owned(), "authenticate".to_owned()),
            Self::Execute { model, method, .. } => (model.clone(), method.clone()),
        }
    }

    fn rows(&self) -> usize {
        let Self::Execute {
            method,
            positional,
            named,
            ..
        } = self
        else {
            return 0;
        };
        let at = if method == "load" { 1 } else { 0 };
        let given = positional
            .get(at)
            .or_else(|| named.get("vals_list"))
            .or_else(|| named.get("data"));
        match (method.as_str(), given) {
            ("create" | "write" | "unlink" | "load" | "read", Some(Value::Array(items))) => {
                items.len()
            }
            ("create" | "write" | "unlink" | "read", Some(Value::Object(_) | Value::Number(_))) => {
                1
            }
            _ => 0,
        }
    }

    async fn run(self, server: &Arc<Server>, effects: &[Effect]) -> Outcome<Value> {
        match self {
            Self::Version => Ok(version(server)),
            Self::Authenticate { db, login, secret } => {
                check_database(server, &db)?;
                let uid = if has_key_refused(effects) {
                    None
                } else {
                    server.login(&login, &secret)
                };
                Ok(uid.map_or(json!(false), |uid| json!(uid)))
            }
            Self::Execute {
                db,
                uid,
                secret,
                model,
                method,
                positional,
                mut named,
            } => {
                check_database(server, &db)?;
                if has_key_refused(effects) || !server.accepts(uid, &secret) {
                    return Err(denied(server, uid));
                }
                let context = Context::parse(named.remove("context").as_ref())?;
                let arguments = Arguments { positional, named };
                server
                    .execute(
                        Call {
                            uid,
                            model,
                            method,
                            arguments,
                            context,
                            face: Face::JsonRpc,
                        },
                        effects,
                    )
                    .await
            }
        }
    }
}

fn version(server: &Server) -> Value {
    let serie = format!("{}.0", server.version().major());
    json!({"server_version": serie, "server_version_info": server.version().info(), "server_serie": serie, "protocol_version": 1})
}

fn check_database(server: &Server, db: &str) -> Outcome<()> {
    if db == server.db {
        Ok(())
    } else {
        Err(Server::no_database(db))
    }
}

/// 19 looks the user up before it looks at the key.
fn denied(server: &Server, uid: i64) -> OdooError {
    if server.version().has_json2() && !server.user_exists(uid) {
        return OdooError::missing("res.users", &[uid], uid);
    }
    OdooError::new(Kind::AccessDenied, "Access Denied")
}

fn too_few() -> OdooError {
    OdooError::new(
        Kind::Value,
        format!(
            "not enough values to unpack ({})",
            repr_str("expected at least 3")
        ),
    )
}
