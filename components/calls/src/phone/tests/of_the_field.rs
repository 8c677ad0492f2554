//! Numbers as trunks and exchanges of many countries write them.

use super::{Country, End, Number, Numbering, Party, Unreadable, check, country, outside, read};

/// A national number may begin like the country's own code, and is not shortened for it.
#[test]
fn a_number_that_begins_like_its_countrys_code_keeps_its_digits() {
    for (country, raw, expected) in [
        ("IT", "3910001234", "+393910001234"),
        ("IN", "9100001234", "+919100001234"),
        ("PL", "481230012", "+48481230012"),
        ("PL", "486400012", "+48486400012"),
        ("FR", "0333984821", "+33333984821"),
        ("IT", "3331234567", "+393331234567"),
        // With the code before it as well.
        ("IT", "393910001234", "+393910001234"),
        ("PL", "48486400012", "+48486400012"),
    ] {
        check(raw, country, expected);
    }
}

/// Behind a plus that was left out, German mobiles look like numbers of Leer (`0491`), and others like those of other towns.
#[test]
fn a_number_that_is_two_numbers_is_not_guessed() {
    for (country, raw, expected) in [
        ("DE", "4915112345678", "+4915112345678"),
        ("DE", "491711234567", "+491711234567"),
        ("DE", "495111234567", "+495111234567"),
        ("DE", "0491123456", "+49491123456"),
        ("DE", "491123456", "+49491123456"),
        ("DE", "+49491123456", "+49491123456"),
        ("ID", "6281234567890", "+6281234567890"),
        ("XK", "38343987151", "+38343987151"),
        ("KZ", "79688149091", "+79688149091"),
        ("BR", "5530071325", "+555530071325"),
        ("ZA", "278180955", "+27278180955"),
    ] {
        check(raw, country, expected);
    }
    for (country, raw) in [
        ("DE", "49511123456"),
        ("SE", "462059815"),
        ("AT", "43501894"),
    ] {
        assert_eq!(
            why(raw, country),
            Unreadable::Ambiguous,
            "{raw} in {country}"
        );
    }
    // Few digits without the zero are not of the capital either.
    assert_eq!(outside("12345", "AT", &[]), Party::Short("12345".into()));
    check("012345", "AT", "+4312345");
}

/// A caller from abroad whose trunk leaves out the plus looks like a long line at home without its zero.
#[test]
fn a_caller_from_abroad_without_a_plus_is_no_line_at_home() {
    for (country, raw) in [
        ("DE", "33142667701"),
        ("DE", "442079460123"),
        ("DE", "41791234567"),
        ("LU", "33142667701"),
        ("LU", "32471234567"),
        // New Brunswick, or a number of six digits behind a carrier's.
        ("LU", "15062345677"),
    ] {
        let reason = why(raw, country);
        assert_eq!(reason, Unreadable::Ambiguous, "{raw} in {country}");
    }
    for (country, raw, expected) in [
        // Lines and mobiles at home without their zero.
        ("DE", "3012345678", "+493012345678"),
        ("DE", "8216004453", "+498216004453"),
        ("DE", "16012345678", "+4916012345678"),
        ("AT", "463366779", "+43463366779"),
        ("AT", "6766980795", "+436766980795"),
        ("ID", "81351054066", "+6281351054066"),
        // With it, and with the plus.
        ("DE", "033142667701", "+4933142667701"),
        ("DE", "+33142667701", "+33142667701"),
        ("DE", "0033142667701", "+33142667701"),
    ] {
        check(raw, country, expected);
    }
}

#[test]
fn a_number_is_read_in_an_address_and_behind_a_code() {
    for raw in [
        "sip:+33199000042@192.0.2.1",
        "sips:0199000042@[2001:db8::1]:5061;user=phone",
        "\"Ana\" <sip:+33-1-99-00-00-42@pbx.example;user=phone>",
        "tel:+33-1-99-00-00-42",
        "+33199000042;cpc=ordinary",
        "0199000042;ext=5",
        "%2B33199000042",
        "\u{202a}+33 1 99 00 00 42\u{202c}",
        "01–99–00–00–42",
        "＋３３１９９００００４２",
        "٠١٩٩٠٠٠٠٤٢",
    ] {
        check(raw, "FR", "+33199000042");
    }
    let dialled = |raw: &str, code: &str| {
        let numbering = Numbering {
            country: country(code),
            extensions: &[],
        };
        read(raw, End::Dialled, &numbering)
    };
    for (country, raw) in [
        ("FR", "*31#0199000042"),
        ("FR", "#31#+33199000042"),
        ("US", "*67 011 33 1 99 00 00 42"),
    ] {
        let number = Number::international("33199000042").expect("a number");
        assert_eq!(dialled(raw, country), Party::Outside(number), "{raw}");
    }
    assert_eq!(dialled("*31#", "FR"), Party::Short("*31#".into()));
}

