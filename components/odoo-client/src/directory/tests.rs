use super::super::rpc::tests::{body, rpc};
use super::*;
use calls::contacts::Candidate;

fn wanted(count: usize) -> Vec<Wanted> {
    (0..count)
        .map(|n| Wanted {
            e164: format!("+3491100{n:04}"),
            national: vec![format!("91100{n:04}"), "12".into()],
            aliases: Vec::new(),
        })
        .collect()
}

fn directory(series: u16, has_mobile: bool) -> Directory<Candidate> {
    let fields = json!({ "mobile": { "type": "char" } });
    let fields = match has_mobile {
        true => fields.as_object().cloned().unwrap_or_default(),
        false => Map::new(),
    };
    Directory::new(Version::new(series, 0), super::has_mobile(&fields))
}

#[test]
fn a_page_of_numbers_is_one_search() {
    for (series, has_mobile) in [(17, true), (18, true), (19, false), (19, true)] {
        let call = directory(series, has_mobile).find(&wanted(300), &[7, 9]);
        let body = body(&rpc(series), &call).to_string();
        assert_eq!(body.matches("+3491100").count(), 300);
        assert!(body.contains(r#""limit":1302"#), "{body}");
        assert_eq!(body.contains("mobile"), has_mobile, "by what is there");
        assert!(!body.contains("phone_mobile_search"));
    }
}

#[test]
fn what_odoo_could_not_read_is_a_domain_of_its_own() {
    let likes = 4 + ODD.len();
    let read = format!(
        "{}phone_sanitized =,{}!,phone_sanitized =like",
        "|,".repeat(likes + 1),
        "phone_sanitized ilike,".repeat(likes)
    );
    let words = |has_mobile| {
        let Value::Array(terms) = directory(19, has_mobile).unread() else {
            return String::new();
        };
        let words = terms.iter().map(|term| match term {
            Value::Array(term) => format!("{} {}", term[0], term[1]).replace('"', ""),
            operator => operator.as_str().unwrap_or_default().to_owned(),
        });
        words.collect::<Vec<_>>().join(",")
    };
    assert_eq!(words(false), format!("&,phone !=,{read}"));
    assert_eq!(
        words(true),
        format!("|,&,|,phone !=,mobile !=,{read},&,phone !=,mobile !=")
    );
}

#[test]
fn what_no_search_for_digits_sees_past_is_read_in_pages() {
    let body = |has_mobile| body(&rpc(19), &directory(19, has_mobile).odd(41));
    let domain = |has_mobile| body(has_mobile)["domain"].as_array().unwrap().clone();
    assert_eq!(domain(false)[1], json!(["id", ">", 41]));
    // An operator less than there are terms: each mark, and a plus behind something.
    let terms = ODD.len() + 1;
    assert_eq!(domain(false).len(), 2 + 2 * terms - 1);
    assert_eq!(domain(true).len(), 2 + 4 * terms - 1);
    assert_eq!(body(false)["limit"], ODD_BATCH);
}

#[test]
fn an_answer_as_long_as_its_limit_is_cut() {
    let wanted = wanted(3);
    let most = vec![(); wanted.len() + MOST_UNREAD];
    assert!(is_cut::<i64, _>(&wanted, &[], &most));
    assert!(!is_cut::<i64, _>(&wanted, &[], &most[1..]));
    assert!(!is_cut(&wanted, &[7], &most));
}

#[test]
fn by_text_a_page_of_numbers_is_one_search_on_19() {
    let calls = directory(19, false).by_text(&wanted(300), &[]);
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
fn on_17_and_18_each_number_is_a_term() {
    let calls = directory(17, true).by_text(&wanted(150), &[]);
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
