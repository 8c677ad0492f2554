//! What networks and exchanges show in place of a caller's name.

use crate::phone;

/// Whether a text shown as a caller's name is one.
///
/// Networks fill the field with what they know: the kind of line, that they know nothing, the place of the exchange, a mark against unwanted
/// calls. Only what is known to be none is refused: whole phrases, never a word within a name, and a place only with the state it lies in.
pub fn is_name(text: &str) -> bool {
    let has_letters = text.chars().any(char::is_alphabetic);
    has_letters
        && !phone::is_withheld(text)
        && !is_address(text)
        && !is_line_id(text)
        && !is_place(text)
        && !is_phrase(text)
}

/// A SIP address, or a file.
fn is_address(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let scheme = ["sip:", "sips:", "tel:"];
    scheme.iter().any(|scheme| text.starts_with(scheme))
        || text.trim_end_matches('@').ends_with(".wav")
}

/// Digits with a letter or two: `V123456789012`, the mark of a carrier.
fn is_line_id(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits >= 6 && letters <= 2
}

/// A phrase of a network, whatever digits and marks are around it, and with the state behind it that some add.
fn is_phrase(text: &str) -> bool {
    let words = words(text);
    let is_listed = |words: &[String]| PHRASES.contains(&words.join(" ").as_str());
    let without_state = match words.split_last() {
        Some((last, before)) if STATES.contains(&last.to_ascii_uppercase().as_str()) => before,
        _ => &words[..],
    };
    words.is_empty() || is_listed(&words) || is_listed(without_state)
}

/// The words of a text in small letters without accents; digits and marks are none.
fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().flat_map(char::to_lowercase).collect();
    let plain: String = plain.chars().map(unaccented).collect();
    let words = plain.split(|c: char| !c.is_alphabetic());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        other => other,
    }
}

/// Where an exchange stands, as North American networks say it: the city in capitals, and its state (`NEW YORK     NY`).
///
/// `SMITH AL` could be one or the other. It is a place only where the state stands in the last columns of the fifteen that the field has,
/// or behind a city of it that is known.
fn is_place(text: &str) -> bool {
    let text = text.trim_end();
    let Some((city, state)) = text.rsplit_once([' ', ',']) else {
        return false;
    };
    let in_columns = text.len() == COLUMNS && city.ends_with("  ");
    let city = city.trim_matches([' ', ',']);
    let in_capitals = !city.chars().any(char::is_lowercase) && !city.is_empty();
    let is_known = || CITIES.contains(&(city, state));
    in_capitals && STATES.contains(&state) && (in_columns || is_known())
}

/// The length of a name in North American networks.
const COLUMNS: usize = 15;

