//! Every error shape, by version, on `/jsonrpc` and `/json/2`.

use serde_json::{Value, json};

use crate::target::{Raised, Target};

/// What a call must raise: name, and a part of the text; per version where they differ.
struct Case {
    name: &'static str,
    model: &'static str,
    method: &'static str,
    args: Value,
    kwargs: Value,
    raises: fn(u16) -> (&'static str, &'static str),
}

fn case(
    name: &'static str,
    model: &'static str,
    method: &'static str,
    args: Value,
    raises: fn(u16) -> (&'static str, &'static str),
) -> Case {
    Case {
        name,
        model,
        method,
        args,
        kwargs: json!({}),
        raises,
    }
}

const VALUE: &str = "builtins.ValueError";
const VALIDATION: &str = "odoo.exceptions.ValidationError";
const MISSING: &str = "odoo.exceptions.MissingError";
const GONE: i64 = 99_999_999;

/// Calls of built-in models that must fail.
#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        case("unknown model", "x_nope", "search", json!([[]]), |major|
            // 17 says it in the language of the user, whatever the context asks for.
            ("odoo.exceptions.UserError", if major == 17 { "x_nope" } else { "Object x_nope doesn't exist" })),
        case("unknown method", "res.partner", "nope", json!([[]]), |major| ("builtins.AttributeError",
            // An earlier 17 says that the type has no such attribute.
            if major == 17 { "'nope'" } else { "The method 'res.partner.nope' does not exist" })),
        case("private method", "res.partner", "_search", json!([[]]), |_|
            ("odoo.exceptions.AccessError", "Private methods (such as ")),
        case("write of a missing record", "res.partner", "write", json!([[GONE], {"name": "a"}]), |_|
            (MISSING, "Record does not exist or has been deleted.\n(Record: res.partner(99999999,), User: 2)")),
        case("unlink of a missing record", "res.partner", "unlink", json!([[GONE]]), |_| (MISSING, "(Record: res.partner(99999999,), User: 2)")),
        case("unknown field in create", "res.partner", "create", json!([{"name": "x", "nope": 1}]), |major| (VALUE,
            if major == 19 { "Invalid field 'nope' in 'res.partner'" } else { "Invalid field 'nope' on model 'res.partner'" })),
        case("unknown field in write", "res.partner", "write", json!([[3], {"nope": 1}]), |major|
            if major == 19 { ("builtins.KeyError", "nope") } else { (VALUE, "Invalid field 'nope' on model 'res.partner'") }),
        case("unknown field in read", "res.partner", "read", json!([[3], ["nope"]]), |major| (VALUE,
            if major == 19 { "Invalid field 'nope' on 'res.partner'" } else { "Invalid field 'nope' on model 'res.partner'" })),
        case("unknown field in a domain", "res.partner", "search", json!([[["nope", "=", 1]]]), |major| (VALUE,
            if major == 19 { "Invalid field res.partner.nope in condition ('nope', '=', 1)" } else { "Invalid field res.partner.nope in leaf ('nope', '=', 1)" })),
        case("unknown operator", "res.partner", "search", json!([[["name", "foo", 1]]]), |major| (VALUE,
            if major == 19 { "Invalid operator in condition ('name', 'foo', 1)" } else { "Invalid leaf ('name', 'foo', 1)" })),
        case("half a leaf", "res.partner", "search", json!([[["name", "="]]]), |major| (VALUE,
            if major == 19 { "Domain() invalid item in domain: ['name', '=']" } else { "not enough values to unpack (expected 3, got 2)" })),
        case("number from text in a domain", "res.partner", "search", json!([[["color", "=", "abc"]]]), |_|
            (VALUE, "invalid literal for int() with base 10: 'abc'")),
        case("bad selection", "res.partner", "create", json!([{"name": "x", "type": "nope"}]), |_| (VALUE, "Wrong value for res.partner.type: 'nope'")),
        case("bad integer", "res.partner", "create", json!([{"name": "x", "color": "abc"}]), |_| (VALUE, "invalid literal for int() with base 10: 'abc'")),
        case("required", "res.country", "create", json!([{"code": "Q1"}]), |major| (VALIDATION, if major == 19 {
            "The operation cannot be completed: Missing required value for the field 'Country Name' (name).\nModel: 'Country' (res.country)\n\
             - create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n"
        } else { "- Create/update: a mandatory field is not set." })),
        case("check constraint", "res.partner", "create", json!([{"phone": "1"}]), |_|
            (VALIDATION, "The operation cannot be completed: Contacts require a name")),
        case("foreign key", "res.partner", "create", json!([{"name": "x", "country_id": GONE}]), |major| (VALIDATION, if major == 19 {
            "The operation cannot be completed: Another model is using the record you are trying to delete.\n\nThe troublemaker is: 'Contact' \
             (res.partner)\nThanks to the following constraint: 'Country' (country_id)\nHow about archiving the record instead?"
        } else { "another model requires the record being deleted" })),
        case("parent that is not there", "res.partner", "create", json!([{"name": "x", "parent_id": GONE}]), |_| (MISSING, "res.partner(99999999,)")),
        case("duplicate key of a model", "res.country", "create", json!([{"code": "FR", "name": "Q"}]), |_|
            (VALIDATION, "The operation cannot be completed: The code of the country must be unique!")),
        case("missing argument", "res.partner", "write", json!([[3]]), |major| ("builtins.TypeError",
            if major == 19 { "ResPartner.write() missing 1 required positional argument: 'vals'" } else { "Partner.write() missing 1 required positional argument: 'vals'" })),
        case("model name without x_", "ir.model", "create", json!([{"name": "Q", "model": "nope"}]), |_|
            (VALIDATION, "The model name must start with 'x_'.")),
        case("field name without x_", "ir.model.fields", "create", json!([{"model_id": 1, "name": "nope", "ttype": "char", "field_description": "Q"}]), |_|
            (VALIDATION, "The operation cannot be completed: Custom fields must have a name that starts with 'x_'!")),
        case("unknown field type", "ir.model.fields", "create", json!([{"model_id": 1, "name": "x_q", "ttype": "zzz", "field_description": "Q"}]), |_|
            (VALUE, "Wrong value for ir.model.fields.ttype: 'zzz'")),
        case("unknown relation", "ir.model.fields", "create", json!([{"model_id": 1, "name": "x_q", "ttype": "many2one", "relation": "x_no", "field_description": "Q"}]), |_|
            (VALIDATION, "Unknown model name 'x_no' in Related Model")),
    ]
}

