//! What figures of campaigns are called, in English, French, Spanish and German: as the module in Odoo has it.

use crate::words::Words;

/// A heading, a column, or a name of something counted of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// One campaign.
    Campaign,
    /// All of them.
    Campaigns,
    /// There are none.
    NoCampaigns,
    /// There are others, which are older.
    OlderCampaigns,
    /// All calls that ever were, as a period.
    AllTime,
    /// How a campaign, or a member, stands.
    State,
    /// How many successes are wanted.
    Goal,
    /// Who is in a campaign.
    Members,
    /// Those who can be called now.
    Callable,
    /// Those who were called.
    Tried,
    /// Those who were reached.
    Reached,
    /// Those who are excluded.
    Excluded,
    /// Those of whom came what was wanted.
    Successes,
    /// Reached of those tried.
    ContactRate,
    /// What that is.
    OfTried,
    /// Successes of those reached.
    Conversion,
    /// What that is.
    OfReached,
    /// Calls to members.
    Attempts,
    /// Those that were answered.
    AttemptsAnswered,
    /// Calls from members.
    CallBacks,
    /// Those that were answered.
    CallBacksAnswered,
    /// Calls with the right person.
    Contacts,
    /// Hours in which an agent had a call.
    AgentHours,
    /// Calls to members for each success.
    AttemptsPerSuccess,
    /// Time talked for each success.
    TalkPerSuccess,
    /// Contacts for each agent and hour.
    ContactsPerAgentHour,
    /// Calls that a rule has refused.
    Refused,
    /// Members by result.
    ByResult,
    /// Members by the reason why they are excluded.
    ByReason,
    /// Calls by the hour of the week.
    ByHourOfWeek,
    /// Calls by agent.
    ByAgent,
    /// Refused calls by rule.
    ByRule,
    /// A result.
    Result,
    /// Its name in Odoo.
    Name,
    /// A reason.
    Reason,
    /// A rule.
    Rule,
    /// Who calls.
    Agent,
    /// Nobody knows who was on the phone.
    NoAgent,
    /// No result yet.
    NoResult,
    /// No reason.
    NoReason,
    /// What is counted as what.
    Explanation,
    /// When a rule has refused a call.
    RefusedAt,
    /// What it has found.
    Detail,
}