/// What stands in place of a name: the kind of line, nothing known, nothing to be told, a warning.
#[rustfmt::skip]
const PHRASES: [&str; 356] = [
    // English
    "wireless", "wireless caller", "wireless call", "wireless phone", "wireless number", "wireless user", "wireless customer",
    "wireless subscriber", "cellular", "cellular call", "cellular caller", "cellular phone", "cellular number", "cell", "cell phone",
    "cell call", "cell number", "cellphone", "mobile", "mobile caller", "mobile call", "mobile number", "mobile phone", "mobile user",
    "mobile subscriber", "mobile customer", "landline", "landline call", "voip", "voip call", "voip caller", "voip number", "toll free",
    "toll free call", "toll free caller", "toll free number", "toll free service", "tollfree", "tollfree call", "tollfree number",
    "service", "pay phone", "payphone", "coin phone", "international", "international call", "international caller", "long distance",
    "long distance call", "out of area", "incoming call", "inbound call", "external call", "outside call", "unknown", "unknown name",
    "unknown caller", "unknown number", "unknown call", "name unknown", "number unknown", "caller unknown", "name unavailable",
    "name not available", "number unavailable", "number not available", "caller unavailable", "unavailable", "not available",
    "id unavailable", "not provided", "not found", "unassigned", "unlisted", "no name", "no number", "no caller id", "no caller id name",
    "no cnam", "no id", "no data", "na", "n a", "null", "none", "undefined", "caller", "caller id", "caller name", "call", "phone",
    "phone number", "phone call", "telephone", "tel", "number", "name", "anonymous", "anonymous caller", "anonymous call",
    "anonymous number", "private", "private caller", "private name", "private number", "private call", "withheld", "number withheld",
    "name withheld", "restricted", "restricted number", "blocked", "blocked call", "blocked caller", "blocked number", "suppressed",
    "spam", "spam call", "spam caller", "spam risk", "spam likely", "spam suspected", "suspected spam", "potential spam", "possible spam",
    "probable spam", "likely spam", "spam alert", "spam warning", "scam", "scam call", "scam caller", "scam likely", "scam risk",
    "potential scam", "possible scam", "likely scam", "suspected scam", "fraud", "fraud risk", "fraud alert", "potential fraud",
    "possible fraud", "suspected fraud", "robocall", "robo call", "robocaller", "potential robocall", "telemarketer", "telemarketing",
    "potential telemarketer", "nuisance", "nuisance call", "nuisance likely", "unwanted call", "unverified", "unverified call",
    "unverified caller", "poss spam", "poss scam", "poss fraud", "political call", "survey call", "collect call", "inmate call",
    "inmate", "prison call",
    // French
    "inconnu", "appelant inconnu", "correspondant inconnu", "appel inconnu", "numero inconnu", "nom inconnu", "anonyme", "appel anonyme",
    "appelant anonyme", "numero anonyme", "prive", "numero prive", "appel prive", "masque", "numero masque", "appel masque",
    "numero cache", "appel cache", "secret", "numero secret", "indisponible", "numero indisponible", "nom indisponible", "non disponible",
    "numero non disponible", "non identifie", "appel entrant", "appel mobile", "appel externe", "appel international", "portable",
    "telephone portable", "telephone mobile", "numero mobile", "numero vert", "demarchage", "demarchage telephonique", "spam possible",
    "spam potentiel", "spam probable", "spam suspecte", "spam presume", "indesirable", "appel indesirable", "fraude possible",
    "fraude presumee", "arnaque possible",
    // Spanish
    "desconocido", "numero desconocido", "llamada desconocida", "llamante desconocido", "usuario desconocido", "anonimo",
    "llamada anonima", "numero anonimo", "privado", "numero privado", "llamada privada", "oculto", "numero oculto", "llamada oculta",
    "restringido", "numero restringido", "no disponible", "numero no disponible", "nombre no disponible", "no identificado", "movil",
    "numero movil", "telefono movil", "llamada movil", "celular", "numero celular", "telefono celular", "llamada entrante",
    "llamada externa", "llamada internacional", "posible spam", "spam posible", "spam sospechoso", "posible fraude", "estafa probable",
    "sin nombre", "sin numero", "sin identificar",
    // German
    "unbekannt", "unbekannter anrufer", "unbekannter teilnehmer", "unbekannte nummer", "unbekannte rufnummer", "name unbekannt",
    "nummer unbekannt", "anonym", "anonymer anruf", "anonymer anrufer", "anonyme nummer", "privat", "private nummer", "unterdruckt",
    "unterdrueckt", "nummer unterdruckt", "nummer unterdrueckt", "rufnummer unterdruckt", "rufnummer unterdrueckt", "unterdruckte nummer",
    "unterdrueckte nummer", "nicht verfugbar", "nicht verfuegbar", "name nicht verfugbar", "nummer nicht verfugbar", "kein name",
    "keine nummer", "mobilfunk", "mobiltelefon", "mobilnummer", "mobilfunknummer", "eingehender anruf", "externer anruf", "auslandsanruf",
    "werbeanruf", "vermuteter spam", "spam verdacht", "spamverdacht", "moglicher spam", "moeglicher spam", "betrugsverdacht",
    // Italian
    "sconosciuto", "numero sconosciuto", "chiamata sconosciuta", "chiamante sconosciuto", "chiamata anonima", "privato", "numero privato",
    "riservato", "numero riservato", "nascosto", "numero nascosto", "non disponibile", "numero non disponibile", "cellulare",
    "numero cellulare", "telefono cellulare", "chiamata in arrivo", "possibile spam", "sospetto spam", "spam sospetto",
    // Portuguese
    "desconhecido", "numero desconhecido", "chamada desconhecida", "restrito", "numero restrito", "confidencial", "numero confidencial",
    "nao disponivel", "indisponivel", "nao identificado", "numero nao identificado", "telemovel", "chamada recebida", "chamada anonima",
    "possivel spam", "provavel spam",
    // Dutch
    "onbekend", "onbekend nummer", "onbekende beller", "anoniem", "anonieme beller", "prive nummer", "privenummer", "afgeschermd",
    "afgeschermd nummer", "verborgen", "verborgen nummer", "niet beschikbaar", "geen nummer", "mobiel", "mobiel nummer",
    "inkomende oproep", "mogelijke spam", "mogelijk spam",
    // Russian
    "неизвестно", "неизвестный", "неизвестный номер", "аноним", "анонимный", "скрытый номер", "номер скрыт", "возможно спам", "спам",
];