/// German numbers have eleven digits at most: what is more is the end of the next number, and not of this one.
#[test]
fn the_next_number_is_no_part_of_the_one_before() {
    for (country, raw, expected) in [
        ("DE", "030 12345678/79", "+493012345678"),
        ("DE", "030 12345678 / 79", "+493012345678"),
        ("DE", "030/12345678-79", "+493012345678"),
        ("DE", "+49 89 123456-00/01", "+498912345600"),
        ("FR", "+49 89 123456-00/01", "+498912345600"),
        // An extension.
        ("DE", "089 123456 / 57", "+498912345657"),
        ("DE", "030/12345678-9", "+4930123456789"),
        ("DE", "089/123456-57", "+498912345657"),
        ("DE", "089/1234567-1234", "+498912345671234"),
        ("DE", "030/12345678-12", "+49301234567812"),
        ("FR", "01-42-66-77-78", "+33142667778"),
        ("AT", "01/51234567-68", "+4315123456768"),
    ] {
        check(raw, country, expected);
        let number = Number::international(&expected[1..]).expect("a number");
        let found = crate::phone::written(raw, country.parse().expect("a country"));
        assert_eq!(found, [number], "{raw} in {country}");
    }
}

/// The trunk prefix of Russia and its neighbours begins numbers as well.
#[test]
fn an_eight_is_a_trunk_prefix_only_where_it_is_dialled() {
    for (country, raw, expected) in [
        ("RU", "+78120001234", "+78120001234"),
        ("RU", "88120001234", "+78120001234"),
        ("RU", "8120001234", "+78120001234"),
        ("RU", "88005550012", "+78005550012"),
        ("RU", "+78005550012", "+78005550012"),
        ("RU", "+74950001234", "+74950001234"),
        ("RU", "84950001234", "+74950001234"),
        ("RU", "81033199000042", "+33199000042"),
        ("KZ", "87712345678", "+77712345678"),
        ("KZ", "88005550012", "+78005550012"),
        ("BY", "80152450911", "+375152450911"),
        ("FR", "+3758011234567", "+3758011234567"),
    ] {
        check(raw, country, expected);
    }
}

/// France and its overseas departments are one plan at home and six country codes abroad.
#[test]
fn overseas_departments_are_dialled_from_all_of_france() {
    for (raw, expected) in [
        ("0692001234", "+262692001234"),
        ("0693123456", "+262693123456"),
        ("0262161234", "+262262161234"),
        ("0269601234", "+262269601234"),
        ("0639012345", "+262639012345"),
        ("0690301234", "+590690301234"),
        ("0590201234", "+590590201234"),
        ("0590271234", "+590590271234"),
        ("0594101234", "+594594101234"),
        ("0694201234", "+594694201234"),
        ("0596301234", "+596596301234"),
        ("0696201234", "+596696201234"),
        ("0508430123", "+508430123"),
        ("0508551234", "+508551234"),
        ("0199000042", "+33199000042"),
        ("0612345678", "+33612345678"),
    ] {
        for country in ["FR", "RE", "YT", "GP", "BL", "MF", "GF", "MQ", "PM"] {
            check(raw, country, expected);
        }
        let as_french = format!("+33{}", &raw[1..]);
        check(&as_french, "DE", expected);
        check(expected, "FR", expected);
    }
    // Valid under several codes: it stays with the country that it is dialled in.
    check("0801234567", "FR", "+33801234567");
    check("0976612345", "FR", "+33976612345");
    check("0976612345", "MQ", "+596976612345");
}

/// Six digits are a whole number in Saint-Pierre-et-Miquelon alone: elsewhere they are few digits of another one.
#[test]
fn six_digits_are_a_number_of_saint_pierre_only_there() {
    check("430123", "PM", "+508430123");
    check("0508430123", "PM", "+508430123");
    for raw in ["697372", "590123", "265312", "503412", "631234", "701234"] {
        for country in ["FR", "RE", "GP", "GF", "MQ"] {
            assert_eq!(outside(raw, country, &[]), Party::Short(raw.into()));
        }
        let cut_off = format!("+33{raw}");
        assert_eq!(why(&cut_off, "FR"), Unreadable::TooShort, "{cut_off}");
        let cut_off = format!("0{raw}");
        assert_eq!(why(&cut_off, "FR"), Unreadable::TooShort, "{cut_off}");
    }
}

