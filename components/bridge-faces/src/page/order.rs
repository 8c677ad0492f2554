//! What is said to somebody who has asked for a call: in a notification in Odoo, or to a program.

use super::Language;
use crate::words::{Say as _, Words};
use bridge_core::flows::show::Answer;
use calls::order::{Placed, Reason, State};

/// What came of an order, and what to do.
pub fn placed(language: Language, placed: &Placed) -> Answer {
    let (headline, message) = match placed.state {
        State::Ringing => (Headline::Ringing, language.say(Headline::Lift).to_owned()),
        State::Refused(reason) => (Headline::Refused, why(language, reason, placed)),
        State::Unknown(reason) => (Headline::Unknown, why(language, reason, placed)),
    };
    Answer {
        title: format!("{} \u{b7} {}", language.say(headline), placed.number),
        message,
        is_good: placed.state == State::Ringing,
    }
}

/// Why nothing, or nothing certain, came of it.
fn why(language: Language, reason: Reason, placed: &Placed) -> String {
    let text = language
        .say(reason)
        .replace("{extension}", &placed.extension)
        .replace("{server}", &placed.server);
    match placed.code {
        Some(code) => format!("{text} (UCM: {code})"),
        None => text,
    }
}

/// How it is headed.
#[derive(Clone, Copy)]
enum Headline {
    Ringing,
    Lift,
    Refused,
    Unknown,
}

impl Words for Headline {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Ringing => [
                "Your phone rings",
                "Votre téléphone sonne",
                "Su teléfono suena",
                "Ihr Telefon klingelt",
            ],
            Self::Lift => [
                "Lift it, and the number is dialled.",
                "Décrochez, et le numéro est composé.",
                "Descuelgue y se marcará el número.",
                "Heben Sie ab, dann wird die Nummer gewählt.",
            ],
            Self::Refused => [
                "Not called",
                "Appel non lancé",
                "Llamada no realizada",
                "Nicht angerufen",
            ],
            Self::Unknown => [
                "Not known whether it was called",
                "Appel incertain",
                "Llamada incierta",
                "Ungewiss, ob angerufen wurde",
            ],
        }
    }
}