#[test]
fn failing_calls_raise_what_the_version_raises() {
    for target in Target::all() {
        for case in cases() {
            let (name, text) = (case.raises)(target.major);
            let raised = target.kw(
                case.model,
                case.method,
                case.args.clone(),
                case.kwargs.clone(),
            );
            match raised {
                Err(Raised { name: got, message }) => {
                    assert_eq!(got, name, "{} on {}: {message}", case.name, target.major);
                    assert!(
                        message.contains(text),
                        "{} on {}: {message}",
                        case.name,
                        target.major
                    );
                }
                Ok(value) => panic!("{} on {} passed: {value}", case.name, target.major),
            }
        }
    }
}

#[test]
fn unexpected_keyword_arguments_are_type_errors() {
    for target in Target::all() {
        let raised = target
            .kw("res.partner", "search", json!([[]]), json!({"foo": 1}))
            .unwrap_err();
        assert_eq!(raised.name, "builtins.TypeError");
        assert_eq!(
            raised.message,
            "BaseModel.search() got an unexpected keyword argument 'foo'"
        );
    }
}

#[test]
fn wrong_keys_and_databases_are_told_apart() {
    for target in Target::all() {
        let denied = target
            .kw_as(2, "bad", "res.partner", "search", json!([[]]), json!({}))
            .unwrap_err();
        assert_eq!(
            denied,
            Raised {
                name: "odoo.exceptions.AccessDenied".into(),
                message: "Access Denied".into()
            }
        );
        let answer = target.rpc(
            "object",
            "execute_kw",
            &json!(["nodb", 2, target.key, "res.partner", "search", [[]], {}]),
        );
        assert_eq!(answer["error"]["data"]["name"], "psycopg2.OperationalError");
        assert!(
            answer["error"]["data"]["message"]
                .as_str()
                .unwrap()
                .contains("database \"nodb\" does not exist")
        );
        assert_eq!(
            target.rpc(
                "common",
                "authenticate",
                &json!([target.db, target.login, "bad", {}])
            )["result"],
            json!(false)
        );
        assert_eq!(
            target.rpc(
                "common",
                "authenticate",
                &json!([target.db, target.login, target.key, {}])
            )["result"],
            json!(2)
        );
        assert_eq!(
            target.rpc("common", "version", &json!([]))["result"]["server_version_info"][0],
            json!(target.major)
        );
    }
}

#[test]
fn a_language_that_is_not_active_is_refused_from_18_on() {
    for target in Target::all() {
        let call = |method: &str| {
            target.kw(
                "res.partner",
                method,
                json!([[]]),
                json!({"context": {"lang": "xx_XX"}}),
            )
        };
        let found = call("search");
        if target.major == 17 {
            assert!(found.is_ok());
            continue;
        }
        let refused = Raised {
            name: "odoo.exceptions.UserError".into(),
            message: "Invalid language code: xx_XX".into(),
        };
        assert_eq!(found, Err(refused));
    }
}

