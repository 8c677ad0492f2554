//! Finding out what an Odoo is: its series, and on 17 and 18 the number of the key's user.

use http::{Request, Response};
use serde_json::{Value, json};

use super::OdooServer;
use super::error::{self, OdooError};
use super::rpc::{Address, Known};
use super::{Transport, Version};

/// The conversation by which a server gets [`Known`]: send what [`Greeting::start`] gives, hand each answer to
/// [`Greeting::handle_response`], and stop at [`Step::Done`]. At most three exchanges.
#[derive(Debug)]
pub struct Greeting {
    address: Address,
    stage: Stage,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Send this and hand in the answer.
    Ask(Request<Vec<u8>>),
    /// All is known.
    Done(Known),
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// `GET /web/version` was sent: only 19 and later have it.
    WebVersion,
    /// `common.version` was sent.
    CommonVersion,
    /// `common.authenticate` was sent.
    Authenticate(Version),
}

impl Greeting {
    /// A greeting for `server`.
    ///
    /// # Errors
    /// [`OdooError::Misconfigured`] when the key or the database's name cannot be sent.
    pub fn new(server: &OdooServer) -> Result<Self, OdooError> {
        Ok(Self {
            address: Address::new(server)?,
            stage: Stage::WebVersion,
        })
    }

    /// The first request.
    pub fn start(&self) -> Request<Vec<u8>> {
        self.address.web_version()
    }

    /// Takes the answer to the last request.
    ///
    /// # Errors
    /// [`OdooError`] when the server is away, no Odoo, too old, does not have the database, or refuses the key.
    pub fn handle_response(&mut self, response: &Response<Vec<u8>>) -> Result<Step, OdooError> {
        match self.stage {
            Stage::WebVersion => match parse_web_version(response)? {
                Some(version) => self.greeted(version),
                None => {
                    self.stage = Stage::CommonVersion;
                    Ok(Step::Ask(self.address.service(
                        "common",
                        "version",
                        &json!([]),
                    )))
                }
            },
            Stage::CommonVersion => {
                let told = error::jsonrpc_result::<Value>(None, &self.address.database, response)?;
                let version =
                    Version::from_info(&told["server_version_info"]).ok_or(OdooError::NotOdoo {
                        status: response.status(),
                    })?;
                self.greeted(version)
            }
            Stage::Authenticate(version) => {
                let told = error::jsonrpc_result::<Value>(None, &self.address.database, response)?;
                // A wrong key or login is no error here but `false`.
                let uid = told.as_i64().ok_or(OdooError::KeyRefused)?;
                Ok(Step::Done(Known {
                    version,
                    uid: Some(uid),
                }))
            }
        }
    }

    fn greeted(&mut self, version: Version) -> Result<Step, OdooError> {
        if version < Version::OLDEST {
            return Err(OdooError::TooOld { version });
        }
        match version.transport() {
            Transport::Json2 => Ok(Step::Done(Known { version, uid: None })),
            Transport::JsonRpc => {
                self.stage = Stage::Authenticate(version);
                let Address {
                    database,
                    login,
                    api_key,
                    ..
                } = &self.address;
                let args = json!([database, login, api_key.expose(), {}]);
                Ok(Step::Ask(self.address.service(
                    "common",
                    "authenticate",
                    &args,
                )))
            }
        }
    }
}

/// The series told by `/web/version`; `None` where there is no such page, as before 19.
fn parse_web_version(response: &Response<Vec<u8>>) -> Result<Option<Version>, OdooError> {
    error::check_available(response)?;
    let told: Option<Value> = serde_json::from_slice(response.body()).ok();
    Ok(told.and_then(|told| Version::from_info(&told["version_info"])))
}