#[test]
fn places_that_share_a_country_code_share_its_numbers() {
    for (country, raw, expected) in [
        ("GB", "01481256789", "+441481256789"),
        ("GG", "02079460123", "+442079460123"),
        ("GG", "256789", "+441481256789"),
        ("JE", "01534456789", "+441534456789"),
        ("IM", "07924123456", "+447924123456"),
        ("US", "2423456789", "+12423456789"),
        ("BB", "12125550123", "+12125550123"),
        ("BB", "4301234", "+12464301234"),
        ("JM", "8765230123", "+18765230123"),
        ("IT", "0669812345", "+390669812345"),
        ("VA", "0669812345", "+390669812345"),
        ("VA", "3331234567", "+393331234567"),
        ("AU", "0891641234", "+61891641234"),
        ("CX", "0891641234", "+61891641234"),
        ("CC", "0212345678", "+61212345678"),
        ("NO", "79021234", "+4779021234"),
        ("SJ", "21234567", "+4721234567"),
        ("FI", "0181234567", "+358181234567"),
        ("AX", "0412345678", "+358412345678"),
        ("MA", "0528812345", "+212528812345"),
        ("EH", "0650123456", "+212650123456"),
        // Plans of their own.
        ("DK", "00298201234", "+298201234"),
        ("DK", "00299321000", "+299321000"),
        ("FO", "004532123456", "+4532123456"),
        ("NL", "0059995181234", "+59995181234"),
        // Northern Ireland is an area of the Republic, which no other country can dial as such.
        ("IE", "04890123456", "+442890123456"),
        ("IE", "+3534890123456", "+442890123456"),
        ("GB", "02890123456", "+442890123456"),
    ] {
        check(raw, country, expected);
    }
}

/// Plans that got longer numbers, as contacts and people's phones still have them.
#[test]
fn a_number_of_before_a_plan_grew_is_what_it_became() {
    for (raw, expected) in [
        ("+22997123456", "+2290197123456"),
        ("+2290197123456", "+2290197123456"),
        ("+57 1 2345678", "+576012345678"),
        ("+576012345678", "+576012345678"),
        ("+573001234567", "+573001234567"),
        ("+22507123456", "+2250707123456"),
        ("+22545123456", "+2250545123456"),
        ("+22501123456", "+2250101123456"),
        ("+2250707123456", "+2250707123456"),
    ] {
        check(raw, "FR", expected);
    }
    check("97123456", "BJ", "+2290197123456");
    // Which operator has a line of the Ivory Coast, its digits do not tell.
    assert!(matches!(
        outside("+22522412345", "FR", &[]),
        Party::Unreadable { .. }
    ));
}

/// Plans that replaced the first digits of their numbers.
#[test]
fn a_number_of_before_its_first_digits_were_replaced_is_what_it_became() {
    for (country, raw, expected) in [
        ("FR", "+24101721234", "+24111721234"),
        ("FR", "+24102031234", "+24162031234"),
        ("FR", "+24105031234", "+24165031234"),
        ("FR", "+24106031234", "+24166031234"),
        ("FR", "+24104123456", "+24174123456"),
        ("FR", "+24107123456", "+24177123456"),
        ("FR", "+24177123456", "+24177123456"),
        ("GA", "07 12 34 56", "+24177123456"),
        ("GA", "77 12 34 56", "+24177123456"),
        ("GA", "077 12 34 56", "+24177123456"),
        ("FR", "+841681234567", "+84381234567"),
        ("VN", "0168 123 4567", "+84381234567"),
        ("VN", "0162 123 4567", "+84321234567"),
        ("VN", "0120 312 3456", "+84703123456"),
        ("VN", "0121 312 3456", "+84793123456"),
        ("VN", "0122 312 3456", "+84773123456"),
        ("VN", "0126 312 3456", "+84763123456"),
        ("VN", "0128 312 3456", "+84783123456"),
        ("VN", "0123 312 3456", "+84833123456"),
        ("VN", "0124 312 3456", "+84843123456"),
        ("VN", "0125 312 3456", "+84853123456"),
        ("VN", "0127 312 3456", "+84813123456"),
        ("VN", "0129 312 3456", "+84823123456"),
        ("VN", "0199 312 3456", "+84593123456"),
        ("VN", "0912 345 678", "+84912345678"),
    ] {
        check(raw, country, expected);
    }
    for raw in ["+841861234567", "+841881234567"] {
        let party = outside(raw, "FR", &[]);
        assert!(matches!(party, Party::Unreadable { .. }), "{party:?}");
    }
}

