//! What the pages say, in each of their languages.

use bridge_core::flows::recordings::State;

use crate::words::Words;

/// Everything that the pages say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Title,
    Speed,
    Download,
    Retry,
    Pending,
    Gone,
    Removed,
    Expired,
    Forbidden,
    Unplayable,
    Unreachable,
    Busy,
    Unrecorded,
    Closed,
}

impl Word {
    /// What a person is told.
    pub(super) fn of(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Gone => Self::Gone,
            State::Removed => Self::Removed,
            State::Expired => Self::Expired,
            State::Forbidden => Self::Forbidden,
            State::Unplayable => Self::Unplayable,
            State::Unreachable => Self::Unreachable,
            State::Busy => Self::Busy,
            State::Unrecorded => Self::Unrecorded,
            State::Closed => Self::Closed,
        }
    }
}

impl Words for Word {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => [
                "Call recording",
                "Enregistrement d’appel",
                "Grabación de la llamada",
                "Anrufaufzeichnung",
            ],
            Self::Speed => ["Speed", "Vitesse", "Velocidad", "Tempo"],
            Self::Download => ["Download", "Télécharger", "Descargar", "Herunterladen"],
            Self::Retry => ["Try again", "Réessayer", "Reintentar", "Erneut versuchen"],
            Self::Pending => [
                "The call has just ended and the recording is not ready yet. Try again in a minute.",
                "L’appel vient de se terminer et l’enregistrement n’est pas encore prêt. Réessayez dans une minute.",
                "La llamada acaba de terminar y la grabación aún no está lista. Inténtelo de nuevo en un minuto.",
                "Der Anruf ist gerade erst beendet, die Aufzeichnung ist noch nicht fertig. Versuchen Sie es in einer Minute erneut.",
            ],
            Self::Gone => [
                "The phone system no longer has this recording.",
                "Le standard téléphonique n’a plus cet enregistrement.",
                "La centralita ya no tiene esta grabación.",
                "Die Telefonanlage hat diese Aufzeichnung nicht mehr.",
            ],
            Self::Removed => [
                "This recording is no longer kept: its time is over.",
                "Cet enregistrement n’est plus conservé : son délai est écoulé.",
                "Esta grabación ya no se conserva: ha pasado su plazo.",
                "Diese Aufzeichnung wird nicht mehr aufbewahrt: Ihre Frist ist abgelaufen.",
            ],
            Self::Expired => [
                "This link has expired. Open this call in Odoo: it has a new link there.",
                "Ce lien a expiré. Ouvrez cet appel dans Odoo : un nouveau lien vous y attend.",
                "Este enlace ha caducado. Abra esta llamada en Odoo: allí tiene un enlace nuevo.",
                "Dieser Link ist abgelaufen. Öffnen Sie diesen Anruf in Odoo: Dort gibt es einen neuen Link.",
            ],
            Self::Forbidden => [
                "This link is not valid. Open the recording from its call in Odoo.",
                "Ce lien n’est pas valable. Ouvrez l’enregistrement depuis son appel dans Odoo.",
                "Este enlace no es válido. Abra la grabación desde su llamada en Odoo.",
                "Dieser Link ist ungültig. Öffnen Sie die Aufzeichnung über den Anruf in Odoo.",
            ],
            Self::Unplayable => [
                "This recording is in a format that browsers do not play. Download it and open it with a media player such as VLC.",
                "Cet enregistrement est dans un format que les navigateurs ne lisent pas. Téléchargez-le et ouvrez-le avec un lecteur multimédia tel que VLC.",
                "Esta grabación está en un formato que los navegadores no reproducen. Descárguela y ábrala con un reproductor multimedia como VLC.",
                "Diese Aufnahme ist in einem Format, das Browser nicht abspielen. Laden Sie sie herunter und öffnen Sie sie mit einem Mediaplayer wie VLC.",
            ],
            Self::Unreachable => [
                "The phone system does not answer. Try again in a moment; if it lasts, tell your administrator.",
                "Le standard téléphonique ne répond pas. Réessayez dans un instant ; si cela dure, prévenez votre administrateur.",
                "La centralita no responde. Inténtelo de nuevo en un momento; si continúa, avise a su administrador.",
                "Die Telefonanlage antwortet nicht. Versuchen Sie es gleich noch einmal; bleibt es so, sagen Sie Ihrem Administrator Bescheid.",
            ],
            Self::Busy => [
                "Too many people are listening right now. Try again in a few seconds.",
                "Trop de personnes écoutent en ce moment. Réessayez dans quelques secondes.",
                "Hay demasiadas personas escuchando ahora mismo. Inténtelo de nuevo en unos segundos.",
                "Gerade hören zu viele zu. Versuchen Sie es in einigen Sekunden erneut.",
            ],
            Self::Unrecorded => [
                "Every listen is recorded, and that is not possible right now. Try again in a moment; if it lasts, tell your administrator.",
                "Chaque écoute est consignée, ce qui est impossible en ce moment. Réessayez dans un instant ; si cela dure, prévenez votre administrateur.",
                "Cada escucha queda registrada y ahora mismo no es posible. Inténtelo de nuevo en un momento; si continúa, avise a su administrador.",
                "Jedes Anhören wird protokolliert, und das ist gerade nicht möglich. Versuchen Sie es gleich noch einmal; bleibt es so, sagen Sie Ihrem Administrator Bescheid.",
            ],
            Self::Closed => [
                "Recordings are not set up. Your administrator has to set the secret for links.",
                "Les enregistrements ne sont pas configurés. Votre administrateur doit définir le secret des liens.",
                "Las grabaciones no están configuradas. Su administrador debe definir el secreto de los enlaces.",
                "Aufzeichnungen sind nicht eingerichtet. Ihr Administrator muss das Geheimnis für Links festlegen.",
            ],
        }
    }
}
