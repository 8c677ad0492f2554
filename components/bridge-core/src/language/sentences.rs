//! Sentences that are made where something is met, and read elsewhere: programs and logs have them in English, people in their language.
//!
//! As in `gettext` the English is the key; `{}` stands for what is filled in, which may be a sentence of its own. A sentence that is not here is
//! shown as it is.

use chrono::{NaiveDate, NaiveDateTime};

use super::Language;

impl Language {
    /// The sentence in this language.
    pub fn sentence(self, english: &str) -> String {
        self.translated(english, MOST_NESTED)
            .unwrap_or_else(|| english.to_owned())
    }

    fn translated(self, english: &str, most_nested: usize) -> Option<String> {
        if self == Self::En || most_nested == 0 {
            return None;
        }
        let dated = self.dated(english);
        dated.or_else(|| self.of_catalogue(english, most_nested))
    }

    /// A day or a moment that stands by itself, as this language writes it.
    fn dated(self, english: &str) -> Option<String> {
        let (at, zone) = match english.strip_suffix(" UTC") {
            Some(at) => (at, " UTC"),
            None => (english, ""),
        };
        if let Ok(day) = NaiveDate::parse_from_str(at, "%Y-%m-%d") {
            return Some(self.day(day));
        }
        let moment = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").ok()?;
        Some(format!("{}{zone}", self.moment(&moment.and_utc())))
    }

    fn of_catalogue(self, english: &str, most_nested: usize) -> Option<String> {
        SENTENCES.iter().find_map(|sentence| {
            let filled = filled(sentence[0], english)?;
            let filled = filled.into_iter().map(|part| {
                self.translated(part, most_nested - 1)
                    .unwrap_or_else(|| part.to_owned())
            });
            Some(fill(self.choose(*sentence), filled))
        })
    }
}

/// How deep a sentence may be in others: an error of the network within one of the UCM within the last run.
const MOST_NESTED: usize = 5;

/// What stands in `text` where `template` has `{}`, if it is made from that template.
fn filled<'t>(template: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = template.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut filled = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let end = match pieces.peek() {
            Some(_) => rest.find(piece)?,
            None if piece.is_empty() => rest.len(),
            None => rest.len().checked_sub(piece.len())?,
        };
        let (part, after) = rest.split_at_checked(end)?;
        rest = after.strip_prefix(piece)?;
        filled.push(part);
    }
    rest.is_empty().then_some(filled)
}

fn fill(template: &str, parts: impl Iterator<Item = String>) -> String {
    let mut pieces = template.split("{}");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.zip(pieces) {
        text.push_str(&part);
        text.push_str(piece);
    }
    text
}

