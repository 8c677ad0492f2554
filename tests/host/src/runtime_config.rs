//! The runtime configuration file of Spin, as far as it concerns this host.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What stands in a runtime configuration file.
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// `[[client_tls]]`: whom components trust when they call out over TLS.
    pub client_tls: Vec<ClientTls>,
    /// `[key_value_store.LABEL]`: where each of these stores is; one labelled `default` is in the place of the usual one.
    pub key_value_stores: BTreeMap<String, StoreConfig>,
    /// `[outbound_http] connection_pooling`: whether connections are kept for the next request.
    pub connection_pooling: ConnectionPooling,
}

/// `[key_value_store.LABEL]`: where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreConfig {
    /// Of type `spin`: in this SQLite file.
    Sqlite(PathBuf),
    /// Of type `redis`: on the Redis at this address.
    Redis(RedisUrl),
}

/// The address of a Redis, which may hold a password: it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address, for whoever connects.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisUrl(..)")
    }
}

/// Whether connections are kept for the next request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionPooling {
    /// They are: what Spin does without an `[outbound_http]` section.
    #[default]
    On,
    /// They are not: what Spin does with a section that does not ask for it.
    Off,
}

/// `[[client_tls]]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ClientTls {
    /// The components it is for.
    pub component_ids: Vec<String>,
    /// The hosts it is for, without ports.
    pub hosts: Vec<String>,
    /// A PEM file of certificate authorities to trust.
    #[serde(default)]
    pub ca_roots_file: Option<PathBuf>,
    /// Whether the machine's own authorities are trusted as well. If neither this nor
    /// `ca_use_webpki_roots` is given: only when there is no `ca_roots_file`.
    #[serde(default)]
    pub ca_use_platform_roots: Option<bool>,
    /// Whether Mozilla's authorities are trusted as well.
    #[serde(default)]
    pub ca_use_webpki_roots: Option<bool>,
    /// A PEM file of the certificate to show, with its chain.
    #[serde(default)]
    pub client_cert_file: Option<PathBuf>,
    /// A PEM file of the key to that certificate.
    #[serde(default)]
    pub client_private_key_file: Option<PathBuf>,
}

/// Why a runtime configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeConfigError {
    /// The file cannot be read.
    #[error("the runtime configuration {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not TOML, or a value does not fit.
    #[error("the runtime configuration: {0}")]
    Toml(#[from] toml::de::Error),
    /// A section that would change how this host behaves but is not known to it.
    #[error("the runtime configuration: [{0}] cannot be honoured here")]
    NotHonoured(String),
    /// A store that this host cannot open.
    #[error(
        "the runtime configuration: key-value store {0:?} must be of type \"spin\" with a path, or \"redis\" with a url"
    )]
    Store(String),
    /// A list that may not be empty.
    #[error("the runtime configuration: [[client_tls]]: '{0}' list may not be empty")]
    Empty(&'static str),
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    client_tls: Vec<ClientTls>,
    #[serde(default)]
    key_value_store: BTreeMap<String, RawStore>,
    outbound_http: Option<RawOutboundHttp>,
    #[serde(flatten)]
    others: toml::Table,
}

#[derive(Deserialize)]
struct RawStore {
    r#type: String,
    path: Option<PathBuf>,
    url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutboundHttp {
    #[serde(default)]
    connection_pooling: bool,
}

impl RuntimeConfig {
    /// Reads a file; paths in it start from its folder.
    ///
    /// # Errors
    ///
    /// When it cannot be read or asks for what this host does not have.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RuntimeConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| RuntimeConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path.parent().unwrap_or_else(|| Path::new("")))
    }