/// States and provinces of the North American plan by their two letters.
#[rustfmt::skip]
const STATES: [&str; 65] = [
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA",
    "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX",
    "UT", "VT", "VA", "WA", "WV", "WI", "WY", "PR", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT",
];

/// Large cities, each with its state. Jackson in Mississippi is left out: it could be a Ms Jackson.
#[rustfmt::skip]
const CITIES: [(&str, &str); 221] = [
    ("NEW YORK", "NY"), ("BROOKLYN", "NY"), ("BRONX", "NY"), ("QUEENS", "NY"), ("MANHATTAN", "NY"), ("STATEN ISLAND", "NY"),
    ("BUFFALO", "NY"), ("ROCHESTER", "NY"), ("YONKERS", "NY"), ("SYRACUSE", "NY"), ("ALBANY", "NY"), ("FLUSHING", "NY"),
    ("JAMAICA", "NY"), ("LOS ANGELES", "CA"), ("SAN DIEGO", "CA"), ("SAN JOSE", "CA"), ("SAN FRANCISCO", "CA"), ("FRESNO", "CA"),
    ("SACRAMENTO", "CA"), ("LONG BEACH", "CA"), ("OAKLAND", "CA"), ("BAKERSFIELD", "CA"), ("ANAHEIM", "CA"), ("SANTA ANA", "CA"),
    ("RIVERSIDE", "CA"), ("STOCKTON", "CA"), ("IRVINE", "CA"), ("SANTA MONICA", "CA"), ("BEVERLY HILLS", "CA"), ("PASADENA", "CA"),
    ("BURBANK", "CA"), ("SAN RAFAEL", "CA"), ("PALO ALTO", "CA"), ("SAN BERNARDINO", "CA"), ("CHICAGO", "IL"), ("AURORA", "IL"),
    ("NAPERVILLE", "IL"), ("JOLIET", "IL"), ("ROCKFORD", "IL"), ("SPRINGFIELD", "IL"), ("PEORIA", "IL"), ("HOUSTON", "TX"),
    ("SAN ANTONIO", "TX"), ("DALLAS", "TX"), ("AUSTIN", "TX"), ("FORT WORTH", "TX"), ("EL PASO", "TX"), ("ARLINGTON", "TX"),
    ("CORPUS CHRISTI", "TX"), ("PLANO", "TX"), ("LAREDO", "TX"), ("LUBBOCK", "TX"), ("IRVING", "TX"), ("GARLAND", "TX"),
    ("PHOENIX", "AZ"), ("TUCSON", "AZ"), ("MESA", "AZ"), ("CHANDLER", "AZ"), ("SCOTTSDALE", "AZ"), ("GLENDALE", "AZ"), ("TEMPE", "AZ"),
    ("PHILADELPHIA", "PA"), ("PITTSBURGH", "PA"), ("ALLENTOWN", "PA"), ("ERIE", "PA"), ("JACKSONVILLE", "FL"), ("MIAMI", "FL"),
    ("TAMPA", "FL"), ("ORLANDO", "FL"), ("ST PETERSBURG", "FL"), ("HIALEAH", "FL"), ("TALLAHASSEE", "FL"), ("FORT LAUDERDALE", "FL"),
    ("FT LAUDERDALE", "FL"), ("WEST PALM BEACH", "FL"), ("COLUMBUS", "OH"), ("CLEVELAND", "OH"), ("CINCINNATI", "OH"), ("TOLEDO", "OH"),
    ("AKRON", "OH"), ("DAYTON", "OH"), ("CHARLOTTE", "NC"), ("RALEIGH", "NC"), ("GREENSBORO", "NC"), ("DURHAM", "NC"),
    ("WINSTON SALEM", "NC"), ("FAYETTEVILLE", "NC"), ("INDIANAPOLIS", "IN"), ("FORT WAYNE", "IN"), ("EVANSVILLE", "IN"),
    ("SOUTH BEND", "IN"), ("SEATTLE", "WA"), ("SPOKANE", "WA"), ("TACOMA", "WA"), ("VANCOUVER", "WA"), ("BELLEVUE", "WA"),
    ("DENVER", "CO"), ("COLORADO SPRINGS", "CO"), ("AURORA", "CO"), ("BOULDER", "CO"), ("WASHINGTON", "DC"), ("BOSTON", "MA"),
    ("WORCESTER", "MA"), ("SPRINGFIELD", "MA"), ("CAMBRIDGE", "MA"), ("LOWELL", "MA"), ("NASHVILLE", "TN"), ("MEMPHIS", "TN"),
    ("KNOXVILLE", "TN"), ("CHATTANOOGA", "TN"), ("DETROIT", "MI"), ("GRAND RAPIDS", "MI"), ("WARREN", "MI"), ("ANN ARBOR", "MI"),
    ("LANSING", "MI"), ("FLINT", "MI"), ("OKLAHOMA CITY", "OK"), ("TULSA", "OK"), ("PORTLAND", "OR"), ("EUGENE", "OR"), ("SALEM", "OR"),
    ("LAS VEGAS", "NV"), ("HENDERSON", "NV"), ("RENO", "NV"), ("LOUISVILLE", "KY"), ("LEXINGTON", "KY"), ("BALTIMORE", "MD"),
    ("SILVER SPRING", "MD"), ("ROCKVILLE", "MD"), ("MILWAUKEE", "WI"), ("MADISON", "WI"), ("GREEN BAY", "WI"), ("ALBUQUERQUE", "NM"),
    ("SANTA FE", "NM"), ("KANSAS CITY", "MO"), ("ST LOUIS", "MO"), ("SAINT LOUIS", "MO"), ("ATLANTA", "GA"), ("SAVANNAH", "GA"),
    ("AUGUSTA", "GA"), ("OMAHA", "NE"), ("LINCOLN", "NE"), ("VIRGINIA BEACH", "VA"), ("NORFOLK", "VA"), ("RICHMOND", "VA"),
    ("ALEXANDRIA", "VA"), ("ARLINGTON", "VA"), ("MINNEAPOLIS", "MN"), ("ST PAUL", "MN"), ("SAINT PAUL", "MN"), ("WICHITA", "KS"),
    ("KANSAS CITY", "KS"), ("TOPEKA", "KS"), ("NEW ORLEANS", "LA"), ("BATON ROUGE", "LA"), ("SHREVEPORT", "LA"), ("HONOLULU", "HI"),
    ("NEWARK", "NJ"), ("JERSEY CITY", "NJ"), ("PATERSON", "NJ"), ("TRENTON", "NJ"), ("HACKENSACK", "NJ"), ("ATLANTIC CITY", "NJ"),
    ("ANCHORAGE", "AK"), ("BIRMINGHAM", "AL"), ("MONTGOMERY", "AL"), ("MOBILE", "AL"), ("HUNTSVILLE", "AL"), ("DES MOINES", "IA"),
    ("CEDAR RAPIDS", "IA"), ("SALT LAKE CITY", "UT"), ("PROVO", "UT"), ("BOISE", "ID"), ("LITTLE ROCK", "AR"), ("HARTFORD", "CT"),
    ("BRIDGEPORT", "CT"), ("NEW HAVEN", "CT"), ("STAMFORD", "CT"), ("PROVIDENCE", "RI"), ("CHARLESTON", "SC"), ("COLUMBIA", "SC"),
    ("GREENVILLE", "SC"), ("BILOXI", "MS"), ("PORTLAND", "ME"), ("BANGOR", "ME"), ("MANCHESTER", "NH"), ("NASHUA", "NH"),
    ("BURLINGTON", "VT"), ("WILMINGTON", "DE"), ("DOVER", "DE"), ("CHARLESTON", "WV"), ("BILLINGS", "MT"), ("MISSOULA", "MT"),
    ("FARGO", "ND"), ("BISMARCK", "ND"), ("SIOUX FALLS", "SD"), ("CHEYENNE", "WY"), ("TORONTO", "ON"), ("OTTAWA", "ON"),
    ("MISSISSAUGA", "ON"), ("HAMILTON", "ON"), ("LONDON", "ON"), ("BRAMPTON", "ON"), ("WINDSOR", "ON"), ("MONTREAL", "QC"),
    ("QUEBEC", "QC"), ("LAVAL", "QC"), ("GATINEAU", "QC"), ("VANCOUVER", "BC"), ("VICTORIA", "BC"), ("SURREY", "BC"), ("BURNABY", "BC"),
    ("KELOWNA", "BC"), ("CALGARY", "AB"), ("EDMONTON", "AB"), ("WINNIPEG", "MB"), ("SASKATOON", "SK"), ("REGINA", "SK"),
    ("HALIFAX", "NS"), ("MONCTON", "NB"), ("FREDERICTON", "NB"),
];

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn what_a_network_shows_is_no_name() {
        for text in [
            "",
            "+1 212 555 0101",
            "WIRELESS CALLER",
            "Wireless Caller ",
            "WIRELESS CALLER NY",
            "CELL PHONE   CA",
            "Cellular call",
            "Mobile Number",
            "MOBILE 0612",
            "TOLL FREE CALL",
            "Toll-Free",
            "800 SERVICE",
            "UNKNOWN NAME",
            "<Unknown>",
            "Name Unavailable",
            "OUT OF AREA",
            "SPAM?",
            "Spam? 92%",
            "[SPAM LIKELY]",
            "POTENTIAL SPAM",
            "Scam Likely",
            "V12345678901234",
            "T1234567",
            "Tel 2125550101",
            "TEL2125550101",
            "sip:2125550101@example.com",
            "2026-03/auto-1-2-3.wav@",
            "NEW YORK NY",
            "NEW YORK, NY",
            "NEW YORK     NY",
            "SMALLVILLE   KS",
            "TORONTO ON",
            "Appel masqu\u{e9}",
            "Num\u{e9}ro inconnu",
            "No disponible",
            "N\u{fa}mero privado",
            "Rufnummer unterdr\u{fc}ckt",
            "Unbekannter Anrufer",
            "Numero sconosciuto",
            "N\u{e3}o identificado",
            "Onbekend nummer",
            "Скрытый номер",
        ] {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn names_of_people_and_companies_are_names() {
        for text in [
            "Ana",
            "SMITH JOHN A",
            "SMITH AL",
            "LEE MA",
            "JACKSON MS",
            "MARTIN, PA",
            "JOHN SMITH MD",
            "JONES & CO",
            "PHILIPS NV",
            "ANNA CALL",
            "CHICAGO PIZZA",
            "New York Pizza Inc",
            "Austin",
            "Georgia",
            "VIRGINIA",
            "Mobile Solutions Ltd",
            "Wireless World",
            "Private Bank AG",
            "Unknown Pleasures Records",
            "Spam Museum",
            "International Paper",
            "R&D Ana",
            "3M 2125550101 Inc",
            "Bob 2",
            "\u{674e}\u{660e}",
            "Ли",
            "X",
        ] {
            assert!(is_name(text), "{text}");
        }
    }
}