/// Two zeros lead abroad in most of the world, and nowhere in North America: there, as well, they are written for the plus.
#[test]
fn two_zeros_are_a_plus_where_they_are_no_prefix() {
    for (country, raw, expected) in [
        ("US", "0033 1 99 00 00 42", "+33199000042"),
        ("US", "00 44 20 7946 0123", "+442079460123"),
        ("US", "00 44 (0)20 7946 0123", "+442079460123"),
        ("US", "00 1 212 555 0123", "+12125550123"),
        ("CA", "0033199000042", "+33199000042"),
        ("BB", "0033199000042", "+33199000042"),
        ("US", "011 33 1 99 00 00 42", "+33199000042"),
        ("US", "212 555 0123", "+12125550123"),
    ] {
        check(raw, country, expected);
        let number = Number::international(&expected[1..]).expect("a number");
        let found = crate::phone::written(raw, country.parse().expect("a country"));
        assert_eq!(found, std::slice::from_ref(&number), "{raw} in {country}");
        let country = country.parse().expect("a country");
        let zeros = number.dialled(crate::phone::Form::Zeros, country);
        let numbering = Numbering {
            country,
            extensions: &[],
        };
        let party = read(&zeros.expect("a form"), End::Dialled, &numbering);
        assert_eq!(party, Party::Outside(number));
    }
    for (country, raw) in [
        ("US", "00 212 555 0123"),
        // Of its area 656, or of Singapore.
        ("US", "00 656 234 5678"),
        ("JP", "0033199000042"),
    ] {
        let party = outside(raw, country, &[]);
        assert!(!matches!(party, Party::Outside(_)), "{raw} is {party:?}");
    }
}

/// Where the number of a carrier stands behind the two zeros that lead abroad, those who write them for the plus leave it out.
#[test]
fn two_zeros_before_a_carrier_or_for_the_plus_are_not_guessed() {
    for (country, raw) in [
        ("HK", "00819012345678"),
        ("KR", "00819012345678"),
        ("SG", "00819012345678"),
        ("BR", "0055 51 99999 1234"),
        ("BR", "0055 34 98765-4321"),
        ("CO", "00573514958374"),
        ("TH", "0066638639064"),
        ("TW", "00233302345637"),
    ] {
        assert_eq!(
            why(raw, country),
            Unreadable::Ambiguous,
            "{raw} in {country}"
        );
        let found = crate::phone::written(raw, country.parse().expect("a country"));
        assert_eq!(found, [], "{raw} in {country}");
    }
    for (country, raw, expected) in [
        ("HK", "001819012345678", "+819012345678"),
        ("BR", "0015 33 1 99 00 00 42", "+33199000042"),
        ("BR", "0021 1 212 555 0123", "+12125550123"),
        ("TH", "001 44 20 7946 0123", "+442079460123"),
        ("TW", "002 81 90 1234 5678", "+819012345678"),
        // No carrier has a number of its own there, or the plan prints but one.
        ("FR", "00819012345678", "+819012345678"),
        ("NG", "009 1 212 555 0123", "+12125550123"),
    ] {
        check(raw, country, expected);
    }
}

