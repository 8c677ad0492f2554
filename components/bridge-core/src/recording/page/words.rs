//! What the pages say, in each of their languages.

use super::State;
use crate::page::Language;

/// Everything that the pages say.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &EN,
        Language::Fr => &FR,
        Language::Es => &ES,
        Language::De => &DE,
    }
}

/// Everything that the pages say.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) speed: &'static str,
    pub(super) download: &'static str,
    pub(super) retry: &'static str,
    pub(super) pending: &'static str,
    pub(super) gone: &'static str,
    pub(super) removed: &'static str,
    pub(super) expired: &'static str,
    pub(super) forbidden: &'static str,
    pub(super) unplayable: &'static str,
    pub(super) unreachable: &'static str,
    pub(super) busy: &'static str,
    pub(super) unrecorded: &'static str,
    pub(super) closed: &'static str,
}

impl Words {
    pub(super) fn of(&self, state: State) -> &'static str {
        match state {
            State::Pending => self.pending,
            State::Gone => self.gone,
            State::Removed => self.removed,
            State::Expired => self.expired,
            State::Forbidden => self.forbidden,
            State::Unplayable => self.unplayable,
            State::Unreachable => self.unreachable,
            State::Busy => self.busy,
            State::Unrecorded => self.unrecorded,
            State::Closed => self.closed,
        }
    }
}

static EN: Words = Words {
    title: "Call recording",
    speed: "Speed",
    download: "Download",
    retry: "Try again",
    pending: "The call has just ended and the recording is not ready yet. Try again in a minute.",
    gone: "The phone system no longer has this recording.",
    removed: "This recording is no longer kept: its time is over.",
    expired: "This link has expired. Open this call in Odoo: it has a new link there.",
    forbidden: "This link is not valid. Open the recording from its call in Odoo.",
    unplayable: "This recording is in a format that browsers do not play. Download it and open it with a media player such as VLC.",
    unreachable: "The phone system does not answer. Try again in a moment; if it lasts, tell your administrator.",
    busy: "Too many people are listening right now. Try again in a few seconds.",
    unrecorded: "Every listen is recorded, and that is not possible right now. Try again in a moment; if it lasts, tell your administrator.",
    closed: "Recordings are not set up. Your administrator has to set the secret for links.",
};

static FR: Words = Words {
    title: "Enregistrement d’appel",
    speed: "Vitesse",
    download: "Télécharger",
    retry: "Réessayer",
    pending: "L’appel vient de se terminer et l’enregistrement n’est pas encore prêt. Réessayez dans une minute.",
    gone: "Le standard téléphonique n’a plus cet enregistrement.",
    removed: "Cet enregistrement n’est plus conservé : son délai est écoulé.",
    expired: "Ce lien a expiré. Ouvrez cet appel dans Odoo : un nouveau lien vous y attend.",
    forbidden: "Ce lien n’est pas valable. Ouvrez l’enregistrement depuis son appel dans Odoo.",
    unplayable: "Cet enregistrement est dans un format que les navigateurs ne lisent pas. Téléchargez-le et ouvrez-le avec un lecteur multimédia tel que VLC.",
    unreachable: "Le standard téléphonique ne répond pas. Réessayez dans un instant ; si cela dure, prévenez votre administrateur.",
    busy: "Trop de personnes écoutent en ce moment. Réessayez dans quelques secondes.",
    unrecorded: "Chaque écoute est consignée, ce qui est impossible en ce moment. Réessayez dans un instant ; si cela dure, prévenez votre administrateur.",
    closed: "Les enregistrements ne sont pas configurés. Votre administrateur doit définir le secret des liens.",
};

static ES: Words = Words {
    title: "Grabación de la llamada",
    speed: "Velocidad",
    download: "Descargar",
    retry: "Reintentar",
    pending: "La llamada acaba de terminar y la grabación aún no está lista. Inténtelo de nuevo en un minuto.",
    gone: "La centralita ya no tiene esta grabación.",
    removed: "Esta grabación ya no se conserva: ha pasado su plazo.",
    expired: "Este enlace ha caducado. Abra esta llamada en Odoo: allí tiene un enlace nuevo.",
    forbidden: "Este enlace no es válido. Abra la grabación desde su llamada en Odoo.",
    unplayable: "Esta grabación está en un formato que los navegadores no reproducen. Descárguela y ábrala con un reproductor multimedia como VLC.",
    unreachable: "La centralita no responde. Inténtelo de nuevo en un momento; si continúa, avise a su administrador.",
    busy: "Hay demasiadas personas escuchando ahora mismo. Inténtelo de nuevo en unos segundos.",
    unrecorded: "Cada escucha queda registrada y ahora mismo no es posible. Inténtelo de nuevo en un momento; si continúa, avise a su administrador.",
    closed: "Las grabaciones no están configuradas. Su administrador debe definir el secreto de los enlaces.",
};

static DE: Words = Words {
    title: "Anrufaufzeichnung",
    speed: "Tempo",
    download: "Herunterladen",
    retry: "Erneut versuchen",
    pending: "Der Anruf ist gerade erst beendet, die Aufzeichnung ist noch nicht fertig. Versuchen Sie es in einer Minute erneut.",
    gone: "Die Telefonanlage hat diese Aufzeichnung nicht mehr.",
    removed: "Diese Aufzeichnung wird nicht mehr aufbewahrt: Ihre Frist ist abgelaufen.",
    expired: "Dieser Link ist abgelaufen. Öffnen Sie diesen Anruf in Odoo: Dort gibt es einen neuen Link.",
    forbidden: "Dieser Link ist ungültig. Öffnen Sie die Aufzeichnung über den Anruf in Odoo.",
    unplayable: "Diese Aufnahme ist in einem Format, das Browser nicht abspielen. Laden Sie sie herunter und öffnen Sie sie mit einem Mediaplayer wie VLC.",
    unreachable: "Die Telefonanlage antwortet nicht. Versuchen Sie es gleich noch einmal; bleibt es so, sagen Sie Ihrem Administrator Bescheid.",
    busy: "Gerade hören zu viele zu. Versuchen Sie es in einigen Sekunden erneut.",
    unrecorded: "Jedes Anhören wird protokolliert, und das ist gerade nicht möglich. Versuchen Sie es gleich noch einmal; bleibt es so, sagen Sie Ihrem Administrator Bescheid.",
    closed: "Aufzeichnungen sind nicht eingerichtet. Ihr Administrator muss das Geheimnis für Links festlegen.",
};
