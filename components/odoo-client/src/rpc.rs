//! One face over both transports: a [`Call`] in, a request out; a response in, a typed answer or an [`OdooError`] out.

use std::collections::BTreeMap;

use http::{HeaderValue, Method, Request, Response, Uri, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Arg;
use super::error::{self, OdooError};
use super::{Call, OdooServer, Transport, Version};
use ports::Secret;

/// What was learnt about a server by greeting it, to be kept between runs.
///
/// Keep it in the store under a versioned envelope; forget it on any error whose reaction is to stop, so that the next run greets again
/// (the server may have been upgraded, or the key replaced by another user's).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The server's series.
    pub version: Version,
    /// Number of the key's user; JSON-RPC needs it, JSON-2 has no use for it.
    pub uid: Option<i64>,
}

/// A client that never sends: it renders calls and reads answers.
#[derive(Debug, Clone)]
pub struct Rpc {
    address: Address,
    known: Known,
}

/// Where a server is and what lets us in, checked once.
#[derive(Debug, Clone)]
pub(super) struct Address {
    base: url::Url,
    pub(super) database: String,
    pub(super) login: String,
    pub(super) api_key: Secret,
    database_header: HeaderValue,
    bearer: HeaderValue,
}

impl Rpc {
    /// A client for `server`, of which `known` was learnt.
    ///
    /// # Errors
    /// [`OdooError::Misconfigured`] when the key or the database's name cannot be put in a header.
    pub fn new(server: &OdooServer, known: Known) -> Result<Self, OdooError> {
        Ok(Self {
            address: Address::new(server)?,
            known,
        })
    }

    /// What is known of the server.
    pub fn known(&self) -> Known {
        self.known
    }

    /// The server's series.
    pub fn version(&self) -> Version {
        self.known.version
    }

    /// Renders `call` for this server's transport.
    pub fn request<T>(&self, call: &Call<T>) -> Request<Vec<u8>> {
        match self.known.version.transport() {
            Transport::Json2 => self.address.json2(call),
            Transport::JsonRpc => self.address.execute_kw(self.known.uid, call),
        }
    }

    /// Reads the answer to `call`.
    ///
    /// # Errors
    /// [`OdooError`] for whatever is not the answer: see [`OdooError::reaction`] for what to do.
    pub fn parse<T>(&self, call: &Call<T>, response: &Response<Vec<u8>>) -> Result<T, OdooError> {
        let value = match self.known.version.transport() {
            Transport::Json2 => error::json2_result(call, response)?,
            Transport::JsonRpc => {
                error::jsonrpc_result(Some(call), &self.address.database, response)?
            }
        };
        (call.read)(value).map_err(|_| OdooError::NotUnderstood {
            model: call.model,
            method: call.method,
        })
    }
}

/// What a body is made of. The rows of a page are megabytes: they are written from where they are.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Value(&'a Value),
    Arg(&'a Arg),
    Ids(&'a [i64]),
    Object(&'a Map<String, Value>),
}

/// What both transports take by name: the options, and the context if there is one.
fn named<T>(call: &Call<T>) -> impl Iterator<Item = (&str, Part<'_>)> {
    let options = call.options.iter();
    let options = options.map(|(name, value)| (name.as_str(), Part::Value(value)));
    let context = Some(&call.context).filter(|context| !context.is_empty());
    options.chain(context.map(|context| ("context", Part::Object(context))))
}

impl Address {
    pub(super) fn new(server: &OdooServer) -> Result<Self, OdooError> {
        let header = |text: &str, setting| {
            HeaderValue::from_str(text).map_err(|_| OdooError::Misconfigured { setting })
        };
        let mut bearer = header(
            &format!("Bearer {}", server.api_key.expose()),
            "the API key",
        )?;
        bearer.set_sensitive(true);
        Ok(Self {
            base: server.base.clone(),
            database: server.database.clone(),
            login: server.login.clone(),
            api_key: server.api_key.clone(),
            database_header: header(&server.database, "the database name")?,
            bearer,
        })
    }

    fn json2<T>(&self, call: &Call<T>) -> Request<Vec<u8>> {
        let body: BTreeMap<&str, Part<'_>> = named(call)
            .chain(call.args.iter().map(|(name, arg)| (*name, Part::Arg(arg))))
            .chain(call.ids.iter().map(|ids| ("ids", Part::Ids(ids))))
            .collect();
        let path = format!("/json/2/{}/{}", call.model, call.method);
        let mut request = self.post(&path, &body);
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, self.bearer.clone());
        request
    }

    fn execute_kw<T>(&self, uid: Option<i64>, call: &Call<T>) -> Request<Vec<u8>> {
        let options: BTreeMap<&str, Part<'_>> = named(call).collect();
        let ids = call.ids.iter().map(|ids| Part::Ids(ids));
        let args: Vec<Part<'_>> = ids
            .chain(call.args.iter().map(|(_, arg)| Part::Arg(arg)))
            .collect();
        let key = self.api_key.expose();
        let args = (
            &self.database,
            uid,
            key,
            call.model,
            call.method,
            args,
            options,
        );
        self.service("object", "execute_kw", &args)
    }

    /// A call of one of JSON-RPC's services.
    pub(super) fn service(
        &self,
        service: &str,
        method: &str,
        args: &impl Serialize,
    ) -> Request<Vec<u8>> {
        #[derive(Serialize)]
        struct Body<P> {
            jsonrpc: &'static str,
            method: &'static str,
            id: u32,
            params: P,
        }
        #[derive(Serialize)]
        struct Params<'a, A> {
            service: &'a str,
            method: &'a str,
            args: &'a A,
        }
        let body = Body {
            jsonrpc: "2.0",
            method: "call",
            id: 1,
            params: Params {
                service,
                method,
                args,
            },
        };
        self.post("/jsonrpc", &body)
    }

    /// `GET /web/version`, which needs neither key nor database.
    pub(super) fn web_version(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri("/web/version");
        request
    }

    fn post(&self, path: &str, body: &impl Serialize) -> Request<Vec<u8>> {
        // Neither text keys nor values can fail to be written.
        let mut request = Request::new(serde_json::to_vec(body).unwrap_or_default());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri(path);
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        // On 19 it chooses the database; on 17 and 18, where it means nothing, the call names it.
        headers.insert("x-odoo-database", self.database_header.clone());
        request
    }

    /// The server's address with `path` behind whatever path a reverse proxy adds.
    fn uri(&self, path: &str) -> Uri {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.set_query(None);
        // Every URL is a URI; were it not, the empty one is refused by whoever sends it.
        Uri::try_from(url.as_str()).unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