/// In English, French, Spanish and German. Where two could be meant, the one that says more comes first.
const SENTENCES: &[[&str; 4]] = &[
    // The doctor, of a UCM.
    [
        "the UCM has no call records of the last days",
        "l'UCM n'a pas d'enregistrement d'appel des derniers jours",
        "la UCM no tiene registros de llamadas de los últimos días",
        "die UCM hat keine Anrufdatensätze der letzten Tage",
    ],
    [
        "the server is reached without encryption",
        "le serveur est joint sans chiffrement",
        "se llega al servidor sin cifrado",
        "der Server wird ohne Verschlüsselung erreicht",
    ],
    [
        "this dialect does not tell the UCM's clock",
        "ce dialecte ne donne pas l'heure de l'UCM",
        "este dialecto no da la hora de la UCM",
        "dieser Dialekt nennt die Uhrzeit der UCM nicht",
    ],
    [
        "the UCM does not tell its clock in a known form",
        "l'UCM ne donne pas son heure sous une forme connue",
        "la UCM no da su hora en una forma conocida",
        "die UCM nennt ihre Uhrzeit in keiner bekannten Form",
    ],
    [
        "not wanted for this server",
        "non souhaités pour ce serveur",
        "no deseadas para este servidor",
        "für diesen Server nicht gewünscht",
    ],
    [
        "or this is why: the UCM answers the same to an address that is not permitted",
        "ou bien c'est la cause : l'UCM répond la même chose à une adresse non autorisée",
        "o esta es la causa: la UCM responde lo mismo a una dirección no permitida",
        "oder dies ist der Grund: die UCM antwortet einer nicht erlaubten Adresse dasselbe",
    ],
    [
        "the UCM's clock is right",
        "l'horloge de l'UCM est à l'heure",
        "el reloj de la UCM está en hora",
        "die Uhr der UCM geht richtig",
    ],
    [
        "the UCM's clock is {} minutes off: in the UCM, set the time zone and an NTP server",
        "l'horloge de l'UCM est décalée de {} minutes : réglez dans l'UCM le fuseau horaire et un serveur NTP",
        "el reloj de la UCM se desvía {} minutos: configure en la UCM la zona horaria y un servidor NTP",
        "die Uhr der UCM geht um {} Minuten falsch: stellen Sie in der UCM die Zeitzone und einen NTP-Server ein",
    ],
    [
        "the UCM's clock is {} minutes off",
        "l'horloge de l'UCM est décalée de {} minutes",
        "el reloj de la UCM se desvía {} minutos",
        "die Uhr der UCM geht um {} Minuten falsch",
    ],
    [
        "UTC{} on the UCM; none is configured here, and none is needed",
        "UTC{} sur l'UCM ; aucun n'est configuré ici, et aucun n'est nécessaire",
        "UTC{} en la UCM; aquí no hay ninguna configurada, ni hace falta",
        "UTC{} auf der UCM; hier ist keine eingestellt, und keine ist nötig",
    ],
    [
        "UTC{} on the UCM, but UTC{} in {}, which is configured here",
        "UTC{} sur l'UCM, mais UTC{} pour {}, qui est configuré ici",
        "UTC{} en la UCM, pero UTC{} en {}, que está configurada aquí",
        "UTC{} auf der UCM, aber UTC{} in {}, das hier eingestellt ist",
    ],
    [
        "UTC{} on the UCM, as in {}",
        "UTC{} sur l'UCM, comme pour {}",
        "UTC{} en la UCM, como en {}",
        "UTC{} auf der UCM, wie in {}",
    ],
    [
        "the API user may fetch recordings",
        "l'utilisateur de l'API peut récupérer les enregistrements",
        "el usuario de la API puede obtener las grabaciones",
        "der API-Benutzer darf Aufnahmen abholen",
    ],
    [
        "it has not been synchronised yet",
        "il n'a pas encore été synchronisé",
        "aún no se ha sincronizado",
        "er wurde noch nicht synchronisiert",
    ],
    [
        "no answer within {} s",
        "pas de réponse en {} s",
        "sin respuesta en {} s",
        "keine Antwort innerhalb von {} s",
    ],
    // The test of a server.
    [
        "the UCM lets the bridge in; it has no call records of the last days",
        "l'UCM laisse entrer la passerelle ; elle n'a pas d'enregistrement d'appel des derniers jours",
        "la UCM deja entrar al puente; no tiene registros de llamadas de los últimos días",
        "die UCM lässt die Brücke ein; sie hat keine Anrufdatensätze der letzten Tage",
    ],
    [
        "the UCM lets the bridge in and gives its call records",
        "l'UCM laisse entrer la passerelle et donne ses enregistrements d'appels",
        "la UCM deja entrar al puente y da sus registros de llamadas",
        "die UCM lässt die Brücke ein und gibt ihre Anrufdatensätze heraus",
    ],
    [
        "Odoo lets the bridge in; the journal has {} calls of this server",
        "Odoo laisse entrer la passerelle ; le journal contient {} appels de ce serveur",
        "Odoo deja entrar al puente; el registro tiene {} llamadas de este servidor",
        "Odoo lässt die Brücke ein; das Journal hat {} Anrufe dieses Servers",
    ],
    // The doctor, of Odoo.
    [
        "Odoo is reached without encryption",
        "Odoo est joint sans chiffrement",
        "se llega a Odoo sin cifrado",
        "Odoo wird ohne Verschlüsselung erreicht",
    ],
    [
        "contacts and the journal can be read",
        "les contacts et le journal peuvent être lus",
        "los contactos y el registro se pueden leer",
        "Kontakte und Journal können gelesen werden",
    ],
    [
        "contacts can be read",
        "les contacts peuvent être lus",
        "los contactos se pueden leer",
        "Kontakte können gelesen werden",
    ],
    [
        "the call journal is not installed in this Odoo",
        "le journal des appels n'est pas installé dans cet Odoo",
        "el registro de llamadas no está instalado en este Odoo",
        "das Anrufjournal ist in diesem Odoo nicht installiert",
    ],
    [
        "the key is accepted; the first of its user's keys ends on {}",
        "la clé est acceptée ; la première des clés de son utilisateur expire le {}",
        "la clave se acepta; la primera de las claves de su usuario caduca el {}",
        "der Schlüssel wird angenommen; der erste der Schlüssel seines Benutzers endet am {}",
    ],
    [
        "the key is accepted; when it ends cannot be read: {}",
        "la clé est acceptée ; la date de son expiration ne peut être lue : {}",
        "la clave se acepta; no se puede leer cuándo caduca: {}",
        "der Schlüssel wird angenommen; wann er endet, kann nicht gelesen werden: {}",
    ],
    [
        "the key is accepted",
        "la clé est acceptée",
        "la clave se acepta",
        "der Schlüssel wird angenommen",
    ],
    [
        "Community; its external API is open",
        "Community ; son API externe est ouverte",
        "Community; su API externa está abierta",
        "Community; ihre externe API ist offen",
    ],
    [
        "Enterprise; its plan has the external API",
        "Enterprise ; son forfait comprend l'API externe",
        "Enterprise; su plan incluye la API externa",
        "Enterprise; ihr Tarif enthält die externe API",
    ],
    [
        "the API key's user may not see which edition this is; its external API is open",
        "l'utilisateur de la clé d'API ne peut pas voir de quelle édition il s'agit ; son API externe est ouverte",
        "el usuario de la clave de API no puede ver qué edición es; su API externa está abierta",
        "der Benutzer des API-Schlüssels darf nicht sehen, welche Edition dies ist; ihre externe API ist offen",
    ],
    [
        "the call journal is installed; only an administrator's key could tell whether it is up to date",
        "le journal des appels est installé ; seule la clé d'un administrateur pourrait dire s'il est à jour",
        "el registro de llamadas está instalado; solo la clave de un administrador podría decir si está al día",
        "das Anrufjournal ist installiert; nur der Schlüssel eines Administrators könnte sagen, ob es aktuell ist",
    ],
    [
        "the call journal {} is installed",
        "le journal des appels {} est installé",
        "el registro de llamadas {} está instalado",
        "das Anrufjournal {} ist installiert",
    ],
    [
        "the call journal in Odoo ({}) is not the one of this bridge ({})",
        "le journal des appels dans Odoo ({}) n'est pas celui de cette passerelle ({})",
        "el registro de llamadas en Odoo ({}) no es el de este puente ({})",
        "das Anrufjournal in Odoo ({}) ist nicht das dieser Brücke ({})",
    ],
    [
        "the call journal {}: {}",
        "le journal des appels {} : {}",
        "el registro de llamadas {}: {}",
        "das Anrufjournal {}: {}",
    ],
    [
        "Odoo has it at \"To be upgraded\", because somebody has upgraded a module that it builds on (Discuss, for instance): it works as before, and setting up again puts that right",
        "Odoo l'a à l'état « À mettre à jour », parce que quelqu'un a mis à jour un module dont il dépend (Discussion, par exemple) : il fonctionne comme avant, et une nouvelle installation le remet en ordre",
        "Odoo lo tiene en «Por actualizar», porque alguien ha actualizado un módulo del que depende (Conversaciones, por ejemplo): funciona como antes, y volver a instalarlo lo arregla",
        "Odoo hat es auf „Wird aktualisiert“, weil jemand ein Modul aktualisiert hat, auf dem es aufbaut (Dialog zum Beispiel): es arbeitet wie zuvor, und ein erneutes Einrichten bringt das in Ordnung",
    ],
    [
        "Odoo has it at \"To be removed\": somebody has begun to uninstall it; setting up again keeps it",
        "Odoo l'a à l'état « À supprimer » : quelqu'un a commencé à le désinstaller ; une nouvelle installation le conserve",
        "Odoo lo tiene en «Por eliminar»: alguien ha empezado a desinstalarlo; volver a instalarlo lo conserva",
        "Odoo hat es auf „Wird entfernt“: jemand hat begonnen, es zu deinstallieren; ein erneutes Einrichten behält es",
    ],
    [
        "the API key's user may not see the companies",
        "l'utilisateur de la clé d'API ne peut pas voir les sociétés",
        "el usuario de la clave de API no puede ver las compañías",
        "der Benutzer des API-Schlüssels darf die Unternehmen nicht sehen",
    ],
    [
        "every company has one",
        "chaque société en a un",
        "cada compañía tiene uno",
        "jedes Unternehmen hat eines",
    ],
    [
        "no country: {}",
        "sans pays : {}",
        "sin país: {}",
        "ohne Land: {}",
    ],
    // What Odoo answers.
    [
        "the application may reach nobody, although `odoo_url` is allowed: a pattern in `ucm_hosts` or `ucm_hosts_legacy` cannot be read, which closes all of them; each has a scheme and a port, such as https://*:8089",
        "l'application ne peut joindre personne, bien que `odoo_url` soit autorisé : un motif de `ucm_hosts` ou de `ucm_hosts_legacy` est illisible, ce qui les ferme tous ; chacun a un schéma et un port, comme https://*:8089",
        "la aplicación no puede llegar a nadie, aunque `odoo_url` está permitido: un patrón de `ucm_hosts` o `ucm_hosts_legacy` no se puede leer, lo que los cierra todos; cada uno tiene un esquema y un puerto, como https://*:8089",
        "die Anwendung darf niemanden erreichen, obwohl `odoo_url` erlaubt ist: ein Muster in `ucm_hosts` oder `ucm_hosts_legacy` ist nicht lesbar, was alle schließt; jedes hat ein Schema und einen Port, wie https://*:8089",
    ],
    [
        "Odoo had not answered: {}",
        "Odoo n'avait pas répondu : {}",
        "Odoo no había respondido: {}",
        "Odoo hatte nicht geantwortet: {}",
    ],
    [
        "Odoo could not be reached: {}",
        "Odoo n'a pas pu être joint : {}",
        "no se pudo llegar a Odoo: {}",
        "Odoo konnte nicht erreicht werden: {}",
    ],
    [
        "Odoo is not available at the moment (status {})",
        "Odoo n'est pas disponible pour le moment (statut {})",
        "Odoo no está disponible en este momento (estado {})",
        "Odoo ist zurzeit nicht verfügbar (Status {})",
    ],
    [
        "Odoo asks to wait {} s",
        "Odoo demande d'attendre {} s",
        "Odoo pide esperar {} s",
        "Odoo bittet, {} s zu warten",
    ],
    [
        "Odoo asks for fewer requests",
        "Odoo demande moins de requêtes",
        "Odoo pide menos solicitudes",
        "Odoo bittet um weniger Anfragen",
    ],
    [
        "another transaction in Odoo was in the way and this one was undone",
        "une autre transaction d'Odoo a fait obstacle et celle-ci a été annulée",
        "otra transacción de Odoo se interpuso y esta se deshizo",
        "eine andere Transaktion in Odoo war im Weg, und diese wurde zurückgenommen",
    ],
    [
        "Odoo's server is in trouble of its own ({}): see its log",
        "le serveur d'Odoo a lui-même un problème ({}) : voyez son journal",
        "el servidor de Odoo tiene un problema propio ({}): vea su registro",
        "der Server von Odoo hat selbst ein Problem ({}): siehe sein Protokoll",
    ],
    [
        "another writer was first (`{}`)",
        "quelqu'un d'autre a écrit avant (`{}`)",
        "otro escribió antes (`{}`)",
        "jemand anderes hat zuerst geschrieben (`{}`)",
    ],
    [
        "calls were not as they had been read, again and again: others change them all the time, or the API key's user may not see them",
        "des appels n'étaient plus tels qu'ils avaient été lus, encore et encore : d'autres les changent sans cesse, ou l'utilisateur de la clé d'API ne peut pas les voir",
        "las llamadas no estaban como se habían leído, una y otra vez: otros las cambian sin cesar, o el usuario de la clave de API no puede verlas",
        "Anrufe waren immer wieder nicht so, wie sie gelesen wurden: andere ändern sie ständig, oder der Benutzer des API-Schlüssels darf sie nicht sehen",
    ],
    [
        "the journal in Odoo is another than before: what was remembered of that one counts no more, and the next run begins anew",
        "le journal dans Odoo n'est plus le même : ce qui était retenu de l'ancien ne compte plus, et la prochaine exécution recommence",
        "el registro en Odoo es otro que antes: lo recordado de aquel ya no cuenta, y la próxima ejecución empieza de nuevo",
        "das Journal in Odoo ist ein anderes als zuvor: was von jenem gemerkt war, gilt nicht mehr, und der nächste Lauf beginnt von vorn",
    ],
    [
        "nothing was asked of Odoo: {}",
        "rien n'a été demandé à Odoo : {}",
        "no se pidió nada a Odoo: {}",
        "Odoo wurde nichts gefragt: {}",
    ],
    [
        "a record of `{}` was deleted meanwhile",
        "une fiche de `{}` a été supprimée entre-temps",
        "entretanto se borró un registro de `{}`",
        "ein Datensatz von `{}` wurde inzwischen gelöscht",
    ],
    [
        "Odoo refuses the value of `{}` on `{}` ({})",
        "Odoo refuse la valeur de `{}` de `{}` ({})",
        "Odoo rechaza el valor de `{}` de `{}` ({})",
        "Odoo lehnt den Wert von `{}` bei `{}` ab ({})",
    ],
    [
        "Odoo refuses a record of `{}` ({})",
        "Odoo refuse une fiche de `{}` ({})",
        "Odoo rechaza un registro de `{}` ({})",
        "Odoo lehnt einen Datensatz von `{}` ab ({})",
    ],
    [
        "it is larger than this Odoo takes: raise `web.max_file_upload_size` in Odoo's system parameters, and the limit of the proxy before it",
        "c'est plus que cet Odoo n'accepte : augmentez `web.max_file_upload_size` dans les paramètres système d'Odoo, et la limite du proxy qui le précède",
        "es mayor de lo que acepta este Odoo: aumente `web.max_file_upload_size` en los parámetros del sistema de Odoo, y el límite del proxy que lo precede",
        "es ist größer, als dieses Odoo annimmt: erhöhen Sie `web.max_file_upload_size` in den Systemparametern von Odoo und die Grenze des Proxys davor",
    ],
    [
        "`{}` in Odoo lacks the field `{}`: run POST /setup to bring it up to date",
        "il manque à `{}` dans Odoo le champ `{}` : lancez POST /setup pour le mettre à jour",
        "a `{}` en Odoo le falta el campo `{}`: ejecute POST /setup para actualizarlo",
        "`{}` in Odoo fehlt das Feld `{}`: bringen Sie es mit POST /setup auf den neuesten Stand",
    ],
    [
        "the field `{}` of `{}` in Odoo does not know what this version of the bridge writes: run POST /setup to bring it up to date",
        "le champ `{}` de `{}` dans Odoo ne connaît pas ce que cette version de la passerelle écrit : lancez POST /setup pour le mettre à jour",
        "el campo `{}` de `{}` en Odoo no conoce lo que escribe esta versión del puente: ejecute POST /setup para actualizarlo",
        "das Feld `{}` von `{}` in Odoo kennt nicht, was diese Version der Brücke schreibt: bringen Sie es mit POST /setup auf den neuesten Stand",
    ],
    [
        "CRM is not installed in this Odoo: install it and run POST /setup, or make no leads of unknown callers",
        "CRM n'est pas installé dans cet Odoo : installez-le et lancez POST /setup, ou ne créez pas de pistes des appelants inconnus",
        "CRM no está instalado en este Odoo: instálelo y ejecute POST /setup, o no cree leads de quienes llaman y no se conocen",
        "CRM ist in diesem Odoo nicht installiert: installieren Sie es und führen Sie POST /setup aus, oder machen Sie aus unbekannten Anrufern keine Leads",
    ],
    [
        "the model `{}` is not in this Odoo: run POST /setup to install it",
        "le modèle `{}` n'est pas dans cet Odoo : lancez POST /setup pour l'installer",
        "el modelo `{}` no está en este Odoo: ejecute POST /setup para instalarlo",
        "das Modell `{}` ist nicht in diesem Odoo: installieren Sie es mit POST /setup",
    ],
    [
        "this Odoo has no method `{}` that works as in 17, 18 and 19: is a module changing it?",
        "cet Odoo n'a pas de méthode `{}` qui fonctionne comme dans 17, 18 et 19 : un module la change-t-il ?",
        "este Odoo no tiene un método `{}` que funcione como en 17, 18 y 19: ¿lo cambia un módulo?",
        "dieses Odoo hat keine Methode `{}`, die wie in 17, 18 und 19 arbeitet: ändert ein Modul sie?",
    ],
    [
        "the API key's user is not in the group \"Grandstream: Bridge\": give the user that group in Odoo (in the form of the user, Grandstream > Bridge to the UCMs), or use an administrator's key",
        "l'utilisateur de la clé d'API n'est pas dans le groupe « Grandstream : passerelle » : donnez-lui ce groupe dans Odoo (fiche de l'utilisateur, Grandstream > Passerelle vers les UCM), ou prenez la clé d'un administrateur",
        "el usuario de la clave de API no está en el grupo «Grandstream: puente»: dele ese grupo en Odoo (ficha del usuario, Grandstream > Puente a las UCM), o use la clave de un administrador",
        "der Benutzer des API-Schlüssels ist nicht in der Gruppe „Grandstream: Bridge“: geben Sie ihm in Odoo diese Gruppe (Formular des Benutzers, Grandstream > Brücke zu den UCMs), oder nehmen Sie den Schlüssel eines Administrators",
    ],
    [
        "the API key's user may not {} `{}`: give the user that right in Odoo, or use the key of a user who has it",
        "l'utilisateur de la clé d'API n'a pas le droit `{}` sur `{}` : donnez-le-lui dans Odoo, ou prenez la clé d'un utilisateur qui l'a",
        "el usuario de la clave de API no tiene el permiso `{}` sobre `{}`: déselo en Odoo, o use la clave de un usuario que lo tenga",
        "der Benutzer des API-Schlüssels hat nicht das Recht `{}` auf `{}`: geben Sie es ihm in Odoo, oder nehmen Sie den Schlüssel eines Benutzers, der es hat",
    ],
    [
        "Odoo refuses the API key: it is wrong, has expired, or belongs to another login; make a new one in Odoo under Preferences > Account Security",
        "Odoo refuse la clé d'API : elle est fausse, expirée, ou celle d'un autre identifiant ; créez-en une nouvelle dans Odoo sous Préférences > Sécurité du compte",
        "Odoo rechaza la clave de API: es errónea, ha caducado o es de otro usuario; cree una nueva en Odoo en Preferencias > Seguridad de la cuenta",
        "Odoo lehnt den API-Schlüssel ab: er ist falsch, abgelaufen oder gehört zu einer anderen Anmeldung; erzeugen Sie in Odoo unter Einstellungen > Kontosicherheit einen neuen",
    ],
    [
        "Odoo does not offer this database over its external API: check the database's name, and that the addon `rpc` is installed there (Odoo 19)",
        "Odoo n'offre pas cette base de données par son API externe : vérifiez son nom, et que le module `rpc` y est installé (Odoo 19)",
        "Odoo no ofrece esta base de datos por su API externa: compruebe su nombre, y que el módulo `rpc` esté instalado en ella (Odoo 19)",
        "Odoo bietet diese Datenbank nicht über die externe API an: prüfen Sie ihren Namen, und dass dort das Modul `rpc` installiert ist (Odoo 19)",
    ],
    [
        "Odoo's address redirects elsewhere (status {}): configure the final address, with https if it has it",
        "l'adresse d'Odoo renvoie ailleurs (statut {}) : configurez l'adresse finale, avec https si elle l'a",
        "la dirección de Odoo redirige a otra (estado {}): configure la dirección final, con https si lo tiene",
        "die Adresse von Odoo leitet weiter (Status {}): stellen Sie die endgültige Adresse ein, mit https, wo sie es hat",
    ],
    [
        "what answers at Odoo's address is not an Odoo (status {}): check the address",
        "ce qui répond à l'adresse d'Odoo n'est pas un Odoo (statut {}) : vérifiez l'adresse",
        "lo que responde en la dirección de Odoo no es un Odoo (estado {}): compruebe la dirección",
        "was an der Adresse von Odoo antwortet, ist kein Odoo (Status {}): prüfen Sie die Adresse",
    ],
    [
        "this is Odoo {}; the bridge works with 17.0 and later",
        "c'est Odoo {} ; la passerelle fonctionne à partir de 17.0",
        "este es Odoo {}; el puente funciona desde 17.0",
        "dies ist Odoo {}; die Brücke arbeitet ab 17.0",
    ],
    [
        "the answer of `{}` has an unknown form",
        "la réponse de `{}` a une forme inconnue",
        "la respuesta de `{}` tiene una forma desconocida",
        "die Antwort von `{}` hat eine unbekannte Form",
    ],
    [
        "{} has a character that cannot be sent: configure it again",
        "{} contient un caractère qui ne peut être envoyé : configurez-le de nouveau",
        "{} tiene un carácter que no se puede enviar: configúrelo de nuevo",
        "{} enthält ein Zeichen, das nicht gesendet werden kann: stellen Sie es neu ein",
    ],
    // Setting up.
    [
        "the API key's user is no administrator of this Odoo (no right to {} `{}`)",
        "l'utilisateur de la clé d'API n'est pas administrateur de cet Odoo (pas de droit `{}` sur `{}`)",
        "el usuario de la clave de API no es administrador de este Odoo (sin permiso `{}` sobre `{}`)",
        "der Benutzer des API-Schlüssels ist kein Administrator dieses Odoos (kein Recht `{}` auf `{}`)",
    ],
    [
        "the addon `base_import_module` is not installed in this Odoo",
        "le module `base_import_module` n'est pas installé dans cet Odoo",
        "el módulo `base_import_module` no está instalado en este Odoo",
        "das Modul `base_import_module` ist in diesem Odoo nicht installiert",
    ],
    [
        "this Odoo does not have the addon `base_import_module`",
        "cet Odoo n'a pas le module `base_import_module`",
        "este Odoo no tiene el módulo `base_import_module`",
        "dieses Odoo hat das Modul `base_import_module` nicht",
    ],
    // The network.
    [
        "the application may not reach this host",
        "l'application n'a pas le droit de joindre cet hôte",
        "la aplicación no puede llegar a este host",
        "die Anwendung darf diesen Host nicht erreichen",
    ],
    [
        "no answer in time",
        "pas de réponse à temps",
        "sin respuesta a tiempo",
        "keine rechtzeitige Antwort",
    ],
    [
        "the time of the run was used up; the next one goes on (where none gets any further, raise `run_budget_secs`)",
        "le temps de l'exécution était épuisé ; la suivante continue (si aucune n'avance, augmentez `run_budget_secs`)",
        "el tiempo de la ejecución se agotó; la siguiente continúa (si ninguna avanza, aumente `run_budget_secs`)",
        "die Zeit des Laufs war aufgebraucht; der nächste macht weiter (kommt keiner voran, erhöhen Sie `run_budget_secs`)",
    ],
    [
        "the secure connection was refused: {}",
        "la connexion sécurisée a été refusée : {}",
        "la conexión segura se rechazó: {}",
        "die sichere Verbindung wurde abgelehnt: {}",
    ],
    [
        "the connection failed: {}",
        "la connexion a échoué : {}",
        "la conexión falló: {}",
        "die Verbindung ist fehlgeschlagen: {}",
    ],
    [
        "the answer is larger than {} bytes",
        "la réponse dépasse {} octets",
        "la respuesta supera {} bytes",
        "die Antwort ist größer als {} Byte",
    ],
    [
        "the certificate is not trusted, or there is no TLS in common",
        "le certificat n'est pas reconnu, ou il n'y a pas de TLS en commun",
        "el certificado no es de confianza, o no hay TLS en común",
        "dem Zertifikat wird nicht vertraut, oder es gibt kein gemeinsames TLS",
    ],
    [
        "the certificate is not trusted",
        "le certificat n'est pas reconnu",
        "el certificado no es de confianza",
        "dem Zertifikat wird nicht vertraut",
    ],
    [
        "no TLS in common: the peer ended the handshake with alert {}",
        "pas de TLS en commun : l'autre côté a mis fin à la négociation par l'alerte {}",
        "sin TLS en común: la otra parte terminó la negociación con la alerta {}",
        "kein gemeinsames TLS: die Gegenseite hat den Handschlag mit Alarm {} beendet",
    ],
    [
        "the key-value store failed: {}",
        "le stockage clé-valeur a échoué : {}",
        "el almacén clave-valor falló: {}",
        "der Schlüsselwertspeicher ist fehlgeschlagen: {}",
    ],
    // What a UCM answers.
    [
        "the UCM is unavailable: {}",
        "l'UCM est indisponible : {}",
        "la UCM no está disponible: {}",
        "die UCM ist nicht verfügbar: {}",
    ],
    [
        "the UCM is busy or limits how often it is asked: next try after {}",
        "l'UCM est occupée ou limite les demandes : prochain essai après {}",
        "la UCM está ocupada o limita las consultas: próximo intento después de {}",
        "die UCM ist beschäftigt oder begrenzt die Anfragen: nächster Versuch nach {}",
    ],
    [
        "the UCM refused the account: {}; the bridge does not try this account again by itself",
        "l'UCM a refusé le compte : {} ; la passerelle ne réessaie pas ce compte d'elle-même",
        "la UCM rechazó la cuenta: {}; el puente no vuelve a probar esta cuenta por sí mismo",
        "die UCM hat das Konto abgelehnt: {}; die Brücke versucht es mit diesem Konto nicht von selbst wieder",
    ],
    [
        "the API user may not use `{}`: in the UCM's API configuration, check that the user is enabled and granted this, and that the bridge's IP address is permitted",
        "l'utilisateur de l'API ne peut pas utiliser `{}` : dans la configuration d'API de l'UCM, vérifiez que l'utilisateur est activé et y a droit, et que l'adresse IP de la passerelle est autorisée",
        "el usuario de la API no puede usar `{}`: en la configuración de API de la UCM, compruebe que el usuario está activado y tiene ese permiso, y que la dirección IP del puente está permitida",
        "der API-Benutzer darf `{}` nicht verwenden: prüfen Sie in der API-Konfiguration der UCM, dass der Benutzer aktiv ist und dies darf, und dass die IP-Adresse der Brücke erlaubt ist",
    ],
    [
        "the server's settings do not fit the UCM: {}",
        "les paramètres du serveur ne conviennent pas à l'UCM : {}",
        "la configuración del servidor no se ajusta a la UCM: {}",
        "die Einstellungen des Servers passen nicht zur UCM: {}",
    ],
    [
        "the UCM gave an unexpected answer: {}",
        "l'UCM a donné une réponse inattendue : {}",
        "la UCM dio una respuesta inesperada: {}",
        "die UCM hat unerwartet geantwortet: {}",
    ],
    [
        "the answer to `{}` is larger than {} bytes: ask for fewer records",
        "la réponse à `{}` dépasse {} octets : demandez moins d'enregistrements",
        "la respuesta a `{}` supera {} bytes: pida menos registros",
        "die Antwort auf `{}` ist größer als {} Byte: fragen Sie nach weniger Datensätzen",
    ],
    [
        "the UCM has no such record (`{}`, status {})",
        "l'UCM n'a pas cet enregistrement (`{}`, statut {})",
        "la UCM no tiene ese registro (`{}`, estado {})",
        "die UCM hat keinen solchen Datensatz (`{}`, Status {})",
    ],
    [
        "this UCM has no `{}`",
        "cette UCM n'a pas `{}`",
        "esta UCM no tiene `{}`",
        "diese UCM hat kein `{}`",
    ],
    [
        "HTTP status {}",
        "statut HTTP {}",
        "estado HTTP {}",
        "HTTP-Status {}",
    ],
    [
        "`{}` failed with status {}",
        "`{}` a échoué avec le statut {}",
        "`{}` falló con el estado {}",
        "`{}` ist mit Status {} fehlgeschlagen",
    ],
    [
        "`{}` was answered with an empty body",
        "la réponse à `{}` était vide",
        "la respuesta a `{}` estaba vacía",
        "die Antwort auf `{}` war leer",
    ],
    [
        "the answer to `{}` is cut off",
        "la réponse à `{}` est tronquée",
        "la respuesta a `{}` está cortada",
        "die Antwort auf `{}` ist abgeschnitten",
    ],
    [
        "the session was refused right after signing in: another client may be using the same API user",
        "la session a été refusée juste après la connexion : un autre client utilise peut-être le même utilisateur d'API",
        "la sesión se rechazó justo después de iniciarla: quizá otro cliente use el mismo usuario de API",
        "die Sitzung wurde gleich nach der Anmeldung abgelehnt: vielleicht verwendet ein anderes Programm denselben API-Benutzer",
    ],
    [
        "wrong user name or password, {} attempts left, locked for {} s",
        "nom d'utilisateur ou mot de passe erroné, {} essais restants, bloqué pendant {} s",
        "usuario o contraseña erróneos, quedan {} intentos, bloqueado durante {} s",
        "falscher Benutzername oder falsches Passwort, noch {} Versuche, gesperrt für {} s",
    ],
    [
        "wrong user name or password, {} attempts left",
        "nom d'utilisateur ou mot de passe erroné, {} essais restants",
        "usuario o contraseña erróneos, quedan {} intentos",
        "falscher Benutzername oder falsches Passwort, noch {} Versuche",
    ],
    [
        "wrong user name or password, locked for {} s",
        "nom d'utilisateur ou mot de passe erroné, bloqué pendant {} s",
        "usuario o contraseña erróneos, bloqueado durante {} s",
        "falscher Benutzername oder falsches Passwort, gesperrt für {} s",
    ],
    [
        "wrong user name or password",
        "nom d'utilisateur ou mot de passe erroné",
        "usuario o contraseña erróneos",
        "falscher Benutzername oder falsches Passwort",
    ],
    [
        "signing in is restricted after too many failures, locked for {} s",
        "la connexion est restreinte après trop d'échecs, bloquée pendant {} s",
        "el acceso está restringido tras demasiados fallos, bloqueado durante {} s",
        "die Anmeldung ist nach zu vielen Fehlversuchen eingeschränkt, gesperrt für {} s",
    ],
    [
        "signing in is restricted after too many failures",
        "la connexion est restreinte après trop d'échecs",
        "el acceso está restringido tras demasiados fallos",
        "die Anmeldung ist nach zu vielen Fehlversuchen eingeschränkt",
    ],
    [
        "this user may not sign in",
        "cet utilisateur n'a pas le droit de se connecter",
        "este usuario no puede iniciar sesión",
        "dieser Benutzer darf sich nicht anmelden",
    ],
    [
        "there is no such API user",
        "il n'y a pas de tel utilisateur d'API",
        "no existe tal usuario de API",
        "diesen API-Benutzer gibt es nicht",
    ],
    [
        "a web page answered instead of the API: check host and port (8089 for the HTTPS API, 8443 for the legacy API and for CloudUCM)",
        "une page web a répondu au lieu de l'API : vérifiez l'hôte et le port (8089 pour l'API HTTPS, 8443 pour l'ancienne API et pour CloudUCM)",
        "respondió una página web en lugar de la API: compruebe host y puerto (8089 para la API HTTPS, 8443 para la API antigua y para CloudUCM)",
        "statt der API hat eine Webseite geantwortet: prüfen Sie Host und Port (8089 für die HTTPS-API, 8443 für die alte API und für CloudUCM)",
    ],
    [
        "the address redirects (HTTP status {}): give the address of the UCM itself, with https and the API's port",
        "l'adresse renvoie ailleurs (statut HTTP {}) : donnez l'adresse de l'UCM elle-même, avec https et le port de l'API",
        "la dirección redirige (estado HTTP {}): indique la dirección de la propia UCM, con https y el puerto de la API",
        "die Adresse leitet weiter (HTTP-Status {}): geben Sie die Adresse der UCM selbst an, mit https und dem Port der API",
    ],
    [
        "there is no API at this address (HTTP status {}): check host, port and dialect",
        "il n'y a pas d'API à cette adresse (statut HTTP {}) : vérifiez l'hôte, le port et le dialecte",
        "no hay API en esta dirección (estado HTTP {}): compruebe host, puerto y dialecto",
        "an dieser Adresse ist keine API (HTTP-Status {}): prüfen Sie Host, Port und Dialekt",
    ],
    [
        "the address asks for HTTP authentication, as the legacy API does: check port and dialect",
        "l'adresse demande une authentification HTTP, comme l'ancienne API : vérifiez le port et le dialecte",
        "la dirección pide autenticación HTTP, como la API antigua: compruebe puerto y dialecto",
        "die Adresse verlangt HTTP-Authentifizierung, wie die alte API: prüfen Sie Port und Dialekt",
    ],
    [
        "the address offers no digest authentication, as the legacy API does: check port and dialect",
        "l'adresse n'offre pas l'authentification digest de l'ancienne API : vérifiez le port et le dialecte",
        "la dirección no ofrece la autenticación digest de la API antigua: compruebe puerto y dialecto",
        "die Adresse bietet nicht die Digest-Authentifizierung der alten API: prüfen Sie Port und Dialekt",
    ],
    [
        "the UCM's own API answered instead of a gateway's: check the dialect",
        "l'API propre à l'UCM a répondu au lieu de celle d'une passerelle REST : vérifiez le dialecte",
        "respondió la API de la propia UCM en lugar de la de una pasarela: compruebe el dialecto",
        "statt der API eines Gateways hat die der UCM selbst geantwortet: prüfen Sie den Dialekt",
    ],
    [
        "the API refused to begin (-1): enable the HTTPS API, check its user name, permit the bridge's IP address, then Apply Changes",
        "l'API a refusé de commencer (-1) : activez l'API HTTPS, vérifiez son nom d'utilisateur, autorisez l'adresse IP de la passerelle, puis Apply Changes",
        "la API se negó a empezar (-1): active la API HTTPS, compruebe su usuario, permita la dirección IP del puente y pulse Apply Changes",
        "die API hat den Beginn verweigert (-1): schalten Sie die HTTPS-API ein, prüfen Sie ihren Benutzernamen, erlauben Sie die IP-Adresse der Brücke, dann Apply Changes",
    ],
    [
        "the address cannot be used",
        "l'adresse est inutilisable",
        "la dirección no se puede usar",
        "die Adresse ist nicht verwendbar",
    ],
    [
        "the application may not reach this host and port: let `ucm_hosts` (for port 8443: `ucm_hosts_legacy`) cover them, with scheme and port, such as https://*:8089",
        "l'application n'a pas le droit de joindre cet hôte et ce port : que `ucm_hosts` (pour le port 8443 : `ucm_hosts_legacy`) les couvre, avec schéma et port, comme https://*:8089",
        "la aplicación no puede llegar a este host y puerto: inclúyalos en `ucm_hosts` (para el puerto 8443: `ucm_hosts_legacy`), con esquema y puerto, como https://*:8089",
        "die Anwendung darf diesen Host und Port nicht erreichen: nehmen Sie sie in `ucm_hosts` (für Port 8443: `ucm_hosts_legacy`) auf, mit Schema und Port, wie https://*:8089",
    ],
    [
        "`{}` was refused with status {}",
        "`{}` a été refusé avec le statut {}",
        "`{}` se rechazó con el estado {}",
        "`{}` wurde mit Status {} abgelehnt",
    ],
    [
        "the answer to `{}` is not in a known format",
        "la réponse à `{}` n'est pas dans un format connu",
        "la respuesta a `{}` no está en un formato conocido",
        "die Antwort auf `{}` hat kein bekanntes Format",
    ],
    [
        "the answer to `{}` is not valid JSON (line {}, column {})",
        "la réponse à `{}` n'est pas du JSON valable (ligne {}, colonne {})",
        "la respuesta a `{}` no es JSON válido (línea {}, columna {})",
        "die Antwort auf `{}` ist kein gültiges JSON (Zeile {}, Spalte {})",
    ],
    [
        "the UCM calls the parameters of `{}` invalid (-1): its API may have been switched off, or its firmware is one that the bridge does not know",
        "l'UCM dit invalides les paramètres de `{}` (-1) : son API a peut-être été désactivée, ou son micrologiciel n'est pas connu de la passerelle",
        "la UCM dice que los parámetros de `{}` no son válidos (-1): quizá se haya desactivado su API, o el puente no conoce su firmware",
        "die UCM nennt die Parameter von `{}` ungültig (-1): vielleicht wurde ihre API abgeschaltet, oder die Brücke kennt ihre Firmware nicht",
    ],
    [
        "the answer to `{}` lacks `{}`",
        "il manque à la réponse à `{}` le champ `{}`",
        "a la respuesta a `{}` le falta `{}`",
        "der Antwort auf `{}` fehlt `{}`",
    ],
    // A run that has ended, with when and why.
    ["{} UTC: {}", "{} UTC : {}", "{} UTC: {}", "{} UTC: {}"],
];

#[cfg(test)]
#[path = "sentences/tests.rs"]
mod tests;
