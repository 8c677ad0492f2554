use super::*;

fn contact(id: i64, phone: &str) -> Candidate {
    Candidate {
        id,
        phone: phone.to_owned(),
        mobile: String::new(),
        phone_sanitized: String::new(),
        country_code: String::new(),
        active: true,
        company: None,
        parent_id: None,
        kind: "contact".to_owned(),
    }
}

fn check(candidates: &[Candidate], expected: Match) {
    check_made(candidates, &[], expected);
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
        let contacts = Contacts::new(&[contact(7, written)], &[], country(server), None);
        assert_eq!(contacts.decide(e164), Match::One(7), "{written}");
    }
    // What an Odoo that knows less of the plan has read, and a contact that the bridge made when it knew no more itself.
    let odoos = Candidate {
        phone_sanitized: "+33596301234".into(),
        ..contact(7, "0596 30 12 34 (bureau)")
    };
    let contacts = Contacts::new(&[odoos], &[], country("FR"), None);
    assert_eq!(contacts.decide("+596596301234"), Match::One(7));
    let archived = Candidate {
        active: false,
        ..contact(7, "+33596301234")
    };
    let earlier = Made {
        key: "+33596301234".into(),
        ..made(7, 7)
    };
    let contacts = Contacts::new(&[archived], &[earlier], country("FR"), None);
    let taken = Match::KeyTaken {
        id: 7,
        reason: KeyTaken::Archived,
    };
    assert_eq!(contacts.decide("+596596301234"), taken);
}

fn check_made(candidates: &[Candidate], made: &[Made], expected: Match) {
    let contacts = Contacts::new(candidates, made, country("ES"), None);
    assert_eq!(contacts.decide(NUMBER), expected);
}

fn nobody() -> Match {
    Match::None { key: NUMBER.into() }
}

/// The contact `made` was made for the number, and is `contact` now.
fn made(made: i64, contact: i64) -> Made {
    Made {
        key: NUMBER.into(),
        contact: Some(contact),
        made,
    }
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
    check(&[contact(7, "+49 30 911223344")], nobody());
    check(
        &[Candidate {
            country_code: "FR".into(),
            ..contact(7, "911223344")
        }],
        nobody(),
    );
    // Odoo read the one number as French, so the other is not Spanish just because the server is.
    check(
        &[Candidate {
            phone_sanitized: "+33612345678".into(),
            ..contact(7, "911223344")
        }],
        nobody(),
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
        nobody(),
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
    let contact = |active, phone: &str| Candidate {
        active,
        ..contact(7, phone)
    };
    let check =
        |candidates: &[Candidate], expected| check_made(candidates, &[made(7, 7)], expected);
    let taken = |reason| Match::KeyTaken { id: 7, reason };
    check(&[contact(true, NUMBER)], Match::One(7));
    check(&[contact(false, NUMBER)], taken(KeyTaken::Archived));
    check(
        &[contact(true, "+34 600 11 22 33")],
        taken(KeyTaken::NumberChanged),
    );
    check(&[], taken(KeyTaken::Unseen));
    // Somebody else has the number now: that is certain, whoever had it before.
    let other = of_company(9, None);
    check(&[contact(false, NUMBER), other], Match::One(9));
}

#[test]
fn a_number_follows_its_contact_into_the_one_that_it_was_merged_into() {
    let acme = |active| Candidate {
        active,
        ..contact(9, "+34 600 11 22 33")
    };
    check_made(&[acme(true)], &[made(7, 9)], Match::One(9));
    let archived = Match::KeyTaken {
        id: 9,
        reason: KeyTaken::Archived,
    };
    check_made(&[acme(false)], &[made(7, 9)], archived);
    // Two people have said something of it: a third one decides.
    let both = [acme(true), contact(3, NUMBER)];
    check_made(&both, &[made(7, 9)], Match::Many(vec![3, 9]));
    check_made(&[contact(9, NUMBER)], &[made(7, 9)], Match::One(9));
}

fn of_company(id: i64, company: Option<i64>) -> Candidate {
    Candidate {
        company,
        ..contact(id, NUMBER)
    }
}

#[test]
fn of_two_companies_the_servers_own_has_its_contact() {
    let check = |candidates: &[Candidate], company, expected: Match| {
        let contacts = Contacts::new(candidates, &[], country("ES"), company);
        assert_eq!(contacts.decide(NUMBER), expected, "{company:?}");
    };
    let both = [of_company(7, Some(1)), of_company(9, Some(2))];
    check(&both, Some(1), Match::One(7));
    check(&both, Some(2), Match::One(9));
    check(&both, Some(3), nobody());
    check(&both, None, Match::Many(vec![7, 9]));
    let shared = [of_company(5, None), of_company(9, Some(2))];
    check(&shared, Some(1), Match::One(5));
    check(&shared, Some(2), Match::One(9));
    let twice = [of_company(7, Some(1)), of_company(8, Some(1))];
    check(&twice, Some(1), Match::Many(vec![7, 8]));
}

#[test]
fn what_another_company_has_got_is_in_nobodys_way() {
    let decide = |candidates: &[Candidate], made: &[Made], company| {
        Contacts::new(candidates, made, country("ES"), Some(company)).decide(NUMBER)
    };
    // Made for the number, then merged into the second company's contact.
    let taken = [of_company(9, Some(2))];
    let made_of_it = [made(7, 9)];
    let own = Match::None {
        key: format!("{NUMBER}:1"),
    };
    assert_eq!(decide(&taken, &made_of_it, 1), own);
    assert_eq!(decide(&taken, &made_of_it, 2), Match::One(9));
    // The first company's own was given away as well.
    let mut second = made(8, 9);
    second.key = format!("{NUMBER}:1");
    let given_away = Match::KeyTaken {
        id: 9,
        reason: KeyTaken::OtherCompany,
    };
    assert_eq!(decide(&taken, &[made(7, 9), second], 1), given_away);
}

#[test]
fn a_contact_is_found_whatever_else_is_written_beside_its_number() {
    for written in [
        "\u{202a}911 22 33 44\u{202c}",
        "911–22–33–44 ext. 12",
        "600 11 22 33 / 911 22 33 44",
    ] {
        check(&[contact(7, written)], Match::One(7));
    }
}

const NUMBER: &str = "+34911223344";
