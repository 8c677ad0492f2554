//! What statistics are called, in English, French, Spanish and German.

use super::campaign::Fact;
use crate::words::Words;

/// A heading, a column, or a name of something counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// The whole.
    Title,
    /// The figures of the whole period.
    Summary,
    /// A table among others.
    Part,
    /// The first day.
    From,
    /// The last day.
    To,
    /// Whose days those are.
    TimeZone,
    /// When it was counted.
    CountedAt,
    /// A server.
    Server,
    /// A contact.
    Contact,
    /// A direction.
    Direction,
    /// Calls.
    Calls,
    /// Inbound ones.
    Inbound,
    /// Outbound ones.
    Outbound,
    /// Internal ones, as a direction.
    Internal,
    /// External ones, as a direction.
    External,
    /// Missed ones.
    Missed,
    /// Answered ones.
    Answered,
    /// Those neither answered nor missed.
    Other,
    /// Time talked.
    TalkTime,
    /// When the last call began.
    LastCall,
    /// Inbound calls that were answered.
    AnswerRate,
    /// How long it rang before an answer: half of the calls.
    RingMedian,
    /// How long it rang before an answer: nine calls in ten.
    RingP90,
    /// Counted day by day.
    ByDay,
    /// Counted week by week.
    ByWeek,
    /// Counted month by month.
    ByMonth,
    /// Counted by the hour of the day.
    ByHour,
    /// Counted by the day of the week.
    ByWeekday,
    /// Counted by extension.
    ByExtension,
    /// Counted by trunk.
    ByTrunk,
    /// Counted by outcome.
    ByOutcome,
    /// A day.
    Day,
    /// An hour.
    Hour,
    /// A day of the week.
    Weekday,
    /// An extension.
    Extension,
    /// No extension.
    NoExtension,
    /// A trunk.
    Trunk,
    /// No trunk.
    NoTrunk,
    /// How a call ended.
    Outcome,
    /// The outcome `answered`.
    WasAnswered,
    /// The outcome `missed`.
    WasMissed,
    /// The outcome `no_answer`.
    NoAnswer,
    /// The outcome `voicemail`.
    Voicemail,
    /// The outcome `busy`.
    Busy,
    /// The outcome `failed`.
    Failed,
    /// The outcome `service`.
    Service,
    /// The calls that waited longest.
    LongestWaits,
    /// Those who called in vain.
    NotCalledBack,
    /// The numbers with most calls.
    TopCallers,
    /// When a call began.
    Began,
    /// How long it rang.
    RingTime,
    /// Somebody's name.
    Name,
    /// A telephone number.
    Number,
    /// No calls at all.
    NoCalls,
    /// Of all inbound calls.
    OfInbound,
    /// How long it took to answer.
    AnsweredWithin,
    /// Half of the calls.
    HalfOfCalls,
    /// Nine calls in ten.
    NineInTen,
    /// The most of all.
    Maximum,
    /// Nobody who called in vain waits.
    NobodyWaits,
    /// There are more than are shown.
    More,
    /// What a mark for letters that cannot be printed means.
    Unprintable,
    /// Something of a campaign.
    Campaign(Fact),
}

