//! What comes from an Odoo, or from what stands in front of it.

use http::Response;
use odoo_client::{Call, Known, OdooServer, Rpc, Version, domain};
use ports::Secret;
use serde_json::{Value, json};

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
