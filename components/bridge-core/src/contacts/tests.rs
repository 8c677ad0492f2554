use super::*;

fn contact(id: i64, phone: &str) -> Candidate {
    Candidate {
        id,
        phone: phone.to_owned(),
        mobile: String::new(),
        phone_sanitized: String::new(),
        country_code: String::new(),
        x_ucm_key: String::new(),
        active: true,
        parent_id: None,
        kind: "contact".to_owned(),
    }
}

fn check(candidates: &[Candidate], expected: Match) {
    assert_eq!(
        Contacts::new(candidates, country("ES")).decide(NUMBER),
        expected
    );
}

fn country(code: &str) -> Country {
    code.parse().expect("a country")
}

#[test]
fn a_contact_written_under_another_plan_is_found() {
    for (server, e164, written) in [
        ("FR", "+262692001234", "+33 692 00 12 34"),
        ("FR", "+262692001234", "0692 00 12 34"),
        ("FR", "+596596301234", "+33596301234"),
        ("MX", "+525500012345", "+52 1 55 0001 2345"),
        ("MX", "+525500012345", "044 55 0001 2345"),
        ("AR", "+5491123450012", "011 15-2345-0012"),
        ("AR", "+5491123450012", "+54 11 15-2345-0012"),
        ("IE", "+442890123456", "048 9012 3456"),
    ] {
        let contacts = Contacts::new(&[contact(7, written)], country(server));
        assert_eq!(contacts.decide(e164), Match::One(7), "{written}");
    }
    // What an Odoo that knows less of the plan has read, and a contact that the bridge made when it knew no more itself.
    let odoos = Candidate {
        phone_sanitized: "+33596301234".into(),
        ..contact(7, "0596 30 12 34 (bureau)")
    };
    let contacts = Contacts::new(&[odoos], country("FR"));
    assert_eq!(contacts.decide("+596596301234"), Match::One(7));
    let made = Candidate {
        x_ucm_key: "+33596301234".into(),
        active: false,
        ..contact(7, "+33596301234")
    };
    let contacts = Contacts::new(&[made], country("FR"));
    let taken = Match::KeyTaken {
        id: 7,
        reason: KeyTaken::Archived,
    };
    assert_eq!(contacts.decide("+596596301234"), taken);
}

#[test]
fn one_contact_links_however_the_number_is_written() {
    for written in [
        "+34 911 22 33 44",
        "0034911223344",
        "911 22 33 44",
        "(+34) 911-223-344",
    ] {
        check(&[contact(7, written)], Match::One(7));
    }
    check(
        &[Candidate {
            mobile: "+34911223344".into(),
            ..contact(7, "+34 600 11 22 33")
        }],
        Match::One(7),
    );
    check(
        &[Candidate {
            phone_sanitized: NUMBER.into(),
            ..contact(7, "911223344 ext. 12")
        }],
        Match::One(7),
    );
}

#[test]
fn the_same_last_digits_of_another_number_do_not_link() {
    check(&[contact(7, "+49 30 911223344")], Match::None);
    check(
        &[Candidate {
            country_code: "FR".into(),
            ..contact(7, "911223344")
        }],
        Match::None,
    );
    // Odoo read the one number as French, so the other is not Spanish just because the server is.
    check(
        &[Candidate {
            phone_sanitized: "+33612345678".into(),
            ..contact(7, "911223344")
        }],
        Match::None,
    );
}

#[test]
fn several_contacts_are_ambiguous_and_listed() {
    check(
        &[contact(9, NUMBER), contact(7, NUMBER)],
        Match::Many(vec![7, 9]),
    );
    let person = Candidate {
        parent_id: Some(7),
        ..contact(9, NUMBER)
    };
    check(&[contact(7, NUMBER), person], Match::Many(vec![7, 9]));
}

#[test]
fn an_address_stands_for_its_contact_only_if_that_has_the_number() {
    let address = Candidate {
        parent_id: Some(7),
        kind: "invoice".into(),
        ..contact(9, NUMBER)
    };
    check(&[contact(7, NUMBER), address.clone()], Match::One(7));
    check(&[contact(7, ""), address], Match::One(9));
}

#[test]
fn an_archived_contact_does_not_match() {
    check(
        &[Candidate {
            active: false,
            ..contact(7, NUMBER)
        }],
        Match::None,
    );
    check(
        &[
            Candidate {
                active: false,
                ..contact(7, NUMBER)
            },
            contact(9, NUMBER),
        ],
        Match::One(9),
    );
}

#[test]
fn a_contact_once_made_for_the_number_is_not_made_again() {
    let made = |active, phone: &str| Candidate {
        active,
        x_ucm_key: NUMBER.into(),
        ..contact(7, phone)
    };
    check(&[made(true, NUMBER)], Match::One(7));
    check(
        &[made(false, NUMBER)],
        Match::KeyTaken {
            id: 7,
            reason: KeyTaken::Archived,
        },
    );
    check(
        &[made(true, "+34 600 11 22 33")],
        Match::KeyTaken {
            id: 7,
            reason: KeyTaken::NumberChanged,
        },
    );
    // Somebody else has the number now: that is certain, whoever had it before.
    check(&[made(false, NUMBER), contact(9, NUMBER)], Match::One(9));
}

const NUMBER: &str = "+34911223344";
