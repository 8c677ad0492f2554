//! What only the page says, in each of its languages.

use crate::page::Language;

/// Everything that the page says beside the report's own terms.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Fr => &FR,
        Language::Es => &ES,
        Language::De => &DE,
    }
}

/// What the page says.
pub(super) struct Words {
    pub(super) period: &'static str,
    pub(super) today: &'static str,
    pub(super) seven_days: &'static str,
    pub(super) thirty_days: &'static str,
    pub(super) everything: &'static str,
    pub(super) all_servers: &'static str,
    pub(super) all_extensions: &'static str,
    pub(super) all_directions: &'static str,
    pub(super) show: &'static str,
    pub(super) download: &'static str,
    pub(super) figures: &'static str,
    pub(super) whom_to_call: &'static str,
    pub(super) not_listed: &'static str,
    pub(super) as_table: &'static str,
    pub(super) share: &'static str,
}

static EN: Words = Words {
    period: "Period and filters",
    today: "Today",
    seven_days: "7 days",
    thirty_days: "30 days",
    everything: "All",
    all_servers: "All",
    all_extensions: "All",
    all_directions: "All",
    show: "Show",
    download: "Download",
    figures: "Figures",
    whom_to_call: "Nobody has spoken to them since. Who has waited longest comes first.",
    not_listed: "more who are not listed here",
    as_table: "As a table",
    share: "Share",
};

static FR: Words = Words {
    period: "Période et filtres",
    today: "Aujourd’hui",
    seven_days: "7 jours",
    thirty_days: "30 jours",
    everything: "Tout",
    all_servers: "Tous",
    all_extensions: "Toutes",
    all_directions: "Toutes",
    show: "Afficher",
    download: "Télécharger",
    figures: "Chiffres",
    whom_to_call: "Personne ne leur a parlé depuis. Celui qui attend depuis le plus longtemps vient en premier.",
    not_listed: "de plus qui ne sont pas listés ici",
    as_table: "En tableau",
    share: "Part",
};

static ES: Words = Words {
    period: "Periodo y filtros",
    today: "Hoy",
    seven_days: "7 días",
    thirty_days: "30 días",
    everything: "Todo",
    all_servers: "Todos",
    all_extensions: "Todas",
    all_directions: "Todas",
    show: "Mostrar",
    download: "Descargar",
    figures: "Cifras",
    whom_to_call: "Nadie ha hablado con ellos desde entonces. Quien lleva más tiempo esperando va primero.",
    not_listed: "más que no figuran aquí",
    as_table: "Como tabla",
    share: "Parte",
};

static DE: Words = Words {
    period: "Zeitraum und Filter",
    today: "Heute",
    seven_days: "7 Tage",
    thirty_days: "30 Tage",
    everything: "Alles",
    all_servers: "Alle",
    all_extensions: "Alle",
    all_directions: "Alle",
    show: "Anzeigen",
    download: "Herunterladen",
    figures: "Zahlen",
    whom_to_call: "Seitdem hat niemand mit ihnen gesprochen. Wer am längsten wartet, steht zuerst.",
    not_listed: "weitere, die hier nicht stehen",
    as_table: "Als Tabelle",
    share: "Anteil",
};