#[test]
fn malformed_requests_get_plain_text() {
    for target in Target::all() {
        let json = [("content-type", "application/json")];
        let broken = target.http("POST", "/jsonrpc", &json, "{nope").unwrap();
        assert_eq!(
            (broken.status, broken.body.as_str()),
            (400, "Invalid JSON data")
        );
        let other = target
            .http("POST", "/jsonrpc", &[("content-type", "text/plain")], "{}")
            .unwrap();
        if target.major == 19 {
            assert_eq!(other.status, 415);
            assert!(other.content_type.starts_with("text/html"));
        }
    }
}

#[test]
fn a_duplicate_key_names_index_and_key_and_stores_nothing() {
    for target in Target::all() {
        let scratch = target.scratch();
        scratch.kw("create", json!([[{"x_uid": "a"}]])).unwrap();
        let raised = scratch
            .kw(
                "create",
                json!([[{"x_uid": "b"}, {"x_uid": "a"}, {"x_uid": "c"}]]),
            )
            .unwrap_err();
        let text = format!(
            "The operation cannot be completed: duplicate key value violates unique constraint \"{}_x_uid_uniq\"\nDETAIL:  Key (x_uid)=(a) already exists.\n",
            scratch.name
        );
        assert_eq!(
            raised,
            Raised {
                name: VALIDATION.into(),
                message: text
            }
        );
        assert_eq!(scratch.kw("search_count", json!([[]])), Ok(json!(1)));
    }
}

#[test]
fn an_index_over_duplicates_is_refused() {
    for target in Target::all() {
        let scratch = target.scratch();
        scratch
            .kw(
                "create",
                json!([[{"x_uid": "a", "x_n": 5}, {"x_uid": "b", "x_n": 5}]]),
            )
            .unwrap();
        let raised = scratch
            .run(&format!(
                "CREATE UNIQUE INDEX peers_n ON {} (x_n)",
                scratch.name
            ))
            .unwrap_err();
        assert_eq!(raised.name, VALUE);
        let text = if target.major == 17 {
            "<class 'psycopg2.errors.UniqueViolation'>: \"could not create unique index \"peers_n\"\nDETAIL:  Key (x_n)=(5) is duplicated.\n\" while evaluating"
        } else {
            "UniqueViolation('could not create unique index \"peers_n\"\\nDETAIL:  Key (x_n)=(5) is duplicated.\\n') while evaluating"
        };
        assert!(raised.message.starts_with(text), "{}", raised.message);
    }
}

/// `/json/2`: status, name and text.
#[rustfmt::skip]
fn json2_cases() -> Vec<(&'static str, &'static str, Value, u16, &'static str, &'static str)> {
    vec![
        ("x_nope", "search", json!({"domain": []}), 404, "werkzeug.exceptions.NotFound", "the model 'x_nope' does not exist"),
        ("res.partner", "nope", json!({}), 404, "werkzeug.exceptions.NotFound", "The method 'res.partner.nope' does not exist"),
        ("res.partner", "_search", json!({}), 403, "odoo.exceptions.AccessError", "Private methods (such as 'res.partner._search') cannot be called remotely."),
        ("res.partner", "exists", json!({}), 403, "odoo.exceptions.AccessError", "Private methods (such as 'res.partner.exists') cannot be called remotely."),
        ("res.partner", "write", json!({"ids": [GONE], "vals": {"name": "a"}}), 404, MISSING, "Record does not exist or has been deleted."),
        ("res.partner", "create", json!({"vals_list": [{"nope": 1}]}), 500, VALUE, "Invalid field 'nope' in 'res.partner'"),
        ("res.partner", "write", json!({"ids": [3], "vals": {"nope": 1}}), 500, "builtins.KeyError", "nope"),
        ("res.partner", "create", json!({"vals_list": [{"name": "x", "type": "nope"}]}), 500, VALUE, "Wrong value for res.partner.type: 'nope'"),
        ("res.country", "create", json!({"vals_list": [{"code": "FR", "name": "Q"}]}), 422, VALIDATION, "must be unique"),
        ("res.partner", "write", json!({"ids": [3]}), 422, "werkzeug.exceptions.UnprocessableEntity", "missing a required argument: 'vals'"),
        ("res.partner", "search", json!({"domain": [], "foo": 1}), 422, "werkzeug.exceptions.UnprocessableEntity", "got an unexpected keyword argument 'foo'"),
        ("res.partner", "search", json!({"domain": [], "ids": [1]}), 422, "werkzeug.exceptions.UnprocessableEntity", "cannot call res.partner.search with ids"),
        ("res.partner", "create", json!({"vals_list": [], "ids": [1]}), 422, "werkzeug.exceptions.UnprocessableEntity", "cannot call res.partner.create with ids"),
        ("res.partner", "search_count", json!({"domain": [], "context": 3}), 500, "builtins.TypeError", "'int' object is not iterable"),
        ("res.partner", "load", json!({"fields": ["nope"], "data": [["a"]]}), 500, VALUE, "Invalid field name 'nope'"),
    ]
}

