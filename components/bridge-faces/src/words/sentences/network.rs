//! What the network does, in every language.

/// In English, French, Spanish and German. Where two could be meant, the one that says more comes first.
pub(super) const SENTENCES: &[[&str; 4]] = &[
    [
        "the application may not reach this host",
        "l'application n'a pas le droit de joindre cet hôte",
        "la aplicación no puede llegar a este host",
        "die Anwendung darf diesen Host nicht erreichen",
    ],
    [
        "no answer in time",
        "pas de réponse à temps",
        "sin respuesta a tiempo",
        "keine rechtzeitige Antwort",
    ],
    [
        "this UCM heeds no window, and a run has no time for all that it holds: raise `run_budget_secs`",
        "cet UCM ne tient compte d'aucune période, et une exécution n'a pas le temps de lire tout ce qu'il contient : augmentez `run_budget_secs`",
        "esta UCM no respeta ningún período, y una ejecución no tiene tiempo para todo lo que contiene: aumente `run_budget_secs`",
        "diese UCM beachtet keinen Zeitraum, und ein Lauf hat nicht die Zeit für alles, was sie hat: erhöhen Sie `run_budget_secs`",
    ],
    [
        "the time of the run was used up; the next one goes on (where none gets any further, raise `run_budget_secs`)",
        "le temps de l'exécution était épuisé ; la suivante continue (si aucune n'avance, augmentez `run_budget_secs`)",
        "el tiempo de la ejecución se agotó; la siguiente continúa (si ninguna avanza, aumente `run_budget_secs`)",
        "die Zeit des Laufs war aufgebraucht; der nächste macht weiter (kommt keiner voran, erhöhen Sie `run_budget_secs`)",
    ],
    [
        "the secure connection was refused: {}",
        "la connexion sécurisée a été refusée : {}",
        "la conexión segura se rechazó: {}",
        "die sichere Verbindung wurde abgelehnt: {}",
    ],
    [
        "the connection failed: {}",
        "la connexion a échoué : {}",
        "la conexión falló: {}",
        "die Verbindung ist fehlgeschlagen: {}",
    ],
    [
        "connection refused",
        "connexion refusée",
        "conexión rechazada",
        "Verbindung abgelehnt",
    ],
    [
        "cut in the middle",
        "coupée au milieu",
        "cortada a la mitad",
        "mittendrin abgebrochen",
    ],
    [
        "the host name is not known",
        "le nom d'hôte est inconnu",
        "el nombre del host no se conoce",
        "der Hostname ist nicht bekannt",
    ],
    [
        "the host cannot be reached",
        "l'hôte est injoignable",
        "no se puede llegar al host",
        "der Host ist nicht erreichbar",
    ],
    [
        "the host could not send it",
        "l'hôte n'a pas pu l'envoyer",
        "el host no pudo enviarlo",
        "der Host konnte es nicht senden",
    ],
    [
        "closed while sending",
        "fermée pendant l'envoi",
        "cerrada durante el envío",
        "beim Senden geschlossen",
    ],
    [
        "the answer is larger than {} bytes",
        "la réponse dépasse {} octets",
        "la respuesta supera {} bytes",
        "die Antwort ist größer als {} Byte",
    ],
    [
        "the certificate is not trusted, or there is no TLS in common",
        "le certificat n'est pas reconnu, ou il n'y a pas de TLS en commun",
        "el certificado no es de confianza, o no hay TLS en común",
        "dem Zertifikat wird nicht vertraut, oder es gibt kein gemeinsames TLS",
    ],
    [
        "the certificate is not trusted",
        "le certificat n'est pas reconnu",
        "el certificado no es de confianza",
        "dem Zertifikat wird nicht vertraut",
    ],
    [
        "no TLS in common: the peer ended the handshake with alert {}",
        "pas de TLS en commun : l'autre côté a mis fin à la négociation par l'alerte {}",
        "sin TLS en común: la otra parte terminó la negociación con la alerta {}",
        "kein gemeinsames TLS: die Gegenseite hat den Handschlag mit Alarm {} beendet",
    ],
    [
        "the key-value store failed: {}",
        "le stockage clé-valeur a échoué : {}",
        "el almacén clave-valor falló: {}",
        "der Schlüsselwertspeicher ist fehlgeschlagen: {}",
    ],
];