impl Words for Reason {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Unreadable => [
                "This is no number that can be read whole. Write it with its country's code, such as +33 1 99 00 00 12.",
                "Ce n'est pas un numéro lisible en entier. Écrivez-le avec l'indicatif du pays, comme +33 1 99 00 00 12.",
                "No es un número que se pueda leer entero. Escríbalo con el prefijo del país, como +33 1 99 00 00 12.",
                "Das ist keine Nummer, die sich ganz lesen lässt. Schreiben Sie sie mit der Landesvorwahl, etwa +33 1 99 00 00 12.",
            ],
            Self::Emergency => [
                "Emergency numbers are never dialled by a click: dial it on the phone.",
                "Un numéro d'urgence ne se compose jamais d'un clic : composez-le sur le téléphone.",
                "Los números de emergencia nunca se marcan con un clic: márquelo en el teléfono.",
                "Notrufnummern werden nie durch einen Klick gewählt: wählen Sie am Telefon.",
            ],
            Self::Premium => [
                "Premium-rate numbers are never dialled by a click: dial it on the phone.",
                "Un numéro surtaxé ne se compose jamais d'un clic : composez-le sur le téléphone.",
                "Los números de tarificación adicional nunca se marcan con un clic: márquelo en el teléfono.",
                "Mehrwertnummern werden nie durch einen Klick gewählt: wählen Sie am Telefon.",
            ],
            Self::NoForm => [
                "The number cannot be written as this office dials. Ask an administrator to choose another form under UCM Servers ({server}).",
                "Ce numéro ne peut pas s'écrire comme ce site compose. Demandez à un administrateur de choisir une autre forme dans Serveurs UCM ({server}).",
                "El número no se puede escribir como marca esta oficina. Pida a un administrador que elija otra forma en Servidores UCM ({server}).",
                "Die Nummer lässt sich nicht so schreiben, wie dieses Büro wählt. Bitten Sie einen Administrator, unter UCM-Server ({server}) eine andere Form zu wählen.",
            ],
            Self::UnknownExtension => [
                "The UCM has no extension {extension}. Ask an administrator to correct it under Extensions.",
                "L'UCM n'a pas de poste {extension}. Demandez à un administrateur de le corriger dans Postes.",
                "El UCM no tiene la extensión {extension}. Pida a un administrador que la corrija en Extensiones.",
                "Das UCM hat keine Nebenstelle {extension}. Bitten Sie einen Administrator, sie unter Nebenstellen zu berichtigen.",
            ],
            Self::NotRegistered => [
                "No phone is registered at extension {extension}. Check that it is switched on and connected, then click again.",
                "Aucun téléphone n'est enregistré au poste {extension}. Vérifiez qu'il est allumé et connecté, puis cliquez de nouveau.",
                "Ningún teléfono está registrado en la extensión {extension}. Compruebe que está encendido y conectado, y pulse de nuevo.",
                "An Nebenstelle {extension} ist kein Telefon angemeldet. Prüfen Sie, ob es an und verbunden ist, und klicken Sie noch einmal.",
            ],
            Self::Busy => [
                "Extension {extension} is on the phone. Hang up, then click again.",
                "Le poste {extension} est en ligne. Raccrochez, puis cliquez de nouveau.",
                "La extensión {extension} está al teléfono. Cuelgue y pulse de nuevo.",
                "Nebenstelle {extension} telefoniert. Legen Sie auf und klicken Sie noch einmal.",
            ],
            Self::NoPermission => [
                "The UCM does not let the bridge dial. An administrator of the UCM grants its API user `dialOutbound` and `dialExtension` (API Configuration), then Apply Changes.",
                "L'UCM ne laisse pas la passerelle composer. Un administrateur de l'UCM accorde `dialOutbound` et `dialExtension` à son utilisateur API (API Configuration), puis Apply Changes.",
                "El UCM no deja marcar al puente. Un administrador del UCM concede `dialOutbound` y `dialExtension` a su usuario API (API Configuration) y pulsa Apply Changes.",
                "Das UCM lässt die Brücke nicht wählen. Ein Administrator des UCM erlaubt ihrem API-Benutzer `dialOutbound` und `dialExtension` (API Configuration), dann Apply Changes.",
            ],
            Self::PbxBusy => [
                "The UCM is busy and has not dialled. Click again in a minute.",
                "L'UCM est occupé et n'a rien composé. Cliquez de nouveau dans une minute.",
                "El UCM está ocupado y no ha marcado. Pulse de nuevo en un minuto.",
                "Das UCM ist beschäftigt und hat nicht gewählt. Klicken Sie in einer Minute noch einmal.",
            ],
            Self::PbxAway => [
                "The UCM does not answer, and nothing was dialled. Dial on the phone, or click again later.",
                "L'UCM ne répond pas, et rien n'a été composé. Composez sur le téléphone, ou cliquez plus tard.",
                "El UCM no responde y no se ha marcado nada. Marque en el teléfono o pulse más tarde.",
                "Das UCM antwortet nicht, und nichts wurde gewählt. Wählen Sie am Telefon, oder klicken Sie später.",
            ],
            Self::Held => [
                "The UCM refuses the bridge's account. Ask an administrator to press Test Connection under UCM Servers ({server}).",
                "L'UCM refuse le compte de la passerelle. Demandez à un administrateur d'utiliser Tester la connexion dans Serveurs UCM ({server}).",
                "El UCM rechaza la cuenta del puente. Pida a un administrador que pruebe la conexión en Servidores UCM ({server}).",
                "Das UCM lehnt das Konto der Brücke ab. Bitten Sie einen Administrator, unter UCM-Server ({server}) die Verbindung zu testen.",
            ],
            Self::Unsupported => [
                "This UCM cannot be asked to dial: it takes the HTTPS API (interface `action`).",
                "Cet UCM ne sait pas composer sur demande : il faut l'API HTTPS (interface `action`).",
                "Este UCM no puede marcar a petición: hace falta la API HTTPS (interfaz `action`).",
                "Dieses UCM kann nicht auf Wunsch wählen: dazu braucht es die HTTPS-API (Schnittstelle `action`).",
            ],
            Self::Settings => [
                "The settings of the server {server} do not fit the UCM. Ask an administrator to press Test Connection under UCM Servers.",
                "Les réglages du serveur {server} ne conviennent pas à l'UCM. Demandez à un administrateur d'utiliser Tester la connexion dans Serveurs UCM.",
                "Los ajustes del servidor {server} no corresponden al UCM. Pida a un administrador que pruebe la conexión en Servidores UCM.",
                "Die Einstellungen des Servers {server} passen nicht zum UCM. Bitten Sie einen Administrator, unter UCM-Server die Verbindung zu testen.",
            ],
            Self::Refused => [
                "The UCM has refused the call. Check with an administrator that extension {extension} may call this number.",
                "L'UCM a refusé l'appel. Vérifiez avec un administrateur que le poste {extension} peut appeler ce numéro.",
                "El UCM ha rechazado la llamada. Compruebe con un administrador que la extensión {extension} puede llamar a este número.",
                "Das UCM hat den Anruf abgelehnt. Klären Sie mit einem Administrator, ob Nebenstelle {extension} diese Nummer anrufen darf.",
            ],
            Self::Uncertain => [
                "The UCM did not say whether it dials. It is not asked again by itself: if the phone at extension {extension} does not ring, click again.",
                "L'UCM n'a pas dit s'il compose. Rien n'est relancé tout seul : si le téléphone du poste {extension} ne sonne pas, cliquez de nouveau.",
                "El UCM no ha dicho si marca. No se repite por sí solo: si el teléfono de la extensión {extension} no suena, pulse de nuevo.",
                "Das UCM hat nicht gesagt, ob es wählt. Von selbst wird nichts wiederholt: klingelt das Telefon an Nebenstelle {extension} nicht, klicken Sie noch einmal.",
            ],
            Self::Expired => [
                "The bridge did not come for it within two minutes, and nothing was dialled. Click again; if it goes on, ask an administrator whether the bridge runs.",
                "La passerelle n'est pas passée en deux minutes, et rien n'a été composé. Cliquez de nouveau ; si cela continue, demandez à un administrateur si la passerelle tourne.",
                "El puente no ha acudido en dos minutos y no se ha marcado nada. Pulse de nuevo; si continúa, pregunte a un administrador si el puente funciona.",
                "Die Brücke kam binnen zwei Minuten nicht, und nichts wurde gewählt. Klicken Sie noch einmal; bleibt es dabei, fragen Sie einen Administrator, ob die Brücke läuft.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_said_in_every_language_and_names_what_it_speaks_of() {
        for reason in Reason::ALL {
            let mut said = Vec::new();
            for language in [Language::En, Language::Fr, Language::Es, Language::De] {
                let placed = Placed {
                    number: "+33199000012".to_owned(),
                    extension: "1001".to_owned(),
                    server: "paris".to_owned(),
                    state: State::Refused(reason),
                    code: None,
                };
                let answer = super::placed(language, &placed);
                assert!(!answer.message.contains('{'), "{}", answer.message);
                assert!(
                    answer.message.ends_with('.') && !answer.is_good,
                    "{}",
                    answer.message
                );
                said.push(answer.message);
            }
            said.dedup();
            assert_eq!(said.len(), 4, "{reason:?}");
        }
    }
}
