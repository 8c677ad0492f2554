//! Callers who withhold their number, as networks of many countries say so.

use super::*;

#[test]
fn a_withheld_caller_is_known_by_the_word_in_any_language() {
    for raw in [
        "",
        "+",
        "-",
        "\"\"",
        "<>",
        "P",
        "O",
        "s",
        "anonymous@anonymous.invalid",
        "sip:anonymous@192.0.2.1",
        "asterisk",
        "Anonymous",
        "PRIVATE",
        "Private Caller",
        "No Caller ID",
        "NO NUMBER",
        "Unavailable",
        "Number withheld",
        "Out of Area",
        "non disponible",
        "nicht verfügbar",
        "Caller ID blocked",
        "masqué",
        "Numéro masqué",
        "NUMERO CACHE",
        "Appelant anonyme",
        "privé",
        "inconnu",
        "Numéro inconnu",
        "anonym",
        "Unbekannt",
        "privat",
        "Rufnummer unterdrückt",
        "unterdrückt",
        "anónimo",
        "oculto",
        "Número oculto",
        "número privado",
        "desconocido",
        "sconosciuto",
        "Numero privato",
        "anonimo",
        "Anônimo",
        "Desconhecido",
        "anoniem",
        "Nummer onbekend",
        "hemligt nummer",
        "numer zastrzeżony",
        "Номер скрыт",
        "неизвестный",
        "非通知",
        "匿名",
        "\"Anonymous\" <sip:anonymous@anonymous.invalid>",
        "tel:unknown",
        "N/A",
        "NOT PROVIDED",
        "Withheld by user",
        "OutOfArea",
        "ohne Rufnummer",
        "Non identifié",
        "Номер не определен",
        "מספר חסוי",
    ] {
        assert_eq!(outside(raw, "FR", &[]), Party::Withheld, "{raw}");
    }
    for raw in [
        "Number",
        "Mr Private",
        "secretary",
        "Privatbank",
        "Caller",
        "*",
        "#",
        "P1",
    ] {
        assert_ne!(outside(raw, "FR", &[]), Party::Withheld, "{raw}");
    }
}

#[test]
fn a_withheld_caller_is_known_by_the_keys_of_the_word() {
    for (country, raw) in [
        ("US", "7378742833"),
        ("US", "+17378742833"),
        ("US", "17378742833"),
        ("US", "+7378742833"),
        ("CA", "7378742833"),
        ("FR", "7378742833"),
        ("FR", "266696687"),
        ("FR", "+266696687"),
        ("US", "266696687"),
        ("US", "+1266696687"),
        ("US", "+86282452253"),
        ("US", "86282452253"),
        ("US", "186282452253"),
        ("DE", "8628245225"),
        ("US", "+8656696"),
        ("US", "8656696"),
        ("US", "+18656696"),
        ("US", "2562533"),
        ("GB", "7748283"),
        ("FR", "94844353"),
        ("FR", "3394844353"),
    ] {
        assert_eq!(
            outside(raw, country, &[]),
            Party::Withheld,
            "{raw} in {country}"
        );
    }
}

/// The same keys are somebody's number where the country's numbers are written without a prefix, or where it is there.
#[test]
fn the_keys_of_a_word_are_a_number_where_somebody_may_have_it() {
    for (country, raw, expected) in [
        ("PT", "266696687", "+351266696687"),
        ("IS", "8656696", "+3548656696"),
        ("SG", "94844353", "+6594844353"),
        ("NO", "94844353", "+4794844353"),
        ("US", "8628245225", "+18628245225"),
        ("FR", "0266696687", "+33266696687"),
        ("FR", "+33266696687", "+33266696687"),
        ("DE", "+49266696687", "+49266696687"),
    ] {
        check(raw, country, expected);
    }
    // Who dials them calls somebody.
    let numbering = Numbering {
        country: country("US"),
        extensions: &[],
    };
    assert!(matches!(
        read("7378742833", End::Dialled, &numbering),
        Party::Outside(_)
    ));
    assert_eq!(
        read("000", End::Dialled, &numbering),
        Party::Short("000".into())
    );
}

#[test]
fn digits_that_are_nobodys_are_a_withheld_caller() {
    for (country, raw) in [
        ("FR", "0000000000"),
        ("FR", "0"),
        ("US", "000"),
        ("US", "1111111111"),
        ("US", "+10000000000"),
        ("FR", "+330000000000"),
        ("FR", "330000000000"),
        ("DE", "9999999999999"),
        ("US", "+1"),
        ("FR", "+33"),
        ("FR", "+1"),
        ("FR", "+0"),
    ] {
        assert_eq!(
            outside(raw, country, &[]),
            Party::Withheld,
            "{raw} in {country}"
        );
    }
    check("+447777777777", "GB", "+447777777777");
    check("07777777777", "GB", "+447777777777");
}
