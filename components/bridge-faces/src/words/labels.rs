//! What settings of a server are called in its form in Odoo, in every language: as in the catalogues of the data module.

use calls::language::Language;

/// The label of `setting`; its name where the form does not have it.
pub(crate) fn label(language: Language, setting: &str) -> &str {
    let label = LABELS.iter().find(|(name, _)| *name == setting);
    label.map_or(setting, |(_, texts)| language.choose(*texts))
}

/// In English, French, Spanish and German.
const LABELS: [(&str, [&str; 4]); 35] = [
    (
        "id",
        ["Short Name", "Nom court", "Nombre corto", "Kurzname"],
    ),
    ("name", ["Name", "Nom", "Nombre", "Name"]),
    (
        "host",
        [
            "Host or Address",
            "Hôte ou adresse",
            "Host o dirección",
            "Host oder Adresse",
        ],
    ),
    ("port", ["Port", "Port", "Puerto", "Port"]),
    ("https", ["HTTPS", "HTTPS", "HTTPS", "HTTPS"]),
    (
        "dialect",
        ["Interface", "Interface", "Interfaz", "Schnittstelle"],
    ),
    (
        "username",
        [
            "API User",
            "Utilisateur API",
            "Usuario de la API",
            "API-Benutzer",
        ],
    ),
    (
        "password",
        [
            "API Password",
            "Mot de passe API",
            "Contraseña de la API",
            "API-Passwort",
        ],
    ),
    ("country", ["Country", "Pays", "País", "Land"]),
    (
        "dial",
        [
            "Calls from Odoo",
            "Appels depuis Odoo",
            "Llamadas desde Odoo",
            "Anrufe aus Odoo",
        ],
    ),
    (
        "dial_form",
        [
            "Numbers as Dialled",
            "Numérotation",
            "Forma de marcar",
            "Wählweise",
        ],
    ),
    (
        "phonebook",
        ["Phonebook", "Annuaire", "Agenda telefónica", "Telefonbuch"],
    ),
    (
        "phonebook_filter",
        [
            "Saved Filter",
            "Filtre enregistré",
            "Filtro guardado",
            "Gespeicherter Filter",
        ],
    ),
    (
        "phonebook_size",
        [
            "Contacts at Most",
            "Contacts au plus",
            "Contactos como máximo",
            "Kontakte höchstens",
        ],
    ),
    (
        "phonebook_order",
        [
            "First in the Phonebook",
            "Premiers de l'annuaire",
            "Primeros de la agenda",
            "Zuerst im Telefonbuch",
        ],
    ),
    (
        "outside_line",
        [
            "Outside Line",
            "Ligne extérieure",
            "Línea exterior",
            "Amtsholung",
        ],
    ),
    (
        "time_zone",
        ["Time Zone", "Fuseau horaire", "Zona horaria", "Zeitzone"],
    ),
    (
        "interval_minutes",
        [
            "Synchronisation Interval (Minutes)",
            "Intervalle de synchronisation (minutes)",
            "Intervalo de sincronización (minutos)",
            "Synchronisierungsintervall (Minuten)",
        ],
    ),
    (
        "days",
        [
            "Days to Synchronise",
            "Jours à synchroniser",
            "Días a sincronizar",
            "Zu synchronisierende Tage",
        ],
    ),
    (
        "look_back_hours",
        [
            "Look-Back (Hours)",
            "Période relue (heures)",
            "Periodo releído (horas)",
            "Rückblick (Stunden)",
        ],
    ),
    (
        "recordings",
        ["Recordings", "Enregistrements", "Grabaciones", "Aufnahmen"],
    ),
    (
        "recording_days",
        [
            "Keep Recordings (Days)",
            "Conserver les enregistrements (jours)",
            "Conservar las grabaciones (días)",
            "Aufzeichnungen aufbewahren (Tage)",
        ],
    ),
    (
        "recording_copy_mb",
        [
            "Largest Copy (MB)",
            "Copie la plus grande (Mo)",
            "Copia más grande (MB)",
            "Größte Kopie (MB)",
        ],
    ),
    (
        "create_contacts",
        [
            "Create Contacts",
            "Créer des contacts",
            "Crear contactos",
            "Kontakte anlegen",
        ],
    ),
    (
        "excluded",
        [
            "Numbers without Contact",
            "Numéros sans contact",
            "Números sin contacto",
            "Nummern ohne Kontakt",
        ],
    ),
    (
        "missed_call_todos",
        [
            "To-Dos for Missed Calls",
            "Tâches pour les appels manqués",
            "Tareas por llamadas perdidas",
            "To-dos für verpasste Anrufe",
        ],
    ),
    (
        "missed_call_todo_user",
        ["Otherwise For", "Sinon pour", "Si no, para", "Sonst für"],
    ),
    (
        "missed_call_notices",
        [
            "Notify at Once",
            "Notifier aussitôt",
            "Notificar al instante",
            "Sofort benachrichtigen",
        ],
    ),
    (
        "unknown_caller_leads",
        [
            "Create Leads",
            "Créer des pistes",
            "Crear leads",
            "Leads anlegen",
        ],
    ),
    (
        "push_secret",
        [
            "Push Secret",
            "Secret d'envoi",
            "Secreto de envío",
            "Push-Geheimnis",
        ],
    ),
    (
        "push_secret_previous",
        [
            "Push Secret Before",
            "Secret d'envoi précédent",
            "Secreto de envío anterior",
            "Voriges Push-Geheimnis",
        ],
    ),
    (
        "push_sources",
        ["Pushes From", "Envois depuis", "Envíos desde", "Push von"],
    ),
    (
        "phone_sources",
        [
            "Phones From",
            "Téléphones depuis",
            "Teléfonos desde",
            "Telefone von",
        ],
    ),
    (
        "phones_generation",
        [
            "Generation of the Addresses",
            "Génération des adresses",
            "Generación de las direcciones",
            "Generation der Adressen",
        ],
    ),
    ("company", ["Company", "Société", "Compañía", "Unternehmen"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_are_those_of_the_form() {
        const CATALOGUES: [&str; 3] = [
            include_str!("../../../odoo-setup/ucm_odoo/i18n/fr.po"),
            include_str!("../../../odoo-setup/ucm_odoo/i18n/es.po"),
            include_str!("../../../odoo-setup/ucm_odoo/i18n/de.po"),
        ];
        for (setting, [english, others @ ..]) in LABELS {
            for (catalogue, text) in CATALOGUES.iter().zip(others) {
                let term = format!("\nmsgid \"{english}\"\nmsgstr \"{text}\"\n");
                assert!(catalogue.contains(&term), "{setting}: {term}");
            }
        }
    }
}
