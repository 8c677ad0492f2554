//! What somebody enters as the host of a server is a host, and nothing that a request could be led astray with.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use bridge_core::config::Config;
use odoo_client::server;
use serde_json::json;

/// The origin of a server whose record in Odoo has this host; nothing where the host is refused.
fn origin(host: &str) -> Option<String> {
    let row = json!({ "id": 1, "x_key": "paris", "x_host": host, "x_https": true, "x_password": "p4ss", "x_country_code": "FR" });
    let entry = server::entry(&row, |_| None).unwrap();
    let servers = json!([entry]).to_string();
    let read = Config::read(|name| match name {
        "odoo_url" => Some("https://odoo.example.com".to_owned()),
        "odoo_db" | "odoo_login" | "odoo_api_key" => Some("office".to_owned()),
        "ucm_servers" => Some(servers.clone()),
        _ => None,
    });
    match read {
        Ok(config) => config.servers.first().map(|server| server.base.to_string()),
        Err(error) => {
            assert_eq!(error.0.len(), 1, "{host:?}: {error}");
            assert_eq!(error.0[0].setting, "ucm_servers[0].host", "{host:?}");
            None
        }
    }
}

#[test]
fn a_host_that_carries_more_than_a_host_is_refused() {
    for host in [
        "ucm.example.com/api",
        "ucm.example.com/../odoo",
        "ucm.example.com\\api",
        "ucm.example.com?action=reboot",
        "ucm.example.com#",
        "ucm.example.com:80",
        "https://ucm.example.com",
        "admin@ucm.example.com",
        "admin:p4ss@ucm.example.com",
        "ucm.example.com\r\nX-Injected: yes",
        "ucm.example.com HTTP/1.1\r\n\r\nGET /",
        "ucm.example.com%2fapi",
        "ucm.example.com%0d%0a",
        "ucm.example.com%00",
        "ucm example com",
        "[::1",
        "ucm..example..com:8089@odoo.example.com",
    ] {
        assert_eq!(origin(host), None, "{host:?}");
    }
}

#[test]
fn a_host_is_the_one_that_was_entered() {
    for (host, origin_of_it) in [
        ("ucm.example.com", "https://ucm.example.com:8089/"),
        (" UCM.example.com\t", "https://ucm.example.com:8089/"),
        ("192.0.2.7", "https://192.0.2.7:8089/"),
        ("[2001:db8::7]", "https://[2001:db8::7]:8089/"),
    ] {
        assert_eq!(origin(host).as_deref(), Some(origin_of_it));
    }
}
