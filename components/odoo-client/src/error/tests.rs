use serde_json::json;

use super::super::rpc::tests::{answer, rpc};
use super::*;
use crate::journal::change::{self, Change};
use crate::{journal, made};

/// Bodies taken from real servers.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../testdata/captured/", $name, ".json"))
    };
}

fn create_call() -> Call<Vec<i64>> {
    let row = json!({"x_uid": "a/1", "x_direction": "sideways"});
    Call::create(journal::MODEL, vec![row])
}

fn json2(status: u16, body: &str) -> OdooError {
    rpc(19)
        .parse(&create_call(), &answer(status, body))
        .unwrap_err()
}

/// The same exception over JSON-RPC, as 17 and 18 (code 200) and 19 (code 0) wrap it.
fn jsonrpc(data: &str) -> OdooError {
    let wrapped = |code: u8| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"Odoo Server Error","data":{data}}}}}"#
        )
    };
    let [old, new] = [200, 0].map(|code| {
        rpc(18)
            .parse(&create_call(), &answer(200, &wrapped(code)))
            .unwrap_err()
    });
    assert_eq!(old, new, "the code must not matter");
    old
}

#[test]
fn what_the_code_of_an_action_raises_means_what_it_means_without() {
    let row = json!({ "id": 1, "x_uid": "a/1", "x_fingerprint": "f", "x_partner_id": false, "x_match": false });
    let change = Change {
        row: serde_json::from_value(row).unwrap(),
        values: json!({ "x_new": 1 }),
    };
    let call = change::make(7, &[change]);
    let raised = |cause: &str| {
        let message = format!("{cause} while evaluating\n'the code'");
        let body = json!({ "name": "builtins.ValueError", "message": message, "debug": "" });
        rpc(19)
            .parse(&call, &answer(500, &body.to_string()))
            .unwrap_err()
    };
    for cause in [
        "KeyError('x_new')",
        "ValueError(\"Invalid field 'x_new' on model 'x_ucm_call'\")",
        // As 17 says it.
        "<class 'KeyError'>: \"x_new\"",
        "<class 'ValueError'>: \"Invalid field 'x_new' on model 'x_ucm_call'\"",
    ] {
        let error = raised(cause);
        assert!(
            matches!(&error, OdooError::NoField { field: Some(field), .. } if field == "x_new"),
            "{cause}: {error:?}"
        );
    }
    for cause in [
        "ValueError(\"Wrong value for x_ucm_call.x_new: 'x'\")",
        "<class 'ValueError'>: \"Wrong value for x_ucm_call.x_new: 'x'\"",
    ] {
        let choice = raised(cause);
        assert!(
            matches!(&choice, OdooError::NoChoice { field: Some(field), .. } if field == "x_new"),
            "{cause}: {choice:?}"
        );
    }
    for cause in [
        "NumericValueOutOfRange('integer out of range\\n')",
        "<class 'psycopg2.errors.NumericValueOutOfRange'>: \"integer out of range\n\"",
    ] {
        assert_eq!(raised(cause).reaction(), Reaction::SkipRow, "{cause}");
    }
    for cause in [
        "SerializationFailure('could not serialize access')",
        "<class 'psycopg2.errors.SerializationFailure'>: \"could not serialize access\"",
        "<class 'psycopg2.errors.DeadlockDetected'>: \"deadlock detected\"",
    ] {
        assert_eq!(raised(cause), OdooError::Conflict, "{cause}");
    }
}

