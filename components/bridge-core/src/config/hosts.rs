//! Which hosts may be reached, as Spin reads it.

use core::net::IpAddr;

use ipnet::IpNet;
use url::Host;

use super::Wrong;

/// Whether Spin reads `pattern`, an entry of its `allowed_outbound_hosts`: `scheme://host:port`, each of them `*` where any is meant. One entry that
/// it cannot read closes all of them, those of Odoo too.
///
/// # Errors
/// [`Wrong`] with the part that it cannot read.
pub(super) fn check(pattern: &str) -> Result<(), Wrong> {
    let wrong = |kind: fn(String) -> Wrong| Err(kind(pattern.to_owned()));
    let trimmed = pattern.trim();
    if trimmed.contains(|at: char| at == ',' || at == '{' || at.is_whitespace()) {
        return wrong(Wrong::Patterns);
    }
    let is_scheme = |scheme: &str| {
        scheme == "*" || scheme.chars().all(char::is_alphabetic) && !scheme.is_empty()
    };
    let Some((scheme, place)) = trimmed.split_once("://").filter(|it| is_scheme(it.0)) else {
        return wrong(Wrong::Pattern);
    };
    let (host, port) = split(place);
    if !is_port(port.strip_suffix('/').unwrap_or(port), scheme) {
        return wrong(Wrong::PatternPort);
    }
    match is_host(host) {
        true => Ok(()),
        false => wrong(Wrong::PatternHost),
    }
}

/// Whether a pattern that can be read lets any host be reached.
pub(super) fn is_open(pattern: &str) -> bool {
    let place = pattern.trim().split_once("://").map(|(_, place)| place);
    place.is_some_and(|place| {
        let (host, _) = split(place);
        host == "*" || host.parse::<IpNet>().is_ok_and(|it| it.prefix_len() == 0)
    })
}

/// Host and port. The colons of an address of IPv6 are its own.
fn split(place: &str) -> (&str, &str) {
    match place.rsplit_once(':') {
        Some(split) if !is_host(place) => split,
        _ => (place, ""),
    }
}

fn is_host(host: &str) -> bool {
    if host == "*" || host.parse::<IpNet>().is_ok() || host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('/').unwrap_or(host);
    match host.strip_prefix("*.") {
        _ if host.contains('/') => false,
        Some(domain) => !domain.contains('*') && matches!(Host::parse(domain), Ok(Host::Domain(_))),
        None => !host.contains('*') && Host::parse(host).is_ok(),
    }
}

fn is_port(port: &str, scheme: &str) -> bool {
    let is_number = |text: &str| text.parse::<u16>().is_ok();
    match port.split_once("..") {
        Some((from, to)) => is_number(from) && is_number(to),
        // Without one it is the scheme's own.
        None if port.is_empty() => matches!(scheme, "http" | "https"),
        None => port == "*" || is_number(port),
    }
}
