use serde_json::{Value, json};

use super::super::{Greeting, OdooError, Step};
use http::StatusCode;

use super::*;

pub(crate) fn server() -> OdooServer {
    OdooServer {
        base: url::Url::parse("https://odoo.example/erp/").unwrap(),
        database: "office".to_owned(),
        login: "bridge@office.example".to_owned(),
        api_key: Secret::new("s3cret"),
    }
}

pub(crate) fn rpc(major: u16) -> Rpc {
    let uid = (major < 19).then_some(2);
    Rpc::new(
        &server(),
        Known {
            version: Version::new(major, 0),
            uid,
        },
    )
    .unwrap()
}

pub(crate) fn body<T>(rpc: &Rpc, call: &Call<T>) -> Value {
    serde_json::from_slice(rpc.request(call).body()).unwrap()
}

pub(crate) fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .body(body.as_bytes().to_vec())
        .unwrap()
}

#[test]
fn json2_takes_arguments_by_name_and_the_key_in_a_header() {
    let call: Call<Value> =
        Call::search_read("x_ucm_call", json!([["x_uid", "in", ["a/1"]]]), &["x_uid"])
            .order("id")
            .limit(5);
    let request = rpc(19).request(&call);
    assert_eq!(
        request.uri(),
        "https://odoo.example/erp/json/2/x_ucm_call/search_read"
    );
    assert_eq!(request.headers()["authorization"], "Bearer s3cret");
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers()["x-odoo-database"], "office");
    let expected = json!({"domain": [["x_uid", "in", ["a/1"]]], "fields": ["x_uid"], "order": "id", "limit": 5});
    assert_eq!(body(&rpc(19), &call), expected);
    assert_eq!(
        body(
            &rpc(19),
            &Call::write("x_ucm_call", vec![4], json!({"x_name": "n"}))
        ),
        json!({"ids": [4], "vals": {"x_name": "n"}})
    );
}

#[test]
fn json_rpc_takes_them_by_position() {
    let call =
        Call::create("res.partner", vec![json!({"name": "n"})]).context("tracking_disable", true);
    let request = rpc(18).request(&call);
    assert_eq!(request.uri(), "https://odoo.example/erp/jsonrpc");
    assert!(!request.headers().contains_key("authorization"));
    let args = json!(["office", 2, "s3cret", "res.partner", "create", [[{"name": "n"}]], {"context": {"tracking_disable": true}}]);
    let params = json!({"service": "object", "method": "execute_kw", "args": args});
    assert_eq!(body(&rpc(18), &call)["params"], params);
    let write = body(
        &rpc(17),
        &Call::write("x_ucm_call", vec![4, 5], json!({"x_name": "n"})),
    );
    assert_eq!(write["params"]["args"][5], json!([[4, 5], {"x_name": "n"}]));
}

#[test]
fn an_answer_is_read_the_same_from_both() {
    let call = Call::create("x_ucm_call", vec![]);
    assert_eq!(rpc(19).parse(&call, &answer(200, "[7, 8]")), Ok(vec![7, 8]));
    assert_eq!(
        rpc(17).parse(
            &call,
            &answer(200, r#"{"jsonrpc":"2.0","id":1,"result":[7,8]}"#)
        ),
        Ok(vec![7, 8])
    );
    let strange = rpc(19).parse(&call, &answer(200, r#"{"ids": 7}"#));
    assert_eq!(
        strange,
        Err(OdooError::NotUnderstood {
            model: "x_ucm_call",
            method: "create"
        })
    );
}

#[test]
fn a_key_that_cannot_be_sent_is_a_fault_of_the_settings() {
    let broken = OdooServer {
        api_key: Secret::new("two\nlines"),
        ..server()
    };
    assert!(matches!(
        Greeting::new(&broken),
        Err(OdooError::Misconfigured { .. })
    ));
}

fn ask(step: Result<Step, OdooError>) -> Request<Vec<u8>> {
    match step {
        Ok(Step::Ask(request)) => request,
        other => panic!("expected a further question, not {other:?}"),
    }
}

#[test]
fn nineteen_is_known_after_one_question() {
    let mut greeting = Greeting::new(&server()).unwrap();
    assert_eq!(
        greeting.start().uri(),
        "https://odoo.example/erp/web/version"
    );
    let step = greeting.handle_response(&answer(
        200,
        r#"{"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}"#,
    ));
    let Ok(Step::Done(known)) = step else {
        panic!("{step:?}")
    };
    assert_eq!(
        known,
        Known {
            version: Version::new(19, 0),
            uid: None
        }
    );
}

#[test]
fn seventeen_is_asked_for_its_version_and_for_the_user() {
    let mut greeting = Greeting::new(&server()).unwrap();
    let request =
        ask(greeting.handle_response(&answer(404, "<!DOCTYPE html><title>404 Not Found</title>")));
    assert_eq!(request.uri(), "https://odoo.example/erp/jsonrpc");
    let version = r#"{"jsonrpc":"2.0","id":1,"result":{"server_version":"17.0","server_version_info":[17,0,0,"final",0,""]}}"#;
    let request = ask(greeting.handle_response(&answer(200, version)));
    let sent: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(
        sent["params"]["args"],
        json!(["office", "bridge@office.example", "s3cret", {}])
    );
    let step = greeting.handle_response(&answer(200, r#"{"jsonrpc":"2.0","id":1,"result":2}"#));
    let Ok(Step::Done(known)) = step else {
        panic!("{step:?}")
    };
    assert_eq!(
        known,
        Known {
            version: Version::new(17, 0),
            uid: Some(2)
        }
    );
}

#[test]
fn a_greeting_says_what_is_wrong() {
    let check = |answers: &[(u16, &str)], expected: OdooError| {
        let mut greeting = Greeting::new(&server()).unwrap();
        let (last, first) = answers.split_last().unwrap();
        for (status, body) in first {
            ask(greeting.handle_response(&answer(*status, body)));
        }
        let error = greeting
            .handle_response(&answer(last.0, last.1))
            .unwrap_err();
        assert_eq!(error, expected);
    };
    let version = |info: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"server_version_info":{info}}}}}"#)
    };
    let (old, seventeen) = (version("[16,0]"), version("[17,0]"));
    check(
        &[(503, "starting")],
        OdooError::Unavailable {
            status: StatusCode::SERVICE_UNAVAILABLE,
        },
    );
    check(
        &[(404, "no"), (404, "no")],
        OdooError::NotOdoo {
            status: StatusCode::NOT_FOUND,
        },
    );
    check(
        &[(301, ""), (301, "")],
        OdooError::NotOdoo {
            status: StatusCode::MOVED_PERMANENTLY,
        },
    );
    check(
        &[(404, "no"), (200, &old)],
        OdooError::TooOld {
            version: Version::new(16, 0),
        },
    );
    check(
        &[
            (404, "no"),
            (200, &seventeen),
            (200, r#"{"jsonrpc":"2.0","id":1,"result":false}"#),
        ],
        OdooError::KeyRefused,
    );
    let unknown = r#"{"jsonrpc":"2.0","id":1,"error":{"code":200,"data":{"name":"psycopg2.OperationalError",
        "message":"FATAL: database \"office\" does not exist\n"}}}"#;
    check(
        &[(404, "no"), (200, &seventeen), (200, unknown)],
        OdooError::UnknownDatabase,
    );
}