impl Words for Term {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => [
                "Phone Statistics",
                "Statistiques téléphoniques",
                "Estadísticas telefónicas",
                "Telefonstatistik",
            ],
            Self::Summary => ["Summary", "Résumé", "Resumen", "Übersicht"],
            Self::Part => ["Table", "Tableau", "Tabla", "Tabelle"],
            Self::From => ["From", "Du", "Desde", "Von"],
            Self::To => ["To", "Au", "Hasta", "Bis"],
            Self::TimeZone => ["Time zone", "Fuseau horaire", "Zona horaria", "Zeitzone"],
            Self::CountedAt => ["Counted on", "Compté le", "Contado el", "Gezählt am"],
            Self::Server => ["Server", "Serveur", "Servidor", "Server"],
            Self::Contact => ["Contact", "Contact", "Contacto", "Kontakt"],
            Self::Direction => ["Direction", "Direction", "Dirección", "Richtung"],
            Self::Calls => ["Calls", "Appels", "Llamadas", "Anrufe"],
            Self::Inbound => ["Inbound", "Entrants", "Entrantes", "Eingehend"],
            Self::Outbound => ["Outbound", "Sortants", "Salientes", "Ausgehend"],
            Self::Internal => ["Internal", "Internes", "Internas", "Intern"],
            Self::External => ["External", "Externes", "Externas", "Extern"],
            Self::Missed => ["Missed", "Manqués", "Perdidas", "Verpasst"],
            Self::Answered => ["Answered", "Répondus", "Contestadas", "Angenommen"],
            Self::Other => ["Other", "Autres", "Otras", "Sonstige"],
            Self::TalkTime => [
                "Talk time",
                "Temps de conversation",
                "Tiempo de conversación",
                "Gesprächsdauer",
            ],
            Self::LastCall => [
                "Last call",
                "Dernier appel",
                "Última llamada",
                "Letzter Anruf",
            ],
            Self::AnswerRate => [
                "Answer rate",
                "Taux de réponse",
                "Tasa de respuesta",
                "Annahmequote",
            ],
            Self::RingMedian => [
                "Ring time, median",
                "Sonnerie, médiane",
                "Timbrado, mediana",
                "Klingeldauer, Median",
            ],
            Self::RingP90 => [
                "Ring time, 90th percentile",
                "Sonnerie, 90e centile",
                "Timbrado, percentil 90",
                "Klingeldauer, 90. Perzentil",
            ],
            Self::ByDay => [
                "Calls by Day",
                "Appels par jour",
                "Llamadas por día",
                "Anrufe nach Tag",
            ],
            Self::ByWeek => [
                "Calls by Week",
                "Appels par semaine",
                "Llamadas por semana",
                "Anrufe nach Woche",
            ],
            Self::ByMonth => [
                "Calls by Month",
                "Appels par mois",
                "Llamadas por mes",
                "Anrufe nach Monat",
            ],
            Self::ByHour => [
                "Calls by Hour",
                "Appels par heure",
                "Llamadas por hora",
                "Anrufe nach Stunde",
            ],
            Self::ByWeekday => [
                "Calls by Weekday",
                "Appels par jour de semaine",
                "Llamadas por día de la semana",
                "Anrufe nach Wochentag",
            ],
            Self::ByExtension => [
                "Calls by Extension",
                "Appels par extension",
                "Llamadas por extensión",
                "Anrufe nach Nebenstelle",
            ],
            Self::ByTrunk => [
                "Calls by Trunk",
                "Appels par trunk",
                "Llamadas por troncal",
                "Anrufe nach Trunk",
            ],
            Self::ByOutcome => [
                "Calls by Outcome",
                "Appels par résultat",
                "Llamadas por resultado",
                "Anrufe nach Ergebnis",
            ],
            Self::Day => ["Day", "Jour", "Día", "Tag"],
            Self::Hour => ["Hour", "Heure", "Hora", "Stunde"],
            Self::Weekday => [
                "Weekday",
                "Jour de semaine",
                "Día de la semana",
                "Wochentag",
            ],
            Self::Extension => ["Extension", "Extension", "Extensión", "Nebenstelle"],
            Self::NoExtension => [
                "No extension",
                "Sans extension",
                "Sin extensión",
                "Ohne Nebenstelle",
            ],
            Self::Trunk => ["Trunk", "Trunk", "Troncal", "Trunk"],
            Self::NoTrunk => ["No trunk", "Sans trunk", "Sin troncal", "Ohne Trunk"],
            Self::Outcome => ["Outcome", "Résultat", "Resultado", "Ergebnis"],
            Self::WasAnswered => ["Answered", "Répondu", "Contestada", "Angenommen"],
            Self::WasMissed => ["Missed", "Manqué", "Perdida", "Verpasst"],
            Self::NoAnswer => [
                "No answer",
                "Sans réponse",
                "Sin respuesta",
                "Keine Antwort",
            ],
            Self::Voicemail => [
                "Voicemail",
                "Messagerie vocale",
                "Buzón de voz",
                "Voicemail",
            ],
            Self::Busy => ["Busy", "Occupé", "Ocupado", "Besetzt"],
            Self::Failed => ["Failed", "Échoué", "Fallida", "Fehlgeschlagen"],
            Self::Service => [
                "Automatic service",
                "Service automatique",
                "Servicio automático",
                "Automatischer Dienst",
            ],
            Self::LongestWaits => [
                "Longest Waits",
                "Plus longues attentes",
                "Esperas más largas",
                "Längste Wartezeiten",
            ],
            Self::NotCalledBack => [
                "Missed, Never Called Back",
                "Manqués, jamais rappelés",
                "Perdidas, nunca devueltas",
                "Verpasst, nie zurückgerufen",
            ],
            Self::TopCallers => [
                "Most Calls",
                "Le plus d’appels",
                "Más llamadas",
                "Meiste Anrufe",
            ],
            Self::Began => ["Began", "Début", "Inicio", "Beginn"],
            Self::RingTime => ["Ring time", "Sonnerie", "Timbrado", "Klingeln"],
            Self::Name => ["Name", "Nom", "Nombre", "Name"],
            Self::Number => ["Number", "Numéro", "Número", "Nummer"],
            Self::NoCalls => [
                "No calls in this period.",
                "Aucun appel sur cette période.",
                "Ninguna llamada en este periodo.",
                "Keine Anrufe in diesem Zeitraum.",
            ],
            Self::OfInbound => [
                "of inbound calls",
                "des appels entrants",
                "de las llamadas entrantes",
                "der eingehenden Anrufe",
            ],
            Self::AnsweredWithin => [
                "Answered within",
                "Répondus en",
                "Contestadas en",
                "Angenommen in",
            ],
            Self::HalfOfCalls => [
                "half of the calls",
                "la moitié des appels",
                "la mitad de las llamadas",
                "die Hälfte der Anrufe",
            ],
            Self::NineInTen => [
                "9 calls in 10",
                "9 appels sur 10",
                "9 de cada 10 llamadas",
                "9 von 10 Anrufen",
            ],
            Self::Maximum => ["Maximum", "Maximum", "Máximo", "Maximum"],
            Self::NobodyWaits => [
                "Nobody waits for a call back.",
                "Personne n’attend d’être rappelé.",
                "Nadie espera que le devuelvan la llamada.",
                "Niemand wartet auf einen Rückruf.",
            ],
            Self::More => ["more", "de plus", "más", "weitere"],
            Self::Unprintable => [
                "letters that this page cannot print: Odoo and the other files have them",
                "lettres que cette page ne peut pas imprimer : Odoo et les autres fichiers les ont",
                "letras que esta página no puede imprimir: Odoo y los demás archivos las tienen",
                "Buchstaben, die diese Seite nicht drucken kann: Odoo und die anderen Dateien haben sie",
            ],
            Self::Campaign(fact) => fact.texts(),
        }
    }
}
