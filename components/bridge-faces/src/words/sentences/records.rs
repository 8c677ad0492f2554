//! Why a record was set aside, in every language.

/// In English, French, Spanish and German.
pub(super) const SENTENCES: &[[&str; 4]] = &[
    ["pushed: {}", "envoyé : {}", "enviado: {}", "gesendet: {}"],
    [
        "field `{}` is missing",
        "le champ `{}` manque",
        "falta el campo `{}`",
        "das Feld `{}` fehlt",
    ],
    [
        "field `{}` is not {}",
        "le champ `{}` n'est pas {}",
        "el campo `{}` no es {}",
        "das Feld `{}` ist nicht {}",
    ],
    [
        "a date and time (YYYY-MM-DD HH:MM:SS)",
        "une date et heure (AAAA-MM-JJ HH:MM:SS)",
        "una fecha y hora (AAAA-MM-DD HH:MM:SS)",
        "Datum und Uhrzeit (JJJJ-MM-TT HH:MM:SS)",
    ],
    [
        "a whole number of seconds",
        "un nombre entier de secondes",
        "un número entero de segundos",
        "eine ganze Zahl von Sekunden",
    ],
    [
        "inbound, outbound, internal or external",
        "inbound, outbound, internal ou external",
        "inbound, outbound, internal o external",
        "inbound, outbound, internal oder external",
    ],
    [
        "kept without `{}`, which is no value",
        "gardé sans `{}`, qui n'est pas une valeur",
        "conservado sin `{}`, que no es un valor",
        "ohne `{}` behalten, das kein Wert ist",
    ],
    [
        "the body is neither JSON nor XML nor a form with a record's fields",
        "le corps n'est ni du JSON, ni du XML, ni un formulaire avec les champs d'un enregistrement",
        "el cuerpo no es JSON, ni XML, ni un formulario con los campos de un registro",
        "der Inhalt ist weder JSON noch XML noch ein Formular mit den Feldern eines Datensatzes",
    ],
    [
        "the JSON is broken at line {}, column {}",
        "le JSON est abîmé à la ligne {}, colonne {}",
        "el JSON está dañado en la línea {}, columna {}",
        "das JSON ist in Zeile {}, Spalte {} beschädigt",
    ],
    [
        "the XML is broken at byte {}",
        "le XML est abîmé à l'octet {}",
        "el XML está dañado en el byte {}",
        "das XML ist bei Byte {} beschädigt",
    ],
    [
        "the body holds no record",
        "le corps ne contient aucun enregistrement",
        "el cuerpo no contiene ningún registro",
        "der Inhalt hat keinen Datensatz",
    ],
    [
        "{} (kept: the first {} of {} characters)",
        "{} (conservés : les {} premiers caractères sur {})",
        "{} (conservados: los primeros {} de {} caracteres)",
        "{} (behalten: die ersten {} von {} Zeichen)",
    ],
    [
        "the body holds more than {} records",
        "le corps contient plus de {} enregistrements",
        "el cuerpo contiene más de {} registros",
        "der Inhalt hat mehr als {} Datensätze",
    ],
    [
        "the record carries no epoch and the server has no time zone configured",
        "l'enregistrement n'a pas d'instant en UTC, et le serveur n'a pas de fuseau horaire configuré",
        "el registro no lleva instante en UTC, y el servidor no tiene zona horaria configurada",
        "der Datensatz hat keinen Zeitpunkt in UTC, und für den Server ist keine Zeitzone eingestellt",
    ],
    [
        "the start does not agree with the session's epoch",
        "le début ne concorde pas avec l'instant de la session",
        "el comienzo no concuerda con el instante de la sesión",
        "der Beginn passt nicht zum Zeitpunkt der Sitzung",
    ],
    [
        "the to-do of a missed call: {}",
        "la tâche d'un appel manqué : {}",
        "la tarea de una llamada perdida: {}",
        "die Aufgabe zu einem verpassten Anruf: {}",
    ],
    [
        "the recordings of a call: {}",
        "les enregistrements d'un appel : {}",
        "las grabaciones de una llamada: {}",
        "die Aufnahmen eines Anrufs: {}",
    ],
];