    /// Reads the text of a file that stands in the folder.
    ///
    /// # Errors
    ///
    /// When it asks for what this host does not have.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, RuntimeConfigError> {
        let raw: Raw = toml::from_str(text)?;
        // Nothing is logged to a disk here, wherever it should be.
        let mut others = raw.others.keys().filter(|key| *key != "log_dir");
        if let Some(other) = others.next() {
            return Err(RuntimeConfigError::NotHonoured(other.clone()));
        }
        let client_tls = raw.client_tls.into_iter().map(|it| it.checked(folder));
        let stores = raw
            .key_value_store
            .into_iter()
            .map(|(label, store)| store.checked(label, folder));
        let is_pooling = raw.outbound_http.is_none_or(|it| it.connection_pooling);
        Ok(Self {
            client_tls: client_tls.collect::<Result<_, _>>()?,
            key_value_stores: stores.collect::<Result<_, _>>()?,
            connection_pooling: if is_pooling {
                ConnectionPooling::On
            } else {
                ConnectionPooling::Off
            },
        })
    }
}

impl RawStore {
    fn checked(
        self,
        label: String,
        folder: &Path,
    ) -> Result<(String, StoreConfig), RuntimeConfigError> {
        let store = match (self.r#type.as_str(), self.path, self.url) {
            ("spin", Some(path), _) => StoreConfig::Sqlite(folder.join(path)),
            ("redis", _, Some(url)) => StoreConfig::Redis(RedisUrl(url)),
            _ => return Err(RuntimeConfigError::Store(label)),
        };
        Ok((label, store))
    }
}

impl ClientTls {
    fn checked(mut self, folder: &Path) -> Result<Self, RuntimeConfigError> {
        if self.component_ids.is_empty() {
            return Err(RuntimeConfigError::Empty("component_ids"));
        }
        if self.hosts.is_empty() {
            return Err(RuntimeConfigError::Empty("hosts"));
        }
        let files = [
            &mut self.ca_roots_file,
            &mut self.client_cert_file,
            &mut self.client_private_key_file,
        ];
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RuntimeConfig, RuntimeConfigError> {
        RuntimeConfig::parse(text, Path::new("/etc"))
    }

    #[test]
    fn paths_start_from_the_folder_of_the_file() {
        let config = parse(
            "[[client_tls]]\ncomponent_ids = [\"a\"]\nhosts = [\"h\"]\nca_roots_file = \"ca.pem\"\n\
             [key_value_store.more]\ntype = \"spin\"\npath = \"/var/more.db\"\n",
        )
        .unwrap();
        assert_eq!(
            config.client_tls[0].ca_roots_file.as_deref(),
            Some(Path::new("/etc/ca.pem"))
        );
        assert_eq!(
            config.key_value_stores["more"],
            StoreConfig::Sqlite("/var/more.db".into())
        );
    }

    #[test]
    fn a_store_on_redis_keeps_its_password_to_itself() {
        let config =
            parse("[key_value_store.default]\ntype = \"redis\"\nurl = \"redis://:s3cret@a\"");
        let config = config.unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        match &config.key_value_stores["default"] {
            StoreConfig::Redis(url) => assert_eq!(url.as_str(), "redis://:s3cret@a"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pooling_is_off_only_in_a_section_that_does_not_ask_for_it() {
        let pooling = |text| parse(text).unwrap().connection_pooling;
        assert_eq!(pooling(""), ConnectionPooling::On);
        assert_eq!(pooling("[outbound_http]"), ConnectionPooling::Off);
        assert_eq!(
            pooling("[outbound_http]\nconnection_pooling = true"),
            ConnectionPooling::On
        );
    }

    #[test]
    fn what_cannot_be_honoured_is_refused() {
        assert!(parse("log_dir = \"\"").is_ok());
        assert!(matches!(
            parse("[llm_compute]"),
            Err(RuntimeConfigError::NotHonoured(_))
        ));
        assert!(matches!(
            parse("[[client_tls]]\ncomponent_ids = []\nhosts = [\"h\"]"),
            Err(RuntimeConfigError::Empty("component_ids"))
        ));
        for store in [
            "type = \"redis\"",
            "type = \"spin\"\nurl = \"redis://a\"",
            "type = \"azure_cosmos\"\naccount = \"a\"",
        ] {
            let store = parse(&format!("[key_value_store.more]\n{store}"));
            assert!(matches!(store, Err(RuntimeConfigError::Store(_))));
        }
        assert!(matches!(
            parse("[[client_tls]]\ncomponent_ids = [\"a\"]\nhosts = [\"h\"]\ninsecure = true"),
            Err(RuntimeConfigError::Toml(_))
        ));
    }
}
