//! The status page's words, in English, French, Spanish and German.

use crate::words::Words;

/// What the page says by itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    Title,
    AllIsWell,
    SomethingWrong,
    Timer,
    Beats,
    Silent,
    NeverRan,
    Answers,
    DoesNotAnswer,
    KeyEnds,
    NotYet,
    LastSuccess,
    LastPush,
    Session,
    SessionOpen,
    SessionNone,
    SessionRefused,
    Inbox,
    DeadLetters,
    Elsewhere,
    Stranded,
    BegunAnew,
    Ambiguous,
    Unreadable,
    DaysWhole,
    DaysDamaged,
    OrdersRefused,
    OrdersUnknown,
    Phonebook,
    BookLacks,
    BookUndialled,
    BookTrouble,
}

impl Words for Label {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => [
                "Status of the Bridge",
                "État de la passerelle",
                "Estado del puente",
                "Zustand der Brücke",
            ],
            Self::AllIsWell => [
                "All is well.",
                "Tout va bien.",
                "Todo va bien.",
                "Alles ist in Ordnung.",
            ],
            Self::SomethingWrong => [
                "Something needs attention.",
                "Quelque chose demande votre attention.",
                "Algo requiere su atención.",
                "Etwas braucht Aufmerksamkeit.",
            ],
            Self::Timer => ["Timer", "Minuterie", "Temporizador", "Zeitgeber"],
            Self::Beats => [
                "The bridge runs every minute and does what is due.",
                "La passerelle tourne chaque minute et fait ce qui est dû.",
                "El puente se ejecuta cada minuto y hace lo debido.",
                "Die Brücke läuft jede Minute und tut, was ansteht.",
            ],
            Self::Silent => [
                "The bridge is silent: work has been due for a while, first",
                "La passerelle est muette : du travail attend, le premier",
                "El puente no da señales: hay trabajo pendiente, el primero",
                "Die Brücke schweigt: Arbeit steht an, die erste",
            ],
            Self::NeverRan => [
                "The bridge has never run: is the cron trigger installed?",
                "La passerelle n'a jamais tourné : le déclencheur cron est-il installé ?",
                "El puente nunca se ha ejecutado: ¿está instalado el disparador cron?",
                "Die Brücke ist noch nie gelaufen: ist der Cron-Trigger installiert?",
            ],
            Self::Answers => [
                "Odoo answers.",
                "Odoo répond.",
                "Odoo responde.",
                "Odoo antwortet.",
            ],
            Self::DoesNotAnswer => [
                "Odoo does not answer as it should.",
                "Odoo ne répond pas comme il devrait.",
                "Odoo no responde como debería.",
                "Odoo antwortet nicht, wie es sollte.",
            ],
            Self::KeyEnds => [
                "The first API key of the bridge's user ends on",
                "La première clé API de l'utilisateur de la passerelle expire le",
                "La primera clave API del usuario del puente caduca el",
                "Der erste API-Schlüssel des Benutzers der Brücke läuft ab am",
            ],
            Self::NotYet => [
                "Not synchronised yet.",
                "Pas encore synchronisé.",
                "Aún no sincronizado.",
                "Noch nicht synchronisiert.",
            ],
            Self::LastSuccess => [
                "Everything in Odoo",
                "Tout dans Odoo",
                "Todo en Odoo",
                "Alles in Odoo",
            ],
            Self::LastPush => ["Last push", "Dernier envoi", "Último envío", "Letzter Push"],
            Self::Session => ["UCM session", "Session UCM", "Sesión UCM", "UCM-Sitzung"],
            Self::SessionOpen => ["open", "ouverte", "abierta", "offen"],
            Self::SessionNone => ["none", "aucune", "ninguna", "keine"],
            Self::SessionRefused => [
                "account refused",
                "compte refusé",
                "cuenta rechazada",
                "Konto abgelehnt",
            ],
            Self::Inbox => [
                "Waiting records",
                "En attente",
                "En espera",
                "Wartende Datensätze",
            ],
            Self::DeadLetters => ["Set aside", "Mis de côté", "Apartados", "Beiseitegelegt"],
            Self::Elsewhere => [
                "For another Odoo",
                "Pour un autre Odoo",
                "Para otro Odoo",
                "Für ein anderes Odoo",
            ],
            Self::Stranded => [
                "No server of this short name is at work: it was removed, renamed, paused or refused. What it pushed comes in once one is.",
                "Aucun serveur de ce nom court n'est en service : il a été supprimé, renommé, mis en pause ou refusé. Ce qu'il a envoyé entre dès qu'il y en a un.",
                "Ningún servidor con este nombre corto está en servicio: fue eliminado, renombrado, pausado o rechazado. Lo que envió entra en cuanto haya uno.",
                "Kein Server dieses Kurznamens ist in Betrieb: Er wurde entfernt, umbenannt, angehalten oder abgelehnt. Was er gemeldet hat, kommt herein, sobald es einen gibt.",
            ],
            Self::BegunAnew => [
                "another Odoo or journal than before; everything is read again",
                "un autre Odoo ou journal qu'auparavant ; tout est relu",
                "otro Odoo o registro que antes; todo se lee de nuevo",
                "ein anderes Odoo oder Journal als zuvor; alles wird neu gelesen",
            ],
            Self::Ambiguous => [
                "Ambiguous calls",
                "Appels ambigus",
                "Llamadas ambiguas",
                "Mehrdeutige Anrufe",
            ],
            Self::Unreadable => [
                "Calls without a readable number",
                "Appels sans numéro lisible",
                "Llamadas sin número legible",
                "Anrufe ohne lesbare Nummer",
            ],
            Self::DaysWhole => [
                "days proved complete",
                "jours vérifiés complets",
                "días comprobados completos",
                "Tage nachgewiesen vollständig",
            ],
            Self::OrdersRefused => [
                "calls asked for since yesterday that were refused:",
                "appels demandés depuis hier et refusés :",
                "llamadas pedidas desde ayer y rechazadas:",
                "seit gestern verlangte Anrufe, die abgelehnt wurden:",
            ],
            Self::OrdersUnknown => [
                "of which nobody knows whether the phone rang:",
                "dont on ignore si le téléphone a sonné :",
                "de las que no se sabe si sonó el teléfono:",
                "von denen niemand weiß, ob das Telefon geklingelt hat:",
            ],
            Self::Phonebook => [
                "Contacts in the phonebook",
                "Contacts dans l'annuaire",
                "Contactos en la agenda",
                "Kontakte im Telefonbuch",
            ],
            Self::BookLacks => [
                "Left out of it, without room",
                "Laissés de côté, faute de place",
                "Dejados fuera, por falta de sitio",
                "Darin ausgelassen, ohne Platz",
            ],
            Self::BookUndialled => [
                "Left out of it, without a number to dial",
                "Laissés de côté, sans numéro à composer",
                "Dejados fuera, sin número que marcar",
                "Darin ausgelassen, ohne wählbare Nummer",
            ],
            Self::BookTrouble => [
                "The phonebook is not renewed",
                "L'annuaire n'est plus renouvelé",
                "La agenda no se renueva",
                "Das Telefonbuch wird nicht erneuert",
            ],
            Self::DaysDamaged => [
                "not everything is in Odoo:",
                "tout n'est pas dans Odoo :",
                "no todo está en Odoo:",
                "nicht alles ist in Odoo:",
            ],
        }
    }
}
