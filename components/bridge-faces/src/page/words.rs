//! What the pages say, in each of their languages.

use crate::report::Term;
use crate::words::Words;
use bridge_core::flows::examine::Checked;
use bridge_core::flows::report::Status;
use bridge_core::flows::show::Action;

/// Everything that the pages say by themselves; details of errors come from where the error was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Test,
    Sync,
    Replay,
    ExplainTest,
    ExplainSync,
    ExplainReplay,
    Prove,
    ExplainProve,
    Letters,
    ExplainLetters,
    Examine,
    ExplainExamine,
    Overview,
    ExplainOverview,
    AllProved,
    Damaged,
    NeverProved,
    Day,
    InUcm,
    InOdoo,
    Missing,
    Altered,
    Healed,
    OnlyInOdoo,
    Whole,
    StillDamaged,
    AllWorks,
    NotAllWorks,
    Records,
    Clock,
    Pushes,
    Journal,
    Complete,
    AllButSetAside,
    MoreToCome,
    Busy,
    Failed,
    NeedsAttention,
    Held,
    NewCalls,
    ChangedCalls,
    UnchangedCalls,
    NewContacts,
    SetAside,
    Settings,
    From,
    To,
    GoOn,
    Forbidden,
    Expired,
    NotConfigured,
}

impl Word {
    pub(super) fn name(action: Action) -> Self {
        match action {
            Action::Test => Self::Test,
            Action::Sync => Self::Sync,
            Action::Replay => Self::Replay,
            Action::Prove => Self::Prove,
            Action::Letters => Self::Letters,
            Action::Examine => Self::Examine,
            Action::Overview => Self::Overview,
        }
    }

    pub(super) fn explain(action: Action) -> Self {
        match action {
            Action::Test => Self::ExplainTest,
            Action::Sync => Self::ExplainSync,
            Action::Replay => Self::ExplainReplay,
            Action::Prove => Self::ExplainProve,
            Action::Letters => Self::ExplainLetters,
            Action::Examine => Self::ExplainExamine,
            Action::Overview => Self::ExplainOverview,
        }
    }

    pub(super) fn checked(what: Checked) -> Self {
        match what {
            Checked::Records => Self::Records,
            Checked::Clock => Self::Clock,
            Checked::Pushes => Self::Pushes,
            Checked::Journal => Self::Journal,
        }
    }

    /// How a run ended; `set_aside` records could not be delivered.
    pub(super) fn ended(status: Status, set_aside: usize) -> Self {
        match status {
            Status::Complete if set_aside > 0 => Self::AllButSetAside,
            Status::Complete => Self::Complete,
            Status::MoreToCome => Self::MoreToCome,
            Status::Busy => Self::Busy,
            Status::Failed => Self::Failed,
            Status::NeedsAttention => Self::NeedsAttention,
            Status::Held => Self::Held,
        }
    }
}

