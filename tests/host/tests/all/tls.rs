//! Outbound TLS: who is trusted, and that nobody else is.

use std::path::Path;
use std::sync::Arc;

use host::{App, ClientTls, RuntimeConfig};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;

use crate::support::{Peer, fetch, kitchen_with};

/// A private certificate authority.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// What a server with a certificate for this name needs.
    fn server(&self, name: &str) -> rustls::ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

async fn app_trusting(peer: &Peer, authority: &Authority, components: &str, hosts: &str) -> App {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), &authority.pem).unwrap();
    let toml = format!(
        "[[client_tls]]\ncomponent_ids = [\"{components}\"]\nhosts = [\"{hosts}\"]\n\
         ca_roots_file = \"ca.pem\"\n"
    );
    let config = RuntimeConfig::parse(&toml, folder.path()).unwrap();
    kitchen_with(peer)
        .runtime_config(config)
        .start()
        .await
        .unwrap()
}

const REFUSED: &str = "ErrorCode::TlsProtocolError";

#[tokio::test]
async fn a_private_authority_is_trusted_where_the_configuration_says_so() {
    let authority = Authority::new();
    let peer = Peer::start_tls(authority.server("127.0.0.1")).await;
    let app = app_trusting(&peer, &authority, "kitchen", "127.0.0.1").await;
    let answer = fetch(&app, &peer.path("/"), &[]).await;
    assert!(answer.starts_with("200\n"), "{answer}");
    for (component, host) in [("denied", "127.0.0.1"), ("kitchen", "other.example")] {
        let app = app_trusting(&peer, &authority, component, host).await;
        assert_eq!(
            fetch(&app, &peer.path("/"), &[]).await,
            REFUSED,
            "{component} {host}"
        );
    }
}

#[tokio::test]
async fn without_a_configuration_a_private_authority_is_refused() {
    let peer = Peer::start_tls(Authority::new().server("127.0.0.1")).await;
    let app = kitchen_with(&peer).start().await.unwrap();
    assert_eq!(fetch(&app, &peer.path("/"), &[]).await, REFUSED);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let peer = Peer::start_tls(authority.server("pbx.example")).await;
    let app = app_trusting(&peer, &authority, "kitchen", "127.0.0.1").await;
    assert_eq!(fetch(&app, &peer.path("/"), &[]).await, REFUSED);
}

#[tokio::test]
async fn a_file_without_certificates_stops_the_start() {
    let tls = ClientTls {
        component_ids: vec!["kitchen".to_owned()],
        hosts: vec!["127.0.0.1".to_owned()],
        ca_roots_file: Some(Path::new("/nowhere/ca.pem").to_owned()),
        ..ClientTls::default()
    };
    let config = RuntimeConfig {
        client_tls: vec![tls],
        ..RuntimeConfig::default()
    };
    let fault = crate::support::kitchen()
        .runtime_config(config)
        .start()
        .await
        .err()
        .unwrap();
    assert!(fault.to_string().contains("/nowhere/ca.pem"), "{fault}");
}
