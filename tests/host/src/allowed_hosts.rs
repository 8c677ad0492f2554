//! `allowed_outbound_hosts`: where a component may send requests to.

use std::net::IpAddr;
use std::ops::Range;

/// The destinations one component may reach.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<AllowedHost>);

/// One entry, `scheme://host[:port]`, where each part may be a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    scheme: Option<String>,
    host: HostPattern,
    port: PortPattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// With the leading dot, so that `*.example.com` does not allow `example.com` itself.
    Subdomain(String),
    Network {
        address: IpAddr,
        prefix_bits: u8,
    },
    Exact(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PortPattern {
    Any,
    Range(Range<u32>),
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowedHostError {
    /// There is no `://`.
    #[error("{0:?} does not contain a scheme (e.g., 'http://' or '*://')")]
    NoScheme(String),
    /// The scheme has characters other than letters.
    #[error("{0:?}: the scheme contains a non alphabetic character")]
    Scheme(String),
    /// There is something after the port.
    #[error("{0:?} has a path but is not allowed to")]
    Path(String),
    /// A `*` stands elsewhere than for a whole host or its first labels.
    #[error("{0:?}: wildcards are allowed only as subdomains")]
    Wildcard(String),
    /// A list in braces, which no version of Spin reads yet.
    #[error("{0:?}: lists are not yet supported")]
    List(String),
    /// There is no port, and the scheme has none of its own.
    #[error("{0:?}: no port was provided and the scheme has no known default port")]
    NoPort(String),
    /// The port is not a number, a range or `*`.
    #[error("{0:?}: the port is not a number, a range or '*'")]
    Port(String),
}

impl AllowedHosts {
    /// The list of the given entries.
    #[must_use]
    pub fn new(entries: Vec<AllowedHost>) -> Self {
        Self(entries)
    }

    /// Whether a request to this destination may be sent.
    #[must_use]
    pub fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        self.0.iter().any(|entry| entry.allows(scheme, host, port))
    }
}

impl AllowedHost {
    /// Reads one entry whose variables have been filled in.
    ///
    /// # Errors
    ///
    /// When Spin would refuse it too.
    pub fn parse(entry: &str) -> Result<Self, AllowedHostError> {
        let fault = |kind: fn(String) -> AllowedHostError| kind(entry.to_owned());
        let (scheme, rest) = entry
            .trim()
            .split_once("://")
            .ok_or_else(|| fault(AllowedHostError::NoScheme))?;
        if scheme.starts_with('{') || rest.starts_with('{') {
            return Err(fault(AllowedHostError::List));
        }
        if scheme != "*" && !scheme.chars().all(char::is_alphabetic) {
            return Err(fault(AllowedHostError::Scheme));
        }
        let (host, port) = split_port(rest);
        let (port, path) = port.split_once('/').unwrap_or((port, ""));
        if !path.is_empty() {
            return Err(fault(AllowedHostError::Path));
        }
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            host: HostPattern::parse(host).map_err(fault)?,
            port: PortPattern::parse(port, scheme).map_err(fault)?,
        })
    }

    fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        self.scheme.as_deref().is_none_or(|own| own == scheme)
            && self.host.allows(host)
            && self.port.allows(port.or_else(|| well_known_port(scheme)))
    }
}

/// Splits `host:port`, where the host may be an IPv6 address in brackets.
fn split_port(rest: &str) -> (&str, &str) {
    match rest.rsplit_once(':') {
        Some((_, tail)) if tail.contains(']') => (rest, ""),
        Some(split) => split,
        None => (rest, ""),
    }
}

impl HostPattern {
    fn parse(host: &str) -> Result<Self, fn(String) -> AllowedHostError> {
        let host = host.trim();
        if host == "*" {
            return Ok(Self::Any);
        }
        if let Some(network) = parse_network(host) {
            return Ok(network);
        }
        let host = host.trim_end_matches('/');
        if host.contains('/') {
            return Err(AllowedHostError::Path);
        }
        match host.strip_prefix("*.") {
            Some(domain) if domain.contains('*') => Err(AllowedHostError::Wildcard),
            Some(domain) => Ok(Self::Subdomain(format!(".{domain}"))),
            None if host.contains('*') => Err(AllowedHostError::Wildcard),
            None => Ok(Self::Exact(host.to_owned())),
        }
    }

    fn allows(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Subdomain(suffix) => host.ends_with(suffix),
            Self::Exact(own) => own == host,
            Self::Network {
                address,
                prefix_bits,
            } => parse_address(host).is_some_and(|it| same_network(*address, it, *prefix_bits)),
        }
    }
}

fn parse_network(host: &str) -> Option<HostPattern> {
    let (address, prefix) = match host.split_once('/') {
        Some((address, prefix)) if !prefix.is_empty() => (address, Some(prefix)),
        _ => (host.trim_end_matches('/'), None),
    };
    let address = parse_address(address)?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let prefix_bits = prefix.map_or(Some(width), |bits| bits.parse().ok())?;
    (prefix_bits <= width).then_some(HostPattern::Network {
        address,
        prefix_bits,
    })
}

fn parse_address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse().ok()
}