impl Words for Word {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Test => [
                "Test Connection",
                "Tester la connexion",
                "Probar conexión",
                "Verbindung testen",
            ],
            Self::Sync => [
                "Synchronise Now",
                "Synchroniser maintenant",
                "Sincronizar ahora",
                "Jetzt synchronisieren",
            ],
            Self::Replay => [
                "Replay a Period",
                "Relire une période",
                "Releer un periodo",
                "Zeitraum erneut lesen",
            ],
            Self::ExplainTest => [
                "The bridge signs in to the UCM, reads one call record, and looks into the journal. Nothing is changed.",
                "La passerelle se connecte à l'UCM, lit un enregistrement d'appel et consulte le journal. Rien n'est modifié.",
                "El puente se conecta a la UCM, lee un registro de llamada y consulta el diario. No se modifica nada.",
                "Die Brücke meldet sich an der UCM an, liest einen Anrufdatensatz und sieht ins Journal. Nichts wird geändert.",
            ],
            Self::ExplainSync => [
                "The bridge reads what is new on the UCM and writes it into Odoo.",
                "La passerelle lit les nouveautés de l'UCM et les écrit dans Odoo.",
                "El puente lee las novedades de la UCM y las escribe en Odoo.",
                "Die Brücke liest, was auf der UCM neu ist, und schreibt es in Odoo.",
            ],
            Self::ExplainReplay => [
                "The bridge reads all calls of these days again. What is missing in Odoo is added; nothing is there twice.",
                "La passerelle relit tous les appels de ces jours. Ce qui manque dans Odoo est ajouté, rien n'est en double.",
                "El puente vuelve a leer todas las llamadas de estos días. Lo que falta en Odoo se añade; nada se duplica.",
                "Die Brücke liest alle Anrufe dieser Tage erneut. Was in Odoo fehlt, wird ergänzt; nichts ist doppelt.",
            ],
            Self::Prove => [
                "Proof of Completeness",
                "Preuve d'exhaustivité",
                "Prueba de integridad",
                "Vollständigkeitsnachweis",
            ],
            Self::ExplainProve => [
                "Per day, the calls that the UCM holds beside those that Odoo holds. What is missing or altered in Odoo is brought back; notes and contacts stay as they are.",
                "Jour par jour, les appels que détient l'UCM face à ceux que détient Odoo. Ce qui manque ou a été altéré dans Odoo est rétabli ; notes et contacts restent inchangés.",
                "Día a día, las llamadas que tiene la UCM frente a las que tiene Odoo. Lo que falta o se ha alterado en Odoo se restablece; notas y contactos quedan como están.",
                "Tag für Tag die Anrufe, die die UCM hat, neben denen, die Odoo hat. Was in Odoo fehlt oder verändert wurde, wird wiederhergestellt; Notizen und Kontakte bleiben, wie sie sind.",
            ],
            Self::Letters => [
                "Records Set Aside",
                "Enregistrements mis de côté",
                "Registros apartados",
                "Beiseitegelegte Datensätze",
            ],
            Self::ExplainLetters => [
                "Records that could not be read, and calls that Odoo refused, each with the reason. They hold up nothing else. Remove the cause, then try again: nothing is there twice.",
                "Les enregistrements illisibles et les appels refusés par Odoo, chacun avec la raison. Ils ne retardent rien d'autre. Supprimez la cause, puis réessayez : rien n'est en double.",
                "Registros que no se pudieron leer y llamadas que Odoo rechazó, cada uno con el motivo. No retrasan nada más. Elimine la causa e inténtelo de nuevo: nada se duplica.",
                "Datensätze, die nicht zu lesen waren, und Anrufe, die Odoo abgelehnt hat, jeweils mit dem Grund. Sie halten nichts anderes auf. Beheben Sie die Ursache und versuchen Sie es noch einmal: nichts ist doppelt.",
            ],
            Self::Overview => [
                "Status of the Bridge",
                "État de la passerelle",
                "Estado del puente",
                "Zustand der Brücke",
            ],
            Self::ExplainOverview => [
                "What is known of the bridge, of Odoo and of every UCM. Nothing is changed.",
                "Ce que l'on sait de la passerelle, d'Odoo et de chaque UCM. Rien n'est modifié.",
                "Lo que se sabe del puente, de Odoo y de cada UCM. No se modifica nada.",
                "Was von der Brücke, von Odoo und jeder UCM bekannt ist. Nichts wird geändert.",
            ],
            Self::Examine => ["Examination", "Diagnostic", "Diagnóstico", "Untersuchung"],
            Self::ExplainExamine => [
                "Odoo and every UCM are examined step by step. Nothing is changed.",
                "Odoo et chaque UCM sont examinés étape par étape. Rien n'est modifié.",
                "Odoo y cada UCM se examinan paso a paso. No se modifica nada.",
                "Odoo und jede UCM werden Schritt für Schritt untersucht. Nichts wird geändert.",
            ],
            Self::AllProved => [
                "Odoo has every call that the UCM holds.",
                "Odoo a tous les appels que détient l'UCM.",
                "Odoo tiene todas las llamadas que tiene la UCM.",
                "Odoo hat jeden Anruf, den die UCM hat.",
            ],
            Self::Damaged => [
                "Odoo does not have everything that the UCM holds:",
                "Odoo n'a pas tout ce que détient l'UCM :",
                "Odoo no tiene todo lo que tiene la UCM:",
                "Odoo hat nicht alles, was die UCM hat:",
            ],
            Self::NeverProved => [
                "No day has been proved yet. The bridge does it every night, or now:",
                "Aucun jour n'a encore été vérifié. La passerelle le fait chaque nuit, ou maintenant :",
                "Aún no se ha comprobado ningún día. El puente lo hace cada noche, o ahora:",
                "Noch ist kein Tag nachgewiesen. Die Brücke tut es jede Nacht, oder jetzt:",
            ],
            Self::Day => Term::Day.texts(),
            Self::InUcm => ["UCM", "UCM", "UCM", "UCM"],
            Self::InOdoo => ["Odoo", "Odoo", "Odoo", "Odoo"],
            Self::Missing => ["Missing", "Manquants", "Faltan", "Fehlten"],
            Self::Altered => ["Altered", "Altérés", "Alteradas", "Verändert"],
            Self::Healed => ["Healed", "Rétablis", "Restablecidas", "Geheilt"],
            Self::OnlyInOdoo => [
                "Only in Odoo",
                "Seulement dans Odoo",
                "Solo en Odoo",
                "Nur in Odoo",
            ],
            Self::Whole => ["complete", "complet", "completo", "vollständig"],
            Self::StillDamaged => ["incomplete", "incomplet", "incompleto", "unvollständig"],
            Self::AllWorks => [
                "Everything works.",
                "Tout fonctionne.",
                "Todo funciona.",
                "Alles funktioniert.",
            ],
            Self::NotAllWorks => [
                "Something does not work yet:",
                "Quelque chose ne fonctionne pas encore :",
                "Algo no funciona todavía:",
                "Etwas funktioniert noch nicht:",
            ],
            Self::Records => [
                "UCM, call records:",
                "UCM, enregistrements d'appels :",
                "UCM, registros de llamadas:",
                "UCM, Anrufdaten:",
            ],
            Self::Clock => ["UCM, clock:", "UCM, horloge :", "UCM, reloj:", "UCM, Uhr:"],
            Self::Pushes => [
                "UCM, pushed records:",
                "UCM, enregistrements envoyés :",
                "UCM, registros enviados:",
                "UCM, gesendete Datensätze:",
            ],
            Self::Journal => [
                "Odoo, call journal:",
                "Odoo, journal d'appels :",
                "Odoo, diario de llamadas:",
                "Odoo, Anrufjournal:",
            ],
            Self::Complete => [
                "Done: everything is in Odoo.",
                "Terminé : tout est dans Odoo.",
                "Hecho: todo está en Odoo.",
                "Fertig: alles ist in Odoo.",
            ],
            Self::AllButSetAside => [
                "Everything was read, but not everything is in Odoo: records are set aside.",
                "Tout a été lu, mais tout n'est pas dans Odoo : des enregistrements sont mis de côté.",
                "Se ha leído todo, pero no todo está en Odoo: hay registros apartados.",
                "Alles ist gelesen, aber nicht alles ist in Odoo: Datensätze sind beiseitegelegt.",
            ],
            Self::MoreToCome => [
                "There is more to come than fits into one run; it goes on.",
                "Il reste plus que ce que permet un seul passage ; la suite vient.",
                "Queda más de lo que cabe en una pasada; continuará.",
                "Es gibt mehr, als in einen Durchgang passt; es geht weiter.",
            ],
            Self::Busy => [
                "A synchronisation is under way: try again in a minute.",
                "Une synchronisation est en cours : réessayez dans une minute.",
                "Hay una sincronización en curso: vuelva a intentarlo en un minuto.",
                "Eine Synchronisation läuft gerade: bitte in einer Minute noch einmal.",
            ],
            Self::Failed => [
                "It failed for a reason that may pass; the bridge tries again by itself.",
                "Échec pour une raison peut-être passagère ; la passerelle réessaiera d'elle-même.",
                "Ha fallado por un motivo quizá pasajero; el puente volverá a intentarlo.",
                "Fehlgeschlagen, vielleicht nur vorübergehend; die Brücke versucht es von selbst wieder.",
            ],
            Self::NeedsAttention => [
                "Something has to be changed first:",
                "Il faut d'abord corriger quelque chose :",
                "Primero hay que corregir algo:",
                "Erst muss etwas geändert werden:",
            ],
            Self::Held => [
                "The UCM refused the account. The bridge waits for other settings, so that the account is not locked.",
                "L'UCM a refusé le compte. La passerelle attend d'autres réglages, pour ne pas bloquer le compte.",
                "La UCM ha rechazado la cuenta. El puente espera otros ajustes, para que la cuenta no se bloquee.",
                "Die UCM hat das Konto abgelehnt. Die Brücke wartet auf andere Einstellungen, damit das Konto nicht gesperrt wird.",
            ],
            Self::NewCalls => [
                "New calls",
                "Nouveaux appels",
                "Llamadas nuevas",
                "Neue Anrufe",
            ],
            Self::ChangedCalls => [
                "Completed calls",
                "Appels complétés",
                "Llamadas completadas",
                "Ergänzte Anrufe",
            ],
            Self::UnchangedCalls => [
                "Unchanged calls",
                "Appels inchangés",
                "Llamadas sin cambios",
                "Unveränderte Anrufe",
            ],
            Self::NewContacts => [
                "New contacts",
                "Nouveaux contacts",
                "Contactos nuevos",
                "Neue Kontakte",
            ],
            Self::SetAside => [
                "Records set aside",
                "Enregistrements mis de côté",
                "Registros apartados",
                "Beiseitegelegte Datensätze",
            ],
            Self::Settings => ["Settings", "Réglages", "Ajustes", "Einstellungen"],
            Self::From => Term::From.texts(),
            Self::To => Term::To.texts(),
            Self::GoOn => ["Continue", "Continuer", "Continuar", "Fortsetzen"],
            Self::Forbidden => [
                "This link is not valid. Open the server in Odoo and press the button again.",
                "Ce lien n'est pas valable. Ouvrez le serveur dans Odoo et cliquez à nouveau sur le bouton.",
                "Este enlace no es válido. Abra el servidor en Odoo y pulse de nuevo el botón.",
                "Dieser Link ist nicht gültig. Öffnen Sie den Server in Odoo und drücken Sie den Knopf noch einmal.",
            ],
            Self::Expired => [
                "This link has expired. Reload the server in Odoo and press the button again: the bridge renews its links every day.",
                "Ce lien a expiré. Rechargez le serveur dans Odoo et cliquez à nouveau : la passerelle renouvelle ses liens chaque jour.",
                "Este enlace ha caducado. Recargue el servidor en Odoo y pulse de nuevo: el puente renueva sus enlaces cada día.",
                "Dieser Link ist abgelaufen. Laden Sie den Server in Odoo neu und drücken Sie noch einmal: die Brücke erneuert ihre Links täglich.",
            ],
            Self::NotConfigured => [
                "The bridge accepts no links: its administrator has to set the variable link_secret.",
                "La passerelle n'accepte aucun lien : son administrateur doit définir la variable link_secret.",
                "El puente no acepta enlaces: su administrador debe definir la variable link_secret.",
                "Die Brücke nimmt keine Links an: ihr Verwalter muss die Variable link_secret setzen.",
            ],
        }
    }
}
