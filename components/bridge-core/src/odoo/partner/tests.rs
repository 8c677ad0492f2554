use super::super::rpc::tests::{body, rpc};
use super::*;

fn wanted(count: usize) -> Vec<Wanted> {
    (0..count)
        .map(|n| Wanted {
            e164: format!("+3491100{n:04}"),
            national: vec![format!("91100{n:04}"), "12".into()],
            aliases: Vec::new(),
        })
        .collect()
}

#[test]
fn a_page_of_numbers_is_one_search() {
    for series in [17, 18, 19] {
        let call = find(Version::new(series, 0), &wanted(300));
        let body = body(&rpc(series), &call).to_string();
        assert_eq!(body.matches("+3491100").count(), 600, "for two fields");
        assert!(body.contains(r#""limit":1300"#), "{body}");
        assert_eq!(body.contains("mobile"), series < 19);
        assert!(!body.contains("phone_mobile_search"));
    }
}

#[test]
fn what_odoo_could_not_read_is_a_domain_of_its_own() {
    let read = "|,|,|,|,|,|,phone_sanitized =,phone_sanitized like,phone_sanitized like,phone_sanitized like,phone_sanitized like,phone_sanitized like,!,phone_sanitized =like";
    let words = |series| {
        let Value::Array(terms) = unread(Version::new(series, 0)) else {
            return String::new();
        };
        let words = terms.iter().map(|term| match term {
            Value::Array(term) => format!("{} {}", term[0], term[1]).replace('"', ""),
            operator => operator.as_str().unwrap_or_default().to_owned(),
        });
        words.collect::<Vec<_>>().join(",")
    };
    assert_eq!(words(19), format!("&,phone !=,{read}"));
    assert_eq!(
        words(17),
        format!("|,&,|,phone !=,mobile !=,{read},&,phone !=,mobile !=")
    );
}

#[test]
fn an_answer_as_long_as_its_limit_is_cut() {
    let candidate: Candidate = serde_json::from_str(r#"{"id":7,"active":true}"#).unwrap();
    let wanted = wanted(3);
    let most = vec![candidate; wanted.len() + MOST_UNREAD];
    assert!(is_cut(&wanted, &most));
    assert!(!is_cut(&wanted, &most[1..]));
}

#[test]
fn by_text_a_page_of_numbers_is_one_search_on_19() {
    let calls = find_by_text(Version::new(19, 0), &wanted(300));
    assert_eq!(calls.len(), 1);
    let body = body(&rpc(19), &calls[0]);
    let domain = body["domain"].as_array().unwrap();
    assert_eq!(domain.len(), 5, "two ors and three terms");
    assert_eq!(domain[4][0], "phone_mobile_search");
    // E.164 and the national form of each; what is too short for Odoo is left out.
    assert_eq!(domain[4][2].as_array().unwrap().len(), 600);
    assert_eq!(body["context"]["active_test"], false);
    assert!(
        !body["fields"]
            .as_array()
            .unwrap()
            .contains(&json!("mobile"))
    );
}

#[test]
fn before_18_2_mobiles_are_read_and_each_number_is_a_term() {
    let calls = find_by_text(Version::new(17, 0), &wanted(150));
    assert_eq!(calls.len(), 2);
    let params = body(&rpc(17), &calls[0])["params"]["args"].clone();
    let domain = params[5][0].as_array().unwrap();
    let terms = 2 + 2 * FIND_BATCH_TERMWISE;
    assert_eq!(domain.len(), terms + terms - 1);
    assert!(
        domain
            .iter()
            .all(|term| term[0] != "phone_mobile_search" || term[1] == "=")
    );
    assert!(params[5][1].as_array().unwrap().contains(&json!("mobile")));
}

#[test]
fn a_new_contact_is_named_by_the_caller_or_else_by_the_number() {
    let contact = |name: Option<&str>| NewContact {
        e164: "+34911223344".into(),
        name: name.map(str::to_owned),
        server_name: "Office <1> & more".into(),
    };
    let named = contact(Some(" Ana\0 Ruiz ")).values();
    assert_eq!(named["name"], "Ana Ruiz");
    assert_eq!(named["x_ucm_key"], named["phone"]);
    assert_eq!(
        named["comment"],
        "<p>Created from a phone call on Office &lt;1&gt; &amp; more.</p>"
    );
    assert_eq!(contact(None).values()["name"], "+34911223344");
    assert_eq!(contact(Some("  ")).values()["name"], "+34911223344");
}

#[test]
fn a_candidate_is_read_from_either_series() {
    let read = |text: &str| serde_json::from_str::<Candidate>(text).unwrap();
    let old = read(
        r#"{"id":7,"phone":false,"mobile":"600 11 22 33","phone_sanitized":"+34600112233","country_code":"ES",
            "x_ucm_key":false,"active":true,"parent_id":[3,"ACME"],"type":"contact"}"#,
    );
    assert_eq!(
        (old.phone.as_str(), old.mobile.as_str(), old.parent_id),
        ("", "600 11 22 33", Some(3))
    );
    let new = read(
        r#"{"id":7,"phone":"911","phone_sanitized":false,"country_code":false,"x_ucm_key":"+34911223344","active":false,
            "parent_id":false,"type":"invoice"}"#,
    );
    assert_eq!(
        (new.mobile.as_str(), new.parent_id, new.active),
        ("", None, false)
    );
}