#[test]
fn every_exception_has_one_meaning_on_both_transports() {
    let model = journal::MODEL;
    let refused = |class: &'static str, field: Option<&'static str>| move |error: &OdooError| matches!(error, OdooError::Refused { class: c, field: f, .. } if c == class && f.as_deref() == field);
    let is = |expected: OdooError| move |error: &OdooError| *error == expected;
    type Check<'a> = Box<dyn Fn(&OdooError) -> bool + 'a>;
    let cases: Vec<(u16, &str, Check<'_>, Reaction)> = vec![
        (
            422,
            fixture!("duplicate-key-19"),
            Box::new(is(OdooError::DuplicateKey {
                index: journal::UNIQUE_INDEX.into(),
            })),
            Reaction::SearchAgain,
        ),
        (
            422,
            fixture!("duplicate-contact-19"),
            Box::new(is(OdooError::DuplicateKey {
                index: made::UNIQUE_INDEX.into(),
            })),
            Reaction::SearchAgain,
        ),
        (
            422,
            fixture!("required-19"),
            Box::new(refused("odoo.exceptions.ValidationError", Some("x_uid"))),
            Reaction::SkipRow,
        ),
        (
            500,
            fixture!("bad-selection-19"),
            Box::new(is(OdooError::NoChoice {
                model,
                field: Some("x_direction".into()),
            })),
            Reaction::Stop,
        ),
        (
            500,
            fixture!("nul-in-text-19"),
            Box::new(refused("builtins.ValueError", None)),
            Reaction::SkipRow,
        ),
        (
            500,
            fixture!("integer-out-of-range-19"),
            Box::new(refused("psycopg2.errors.NumericValueOutOfRange", None)),
            Reaction::SkipRow,
        ),
        (
            422,
            fixture!("foreign-key-19"),
            Box::new(refused("odoo.exceptions.ValidationError", None)),
            Reaction::SkipRow,
        ),
        (
            500,
            fixture!("unknown-field-create-19"),
            Box::new(is(OdooError::NoField { model, field: None })),
            Reaction::Stop,
        ),
        (
            403,
            fixture!("missing-right-19"),
            Box::new(is(OdooError::MissingRight {
                model,
                operation: "create",
            })),
            Reaction::Stop,
        ),
        (
            404,
            fixture!("record-gone-19"),
            Box::new(is(OdooError::RecordGone { model })),
            Reaction::SearchAgain,
        ),
    ];
    for (status, body, check, reaction) in cases {
        for error in [json2(status, body), jsonrpc(body)] {
            assert!(check(&error), "{body:.120}: {error:?}");
            assert_eq!(error.reaction(), reaction, "{error:?}");
        }
    }
}

#[test]
fn a_missing_model_method_or_key_is_told_by_each_transport_in_its_way() {
    let model = journal::MODEL;
    assert_eq!(
        json2(404, fixture!("unknown-model-19")),
        OdooError::NoModel { model }
    );
    assert_eq!(
        jsonrpc(fixture!("unknown-model-jsonrpc")),
        OdooError::NoModel { model }
    );
    assert_eq!(
        json2(404, fixture!("unknown-method-19")),
        OdooError::NoMethod {
            model,
            method: "create"
        }
    );
    assert_eq!(json2(401, fixture!("bad-key-19")), OdooError::KeyRefused);
    assert_eq!(jsonrpc(fixture!("bad-key-jsonrpc")), OdooError::KeyRefused);
    assert_eq!(
        json2(
            404,
            include_str!("../../testdata/captured/unknown-database-19.html")
        ),
        OdooError::UnknownDatabase
    );
    assert_eq!(
        jsonrpc(fixture!("unknown-database-jsonrpc")),
        OdooError::UnknownDatabase
    );
}

#[test]
fn a_write_of_an_unknown_field_is_a_key_error_on_19() {
    let call = Call::write(journal::MODEL, vec![1], json!({"x_trunk": "t"}));
    let write = |message: &str| {
        let body = json!({"name": "builtins.KeyError", "message": message, "arguments": [message], "debug": ""}).to_string();
        rpc(19).parse(&call, &answer(500, &body)).unwrap_err()
    };
    assert_eq!(
        write("x_trunk"),
        OdooError::NoField {
            model: journal::MODEL,
            field: Some("x_trunk".into())
        }
    );
    // Somebody's own code can raise one about anything: that is the row's affair.
    assert_eq!(write("something").reaction(), Reaction::SkipRow);
}

