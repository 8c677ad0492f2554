use proptest::prelude::*;

use super::{Country, End, Number, Numbering, Party, Unreadable, is_withheld, read, typed};

mod of_the_field;
mod withheld;

fn country(code: &str) -> Country {
    code.parse().expect("a country")
}

fn outside(raw: &str, code: &str, extensions: &[&str]) -> Party {
    read(
        raw,
        End::Outside,
        &Numbering {
            country: country(code),
            extensions,
        },
    )
}

fn check(raw: &str, country: &str, expected: &str) {
    match outside(raw, country, &[]) {
        Party::Outside(number) => assert_eq!(number.to_string(), expected, "{raw} in {country}"),
        other => panic!("{raw} in {country} is {other:?}"),
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
        check(raw, "FR", "+33199000012");
    }
    check("+33 0 199 000 012", "FR", "+33199000012");
    check("011 44 20 7946 0123", "US", "+442079460123");
    check("(212) 555-0123", "US", "+12125550123");
    check("1-212-555-0123", "US", "+12125550123");
    check("911 22 33 44", "ES", "+34911223344");
    check("+34911223344", "FR", "+34911223344");
}

#[test]
fn an_italian_zero_is_kept_wherever_the_call_is_read() {
    for (raw, country) in [
        ("06 698 12345", "IT"),
        ("+390669812345", "FR"),
        ("00390669812345", "FR"),
        ("390669812345", "IT"),
    ] {
        check(raw, country, "+390669812345");
    }
    check("347 123 4567", "IT", "+393471234567");
}

#[test]
fn foreign_digits_without_a_plus_are_not_guessed() {
    let Party::Unreadable { reason, .. } = outside("442079460123", "FR", &[]) else {
        panic!("guessed")
    };
    assert_eq!(reason, Unreadable::TooLong);
    assert!(matches!(
        outside("+33123", "FR", &[]),
        Party::Unreadable { .. }
    ));
    assert!(matches!(
        outside(&"91".repeat(20), "FR", &[]),
        Party::Unreadable {
            reason: Unreadable::TooLong,
            ..
        }
    ));
}

#[test]
fn a_digit_that_only_looks_like_a_trunk_prefix_is_not_taken_off() {
    for raw in ["+784160000023", "+3758290000072", "+3606305000094"] {
        let party = outside(raw, "FR", &[]);
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
        assert_eq!(outside(raw, "FR", &[]), Party::Withheld, "{raw}");
        assert!(is_withheld(raw));
    }
    for raw in [
        "ACME",
        "api",
        "FLOWERS2",
        "Zoé",
        "24@7 Taxi",
        "0199000012;0199000013",
        "tel:0199000012;phone-context=+49",
    ] {
        assert_eq!(outside(raw, "FR", &[]), Party::Text(raw.into()), "{raw}");
    }
}

#[test]
fn a_short_number_is_an_extension_only_in_the_office() {
    for raw in ["15", "112", "3000", "118218", "1001", "*31#"] {
        let numbering = Numbering {
            country: country("FR"),
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
        country: country("FR"),
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
    let read = |raw: &str, extensions: &[&str]| match outside(raw, "FR", extensions) {
        Party::Outside(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(read("01990000122100", &["2100", "1001"]), "+33199000012");
    assert_eq!(read("+331990000122100", &["2100"]), "+33199000012");
    assert!(read("01990000122100", &["1001"]).contains("TooLong"));
    assert!(read("01990000122100", &[]).contains("TooLong"));
    // One digit of the number more or less: never a number by its end.
    assert!(read("01990000122100", &["100"]).contains("TooLong"));
    let ambiguous = outside("+4930123456781234", "DE", &["1234", "781234"]);
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

/// A caller from abroad whose trunk leaves out the plus, and who ends like an extension that rang, is none at home.
#[test]
fn a_number_from_abroad_is_not_cut_at_an_extension() {
    for (country, raw, extension) in [
        ("FR", "5511987651001", "1001"),
        ("BE", "551123451001", "1001"),
        ("US", "442380123456", "56"),
        ("US", "5592987654321", "321"),
        ("FR", "34911223344", "44"),
    ] {
        let party = outside(raw, country, &[extension]);
        let is_undecided = matches!(
            party,
            Party::Unreadable {
                reason: Unreadable::Ambiguous,
                ..
            }
        );
        assert!(is_undecided, "{raw} in {country} is {party:?}");
    }
}

#[test]
fn a_number_is_shown_in_part_and_found_in_whole() {
    let Party::Outside(number) = outside("0199000012", "FR", &[]) else {
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
    let Party::Outside(number) = outside("212 555 0123", "US", &[]) else {
        panic!("no number")
    };
    assert_eq!(number.national_forms(), ["12125550123", "2125550123"]);
    assert_eq!(number.masked(), "+1 2**-***-**23");
}

#[test]
fn a_number_is_found_however_it_is_typed() {
    let french = typed("+33142667701");
    for form in [
        "+33142667701",
        "0033142667701",
        "+33 1 42 66 77 01",
        "01 42 66 77 01",
        "0142667701",
        "01.42.66.77.01",
        "42-66-77",
    ] {
        assert!(french.contains(form), "{form}: {french}");
    }
    let american = typed("+12125550123");
    for form in [
        "(212) 555-0123",
        "212 555 0123",
        "2125550123",
        "+1 212-555-0123",
    ] {
        assert!(american.contains(form), "{form}: {american}");
    }
    assert_eq!(typed("+1"), "+1 001");
}

fn some_country() -> impl Strategy<Value = Country> {
    prop::sample::select(vec![
        "FR", "RE", "IT", "US", "BB", "DE", "GB", "GG", "IE", "BR", "AR", "MX", "RU", "BY", "AU",
        "PT",
    ])
    .prop_map(country)
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
