//! The ports on the real world: a blocking HTTP client, a map, and the machine's clock.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bridge_core::state::{self, key};
use chrono::{DateTime, Utc};
use odoo_client::OdooServer;
use odoo_client::{Known, Version};
use ports::Secret;
use ports::{Chance, Clock, Http, HttpError, KeyValue, StoreError, Timeouts};

/// Where the environment says that an Odoo is.
pub(crate) fn server() -> Option<OdooServer> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(OdooServer {
        base: url::Url::parse(&variable("ODOO_URL")?).expect("ODOO_URL is an address"),
        database: variable("ODOO_DB")?,
        login: variable("ODOO_LOGIN").unwrap_or_else(|| "admin".to_owned()),
        api_key: Secret::new(variable("ODOO_API_KEY")?),
    })
}

/// Nothing here ever waits without blocking: a future that is not ready is asked again.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

#[derive(Default)]
pub(crate) struct RealWorld {
    store: RefCell<HashMap<String, Vec<u8>>>,
}

impl RealWorld {
    /// A world that has met this Odoo before.
    pub(crate) fn knowing(server: &OdooServer, version: Version, uid: i64) -> Self {
        let world = Self::default();
        state::save(
            &world,
            &key::at(&state::Place::of(server), key::At::Odoo),
            &Known {
                version,
                uid: Some(uid),
            },
        )
        .expect("a map takes everything");
        world
    }
}

impl Http for RealWorld {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _: Timeouts,
    ) -> Result<http::Response<Vec<u8>>, HttpError> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(300)))
            .build();
        let agent = ureq::Agent::from(config);
        let (head, body) = request.into_parts();
        let sent = if head.method == http::Method::GET {
            agent.run(http::Request::from_parts(head, ()))
        } else {
            agent.run(http::Request::from_parts(head, body))
        };
        let (head, mut body) = sent
            .map_err(|error| HttpError::Broken(error.to_string()))?
            .into_parts();
        let bytes = body
            .read_to_vec()
            .map_err(|error| HttpError::Broken(error.to_string()))?;
        Ok(http::Response::from_parts(head, bytes))
    }
}

impl KeyValue for RealWorld {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.store.borrow().get(key).cloned())
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.store
            .borrow_mut()
            .insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.borrow_mut().remove(key);
        Ok(())
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.store.borrow().keys().cloned().collect())
    }
}

impl Chance for RealWorld {
    fn unique(&self) -> u64 {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.map_or(0, |now| now.subsec_nanos().into())
    }
}

impl Clock for RealWorld {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now())
    }

    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
