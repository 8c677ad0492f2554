//! What to start, and the start.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use super::builtin::{self, Seed};
use super::env::Site;
use super::handle::Odoo;
use super::http::serve;
use super::server::Server;
use super::version::Version;
use crate::port::Port;

/// How long Odoo waits for the answer to a webhook.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(1);

/// What to start; see [`Odoo::builder`].
#[derive(Clone, Debug)]
pub struct OdooBuilder {
    version: Version,
    db: String,
    port: u16,
    country: Option<String>,
    admin_key: String,
    user_key: String,
    languages: Vec<String>,
    phone_numbers: bool,
    mobile: bool,
    import_module: bool,
    crm: bool,
    several_databases: bool,
    webhooks: Option<Duration>,
}

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The version is not simulated.
    #[error(transparent)]
    Version(#[from] super::version::UnknownVersion),
    /// The port could not be opened.
    #[error("failed to listen")]
    Listen(#[from] std::io::Error),
    /// The first records could not be written.
    #[error("failed to fill the new database: {0}")]
    Install(String),
}

impl OdooBuilder {
    pub(super) fn new() -> Self {
        Self {
            version: Version::V19,
            db: "ucm".to_owned(),
            port: 0,
            country: None,
            admin_key: "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334".to_owned(),
            user_key: "0f1e2d3c4b5a69788796a5b4c3d2e1f001122335".to_owned(),
            languages: Vec::new(),
            phone_numbers: true,
            mobile: false,
            import_module: true,
            crm: true,
            several_databases: false,
            webhooks: None,
        }
    }

    /// 17, 18 or 19 (the default).
    ///
    /// # Panics
    ///
    /// On any other number; [`Version::try_from`] tells without a panic.
    #[must_use]
    #[expect(
        clippy::panic,
        reason = "a test that asks for an unknown version cannot go on"
    )]
    pub fn version(mut self, major: u16) -> Self {
        self.version = Version::try_from(major).unwrap_or_else(|unknown| panic!("{unknown}"));
        self
    }

    /// Name of the database (`ucm`).
    #[must_use]
    pub fn db(mut self, name: &str) -> Self {
        name.clone_into(&mut self.db);
        self
    }

    /// TCP port on loopback; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// ISO code of the company's country; none by default, as on a new server.
    #[must_use]
    pub fn country(mut self, code: &str) -> Self {
        self.country = Some(code.to_uppercase());
        self
    }

    /// Key of the administrator.
    #[must_use]
    pub fn api_key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.admin_key);
        self
    }

    /// Activates a language: `fr_FR`, `es_ES` or `de_DE`.
    #[must_use]
    pub fn language(mut self, code: &str) -> Self {
        self.languages.push(code.to_owned());
        self
    }

    /// The server lacks Python's `phonenumbers`: numbers are kept as they were typed.
    #[must_use]
    pub fn without_phonenumbers(mut self) -> Self {
        self.phone_numbers = false;
        self
    }

    /// Contacts have a `mobile`, on 19 by a module that brings it back.
    #[must_use]
    pub fn with_mobile(mut self) -> Self {
        self.mobile = true;
        self
    }

    /// The addon that imports data modules is missing.
    #[must_use]
    pub fn without_import_module(mut self) -> Self {
        self.import_module = false;
        self
    }

    /// The addon CRM is not installed; [`Odoo::install_crm`] does that later.
    #[must_use]
    pub fn without_crm(mut self) -> Self {
        self.crm = false;
        self
    }

    /// Several databases answer at this address: `/json/2` needs `X-Odoo-Database`.
    #[must_use]
    pub fn several_databases(mut self) -> Self {
        self.several_databases = true;
        self
    }

    /// Sends the webhooks of its actions; without it they are made and sent nowhere, for tests that post by themselves what Odoo would.
    #[must_use]
    pub fn with_webhooks(self) -> Self {
        self.with_webhooks_awaited(WEBHOOK_PATIENCE)
    }

    /// The same, where another time is waited for an answer than the second of a real Odoo: what has to happen before that ends does, on the
    /// slowest machine.
    #[must_use]
    pub fn with_webhooks_awaited(mut self, patience: Duration) -> Self {
        self.webhooks = Some(patience);
        self
    }

    /// Fills the database and listens on loopback.
    ///
    /// # Errors
    ///
    /// [`StartError`] when the port is taken.
    pub async fn start(self) -> Result<Odoo, StartError> {
        let site = Site {
            version: self.version,
            phone_numbers: self.phone_numbers,
            mobile: self.mobile,
            import_module: self.import_module,
            crm: self.crm,
            webhooks: self.webhooks,
        };
        let seed = Seed {
            country: self.country,
            admin_key: self.admin_key.clone(),
            user_key: self.user_key.clone(),
            languages: self.languages,
        };
        let server = Arc::new(Server::new(site, self.db, self.several_databases));
        builtin::install(&server.store, &server.site, &seed)
            .map_err(|error| StartError::Install(error.message))?;
        Odoo::listening(server, self.port, self.admin_key, self.user_key).await
    }
}

impl Odoo {
    /// Listens on loopback; port 0 takes a free one.
    async fn listening(
        server: Arc<Server>,
        port: u16,
        admin_key: String,
        user_key: String,
    ) -> Result<Self, StartError> {
        let serving = Arc::clone(&server);
        let serve = move |listener| serve(listener, Arc::clone(&serving));
        Ok(Self {
            server,
            port: Port::open((Ipv4Addr::LOCALHOST, port), serve).await?,
            admin_key,
            user_key,
        })
    }

    /// Another Odoo with all that is in this one by now, at a port of its own.
    ///
    /// # Errors
    ///
    /// [`StartError`] when there is no port.
    pub async fn copy(&self) -> Result<Self, StartError> {
        let (admin_key, user_key) = (self.admin_key.clone(), self.user_key.clone());
        Self::listening(Arc::new(self.server.copy()), 0, admin_key, user_key).await
    }
}
