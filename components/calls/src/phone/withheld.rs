//! Callers who are not to be known, in all the ways in which networks, trunks and telephones say so in place of a number.

use super::{Country, Dialled, Number, address, country};

/// Whether the text says in words that the caller is withheld or not known: `Anonymous`, `numéro masqué`, `No Caller ID`, or nothing at all.
///
/// RFC 3323 has `anonymous@anonymous.invalid`; Asterisk writes `asterisk` and `s` where no number came; an exchange sends `P` for a private
/// caller and `O` for one out of its area (Bellcore TR-NWT-000031).
pub fn is_withheld(raw: &str) -> bool {
    says_so(&address::user(raw))
}

/// The same of what stands within an address.
pub(super) fn says_so(user: &str) -> bool {
    let user = user.to_lowercase();
    if user == "n/a" {
        return true;
    }
    let mut words = user
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .peekable();
    if words.peek().is_none() {
        // Nothing, or nothing but signs: a plus alone, a dash, quotes. Keys of a telephone are something.
        return !user.contains(['*', '#']);
    }
    let mut says_so = false;
    for word in words {
        // A number, as of most callers: none of the words below has a digit.
        if word.bytes().any(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let hidden = is_among(HIDDEN, word);
        if !hidden && !is_among(OF_WHAT, word) {
            return false;
        }
        says_so |= hidden;
    }
    says_so
}

const fn has_no_digit(words: &str) -> bool {
    let mut bytes = words.as_bytes();
    while let [byte, rest @ ..] = bytes {
        if byte.is_ascii_digit() {
            return false;
        }
        bytes = rest;
    }
    true
}

const _: () = assert!(has_no_digit(HIDDEN) && has_no_digit(OF_WHAT));

fn is_among(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

/// Whether what should be a caller's number stands for none: zeros, one digit over and over, a country's code alone, or a word such as
/// `ANONYMOUS` on the keys of a telephone, which some networks send, with the code of a country before it or without.
pub(super) fn stands_for_nobody(dialled: &Dialled, country: Country) -> bool {
    let digits = dialled.digits.as_str();
    if is_one_digit(digits) && digits.starts_with('0') {
        return true;
    }
    if dialled.plus && country::is_code(digits) {
        return true;
    }
    let behind_code = behind_code(dialled, country).filter(|rest| rest.len() >= SHORTEST_KEYED);
    let mut forms = std::iter::once(digits)
        .filter(|_| digits.len() >= SHORTEST_KEYED)
        .chain(behind_code);
    forms.any(|form| is_one_digit(form) || is_keyed_word(form))
        && !may_be_somebody(dialled, country)
}

/// What somebody may really have stays a number. Nobody has one that lacks the zero with which every number of the country is dialled
/// (`266696687` in France, but not in Portugal), nor the one of [`RESTRICTED`].
fn may_be_somebody(dialled: &Dialled, country: Country) -> bool {
    let digits = dialled.digits.as_str();
    let Some(number) = dialled.whole(digits, country) else {
        return false;
    };
    let lacks_zero = || Number::national(&format!("0{digits}"), country).as_ref() == Some(&number);
    number.to_string() != RESTRICTED && (dialled.plus || !lacks_zero())
}

/// What stands behind the code of a country: of any where there is a plus, else of the server's own.
fn behind_code(dialled: &Dialled, country: Country) -> Option<&str> {
    let digits = dialled.digits.as_str();
    if !dialled.plus {
        return digits.strip_prefix(&country.code()?.to_string());
    }
    (1..=3).find_map(|length| {
        let (code, rest) = digits.split_at_checked(length)?;
        country::is_code(code).then_some(rest)
    })
}

fn is_one_digit(digits: &str) -> bool {
    digits
        .bytes()
        .all(|digit| Some(&digit) == digits.as_bytes().first())
}

/// Whether the digits are the keys of a word, whole or cut after ten digits.
fn is_keyed_word(digits: &str) -> bool {
    KEYED.iter().any(|word| {
        let keys = || word.bytes().map(key);
        keys().eq(digits.bytes())
            || (digits.len() == CUT && word.len() > CUT && keys().take(CUT).eq(digits.bytes()))
    })
}

/// The key of a telephone that has the lower-case letter (ITU-T E.161).
fn key(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        _ => b'9',
    }
}

/// Words that networks send as keys.
const KEYED: [&str; 11] = [
    "anonymous",
    "restricted",
    "unavailable",
    "unknown",
    "private",
    "blocked",
    "withheld",
    "confidential",
    "undisclosed",
    "outofarea",
    "nocallerid",
];

/// `RESTRICTED` is a valid number of Austin, Texas. All withheld callers of North America come with it, and nobody could be told from them.
const RESTRICTED: &str = "+17378742833";

/// As many digits as a number of North America has.
const CUT: usize = 10;

/// The shortest of the words, and the shortest row of one digit that is more than a service's number.
const SHORTEST_KEYED: usize = 7;

/// Words that say that somebody is hidden, in the languages of the networks, negations among them.
const HIDDEN: &str = "anonymous asterisk null none nil undefined s p o no not na ooa out \
    nocallerid noname nonumber outofarea notavail unavail \
    private unknown restricted unavailable withheld blocked confidential undisclosed hidden secret suppressed unidentified unlisted \
    anonyme privé prive privée privee inconnu inconnue caché cache masqué masque masquée masquee confidentiel indisponible restreint \
    bloqué bloque supprimé non pas \
    anonym anonymer unbekannt unbekannte unbekannter privat privater unterdrückt unterdrueckt unterdrückte verborgen verborgene geheim \
    vertraulich gesperrt keine kein nicht ohne \
    anónimo anonimo anónima anonima anônimo oculto oculta privado privada desconocido desconocida desconhecido desconhecida confidencial \
    restringido restringida restrito restrita bloqueado bloqueada reservado reservada indisponível indisponivel sin sem não nao \
    desconegut ocult \
    sconosciuto sconosciuta privato privata nascosto nascosta riservato riservata bloccato oscurato \
    anoniem onbekend onbekende privénummer privenummer afgeschermd afgeschermde geen niet \
    okänd okänt hemlig hemligt dolt skyddat ukjent hemmelig skjult ukendt hemmeligt tuntematon salainen piilotettu \
    anonimowy nieznany prywatny zastrzeżony zastrzezony ukryty anonymní neznámý neznámé skryté soukromé anonim necunoscut ascuns \
    ismeretlen rejtett titkos névtelen не nepoznat skriven аноним анонимный неизвестный неизвестен неизвестно скрыт скрытый скрыто приватный \
    невідомий прихований άγνωστος απόκρυψη απόρρητο ανώνυμος gizli bilinmeyen özel \
    مجهول خاص محجوب חסוי 匿名 匿名来电 未知 未知号码 未知號碼 私人 私人号码 非通知 非通知設定 通知不可能 ヒツウチ 表示圏外 未顯示號碼 未显示号码 不明 발신번호표시제한 알수없음";

/// Words that go with them. By themselves they say nothing.
const OF_WHAT: &str = "number num caller call calls id callerid cid name identity user invalid available provided by of area the network \
    numéro numero n appel appelant correspondant identité identifié identifie de du nom disponible \
    nummer rufnummer anrufer anruf teilnehmer übermittelt angezeigt verfügbar \
    número llamada llamante identificador identificado identificar chamada disponível chiamata chiamante disponibile \
    beller nummerweergave beschikbaar samtal opkald anrop numer číslo număr szám hívó номер абонент определен определён numara arayan رقم מספר";
