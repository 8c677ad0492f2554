//! The first page's words, in English, French, Spanish and German.

use crate::words::Words;

/// What the page says by itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    Title,
    Whole,
    SomeRefused,
    Unusable,
    Next,
    GiveThem,
    GiveToken,
    GiveLinks,
    SetUp,
    AskStatus,
    Set,
    Unset,
    Missing,
    Wrong,
    Withheld,
    Statistics,
}

impl Words for Label {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => [
                "Bridge between Grandstream UCMs and Odoo",
                "Passerelle entre les UCM Grandstream et Odoo",
                "Puente entre las UCM de Grandstream y Odoo",
                "Brücke zwischen Grandstream-UCMs und Odoo",
            ],
            Self::Whole => [
                "The settings can be used.",
                "Les paramètres sont utilisables.",
                "Los ajustes se pueden usar.",
                "Die Einstellungen sind brauchbar.",
            ],
            Self::SomeRefused => [
                "Some settings are wrong: the servers that they name are not synchronised, the tokens open nothing. Everything else goes on.",
                "Des paramètres sont erronés : les serveurs qu'ils désignent ne sont pas synchronisés, les jetons n'ouvrent rien. Tout le reste continue.",
                "Hay ajustes erróneos: los servidores que nombran no se sincronizan, los tokens no abren nada. Todo lo demás sigue.",
                "Einstellungen sind falsch: Server, die sie nennen, werden nicht abgeglichen, Tokens öffnen nichts. Alles andere läuft weiter.",
            ],
            Self::Unusable => [
                "The bridge does nothing yet: settings are missing or wrong.",
                "La passerelle ne fait encore rien : des paramètres manquent ou sont erronés.",
                "El puente no hace nada todavía: faltan ajustes o son erróneos.",
                "Die Brücke tut noch nichts: Einstellungen fehlen oder sind falsch.",
            ],
            Self::Next => ["What next", "Et ensuite", "Y ahora", "Wie weiter"],
            Self::GiveThem => [
                "Give what is missing, correct what is wrong, and start the application again: in settings.toml, or as SPIN_VARIABLE_… in its environment.",
                "Donnez ce qui manque, corrigez ce qui est erroné et redémarrez l'application : dans settings.toml, ou comme SPIN_VARIABLE_… dans son environnement.",
                "Indique lo que falta, corrija lo erróneo y vuelva a iniciar la aplicación: en settings.toml, o como SPIN_VARIABLE_… en su entorno.",
                "Geben Sie an, was fehlt, berichtigen Sie, was falsch ist, und starten Sie die Anwendung neu: in settings.toml oder als SPIN_VARIABLE_… in ihrer Umgebung.",
            ],
            Self::GiveToken => [
                "Set admin_token: without it nobody can set up Odoo, start a run or ask for the status.",
                "Définissez admin_token : sans lui, personne ne peut configurer Odoo, lancer une synchronisation ni demander l'état.",
                "Defina admin_token: sin él nadie puede configurar Odoo, iniciar una sincronización ni pedir el estado.",
                "Setzen Sie admin_token: ohne ihn kann niemand Odoo einrichten, einen Lauf starten oder den Zustand erfragen.",
            ],
            Self::GiveLinks => [
                "Set public_url and link_secret to have recordings, statistics and buttons in Odoo.",
                "Définissez public_url et link_secret pour avoir enregistrements, statistiques et boutons dans Odoo.",
                "Defina public_url y link_secret para tener grabaciones, estadísticas y botones en Odoo.",
                "Setzen Sie public_url und link_secret, um Aufzeichnungen, Statistiken und Knöpfe in Odoo zu haben.",
            ],
            Self::SetUp => [
                "Set up Odoo, now and after every upgrade: POST /setup with the admin_token.",
                "Configurez Odoo, maintenant et après chaque mise à niveau : POST /setup avec l'admin_token.",
                "Configure Odoo, ahora y después de cada actualización: POST /setup con el admin_token.",
                "Richten Sie Odoo ein, jetzt und nach jeder Aktualisierung: POST /setup mit dem admin_token.",
            ],
            Self::AskStatus => [
                "GET /status with the admin_token says how it goes, and gives addresses of the status, the doctor and the statistics for a browser. In Odoo, the buttons of a server lead there.",
                "GET /status avec l'admin_token dit où l'on en est et donne les adresses de l'état, du diagnostic et des statistiques pour un navigateur. Dans Odoo, les boutons d'un serveur y mènent.",
                "GET /status con el admin_token dice cómo va y da las direcciones del estado, del diagnóstico y de las estadísticas para un navegador. En Odoo llevan allí los botones de un servidor.",
                "GET /status mit dem admin_token sagt, wie es steht, und gibt Adressen des Zustands, der Diagnose und der Statistik für einen Browser. In Odoo führen die Knöpfe eines Servers dorthin.",
            ],
            Self::Set => ["set", "défini", "definido", "gesetzt"],
            Self::Unset => ["not set", "non défini", "sin definir", "nicht gesetzt"],
            Self::Missing => ["missing", "manquant", "falta", "fehlt"],
            Self::Wrong => ["wrong", "erroné", "erróneo", "falsch"],
            Self::Withheld => [
                "whoever asks with the admin_token or the stats_token is told what",
                "qui demande avec l'admin_token ou le stats_token apprend quoi",
                "quien pregunta con el admin_token o el stats_token sabe qué",
                "wer mit dem admin_token oder dem stats_token fragt, erfährt was",
            ],
            Self::Statistics => ["Statistics", "Statistiques", "Estadísticas", "Statistik"],
        }
    }
}
