//! What only the page of a number says.

use crate::words::Words;

/// Everything that it says, beside the terms of the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Title,
    Number,
    Entered,
    Member,
    Added,
    WhyExcluded,
    Blacklisted,
    ConsentGiven,
    NoConsent,
    ConsentSource,
    ConsentProof,
    Rules,
    AsTheyAre,
    RulesOf,
    FrenchConsumers,
    MostCalls,
    RestDays,
    NeedsConsent,
    MostAttempts,
    Hours,
    Closed,
    Calls,
    Since,
    NoCalls,
    Refusals,
    NoRefusals,
    MoreBefore,
    Yes,
    No,
    None,
}

impl Words for Word {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => [
                "On Record for a Number",
                "Ce qui est consigné pour un numéro",
                "Lo que consta de un número",
                "Nachweis für eine Nummer",
            ],
            Self::Number => ["Number", "Numéro", "Número", "Nummer"],
            Self::Entered => [
                "As entered",
                "Tel que saisi",
                "Tal como se introdujo",
                "Wie eingegeben",
            ],
            Self::Member => ["Member", "Membre", "Miembro", "Mitglied"],
            Self::Added => ["Added on", "Ajouté le", "Añadido el", "Hinzugefügt am"],
            Self::WhyExcluded => [
                "Why excluded",
                "Motif d’exclusion",
                "Motivo de exclusión",
                "Warum ausgeschlossen",
            ],
            Self::Blacklisted => [
                "On the blacklist now",
                "Sur liste noire maintenant",
                "En la lista negra ahora",
                "Jetzt auf der schwarzen Liste",
            ],
            Self::ConsentGiven => [
                "Consent to calls given on",
                "Consentement aux appels donné le",
                "Consentimiento a llamadas dado el",
                "Einwilligung in Anrufe erteilt am",
            ],
            Self::NoConsent => [
                "No consent is on record",
                "Aucun consentement n’est consigné",
                "No consta ningún consentimiento",
                "Keine Einwilligung ist vermerkt",
            ],
            Self::ConsentSource => [
                "Source of the consent",
                "Origine du consentement",
                "Origen del consentimiento",
                "Herkunft der Einwilligung",
            ],
            Self::ConsentProof => [
                "Proof of the consent",
                "Preuve du consentement",
                "Prueba del consentimiento",
                "Nachweis der Einwilligung",
            ],
            Self::Rules => [
                "Rules of the Campaign",
                "Règles de la campagne",
                "Reglas de la campaña",
                "Regeln der Kampagne",
            ],
            Self::AsTheyAre => [
                "As they are set now: earlier settings are not kept.",
                "Telles qu’elles sont fixées maintenant : les réglages antérieurs ne sont pas conservés.",
                "Tal como están fijadas ahora: no se conservan los ajustes anteriores.",
                "Wie sie jetzt eingestellt sind: Frühere Einstellungen werden nicht aufbewahrt.",
            ],
            Self::RulesOf => [
                "Filled in for",
                "Remplies pour",
                "Rellenadas para",
                "Ausgefüllt für",
            ],
            Self::FrenchConsumers => [
                "French consumers",
                "Consommateurs français",
                "Consumidores franceses",
                "Französische Verbraucher",
            ],
            Self::MostCalls => [
                "Most calls in 30 days",
                "Nombre maximal d’appels en 30 jours",
                "Número máximo de llamadas en 30 días",
                "Höchstzahl der Anrufe in 30 Tagen",
            ],
            Self::RestDays => [
                "Days of rest after a refusal",
                "Jours de repos après un refus",
                "Días de reposo tras un rechazo",
                "Ruhetage nach einer Ablehnung",
            ],
            Self::NeedsConsent => [
                "Consent needed",
                "Consentement nécessaire",
                "Consentimiento necesario",
                "Einwilligung nötig",
            ],
            Self::MostAttempts => [
                "Most attempts",
                "Nombre maximal de tentatives",
                "Número máximo de intentos",
                "Höchstzahl der Versuche",
            ],
            Self::Hours => [
                "Calling hours",
                "Heures d’appel",
                "Horario de llamadas",
                "Anrufzeiten",
            ],
            Self::Closed => [
                "Closed days",
                "Jours de fermeture",
                "Días de cierre",
                "Schließtage",
            ],
            Self::Calls => [
                "Calls with This Number, on Whatever Phone",
                "Appels avec ce numéro, sur quelque téléphone que ce soit",
                "Llamadas con este número, en cualquier teléfono",
                "Anrufe mit dieser Nummer, auf welchem Telefon auch immer",
            ],
            Self::Since => ["Since", "Depuis", "Desde", "Seit"],
            Self::NoCalls => [
                "There is none in the journal.",
                "Il n’y en a aucun dans le journal.",
                "No hay ninguna en el registro.",
                "Im Journal ist keiner.",
            ],
            Self::Refusals => [
                "Calls That a Rule Has Refused",
                "Appels refusés par une règle",
                "Llamadas rechazadas por una regla",
                "Von einer Regel abgelehnte Anrufe",
            ],
            Self::NoRefusals => [
                "None was refused.",
                "Aucun n’a été refusé.",
                "Ninguna fue rechazada.",
                "Keiner wurde abgelehnt.",
            ],
            Self::MoreBefore => [
                "There are earlier ones, which are in Odoo.",
                "Il y en a de plus anciens, qui sont dans Odoo.",
                "Hay otras anteriores, que están en Odoo.",
                "Es gibt frühere; sie stehen in Odoo.",
            ],
            Self::Yes => ["Yes", "Oui", "Sí", "Ja"],
            Self::No => ["No", "Non", "No", "Nein"],
            Self::None => ["None", "Aucun", "Ninguno", "Keine"],
        }
    }
}
