//! Whom a component trusts when it calls out over TLS. There is no way to trust everybody.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::runtime_config::ClientTls;

/// Why a TLS configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file cannot be read.
    #[error("failed to load certificate(s) or key from '{}': {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate without key, or key without certificate.
    #[error("client_cert_file and client_private_key_file go together")]
    HalfClientCertificate,
    /// rustls refuses the material.
    #[error("TLS configuration: {0}")]
    Rustls(#[from] rustls::Error),
}

/// The TLS configurations of one component.
#[derive(Clone)]
pub(crate) struct TlsConfigs {
    by_host: Vec<(Vec<String>, Arc<ClientConfig>)>,
    otherwise: Arc<ClientConfig>,
}

impl TlsConfigs {
    /// Picks what concerns the component.
    pub(crate) fn of_component(component: &str, all: &[ClientTls]) -> Result<Self, TlsError> {
        let own = all
            .iter()
            .filter(|it| it.component_ids.iter().any(|id| id == component));
        let by_host = own
            .map(|it| Ok((it.hosts.clone(), Arc::new(client_config(it)?))))
            .collect::<Result<_, TlsError>>()?;
        Ok(Self {
            by_host,
            otherwise: default_config()?,
        })
    }

    /// The configuration for a host.
    pub(crate) fn for_host(&self, host: &str) -> Arc<ClientConfig> {
        let found = self
            .by_host
            .iter()
            .find(|(hosts, _)| hosts.iter().any(|it| it == host));
        Arc::clone(found.map_or(&self.otherwise, |(_, config)| config))
    }
}

fn client_config(tls: &ClientTls) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    let (platform, webpki) = match (tls.ca_use_platform_roots, tls.ca_use_webpki_roots) {
        (None, None) => (tls.ca_roots_file.is_none(), false),
        (platform, webpki) => (platform.unwrap_or(false), webpki.unwrap_or(false)),
    };
    if platform {
        roots.add_parsable_certificates(platform_roots().iter().cloned());
    }
    if webpki {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(file) = &tls.ca_roots_file {
        for certificate in certificates(file)? {
            roots.add(certificate)?;
        }
    }
    let config = builder()?.with_root_certificates(roots);
    let config = match (&tls.client_cert_file, &tls.client_private_key_file) {
        (None, None) => config.with_no_client_auth(),
        (Some(chain), Some(key)) => {
            config.with_client_auth_cert(certificates(chain)?, private_key(key)?)?
        }
        _ => return Err(TlsError::HalfClientCertificate),
    };
    Ok(with_protocols(config))
}

/// Without `[[client_tls]]`: the machine's authorities, or Mozilla's on a machine that has none.
fn default_config() -> Result<Arc<ClientConfig>, TlsError> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(platform_roots().iter().cloned());
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let config = with_protocols(
        builder()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    );
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))))
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

fn with_protocols(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// Reading some hundred files takes a while, so it is done once.
fn platform_roots() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fault = |source| TlsError::Pem {
        path: path.to_owned(),
        source,
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(fault)?;
    certificates.collect::<Result<_, _>>().map_err(fault)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|source| TlsError::Pem {
        path: path.to_owned(),
        source,
    })
}