fn same_network(a: IpAddr, b: IpAddr, prefix_bits: u8) -> bool {
    let (a, b, width) = match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    let host_bits = u32::from(width - prefix_bits);
    // A shift by the full width (prefix 0 of IPv6) leaves nothing to compare.
    a.checked_shr(host_bits) == b.checked_shr(host_bits)
}

impl PortPattern {
    fn parse(port: &str, scheme: &str) -> Result<Self, fn(String) -> AllowedHostError> {
        let single = |port: u16| Self::Range(u32::from(port)..u32::from(port) + 1);
        if port.is_empty() {
            let port = well_known_port(scheme).ok_or(AllowedHostError::NoPort as fn(_) -> _)?;
            return Ok(single(port));
        }
        if port == "*" {
            return Ok(Self::Any);
        }
        let number = |text: &str| {
            text.parse::<u16>()
                .map_err(|_| AllowedHostError::Port as fn(_) -> _)
        };
        match port.split_once("..") {
            Some((start, end)) => Ok(Self::Range(number(start)?.into()..number(end)?.into())),
            None => Ok(single(number(port)?)),
        }
    }

    fn allows(&self, port: Option<u16>) -> bool {
        match self {
            Self::Any => true,
            Self::Range(range) => port.is_some_and(|port| range.contains(&port.into())),
        }
    }
}

fn well_known_port(scheme: &str) -> Option<u16> {
    match scheme {
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "redis" => Some(6379),
        "mqtt" => Some(1883),
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entry: &str, scheme: &str, host: &str, port: Option<u16>) -> bool {
        AllowedHost::parse(entry)
            .unwrap()
            .allows(scheme, host, port)
    }

    #[test]
    fn scheme_host_and_port_must_all_match() {
        let entry = "https://pbx.example:8089";
        assert!(allows(entry, "https", "pbx.example", Some(8089)));
        assert!(!allows(entry, "http", "pbx.example", Some(8089)));
        assert!(!allows(entry, "https", "pbx.example", None));
        assert!(!allows(entry, "https", "other.example", Some(8089)));
    }

    #[test]
    fn a_missing_port_is_that_of_the_scheme() {
        assert!(allows("https://pbx.example", "https", "pbx.example", None));
        assert!(allows(
            "https://pbx.example/",
            "https",
            "pbx.example",
            Some(443)
        ));
        assert!(!allows(
            "https://pbx.example",
            "https",
            "pbx.example",
            Some(8443)
        ));
    }

    #[test]
    fn wildcards_stand_for_hosts_ports_and_subdomains() {
        assert!(allows("https://*:8089", "https", "anything", Some(8089)));
        assert!(!allows("https://*:8089", "https", "anything", Some(443)));
        assert!(allows(
            "http://127.0.0.1:*",
            "http",
            "127.0.0.1",
            Some(40_000)
        ));
        assert!(!allows(
            "http://127.0.0.1:*",
            "http",
            "localhost",
            Some(40_000)
        ));
        assert!(allows(
            "https://*.example.com",
            "https",
            "a.b.example.com",
            None
        ));
        assert!(!allows(
            "https://*.example.com",
            "https",
            "example.com",
            None
        ));
        assert!(!allows(
            "https://*.example.com",
            "https",
            "badexample.com",
            None
        ));
        assert!(allows("*://*:*", "http", "anything", Some(1)));
    }

    #[test]
    fn networks_and_port_ranges_are_understood() {
        assert!(allows(
            "https://192.168.0.0/16:8089",
            "https",
            "192.168.7.7",
            Some(8089)
        ));
        assert!(!allows(
            "https://192.168.0.0/16:8089",
            "https",
            "192.169.7.7",
            Some(8089)
        ));
        assert!(!allows(
            "https://192.168.0.0/16:8089",
            "https",
            "pbx.example",
            Some(8089)
        ));
        assert!(allows(
            "https://[2001:db8::1]:8089",
            "https",
            "[2001:db8::1]",
            Some(8089)
        ));
        assert!(allows("http://*:8000..9000", "http", "a", Some(8999)));
        assert!(!allows("http://*:8000..9000", "http", "a", Some(9000)));
    }

    #[test]
    fn what_spin_refuses_is_refused() {
        let refused = |entry: &str| AllowedHost::parse(entry).unwrap_err();
        assert!(matches!(
            refused("pbx.example"),
            AllowedHostError::NoScheme(_)
        ));
        assert!(matches!(refused("https://a/b"), AllowedHostError::Path(_)));
        assert!(matches!(
            refused("https://a:1/b"),
            AllowedHostError::Path(_)
        ));
        assert!(matches!(
            refused("https://a*.b"),
            AllowedHostError::Wildcard(_)
        ));
        assert!(matches!(
            refused("https://*.b.*"),
            AllowedHostError::Wildcard(_)
        ));
        assert!(matches!(refused("*://a"), AllowedHostError::NoPort(_)));
        assert!(matches!(refused("https://a:b"), AllowedHostError::Port(_)));
        assert!(matches!(
            refused("{http,https}://a"),
            AllowedHostError::List(_)
        ));
    }
}