/// Where the zero belongs to the number, people write it in brackets all the same.
#[test]
fn a_zero_in_brackets_is_left_out_only_where_it_is_none_of_the_number() {
    for (raw, expected) in [
        ("+39 (0)2 36618300", "+390236618300"),
        ("0039 (0)2 36618300", "+390236618300"),
        ("+39 (0)6 698 12345", "+390669812345"),
        ("+39 (0)333 1234567", "+393331234567"),
        ("+242 (0)6 612 3456", "+242066123456"),
        ("+225 (0)7 07 12 34 56", "+2250707123456"),
        ("+49 (0)30 23125012", "+493023125012"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("+33 (0)1 99 00 00 42", "+33199000042"),
    ] {
        check(raw, "FR", expected);
    }
    // A mobile, or a line of Busto Arsizio.
    assert_eq!(why("+39 (0)331 1234567", "FR"), Unreadable::Ambiguous);
}

/// Luxembourg's plan has numbers of any length, and a branch office's extensions look like them.
#[test]
fn an_extension_of_a_branch_office_is_no_number_of_luxembourg() {
    for raw in ["2301", "4101", "23012"] {
        assert_eq!(outside(raw, "LU", &[]), Party::Short(raw.into()));
    }
    check("27123456", "LU", "+35227123456");
}

/// Mexico gave up the `1` of its mobiles and all its prefixes in 2019; not every trunk did.
#[test]
fn a_mexican_number_has_ten_digits_whatever_stands_before_them() {
    for raw in [
        "+5215500012345",
        "5215500012345",
        "005215500012345",
        "5500012345",
        "+525500012345",
        "0445500012345",
        "0455500012345",
        "015500012345",
        "+52 1 55 0001 2345",
        "+52 044 55 0001 2345",
        "+52 01 55 0001 2345",
    ] {
        check(raw, "MX", "+525500012345");
    }
    check("01152 1 55 0001 2345", "US", "+525500012345");
}

#[test]
fn an_argentine_mobile_has_a_9_before_its_area_or_a_15_behind_it() {
    for raw in [
        "+5491123450012",
        "011 15-2345-0012",
        "01115-2345-0012",
        "11 15 2345 0012",
        "91123450012",
        "+54 11 15 2345 0012",
        "+54 011 15 2345 0012",
        "00 54 9 11 2345 0012",
    ] {
        check(raw, "AR", "+5491123450012");
    }
    // A fixed line, as far as anybody can tell.
    check("+541123450012", "AR", "+541123450012");
}

/// The carrier that is dialled before a Brazilian area is no part of the number; the 9 that a mobile lacks since 2016 is not made up.
#[test]
fn a_carrier_is_left_out_and_a_missing_digit_not_guessed() {
    check("0 31 11 3456-7890", "BR", "+551134567890");
    check("0 15 11 96123-4567", "BR", "+5511961234567");
    check("011 96123-4567", "BR", "+5511961234567");
    assert_eq!(why("1161234567", "BR"), Unreadable::Invalid);
}

/// The `1` stood behind the country's code alone. By itself it is that of North America, whose plus a trunk may leave out.
#[test]
fn a_caller_from_north_america_is_no_mexican() {
    for raw in [
        "14155550123",
        "13125550123",
        "16465550124",
        "16145550123",
        "17135550123",
    ] {
        assert_eq!(why(raw, "MX"), Unreadable::TooLong, "{raw}");
        let found = crate::phone::written(raw, country("MX"));
        assert_eq!(found, [], "{raw}");
    }
    assert_eq!(crate::phone::written("1 415 555 0123", country("MX")), []);
    check("0014155550123", "MX", "+14155550123");
    check("4155550123", "MX", "+524155550123");
}

#[test]
fn what_is_no_number_says_why() {
    for (country, raw, expected) in [
        ("FR", "+999123456789", Unreadable::NoCountry),
        ("FR", "+3312345678", Unreadable::TooShort),
        ("FR", "01990000122", Unreadable::TooLong),
        ("FR", "0000199000012345678901234567890", Unreadable::TooLong),
        ("FR", "+33000000001", Unreadable::Invalid),
        ("FR", "*21*0199000042#", Unreadable::Code),
        ("US", "2001234567", Unreadable::Invalid),
        ("FR", "+784160000023", Unreadable::Invalid),
    ] {
        assert_eq!(why(raw, country), expected, "{raw} in {country}");
    }
}

fn why(raw: &str, country: &str) -> Unreadable {
    match outside(raw, country, &[]) {
        Party::Unreadable { reason, .. } => reason,
        other => panic!("{raw} in {country} is {other:?}"),
    }
}

#[test]
fn a_number_is_looked_for_in_every_way_in_which_people_wrote_it() {
    for (e164, forms) in [
        ("+262692001234", &["+33692001234", "0692001234"][..]),
        ("+596596301234", &["+33596301234", "0596301234"]),
        ("+508430123", &["+33508430123", "0508430123"]),
        (
            "+525500012345",
            &[
                "+5215500012345",
                "015500012345",
                "0445500012345",
                "5500012345",
            ],
        ),
        ("+442890123456", &["+3534890123456", "04890123456"]),
        ("+5491123450012", &["0111523450012"]),
        ("+24177123456", &["+24107123456", "07123456"]),
        ("+84381234567", &["+841681234567", "01681234567"]),
        ("+78120001234", &["88120001234"]),
        ("+3613000094", &["0613000094"]),
        ("+12125550123", &["12125550123", "2125550123"]),
    ] {
        let number = Number::international(&e164[1..]).expect("a number");
        let all = number.variants();
        for form in forms {
            assert!(
                all.iter().any(|written| written == form),
                "{form} is not among {all:?}"
            );
        }
        let home: Country = match e164 {
            "+442890123456" => country("IE"),
            _ => number.country().expect("a country"),
        };
        for form in forms {
            check(form, &home.to_string(), e164);
        }
    }
}
