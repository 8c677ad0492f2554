//! What comes from an Odoo, or from what stands in front of it.

use calls::phone::{Country, Form, written};
use http::Response;
use odoo_client::{Call, Known, OdooServer, Rpc, Version, domain, server};
use ports::Secret;
use serde_json::{Value, json};

use super::people::read_servers;
use super::{Target, text};

/// An answer: the first byte says which status it came with, and from which series.
pub(crate) const ANSWER: Target = Target {
    name: "answer",
    read: |bytes| {
        let (first, body) = bytes.split_first().unwrap_or((&0, &[]));
        let status = [200, 400, 401, 403, 404, 413, 422, 500][usize::from(first >> 1 & 7)];
        let series = if first & 1 == 0 { 17 } else { 19 };
        let server = OdooServer {
            base: "https://odoo.example.com".parse().expect("an address"),
            database: "office".to_owned(),
            login: "bridge".to_owned(),
            api_key: Secret::new("not-a-key-of-anybody"),
        };
        let known = Known {
            version: Version::new(series, 0),
            uid: Some(2),
        };
        let rpc = Rpc::new(&server, known).expect("a client");
        let call: Call<Vec<Value>> = Call::search_read("x_ucm_call", json!([]), &["id"]);
        let mut answer = Response::new(body.to_vec());
        *answer.status_mut() = status.try_into().expect("a status");
        if let Err(error) = rpc.parse(&call, &answer) {
            let told = error.to_string();
            assert!(!told.contains("not-a-key-of-anybody"), "a secret is told");
            _ = error.reaction();
        }
    },
    usual: &[
        "\x01[{\"id\": 1}]",
        "\x00{\"jsonrpc\": \"2.0\", \"id\": null, \"result\": [{\"id\": 1}]}",
        "\x00{\"jsonrpc\": \"2.0\", \"error\": {\"code\": 200, \"message\": \"Odoo Server Error\", \"data\": {\"name\": \"odoo.exceptions.AccessError\", \"arguments\": [\"no\"]}}}",
        "\x07{\"name\": \"odoo.exceptions.AccessError\", \"message\": \"no\", \"arguments\": [\"no\"]}",
        "\x0f<html><body>502 Bad Gateway</body></html>",
    ],
};

/// The filter that somebody has saved in Odoo.
pub(crate) const FILTER: Target = Target {
    name: "filter",
    read: |bytes| _ = domain::read(&text(bytes)),
    usual: &[
        "[('is_company', '=', True), '|', ('name', 'ilike', \"a'b\"), ('id', 'in', [1, 2])]",
        "[('create_date', '>', context_today())]",
    ],
};

/// The record of a server, whose settings are read as those of the variable are.
pub(crate) const SERVER: Target = Target {
    name: "server",
    read: |bytes| {
        let Ok(row) = serde_json::from_slice::<Value>(bytes) else {
            return;
        };
        if let Ok(entry) = server::entry(&row, |_| None) {
            read_servers(&json!([entry]).to_string());
        }
    },
    usual: &[
        r#"{"id":3,"x_name":"Paris","x_key":"paris","x_host":"ucm.example.com","x_port":8089,"x_https":true,"x_username":"cdrapi","x_password":"x","x_country_code":"FR"}"#,
        r#"{"id":3,"x_key":"nat","x_host":false,"x_push_only":true,"x_push_secret":"a-secret-of-this-target","x_push_sources":"203.0.113.7\n 10.1.0.0/16","x_days":90,"x_password":false}"#,
    ],
};

/// The numbers that somebody has written into a contact.
pub(crate) const NUMBERS: Target = Target {
    name: "numbers",
    read: |bytes| {
        let country: Country = "FR".parse().expect("France");
        for number in written(&text(bytes), country) {
            let whole = number.to_string();
            let again = written(&whole, country);
            assert!(again == [number.clone()], "{whole} is read as another");
            assert!(number.masked() != whole, "{whole} is not masked");
            for form in [Form::National, Form::E164, Form::Zeros] {
                _ = number.dialled(form, country);
            }
            _ = (number.variants(), number.aliases());
        }
    },
    usual: &[
        "Tél. 01 99 00 00 42 poste 12 / 06 39 98 00 56",
        "(+33) 199.00.00.42 ext. 3, +34911223344",
        "089/123456",
    ],
};