impl Words for Fact {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Campaign => [
                "Call Campaign",
                "Campagne d’appels",
                "Campaña de llamadas",
                "Anrufkampagne",
            ],
            Self::Campaigns => [
                "Call Campaigns",
                "Campagnes d’appels",
                "Campañas de llamadas",
                "Anrufkampagnen",
            ],
            Self::NoCampaigns => [
                "There is no campaign yet.",
                "Il n’y a pas encore de campagne.",
                "Todavía no hay ninguna campaña.",
                "Es gibt noch keine Kampagne.",
            ],
            Self::OlderCampaigns => [
                "There are older ones; their figures open in Odoo, from the campaign.",
                "Il y en a de plus anciennes ; leurs chiffres s’ouvrent dans Odoo, depuis la campagne.",
                "Hay otras más antiguas; sus cifras se abren en Odoo, desde la campaña.",
                "Es gibt ältere; ihre Zahlen öffnen sich in Odoo, aus der Kampagne.",
            ],
            Self::AllTime => [
                "All calls until now",
                "Tous les appels jusqu’ici",
                "Todas las llamadas hasta ahora",
                "Alle Anrufe bis jetzt",
            ],
            Self::State => ["State", "État", "Estado", "Status"],
            Self::Goal => ["Goal", "Objectif", "Objetivo", "Ziel"],
            Self::Members => ["Members", "Membres", "Miembros", "Mitglieder"],
            Self::Callable => [
                "Can be called",
                "Peuvent être appelés",
                "Se pueden llamar",
                "Können angerufen werden",
            ],
            Self::Tried => ["Tried", "Essayés", "Intentados", "Versucht"],
            Self::Reached => ["Reached", "Joints", "Contactados", "Erreicht"],
            Self::Excluded => ["Excluded", "Exclus", "Excluidos", "Ausgeschlossen"],
            Self::Successes => ["Successes", "Succès", "Éxitos", "Erfolge"],
            Self::ContactRate => [
                "Contact rate",
                "Taux de contact",
                "Tasa de contacto",
                "Kontaktquote",
            ],
            Self::OfTried => [
                "of those tried",
                "de ceux essayés",
                "de los intentados",
                "der Versuchten",
            ],
            Self::Conversion => ["Conversion", "Conversion", "Conversión", "Konversion"],
            Self::OfReached => [
                "of those reached",
                "de ceux joints",
                "de los contactados",
                "der Erreichten",
            ],
            Self::Attempts => ["Attempts", "Tentatives", "Intentos", "Versuche"],
            Self::AttemptsAnswered => [
                "Attempts answered",
                "Tentatives répondues",
                "Intentos contestados",
                "Angenommene Versuche",
            ],
            Self::CallBacks => [
                "Call-backs received",
                "Rappels reçus",
                "Devoluciones recibidas",
                "Rückrufe erhalten",
            ],
            Self::CallBacksAnswered => [
                "Call-backs answered",
                "Rappels répondus",
                "Devoluciones contestadas",
                "Rückrufe angenommen",
            ],
            Self::Contacts => ["Contacts", "Contacts", "Contactos", "Kontakte"],
            Self::AgentHours => [
                "Hours of work",
                "Heures de travail",
                "Horas de trabajo",
                "Arbeitsstunden",
            ],
            Self::AttemptsPerSuccess => [
                "Attempts per success",
                "Tentatives par succès",
                "Intentos por éxito",
                "Versuche je Erfolg",
            ],
            Self::TalkPerSuccess => [
                "Talk time per success",
                "Conversation par succès",
                "Conversación por éxito",
                "Gesprächsdauer je Erfolg",
            ],
            Self::ContactsPerAgentHour => [
                "Contacts per agent and hour",
                "Contacts par agent et heure",
                "Contactos por agente y hora",
                "Kontakte je Agent und Stunde",
            ],
            Self::Refused => [
                "Refused by a rule",
                "Refusés par une règle",
                "Rechazadas por una regla",
                "Von einer Regel abgelehnt",
            ],
            Self::ByResult => [
                "Members by Result",
                "Membres par résultat",
                "Miembros por resultado",
                "Mitglieder nach Ergebnis",
            ],
            Self::ByReason => [
                "Excluded by Reason",
                "Exclus par motif",
                "Excluidos por motivo",
                "Ausgeschlossene nach Grund",
            ],
            Self::ByHourOfWeek => [
                "Answered by Hour",
                "Réponses par heure",
                "Contestadas por hora",
                "Angenommen nach Stunde",
            ],
            Self::ByAgent => [
                "Calls by Agent",
                "Appels par agent",
                "Llamadas por agente",
                "Anrufe nach Agent",
            ],
            Self::ByRule => [
                "Refused by Rule",
                "Refusés par règle",
                "Rechazadas por regla",
                "Abgelehnte nach Regel",
            ],
            Self::Result => ["Result", "Résultat", "Resultado", "Ergebnis"],
            Self::Name => [
                "Name in Odoo",
                "Nom dans Odoo",
                "Nombre en Odoo",
                "Name in Odoo",
            ],
            Self::Reason => ["Reason", "Motif", "Motivo", "Grund"],
            Self::Rule => ["Rule", "Règle", "Regla", "Regel"],
            Self::Agent => ["Agent", "Agent", "Agente", "Agent"],
            Self::NoAgent => ["Nobody known", "Inconnu", "Desconocido", "Unbekannt"],
            Self::NoResult => [
                "No result yet",
                "Pas encore de résultat",
                "Sin resultado todavía",
                "Noch kein Ergebnis",
            ],
            Self::NoReason => ["No reason", "Sans motif", "Sin motivo", "Ohne Grund"],
            Self::RefusedAt => ["Refused on", "Refusé le", "Rechazada el", "Abgelehnt am"],
            Self::Detail => ["Detail", "Détail", "Detalle", "Detail"],
            Self::Explanation => [
                "Members are counted as they stand now, calls in the period. A contact is an answered call of which nobody has said that it was a mailbox or a wrong number; an hour of work is one of the clock in which an agent had a call.",
                "Les membres sont comptés tels qu’ils sont maintenant, les appels dans la période. Un contact est un appel répondu dont personne n’a dit qu’il s’agissait d’une messagerie ou d’un mauvais numéro ; une heure de travail est une heure d’horloge pendant laquelle un agent a eu un appel.",
                "Los miembros se cuentan como están ahora, las llamadas en el periodo. Un contacto es una llamada contestada de la que nadie ha dicho que fuera un buzón o un número equivocado; una hora de trabajo es una hora de reloj en la que un agente tuvo una llamada.",
                "Mitglieder werden gezählt, wie sie jetzt stehen, Anrufe im Zeitraum. Ein Kontakt ist ein angenommener Anruf, von dem niemand gesagt hat, dass es eine Mailbox oder eine falsche Nummer war; eine Arbeitsstunde ist eine Stunde der Uhr, in der ein Agent einen Anruf hatte.",
            ],
        }
    }
}

