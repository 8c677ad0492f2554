use phonenumber::country::{self, Id};
use phonenumber::metadata::DATABASE;
use proptest::prelude::*;

use super::{End, Number, Numbering, Party, Unreadable, is_withheld, read};

fn outside(raw: &str, country: Id, extensions: &[&str]) -> Party {
    read(
        raw,
        End::Outside,
        &Numbering {
            country,
            extensions,
        },
    )
}

fn check(raw: &str, country: Id, expected: &str) {
    match outside(raw, country, &[]) {
        Party::Outside(number) => assert_eq!(number.to_string(), expected, "{raw} in {country:?}"),
        other => panic!("{raw} in {country:?} is {other:?}"),
    }
}

#[test]
fn every_way_of_writing_a_number_is_the_same_number() {
    for raw in [
        "+33199000012",
        "0033199000012",
        "0199000012",
        "33199000012",
        "01 99 00 00 12",
        "01.99.00.00.12",
        "+33 (0)1 99 00 00 12",
    ] {
        check(raw, country::FR, "+33199000012");
    }
    check("+33 0 199 000 012", country::FR, "+33199000012");
    check("011 44 20 7946 0123", country::US, "+442079460123");
    check("(212) 555-0123", country::US, "+12125550123");
    check("1-212-555-0123", country::US, "+12125550123");
    check("911 22 33 44", country::ES, "+34911223344");
    check("+34911223344", country::FR, "+34911223344");
}

#[test]
fn an_italian_zero_is_kept_wherever_the_call_is_read() {
    for (raw, country) in [
        ("06 698 12345", country::IT),
        ("+390669812345", country::FR),
        ("00390669812345", country::FR),
        ("390669812345", country::IT),
    ] {
        check(raw, country, "+390669812345");
    }
    check("347 123 4567", country::IT, "+393471234567");
}

#[test]
fn foreign_digits_without_a_plus_are_not_guessed() {
    let Party::Unreadable { reason, .. } = outside("442079460123", country::FR, &[]) else {
        panic!("guessed")
    };
    assert_eq!(reason, Unreadable::Invalid);
    assert!(matches!(
        outside("+33123", country::FR, &[]),
        Party::Unreadable { .. }
    ));
    assert!(matches!(
        outside(&"9".repeat(40), country::FR, &[]),
        Party::Unreadable {
            reason: Unreadable::TooLong,
            ..
        }
    ));
}

#[test]
fn a_digit_that_only_looks_like_a_trunk_prefix_is_not_taken_off() {
    for raw in ["+784160000023", "+3758290000072", "+3606305000094"] {
        let party = outside(raw, country::FR, &[]);
        assert!(
            matches!(party, Party::Unreadable { .. }),
            "{raw} is {party:?}"
        );
    }
}

#[test]
fn who_is_not_told_is_withheld_and_a_name_is_no_number() {
    for raw in [
        "",
        "  ",
        "anonymous",
        "Anonymous",
        "PRIVATE",
        "Unknown",
        "restricted",
        "unavailable",
    ] {
        assert_eq!(outside(raw, country::FR, &[]), Party::Withheld, "{raw}");
        assert!(is_withheld(raw));
    }
    for raw in [
        "ACME",
        "api",
        "FLOWERS2",
        "Zoé",
        "+",
        "0199000012;ext=5",
        "٠١٩٩٠٠٠٠١٢",
    ] {
        assert_eq!(
            outside(raw, country::FR, &[]),
            Party::Text(raw.into()),
            "{raw}"
        );
    }
}

#[test]
fn a_short_number_is_an_extension_only_in_the_office() {
    for raw in ["15", "112", "3000", "118218", "1001", "*31#"] {
        let numbering = Numbering {
            country: country::FR,
            extensions: &["1001"],
        };
        assert_eq!(
            read(raw, End::Outside, &numbering),
            Party::Short(raw.into())
        );
        assert_eq!(
            read(raw, End::Office, &numbering),
            Party::Extension(raw.into())
        );
    }
    let known = Numbering {
        country: country::FR,
        extensions: &["12345678"],
    };
    assert_eq!(
        read("12345678", End::Office, &known),
        Party::Extension("12345678".into())
    );
    assert!(matches!(
        read("0199000012", End::Office, &known),
        Party::Outside(_)
    ));
}

