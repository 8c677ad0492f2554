//! What is said of desk phones and their phonebook, in every language.

/// In English, French, Spanish and German. Where two could be meant, the one that says more comes first.
pub(super) const SENTENCES: &[[&str; 4]] = &[
    // The phonebook.
    [
        "the saved filter of the phonebook is not there, or is another user's alone: save one that all users have",
        "le filtre enregistré de l'annuaire n'existe pas, ou n'est qu'à un autre utilisateur : enregistrez-en un pour tous les utilisateurs",
        "el filtro guardado de la agenda no existe, o es solo de otro usuario: guarde uno para todos los usuarios",
        "den gespeicherten Filter des Telefonbuchs gibt es nicht, oder er gehört einem anderen Benutzer allein: speichern Sie einen für alle Benutzer",
    ],
    [
        "the saved filter of the phonebook is not one of contacts",
        "le filtre enregistré de l'annuaire n'est pas un filtre de contacts",
        "el filtro guardado de la agenda no es de contactos",
        "der gespeicherte Filter des Telefonbuchs ist keiner von Kontakten",
    ],
    [
        "the saved filter of the phonebook depends on the day or the user: save one with fixed values",
        "le filtre enregistré de l'annuaire dépend du jour ou de l'utilisateur : enregistrez-en un avec des valeurs fixes",
        "el filtro guardado de la agenda depende del día o del usuario: guarde uno con valores fijos",
        "der gespeicherte Filter des Telefonbuchs hängt vom Tag oder vom Benutzer ab: speichern Sie einen mit festen Werten",
    ],
    [
        "the saved filter of the phonebook is none that Odoo takes: save it anew",
        "Odoo n'accepte pas le filtre enregistré de l'annuaire : enregistrez-le de nouveau",
        "Odoo no acepta el filtro guardado de la agenda: guárdelo de nuevo",
        "Odoo nimmt den gespeicherten Filter des Telefonbuchs nicht an: speichern Sie ihn neu",
    ],
    ["Companies", "Sociétés", "Empresas", "Unternehmen"],
    ["People", "Personnes", "Personas", "Personen"],
    [
        "the phonebook of the server `{}` could not be renewed: {}",
        "l'annuaire du serveur `{}` n'a pas pu être renouvelé : {}",
        "no se pudo renovar la agenda del servidor `{}`: {}",
        "das Telefonbuch des Servers `{}` konnte nicht erneuert werden: {}",
    ],
    [
        "the addresses for desk phones and pushes could not be written to Odoo: {}",
        "les adresses pour les téléphones et les envois n'ont pas pu être écrites dans Odoo : {}",
        "no se pudieron escribir en Odoo las direcciones para los teléfonos y los envíos: {}",
        "die Adressen für die Telefone und das Senden konnten nicht in Odoo geschrieben werden: {}",
    ],
    [
        "the desk phones that called in could not be shown in Odoo: {}",
        "les téléphones qui se sont annoncés n'ont pas pu être montrés dans Odoo : {}",
        "los teléfonos que se anunciaron no se pudieron mostrar en Odoo: {}",
        "die Telefone, die sich gemeldet haben, konnten in Odoo nicht gezeigt werden: {}",
    ],
    // The doctor, of desk phones.
    [
        "`public_url` is not set, so that phones have no address of the bridge",
        "`public_url` n'est pas définie : les téléphones n'ont pas d'adresse de la passerelle",
        "`public_url` no está definida: los teléfonos no tienen dirección del puente",
        "`public_url` ist nicht gesetzt: Telefone haben keine Adresse der Brücke",
    ],
    [
        "`link_secret` is not set, so that no phone is let in",
        "`link_secret` n'est pas définie : aucun téléphone n'est admis",
        "`link_secret` no está definida: no se admite ningún teléfono",
        "`link_secret` ist nicht gesetzt: kein Telefon wird eingelassen",
    ],
    [
        "phones call the bridge by HTTPS",
        "les téléphones appellent la passerelle en HTTPS",
        "los teléfonos llaman al puente por HTTPS",
        "Telefone rufen die Brücke über HTTPS auf",
    ],
    [
        "phones send numbers and the secret without encryption",
        "les téléphones envoient les numéros et le secret sans chiffrement",
        "los teléfonos envían los números y el secreto sin cifrado",
        "Telefone senden Nummern und das Geheimnis unverschlüsselt",
    ],
    [
        "the addresses answer as they should",
        "les adresses répondent comme il faut",
        "las direcciones responden como deben",
        "die Adressen antworten, wie sie sollen",
    ],
    [
        "what answers there is not the bridge, or refuses: {}",
        "ce qui y répond n'est pas la passerelle, ou refuse : {}",
        "lo que responde ahí no es el puente, o rechaza: {}",
        "was dort antwortet, ist nicht die Brücke, oder lehnt ab: {}",
    ],
    [
        "a phone came through: {}",
        "un téléphone est passé : {}",
        "un teléfono ha pasado: {}",
        "ein Telefon ist durchgekommen: {}",
    ],
    [
        "the bridge may not ask itself here, and no phone has come through in a week",
        "la passerelle ne peut pas s'interroger elle-même ici, et aucun téléphone n'est passé depuis une semaine",
        "el puente no puede preguntarse a sí mismo aquí, y ningún teléfono ha pasado en una semana",
        "die Brücke darf sich hier nicht selbst fragen, und seit einer Woche ist kein Telefon durchgekommen",
    ],
    [
        "no phone has called in yet",
        "aucun téléphone ne s'est encore manifesté",
        "ningún teléfono ha dado aún señales",
        "noch hat sich kein Telefon gemeldet",
    ],
    [
        "phones that call in: {}; not for a week: {}",
        "téléphones qui se manifestent : {} ; plus depuis une semaine : {}",
        "teléfonos que dan señales: {}; no desde hace una semana: {}",
        "Telefone, die sich melden: {}; seit einer Woche nicht mehr: {}",
    ],
    [
        "phones that call in: {}",
        "téléphones qui se manifestent : {}",
        "teléfonos que dan señales: {}",
        "Telefone, die sich melden: {}",
    ],
    [
        "each is a user's, and each user's phone has called in",
        "chacune est à un utilisateur, et le téléphone de chacun s'est manifesté",
        "cada una es de un usuario, y el teléfono de cada uno ha dado señales",
        "jede gehört einem Benutzer, und jedes ihrer Telefone hat sich gemeldet",
    ],
    [
        "phones at extensions that no user has: {}; users' extensions of which no phone has called in: {}",
        "téléphones sur des extensions qu'aucun utilisateur n'a : {} ; extensions d'utilisateurs dont aucun téléphone ne s'est manifesté : {}",
        "teléfonos en extensiones que ningún usuario tiene: {}; extensiones de usuarios de las que ningún teléfono ha dado señales: {}",
        "Telefone an Nebenstellen, die kein Benutzer hat: {}; Nebenstellen von Benutzern, von denen sich kein Telefon gemeldet hat: {}",
    ],
    [
        "phones at extensions that no user has: {}",
        "téléphones sur des extensions qu'aucun utilisateur n'a : {}",
        "teléfonos en extensiones que ningún usuario tiene: {}",
        "Telefone an Nebenstellen, die kein Benutzer hat: {}",
    ],
    [
        "users' extensions of which no phone has called in: {}",
        "extensions d'utilisateurs dont aucun téléphone ne s'est manifesté : {}",
        "extensiones de usuarios de las que ningún teléfono ha dado señales: {}",
        "Nebenstellen von Benutzern, von denen sich kein Telefon gemeldet hat: {}",
    ],
    [
        "it is not built yet",
        "il n'est pas encore établi",
        "aún no está creada",
        "es ist noch nicht erstellt",
    ],
    [
        "contacts: {}; left out because there is no room: {}; because no number of theirs can be dialled: {}",
        "contacts : {} ; laissés de côté faute de place : {} ; faute de numéro qui puisse être composé : {}",
        "contactos: {}; dejados fuera por falta de sitio: {}; por no tener número que se pueda marcar: {}",
        "Kontakte: {}; ausgelassen, weil kein Platz ist: {}; weil keine ihrer Nummern gewählt werden kann: {}",
    ],
];
