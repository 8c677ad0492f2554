//! A store on Redis, as Spin keeps it: a key of the guest is the same key there, whatever the store's label is, and whoever else writes to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{Client, Cmd, Connection, FromRedisValue, RedisResult};

use super::KeyValueError;

/// A database of a Redis or Valkey; clones are the same. Connected at first use, and again after a connection has broken.
#[derive(Clone)]
pub(super) struct RedisServer {
    client: Client,
    connection: Arc<Mutex<Option<Connection>>>,
}

/// How long a connection may take, and an answer.
const TIMEOUT: Duration = Duration::from_secs(5);

impl RedisServer {
    /// That of an address such as `redis://:password@host:6379/0`. Nobody is asked yet.
    pub(super) fn at(url: &str) -> Result<Self, KeyValueError> {
        Ok(Self {
            client: Client::open(url)?,
            connection: Arc::default(),
        })
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        self.ask(redis::cmd("GET").arg(key))
    }

    /// Writes the value, and says whether there was room for its key. Redis itself knows no such limit: it is counted before.
    pub(super) fn set(
        &self,
        key: &str,
        value: &[u8],
        most_keys: usize,
    ) -> Result<bool, KeyValueError> {
        if most_keys < usize::MAX && !self.exists(key)? {
            let keys: usize = self.ask(&redis::cmd("DBSIZE"))?;
            if keys >= most_keys {
                return Ok(false);
            }
        }
        self.ask::<()>(redis::cmd("SET").arg(key).arg(value))?;
        Ok(true)
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        self.ask(redis::cmd("DEL").arg(key))
    }

    pub(super) fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        self.ask(redis::cmd("KEYS").arg("*"))
    }

    fn exists(&self, key: &str) -> Result<bool, KeyValueError> {
        self.ask(redis::cmd("EXISTS").arg(key))
    }

    fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, KeyValueError> {
        // The connection is back in its place only once the dialogue has ended well, so a poisoned lock is sound.
        let mut kept = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let answer = command.query(&mut connection)?;
        *kept = Some(connection);
        Ok(answer)
    }

    fn connect(&self) -> RedisResult<Connection> {
        let connection = self.client.get_connection_with_timeout(TIMEOUT)?;
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        Ok(connection)
    }
}

/// The address may hold a password.
impl std::fmt::Debug for RedisServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisServer").finish_non_exhaustive()
    }
}