#[test]
fn a_number_with_an_extension_behind_it_is_cut_only_where_the_call_knows_the_extension() {
    let read = |raw: &str, extensions: &[&str]| match outside(raw, country::FR, extensions) {
        Party::Outside(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(read("01990000122100", &["2100", "1001"]), "+33199000012");
    assert_eq!(read("+331990000122100", &["2100"]), "+33199000012");
    assert!(read("01990000122100", &["1001"]).contains("Invalid"));
    assert!(read("01990000122100", &[]).contains("Invalid"));
    // One digit of the number more or less: never a number by its end.
    assert!(read("01990000122100", &["100"]).contains("Invalid"));
    let ambiguous = outside("+4930123456781234", country::DE, &["1234", "781234"]);
    assert!(
        matches!(
            ambiguous,
            Party::Unreadable {
                reason: Unreadable::Ambiguous,
                ..
            }
        ),
        "{ambiguous:?}"
    );
}

#[test]
fn a_number_is_shown_in_part_and_found_in_whole() {
    let Party::Outside(number) = outside("0199000012", country::FR, &[]) else {
        panic!("no number")
    };
    assert_eq!(number.masked(), "+33 1 ** ** ** 12");
    assert_eq!(format!("{number:?}"), "+33 1 ** ** ** 12");
    assert_eq!(
        number.variants(),
        [
            "+33199000012",
            "0033199000012",
            "+33 1 99 00 00 12",
            "01 99 00 00 12",
            "0199000012"
        ]
    );
    let Party::Outside(number) = outside("212 555 0123", country::US, &[]) else {
        panic!("no number")
    };
    assert_eq!(number.national_forms(), ["12125550123", "2125550123"]);
    assert_eq!(number.masked(), "+1 2**-***-**23");
}

#[test]
fn the_example_numbers_of_all_countries_are_read_as_they_are() {
    let mut refused = Vec::new();
    for plan in DATABASE.iter() {
        for kind in [
            plan.descriptors().fixed_line(),
            plan.descriptors().mobile(),
            plan.descriptors().toll_free(),
        ]
        .into_iter()
        .flatten()
        {
            let Some(example) = kind.example() else {
                continue;
            };
            let written = format!("{}{example}", plan.country_code());
            match Number::international(&written) {
                Some(number) => {
                    assert_eq!(number.to_string(), format!("+{written}"), "{}", plan.id())
                }
                None => refused.push(format!("{} {example}", plan.id())),
            }
        }
    }
    // phonenumber takes the 8 of these toll-free numbers for the trunk prefix of the former Soviet plan. Refused is better than misread.
    refused.sort();
    assert_eq!(
        refused,
        [
            "BY 8011234567",
            "KZ 8001234567",
            "LT 80012345",
            "RU 8001234567"
        ]
    );
}

fn some_country() -> impl Strategy<Value = Id> {
    prop::sample::select(vec![
        country::FR,
        country::IT,
        country::US,
        country::DE,
        country::GB,
        country::BR,
        country::AR,
        country::MX,
        country::RU,
        country::BY,
        country::AU,
    ])
}

fn number_like() -> impl Strategy<Value = String> {
    prop_oneof![
        r"\+?[0-9]{1,22}",
        r"(00|0|\+|011|810)[1-9][0-9]{4,16}",
        r"[+0-9 .()/#*;=a-z-]{0,24}",
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn reading_is_idempotent_and_never_panics(raw in number_like(), country in some_country(), ext in "[0-9]{0,5}") {
        for end in [End::Office, End::Outside] {
            let numbering = Numbering { country, extensions: &[&ext] };
            if let Party::Outside(number) = read(&raw, end, &numbering) {
                for written in [number.to_string(), format!("{number}"), number.variants()[2].clone()] {
                    prop_assert_eq!(read(&written, end, &numbering), Party::Outside(number.clone()));
                }
                prop_assert!(number.to_string().len() <= 16, "longer than E.164 allows");
                prop_assert!(!number.masked().is_empty());
            }
        }
    }
}