/// The name of a campaign's state; one that is not known is called as Odoo calls it.
pub(super) fn state(value: &str) -> Option<[&'static str; 4]> {
    Some(match value {
        "draft" => ["Draft", "Brouillon", "Borrador", "Entwurf"],
        "running" => ["Running", "En cours", "En curso", "Laufend"],
        "paused" => ["Paused", "En pause", "En pausa", "Pausiert"],
        "done" => ["Done", "Terminé", "Hecho", "Erledigt"],
        _ => return None,
    })
}

/// The name of a kind of result, likewise.
pub(super) fn kind(value: &str) -> Option<[&'static str; 4]> {
    Some(match value {
        "success" => ["Success", "Succès", "Éxito", "Erfolg"],
        "appointment" => ["Appointment", "Rendez-vous", "Cita", "Termin"],
        "call_back" => ["Call Back", "À rappeler", "Volver a llamar", "Rückruf"],
        "refusal" => ["Refusal", "Refus", "Rechazo", "Ablehnung"],
        "not_interested" => [
            "Not Interested",
            "Pas intéressé",
            "No interesado",
            "Nicht interessiert",
        ],
        "wrong_number" => [
            "Wrong Number",
            "Mauvais numéro",
            "Número equivocado",
            "Falsche Nummer",
        ],
        "voicemail" => [
            "Mailbox of the Other Side",
            "Messagerie du correspondant",
            "Buzón de voz del destinatario",
            "Mailbox der Gegenseite",
        ],
        "not_reached" => [
            "Not Reached",
            "Non joint",
            "No contactado",
            "Nicht erreicht",
        ],
        "busy" => ["Busy", "Occupé", "Ocupado", "Besetzt"],
        "failed" => ["Failed", "Échoué", "Fallida", "Fehlgeschlagen"],
        _ => return None,
    })
}

/// The name of a reason to be excluded, or of a rule that has refused a call, likewise.
pub(super) fn reason(value: &str) -> Option<[&'static str; 4]> {
    Some(match value {
        "no_number" => ["No Number", "Pas de numéro", "Sin número", "Keine Nummer"],
        "unreadable" => [
            "Not a Phone Number",
            "Pas un numéro de téléphone",
            "No es un número de teléfono",
            "Keine Telefonnummer",
        ],
        "double" => [
            "Twice in This Campaign",
            "Deux fois dans cette campagne",
            "Dos veces en esta campaña",
            "Zweimal in dieser Kampagne",
        ],
        "blacklist" => [
            "On the Blacklist",
            "Sur liste noire",
            "En la lista negra",
            "Auf der schwarzen Liste",
        ],
        "no_consent" => [
            "No Consent",
            "Pas de consentement",
            "Sin consentimiento",
            "Keine Einwilligung",
        ],
        "too_often" => [
            "Called Too Often",
            "Appelé trop souvent",
            "Llamado demasiadas veces",
            "Zu oft angerufen",
        ],
        "resting" => [
            "Resting after a Refusal",
            "En repos après un refus",
            "En reposo tras un rechazo",
            "Ruhezeit nach einer Ablehnung",
        ],
        "wrong_number" => [
            "Wrong Number",
            "Mauvais numéro",
            "Número equivocado",
            "Falsche Nummer",
        ],
        "premium" => [
            "A Number That Costs More",
            "Un numéro qui coûte plus cher",
            "Un número que cuesta más",
            "Eine Nummer, die mehr kostet",
        ],
        "removed" => [
            "Taken Out by a Person",
            "Retiré par une personne",
            "Quitado por una persona",
            "Von einer Person herausgenommen",
        ],
        "hours" => [
            "Outside the Hours",
            "Hors des heures d’appel",
            "Fuera del horario",
            "Außerhalb der Anrufzeiten",
        ],
        "most_attempts" => [
            "Most Attempts",
            "Nombre maximal de tentatives",
            "Número máximo de intentos",
            "Höchstzahl der Versuche",
        ],
        _ => return None,
    })
}