#[test]
fn what_passes_by_itself_is_tried_again() {
    let exception = |name: &str, message: &str| {
        json!({"name": name, "message": message, "debug": ""}).to_string()
    };
    let conflict = exception(
        "psycopg2.errors.SerializationFailure",
        "could not serialize access due to concurrent update\n",
    );
    assert_eq!(json2(500, &conflict), OdooError::Conflict);
    assert_eq!(jsonrpc(&conflict), OdooError::Conflict);
    let cases = [
        jsonrpc(&exception(
            "psycopg2.OperationalError",
            "FATAL: sorry, too many clients already",
        )),
        json2(
            500,
            &exception("psycopg2.errors.DiskFull", "no space left on device"),
        ),
        json2(502, "<html>Bad Gateway</html>"),
        json2(500, ""),
        json2(503, r#"{"message": "maintenance"}"#),
        rpc(17).parse(&create_call(), &answer(504, "")).unwrap_err(),
        OdooError::from(HttpError::TimedOut),
    ];
    for error in cases {
        assert_eq!(error.reaction(), Reaction::Retry, "{error:?}");
    }
    let mut busy = answer(429, "");
    busy.headers_mut()
        .insert("retry-after", http::HeaderValue::from_static("7"));
    let expected = OdooError::Throttled {
        retry_after: Some(Duration::from_secs(7)),
    };
    assert_eq!(rpc(19).parse(&create_call(), &busy).unwrap_err(), expected);
    assert_eq!(expected.reaction(), Reaction::Retry);
}

#[test]
fn a_translated_database_error_is_recognised_by_its_names() {
    let french = r#"{"name":"odoo.exceptions.ValidationError","debug":"psycopg2.errors.UniqueViolation: ...",
        "message":"L'opération ne peut être achevée : la valeur d'une clé dupliquée rompt la contrainte unique « x_ucm_call_x_uid_uniq »"}"#;
    assert_eq!(
        jsonrpc(french),
        OdooError::DuplicateKey {
            index: journal::UNIQUE_INDEX.into()
        }
    );
    let french = r#"{"name":"psycopg2.OperationalError","message":"FATAL:  la base de données « office » n'existe pas","debug":""}"#;
    assert_eq!(jsonrpc(french), OdooError::UnknownDatabase);
}

#[test]
fn every_guard_of_a_key_is_known() {
    for index in [
        "x_ucm_call_x_uid_uniq",
        "x_ucm_contact_x_name_uniq",
        "x_ucm_journal_x_name_uniq",
        "x_ucm_ring_x_key_uniq",
        "mail_activity_x_ucm_key_uniq",
        "mail_activity_x_ucm_caller_uniq",
        "ir_attachment_x_ucm_key_uniq",
        "crm_lead_x_ucm_key_uniq",
    ] {
        let expected = OdooError::DuplicateKey {
            index: index.to_owned(),
        };
        let text = format!("duplicate key value violates unique constraint \"{index}\"");
        let refused = "The operation cannot be completed.";
        let validation = "odoo.exceptions.ValidationError";
        let in_code = format!("UniqueViolation('{text}') while evaluating\n'action = {{}}'");
        for (name, message, debug) in [
            (validation, text.as_str(), ""),
            (validation, refused, text.as_str()),
            ("builtins.ValueError", in_code.as_str(), ""),
        ] {
            let body = json!({ "name": name, "message": message, "debug": debug });
            assert_eq!(jsonrpc(&body.to_string()), expected, "{body}");
        }
    }
}

#[test]
fn no_text_quotes_a_row_or_a_secret() {
    let body = r#"{"name":"builtins.ValueError","message":"Expected one value in x_uid: '+34911223344'","debug":"+34911223344"}"#;
    let error = json2(500, body);
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("911223344"), "{text}");
    }
    assert_eq!(
        error.to_string(),
        "Odoo refuses the value of `x_uid` on `x_ucm_call` (builtins.ValueError)"
    );
    assert!(
        error.detail().unwrap().contains("911223344"),
        "the dead letter shows what Odoo said"
    );
    assert!(!format!("{:?}", rpc(19)).contains("s3cret"));
}

#[test]
fn what_is_no_odoo_is_told_with_what_to_do() {
    let redirected = json2(301, "");
    assert_eq!(redirected.reaction(), Reaction::Stop);
    assert!(
        redirected.to_string().contains("final address"),
        "{redirected}"
    );
    assert!(
        json2(200, "<html>Welcome</html>")
            .to_string()
            .contains("not an Odoo")
    );
    assert!(
        OdooError::NoModel {
            model: journal::MODEL
        }
        .to_string()
        .contains("POST /setup")
    );
}
