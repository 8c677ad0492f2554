use super::*;

#[test]
fn a_new_contact_is_named_by_the_caller_or_else_by_the_number() {
    let contact = |name: Option<&str>| NewContact {
        e164: "+34911223344".into(),
        key: "+34911223344:3".into(),
        name: name.map(str::to_owned),
        server_name: "Office <1> & more".into(),
        language: Language::En,
    };
    let named = contact(Some(" Ana\0 Ruiz ")).values();
    assert_eq!(named["name"], "Ana Ruiz");
    assert_eq!(named["phone"], "+34911223344");
    let made = json!([[0, 0, { "x_name": "+34911223344:3" }]]);
    assert_eq!(named["x_ucm_contact_ids"], made, "in the same transaction");
    assert_eq!(
        named["comment"],
        "<p>Created from a phone call on Office &lt;1&gt; &amp; more.</p>"
    );
    let french = NewContact {
        language: Language::Fr,
        ..contact(None)
    };
    let note = french.values()["comment"].to_string();
    assert!(note.contains("Cr\u{e9}\u{e9} lors d'un appel"), "{note}");
    assert_eq!(contact(None).values()["name"], "+34911223344");
    assert_eq!(contact(Some("  ")).values()["name"], "+34911223344");
}

#[test]
fn a_candidate_is_read_from_either_series() {
    let old = read(
        r#"{"id":7,"phone":false,"mobile":"600 11 22 33","phone_sanitized":"+34600112233","country_code":"ES",
            "active":true,"company_id":[2,"ACME"],"parent_id":[3,"ACME"],"type":"contact"}"#,
    );
    assert_eq!(
        (
            old.phone.as_str(),
            old.mobile.as_str(),
            old.parent_id,
            old.company
        ),
        ("", "600 11 22 33", Some(3), Some(2))
    );
    let new = read(
        r#"{"id":7,"phone":"911","phone_sanitized":false,"country_code":false,"active":false,"company_id":false,
            "parent_id":false,"type":"invoice"}"#,
    );
    assert_eq!(
        (new.mobile.as_str(), new.parent_id, new.active),
        ("", None, false)
    );
}

fn read(text: &str) -> Candidate {
    serde_json::from_str::<Row>(text).unwrap().into()
}
