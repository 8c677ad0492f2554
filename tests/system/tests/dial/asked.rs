//! A call that a program asks for.

use bytes::Bytes;
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal};

use super::{Desk, NUMBER};

async fn ask(desk: &Desk, token: &str, body: Value) -> (u16, Value) {
    let request = http::Request::post("http://localhost/dial")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()))
        .unwrap();
    let answer = desk.rig.send(request).await.unwrap();
    let said = serde_json::from_slice(answer.body()).unwrap();
    (answer.status().as_u16(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_a_users_phone_rung_once_for_each_key() {
    let desk = Desk::open(Journal::simulated(19).await.unwrap()).await;
    let body = json!({ "user": desk.login(), "number": NUMBER, "key": "ticket-7" });
    let (status, said) = ask(&desk, "another", body.clone()).await;
    assert_eq!(status, 401, "{said}");
    let (status, said) = ask(&desk, ADMIN_TOKEN, body.clone()).await;
    assert_eq!((status, &said["state"]), (202, &json!("ringing")), "{said}");
    let (status, again) = ask(&desk, ADMIN_TOKEN, body).await;
    assert_eq!((status, &again["order"]), (200, &said["order"]), "{again}");
    assert_eq!(desk.ucm().dialled().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_told_why_nothing_was_dialled() {
    let desk = Desk::open(Journal::simulated(18).await.unwrap()).await;
    for (body, status, word) in [
        (
            json!({ "user": "nobody", "number": NUMBER }),
            409,
            "no_user",
        ),
        (
            json!({ "user": desk.login(), "number": "112" }),
            409,
            "mergency",
        ),
        (
            json!({ "user": desk.login(), "number": NUMBER, "extension": "1002" }),
            409,
            "no_extension",
        ),
        (json!({ "number": NUMBER }), 422, "user"),
        (
            json!({ "user": desk.login(), "number": NUMBER, "key": "" }),
            422,
            "key",
        ),
    ] {
        let (said, problem) = ask(&desk, ADMIN_TOKEN, body.clone()).await;
        assert_eq!(said, status, "{body}: {problem}");
        let text = problem.to_string();
        assert!(text.contains(word), "{body}: {problem}");
        assert!(
            !text.contains("99 00 00 77"),
            "no number in a problem: {problem}"
        );
    }
    assert!(desk.ucm().dialled().is_empty());
}