/// Targets that have `/json/2`.
fn with_json2() -> Vec<Target> {
    std::iter::once(Target::simulated(19))
        .chain(Target::real().filter(|real| real.major >= 19))
        .collect()
}

#[test]
fn json2_answers_with_statuses() {
    for target in with_json2() {
        for (model, method, body, status, name, text) in json2_cases() {
            // The server answers in the user's language unless the context says otherwise.
            let mut body = body;
            if body.get("context").is_none() {
                body["context"] = json!({"lang": "en_US"});
            }
            let (got, data) = target.json2(model, method, &body);
            assert_eq!(
                (got, data["name"].as_str()),
                (status, Some(name)),
                "{model}.{method} {body}: {data}"
            );
            assert!(
                data["message"].as_str().unwrap().contains(text),
                "{model}.{method}: {data}"
            );
            assert!(
                data["arguments"].is_array()
                    && data["debug"].is_string()
                    && data["context"].is_object()
            );
        }
        assert_eq!(
            target.json2("res.partner", "read", &json!({"ids": [GONE]})),
            (200, json!([]))
        );
        assert_eq!(
            target.json2("res.partner", "create", &json!({"vals_list": []})),
            (200, json!([]))
        );
    }
}

#[test]
fn json2_refuses_what_is_no_call() {
    for target in with_json2() {
        let bearer = format!("bearer {}", target.key);
        let key = ("authorization", bearer.as_str());
        let json = ("content-type", "application/json");
        let path = "/json/2/res.partner/search";
        let check = |method: &str,
                     path: &str,
                     headers: &[(&str, &str)],
                     body: &str,
                     status: u16,
                     text: &str| {
            let answer = target.http(method, path, headers, body).unwrap();
            assert_eq!(
                answer.status, status,
                "{method} {path} {headers:?}: {}",
                answer.body
            );
            assert!(answer.body.contains(text), "{}", answer.body);
        };
        check(
            "POST",
            path,
            &[json, ("authorization", "bearer bad")],
            "{}",
            401,
            "Invalid apikey",
        );
        check(
            "POST",
            path,
            &[json],
            "{}",
            401,
            "User not authenticated, use an API Key with a Bearer Authorization header.",
        );
        check(
            "POST",
            path,
            &[json, ("authorization", "Basic YTpi")],
            "{}",
            401,
            "User not authenticated",
        );
        check(
            "POST",
            path,
            &[("content-type", "text/plain"), key],
            "{}",
            415,
            "415 Unsupported Media Type",
        );
        check(
            "POST",
            path,
            &[json, key, ("x-odoo-database", "nodb")],
            "{}",
            404,
            "No database is selected",
        );
        check(
            "POST",
            path,
            &[json, key],
            "{nope",
            400,
            "could not parse the body as json",
        );
        check(
            "GET",
            path,
            &[key],
            "",
            404,
            "Did you mean POST /json/2/<model>/<method>?",
        );
        check("GET", "/web/version", &[], "", 200, "version_info");
    }
}

#[test]
fn older_versions_have_no_json2() {
    for major in [17, 18] {
        let target = Target::simulated(major);
        for (method, path) in [
            ("POST", "/json/2/res.partner/search"),
            ("GET", "/web/version"),
        ] {
            let answer = target
                .http(method, path, &[("content-type", "application/json")], "")
                .unwrap();
            assert_eq!(answer.status, 404);
            assert!(answer.content_type.starts_with("text/html"));
        }
    }
}

#[test]
fn several_databases_need_the_header() {
    let target = Target::with(19, peers::odoo::OdooBuilder::several_databases);
    let bearer = format!("Bearer {}", target.key);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
    ];
    let answer = target
        .http(
            "POST",
            "/json/2/res.partner/search",
            &headers,
            r#"{"domain":[]}"#,
        )
        .unwrap();
    assert_eq!(answer.status, 404);
    assert!(answer.content_type.starts_with("text/html"));
    assert_eq!(
        target
            .json2("res.partner", "search_count", &json!({"domain": []}))
            .0,
        200
    );
}
