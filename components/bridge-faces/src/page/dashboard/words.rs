//! What only the page says, beside the report's own terms.

use crate::words::Words;

/// Everything that the pages say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::page) enum Word {
    Period,
    Today,
    SevenDays,
    ThirtyDays,
    Everything,
    AllServers,
    AllExtensions,
    AllDirections,
    Show,
    Download,
    Figures,
    WhomToCall,
    NotListed,
    AsTable,
    Share,
    WhoseDays,
}

impl Words for Word {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Period => [
                "Period and filters",
                "Période et filtres",
                "Periodo y filtros",
                "Zeitraum und Filter",
            ],
            Self::Today => ["Today", "Aujourd’hui", "Hoy", "Heute"],
            Self::SevenDays => ["7 days", "7 jours", "7 días", "7 Tage"],
            Self::ThirtyDays => ["30 days", "30 jours", "30 días", "30 Tage"],
            Self::Everything => ["All", "Tout", "Todo", "Alles"],
            Self::AllServers => ["All", "Tous", "Todos", "Alle"],
            Self::AllExtensions => ["All", "Toutes", "Todas", "Alle"],
            Self::AllDirections => ["All", "Toutes", "Todas", "Alle"],
            Self::Show => ["Show", "Afficher", "Mostrar", "Anzeigen"],
            Self::Download => ["Download", "Télécharger", "Descargar", "Herunterladen"],
            Self::Figures => ["Figures", "Chiffres", "Cifras", "Zahlen"],
            Self::WhomToCall => [
                "Nobody has spoken to them since. Who has waited longest comes first.",
                "Personne ne leur a parlé depuis. Celui qui attend depuis le plus longtemps vient en premier.",
                "Nadie ha hablado con ellos desde entonces. Quien lleva más tiempo esperando va primero.",
                "Seitdem hat niemand mit ihnen gesprochen. Wer am längsten wartet, steht zuerst.",
            ],
            Self::NotListed => [
                "more who are not listed here",
                "de plus qui ne sont pas listés ici",
                "más que no figuran aquí",
                "weitere, die hier nicht stehen",
            ],
            Self::AsTable => ["As a table", "En tableau", "Como tabla", "Als Tabelle"],
            Self::Share => ["Share", "Part", "Parte", "Anteil"],
            Self::WhoseDays => [
                "A day begins elsewhere at another moment: whose days are meant?",
                "Un jour commence ailleurs à un autre moment : de quel fuseau horaire sont les jours ?",
                "Un día empieza en otro lugar en otro momento: ¿de qué zona horaria son los días?",
                "Ein Tag beginnt anderswo zu einem anderen Zeitpunkt: Welche Zeitzone ist gemeint?",
            ],
        }
    }
}
