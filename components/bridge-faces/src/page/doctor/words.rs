//! The doctor's words, in English, French, Spanish and German. Menus of the UCM are in English on every device: they are left so.

use crate::words::Words;
use bridge_core::flows::examine::{Advice, Examined, Health};

/// Headings of the page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heading {
    Title,
    Healthy,
    Ill,
}

impl Words for Heading {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Title => ["Examination", "Diagnostic", "Diagnóstico", "Untersuchung"],
            Self::Healthy => [
                "Everything works.",
                "Tout fonctionne.",
                "Todo funciona.",
                "Alles funktioniert.",
            ],
            Self::Ill => [
                "Something does not work. What to do is said where it fails.",
                "Quelque chose ne fonctionne pas. La marche à suivre est indiquée à l'étape en échec.",
                "Algo no funciona. Donde falla se indica qué hacer.",
                "Etwas funktioniert nicht. Was zu tun ist, steht dort, wo es scheitert.",
            ],
        }
    }
}

impl Words for Health {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Health::Ok => ["ok", "ok", "correcto", "in Ordnung"],
            Health::Warning => ["to be looked at", "à vérifier", "a revisar", "ansehen"],
            Health::Failed => ["failed", "échec", "falla", "gescheitert"],
            Health::NotReached => [
                "not reached",
                "non atteint",
                "no alcanzado",
                "nicht erreicht",
            ],
        }
    }
}

impl Words for Examined {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Examined::HostAllowed => [
                "The bridge may reach this host",
                "La passerelle peut joindre cet hôte",
                "El puente puede llegar a este host",
                "Die Brücke darf diesen Host erreichen",
            ],
            Examined::Network => [
                "Name, network and port",
                "Nom, réseau et port",
                "Nombre, red y puerto",
                "Name, Netz und Port",
            ],
            Examined::Certificate => [
                "TLS and certificate",
                "TLS et certificat",
                "TLS y certificado",
                "TLS und Zertifikat",
            ],
            Examined::Api => [
                "The API answers",
                "L'API répond",
                "La API responde",
                "Die API antwortet",
            ],
            Examined::PermittedIp => [
                "The bridge's IP address is permitted",
                "L'adresse IP de la passerelle est autorisée",
                "La dirección IP del puente está permitida",
                "Die IP-Adresse der Brücke ist zugelassen",
            ],
            Examined::Credentials => [
                "User and password",
                "Identifiants",
                "Usuario y contraseña",
                "Benutzer und Passwort",
            ],
            Examined::Permission => [
                "Permission to read call records",
                "Droit de lire les enregistrements d'appels",
                "Permiso para leer los registros de llamadas",
                "Recht, Anrufdaten zu lesen",
            ],
            Examined::Records => [
                "Call records can be read",
                "Les enregistrements d'appels sont lisibles",
                "Los registros de llamadas se pueden leer",
                "Anrufdaten sind lesbar",
            ],
            Examined::Clock => ["Clock", "Horloge", "Reloj", "Uhr"],
            Examined::TimeZone => ["Time zone", "Fuseau horaire", "Zona horaria", "Zeitzone"],
            Examined::Recordings => [
                "Recordings can be fetched",
                "Les enregistrements audio sont accessibles",
                "Las grabaciones son accesibles",
                "Aufnahmen sind abrufbar",
            ],
            Examined::Dial => [
                "Calls can be made",
                "Les appels peuvent être lancés",
                "Se pueden hacer llamadas",
                "Anrufe können ausgelöst werden",
            ],
            Examined::LastRun => [
                "Last synchronisation",
                "Dernière synchronisation",
                "Última sincronización",
                "Letzte Synchronisation",
            ],
            Examined::Pushes => [
                "Last pushed record",
                "Dernier enregistrement envoyé",
                "Último registro enviado",
                "Zuletzt gesendeter Datensatz",
            ],
            Examined::PhoneAddresses => [
                "Desk phones have addresses to call",
                "Les téléphones ont des adresses à appeler",
                "Los teléfonos tienen direcciones a las que llamar",
                "Tischtelefone haben Adressen, die sie aufrufen",
            ],
            Examined::PhonesReach => [
                "The bridge answers at these addresses",
                "La passerelle répond à ces adresses",
                "El puente responde en esas direcciones",
                "Die Brücke antwortet unter diesen Adressen",
            ],
            Examined::PhonesCallIn => [
                "Desk phones call in",
                "Les téléphones se manifestent",
                "Los teléfonos dan señales",
                "Tischtelefone melden sich",
            ],
            Examined::PhoneExtensions => [
                "Extensions of the phones and of users",
                "Extensions des téléphones et des utilisateurs",
                "Extensiones de los teléfonos y de los usuarios",
                "Nebenstellen der Telefone und der Benutzer",
            ],
            Examined::Phonebook => [
                "Phonebook of the phones",
                "Annuaire des téléphones",
                "Agenda de los teléfonos",
                "Telefonbuch der Telefone",
            ],
            Examined::OdooVersion => [
                "Odoo answers, in a known version",
                "Odoo répond, dans une version prise en charge",
                "Odoo responde, en una versión admitida",
                "Odoo antwortet, in einer bekannten Version",
            ],
            Examined::OdooKey => [
                "Database and API key",
                "Base de données et clé d'API",
                "Base de datos y clave de API",
                "Datenbank und API-Schlüssel",
            ],
            Examined::OdooEdition => [
                "Edition and plan",
                "Édition et formule",
                "Edición y plan",
                "Edition und Tarif",
            ],
            Examined::OdooRights => [
                "Rights of the key's user",
                "Droits de l'utilisateur de la clé",
                "Permisos del usuario de la clave",
                "Rechte des Benutzers zum Schlüssel",
            ],
            Examined::OdooSetup => [
                "Call journal",
                "Journal d'appels",
                "Diario de llamadas",
                "Anrufjournal",
            ],
            Examined::OdooCountry => [
                "Countries of the companies",
                "Pays des sociétés",
                "Países de las compañías",
                "Länder der Unternehmen",
            ],
            Examined::OdooExtensions => [
                "Extensions of users",
                "Extensions des utilisateurs",
                "Extensiones de los usuarios",
                "Nebenstellen der Benutzer",
            ],
        }
    }
}

/// What to change on the bridge and on the UCM.
impl Words for Advice {
    fn texts(self) -> [&'static str; 4] {
        match self {
            Advice::AllowHost => [
                "Set the bridge's variable ucm_hosts (for port 8443: ucm_hosts_legacy) to a pattern that covers this address, such as https://*:8089, and start the application again.",
                "Donnez à la variable ucm_hosts de la passerelle (pour le port 8443 : ucm_hosts_legacy) un motif qui couvre cette adresse, par exemple https://*:8089, puis relancez l'application.",
                "Dé a la variable ucm_hosts del puente (para el puerto 8443: ucm_hosts_legacy) un patrón que incluya esta dirección, como https://*:8089, y reinicie la aplicación.",
                "Setzen Sie die Variable ucm_hosts der Brücke (für Port 8443: ucm_hosts_legacy) auf ein Muster, das diese Adresse einschließt, etwa https://*:8089, und starten Sie die Anwendung neu.",
            ],
            Advice::BindPassword => [
                "Give the password in ucm_passwords its address: {\"paris\": {\"host\": \"https://ucm.example.com:8089\", \"password\": \"...\"}}; or name your UCMs in ucm_hosts and ucm_hosts_legacy. Then start the application again.",
                "Donnez au mot de passe son adresse dans ucm_passwords : {\"paris\": {\"host\": \"https://ucm.example.com:8089\", \"password\": \"...\"}} ; ou nommez vos UCM dans ucm_hosts et ucm_hosts_legacy. Puis relancez l'application.",
                "Dé a la contraseña su dirección en ucm_passwords: {\"paris\": {\"host\": \"https://ucm.example.com:8089\", \"password\": \"...\"}}; o nombre sus UCM en ucm_hosts y ucm_hosts_legacy. Después reinicie la aplicación.",
                "Geben Sie dem Passwort in ucm_passwords seine Adresse: {\"paris\": {\"host\": \"https://ucm.example.com:8089\", \"password\": \"...\"}}; oder nennen Sie Ihre UCMs in ucm_hosts und ucm_hosts_legacy. Starten Sie die Anwendung dann neu.",
            ],
            Advice::CheckAddress => [
                "Check host and port of this server (in Odoo: Grandstream > Configuration > UCM Servers), that the UCM is on, and that a firewall lets the bridge through to it.",
                "Vérifiez l'hôte et le port de ce serveur (dans Odoo : Grandstream > Configuration > Serveurs UCM), que l'UCM est allumé et qu'un pare-feu laisse passer la passerelle.",
                "Compruebe el host y el puerto de este servidor (en Odoo: Grandstream > Configuración > Servidores UCM), que la UCM esté encendida y que un cortafuegos deje pasar al puente.",
                "Prüfen Sie Host und Port dieses Servers (in Odoo: Grandstream > Konfiguration > UCM-Server), ob die UCM eingeschaltet ist und ob eine Firewall die Brücke durchlässt.",
            ],
            Advice::TrustUcm => [
                "On the UCM: System Settings > HTTP Server, upload a certificate for the host name that is configured here. Or give Spin the CA that signed it: [[client_tls]] with ca_roots_file in its runtime configuration.",
                "Sur l'UCM : System Settings > HTTP Server, installez un certificat pour le nom d'hôte configuré ici. Ou donnez à Spin l'autorité qui l'a signé : [[client_tls]] avec ca_roots_file dans sa configuration.",
                "En la UCM: System Settings > HTTP Server, instale un certificado para el nombre de host configurado aquí. O dé a Spin la CA que lo firmó: [[client_tls]] con ca_roots_file en su configuración.",
                "Auf der UCM: System Settings > HTTP Server, laden Sie ein Zertifikat für den hier eingestellten Hostnamen hoch. Oder geben Sie Spin die CA, die es ausgestellt hat: [[client_tls]] mit ca_roots_file in seiner Laufzeitkonfiguration.",
            ],
            Advice::RenewTls => [
                "The UCM speaks no TLS that Spin speaks, which is TLS 1.2 or 1.3 with ECDHE. Upgrade its firmware, and give it a certificate with a key of at least 2048 bits, signed with SHA-256 (System Settings > HTTP Server). Where that does not help, put a reverse proxy in front of it, or let it push its records and set poll to false.",
                "L'UCM ne parle aucun TLS que Spin parle, à savoir TLS 1.2 ou 1.3 avec ECDHE. Mettez son firmware à jour et donnez-lui un certificat avec une clé d'au moins 2048 bits, signé en SHA-256 (System Settings > HTTP Server). Si cela ne suffit pas, placez un proxy inverse devant lui, ou laissez-le envoyer ses enregistrements et mettez poll à false.",
                "La UCM no habla ningún TLS que Spin hable, es decir TLS 1.2 o 1.3 con ECDHE. Actualice su firmware y dele un certificado con una clave de al menos 2048 bits, firmado con SHA-256 (System Settings > HTTP Server). Si no basta, ponga un proxy inverso delante, o deje que envíe sus registros y ponga poll a false.",
                "Die UCM spricht kein TLS, das Spin spricht, nämlich TLS 1.2 oder 1.3 mit ECDHE. Erneuern Sie ihre Firmware und geben Sie ihr ein Zertifikat mit einem Schlüssel von mindestens 2048 Bit, signiert mit SHA-256 (System Settings > HTTP Server). Hilft das nicht, stellen Sie einen Reverse-Proxy davor, oder lassen Sie sie ihre Datensätze senden und setzen Sie poll auf false.",
            ],
            Advice::TellTls => [
                "Spin does not tell the bridge which of the two it is; its own log does (\"tls protocol error\"), and so does: openssl s_client -brief -connect HOST:PORT. If that fails, or shows less than TLS 1.2, no ECDHE or a key below 2048 bits, the TLS is too old: upgrade the firmware, renew the certificate, or put a reverse proxy in front. If not, it is the certificate: on the UCM under System Settings > HTTP Server, upload one for the host name that is configured here, or give Spin the CA that signed it: [[client_tls]] with ca_roots_file in its runtime configuration.",
                "Spin ne dit pas à la passerelle lequel des deux est en cause ; son propre journal le dit (« tls protocol error »), tout comme : openssl s_client -brief -connect HOST:PORT. Si cette commande échoue, ou montre moins que TLS 1.2, pas d'ECDHE ou une clé de moins de 2048 bits, le TLS est trop ancien : mettez le firmware à jour, renouvelez le certificat ou placez un proxy inverse devant. Sinon, c'est le certificat : sur l'UCM, sous System Settings > HTTP Server, installez-en un pour le nom d'hôte configuré ici, ou donnez à Spin l'autorité qui l'a signé : [[client_tls]] avec ca_roots_file dans sa configuration.",
                "Spin no dice al puente cuál de los dos es; su propio registro sí («tls protocol error»), y también: openssl s_client -brief -connect HOST:PORT. Si falla, o muestra menos que TLS 1.2, ningún ECDHE o una clave de menos de 2048 bits, el TLS es demasiado antiguo: actualice el firmware, renueve el certificado o ponga un proxy inverso delante. Si no, es el certificado: en la UCM, en System Settings > HTTP Server, instale uno para el nombre de host configurado aquí, o dé a Spin la CA que lo firmó: [[client_tls]] con ca_roots_file en su configuración.",
                "Spin sagt der Brücke nicht, welches von beidem es ist; sein eigenes Protokoll sagt es („tls protocol error“), und ebenso: openssl s_client -brief -connect HOST:PORT. Scheitert das, oder zeigt es weniger als TLS 1.2, kein ECDHE oder einen Schlüssel unter 2048 Bit, so ist das TLS zu alt: Firmware erneuern, Zertifikat erneuern oder einen Reverse-Proxy davorstellen. Sonst ist es das Zertifikat: auf der UCM unter System Settings > HTTP Server eines für den hier eingestellten Hostnamen hochladen, oder Spin die CA geben, die es ausgestellt hat: [[client_tls]] mit ca_roots_file in seiner Laufzeitkonfiguration.",
            ],
            Advice::CheckDialect => [
                "Check the server's port and dialect: 8089 for the HTTPS API, 8443 for the legacy API and for CloudUCM.",
                "Vérifiez le port et le dialecte du serveur : 8089 pour l'API HTTPS, 8443 pour l'ancienne API et pour CloudUCM.",
                "Compruebe el puerto y el dialecto del servidor: 8089 para la API HTTPS, 8443 para la API antigua y para CloudUCM.",
                "Prüfen Sie Port und Dialekt des Servers: 8089 für die HTTPS-API, 8443 für die alte API und für CloudUCM.",
            ],
            Advice::EnableApi => [
                "On the UCM: Integrations > API Configuration (older: Value-added Features > API Configuration), HTTPS API Settings (New): Enable, check the user name, Save, then Apply Changes.",
                "Sur l'UCM : Integrations > API Configuration (avant : Value-added Features > API Configuration), HTTPS API Settings (New) : Enable, vérifiez le nom d'utilisateur, Save, puis Apply Changes.",
                "En la UCM: Integrations > API Configuration (antes: Value-added Features > API Configuration), HTTPS API Settings (New): Enable, compruebe el nombre de usuario, Save y luego Apply Changes.",
                "Auf der UCM: Integrations > API Configuration (früher: Value-added Features > API Configuration), HTTPS API Settings (New): Enable, Benutzernamen prüfen, Save, dann Apply Changes.",
            ],
            Advice::PermitIp => [
                "On the UCM: Integrations > API Configuration, Permitted IP(s): add the address that the bridge comes from, with its mask, Save, then Apply Changes. The log of the UCM or of the router shows that address.",
                "Sur l'UCM : Integrations > API Configuration, Permitted IP(s) : ajoutez l'adresse d'où vient la passerelle, avec son masque, Save, puis Apply Changes. Le journal de l'UCM ou du routeur montre cette adresse.",
                "En la UCM: Integrations > API Configuration, Permitted IP(s): añada la dirección desde la que llega el puente, con su máscara, Save y luego Apply Changes. El registro de la UCM o del router muestra esa dirección.",
                "Auf der UCM: Integrations > API Configuration, Permitted IP(s): die Adresse eintragen, von der die Brücke kommt, mit Maske, Save, dann Apply Changes. Das Protokoll der UCM oder des Routers zeigt diese Adresse.",
            ],
            Advice::CheckPassword => [
                "Compare user and password here with those on the UCM: Integrations > API Configuration (it is not the web administrator's). Correct them here; an account that was refused is not tried again before that, or before \"Test Connection\".",
                "Comparez l'utilisateur et le mot de passe avec ceux de l'UCM : Integrations > API Configuration (ce n'est pas le compte d'administration web). Corrigez-les ici ; un compte refusé n'est pas réessayé avant cela, ou avant « Tester la connexion ».",
                "Compare el usuario y la contraseña con los de la UCM: Integrations > API Configuration (no es la cuenta de administración web). Corríjalos aquí; una cuenta rechazada no se prueba de nuevo antes de eso, o de «Probar conexión».",
                "Vergleichen Sie Benutzer und Passwort mit denen der UCM: Integrations > API Configuration (nicht das Konto der Weboberfläche). Berichtigen Sie sie hier; ein abgelehntes Konto wird vorher nicht wieder versucht, oder mit „Verbindung testen“.",
            ],
            Advice::GrantAction => [
                "On the UCM: Integrations > API Configuration, the API user's permissions: grant the action that is named here, Save, then Apply Changes.",
                "Sur l'UCM : Integrations > API Configuration, droits de l'utilisateur de l'API : accordez l'action nommée ici, Save, puis Apply Changes.",
                "En la UCM: Integrations > API Configuration, permisos del usuario de la API: conceda la acción indicada aquí, Save y luego Apply Changes.",
                "Auf der UCM: Integrations > API Configuration, Rechte des API-Benutzers: die hier genannte Aktion gewähren, Save, dann Apply Changes.",
            ],
            Advice::Wait => [
                "The UCM is busy or restarting: look again in a minute.",
                "L'UCM est occupé ou redémarre : réessayez dans une minute.",
                "La UCM está ocupada o reiniciándose: vuelva a mirar en un minuto.",
                "Die UCM ist beschäftigt oder startet neu: in einer Minute noch einmal ansehen.",
            ],
            Advice::SetClock => [
                "On the UCM: System Settings > Time Settings, set an NTP server and the time zone.",
                "Sur l'UCM : System Settings > Time Settings, réglez un serveur NTP et le fuseau horaire.",
                "En la UCM: System Settings > Time Settings, ponga un servidor NTP y la zona horaria.",
                "Auf der UCM: System Settings > Time Settings, einen NTP-Server und die Zeitzone einstellen.",
            ],
            Advice::SetTimeZone => [
                "Correct the time zone of this server here, or on the UCM under System Settings > Time Settings.",
                "Corrigez le fuseau horaire de ce serveur ici, ou sur l'UCM sous System Settings > Time Settings.",
                "Corrija la zona horaria de este servidor aquí, o en la UCM en System Settings > Time Settings.",
                "Berichtigen Sie die Zeitzone dieses Servers hier oder auf der UCM unter System Settings > Time Settings.",
            ],
            Advice::SetUpPush => [
                "On the UCM: CDR > CDR Real-Time Output Settings, tick Enable, Delivery Method HTTP/HTTPS, as the address that of the bridge with /webhook/ and the server's short name, as the password its push secret, Save, then Apply Changes. In Odoo the server's button \"Set Up Real Time\" has the address.",
                "Sur l'UCM : CDR > CDR Real-Time Output Settings, cochez Enable, Delivery Method HTTP/HTTPS, comme adresse celle de la passerelle suivie de /webhook/ et du nom court du serveur, comme mot de passe son secret d'envoi, Save, puis Apply Changes. Dans Odoo, le bouton « Configurer le temps réel » du serveur donne l'adresse.",
                "En la UCM: CDR > CDR Real-Time Output Settings, marque Enable, Delivery Method HTTP/HTTPS, como dirección la del puente con /webhook/ y el nombre corto del servidor, como contraseña su secreto de envío, Save y luego Apply Changes. En Odoo, el botón «Configurar el tiempo real» del servidor da la dirección.",
                "Auf der UCM: CDR > CDR Real-Time Output Settings, Enable ankreuzen, Delivery Method HTTP/HTTPS, als Adresse die der Brücke mit /webhook/ und dem Kurznamen des Servers, als Passwort sein Push-Geheimnis, Save, dann Apply Changes. In Odoo nennt die Schaltfläche „Echtzeit einrichten“ des Servers die Adresse.",
            ],
            Advice::SetPublicUrl
            | Advice::SetLinkSecret
            | Advice::UseHttps
            | Advice::LetPhonesThrough
            | Advice::SetPhonesUp
            | Advice::LookAtPhones
            | Advice::EnterExtensions
            | Advice::AwaitPhonebook => about_phones(self),
            _ => in_odoo(self),
        }
    }
}

/// What to change about desk phones.
fn about_phones(advice: Advice) -> [&'static str; 4] {
    match advice {
        Advice::SetPublicUrl => [
            "Set the bridge's variable public_url to the address under which phones reach it, such as https://bridge.example.com.",
            "Donnez à la variable public_url de la passerelle l'adresse à laquelle les téléphones la joignent, par exemple https://bridge.example.com.",
            "Dé a la variable public_url del puente la dirección en la que los teléfonos lo alcanzan, como https://bridge.example.com.",
            "Setzen Sie die Variable public_url der Brücke auf die Adresse, unter der Telefone sie erreichen, etwa https://bridge.example.com.",
        ],
        Advice::SetLinkSecret => [
            "Set the bridge's variable link_secret: 32 random characters or more. The secrets of the phones are made of it.",
            "Définissez la variable link_secret de la passerelle : 32 caractères aléatoires ou plus. Les secrets des téléphones en sont dérivés.",
            "Defina la variable link_secret del puente: 32 caracteres aleatorios o más. De ella se derivan los secretos de los teléfonos.",
            "Setzen Sie die Variable link_secret der Brücke: 32 zufällige Zeichen oder mehr. Aus ihr entstehen die Geheimnisse der Telefone.",
        ],
        Advice::UseHttps => [
            "Put a proxy with a certificate in front of the bridge, let public_url begin with https://, and paste the new addresses into the phones.",
            "Placez devant la passerelle un proxy avec un certificat, faites commencer public_url par https:// et collez les nouvelles adresses dans les téléphones.",
            "Ponga delante del puente un proxy con certificado, haga que public_url empiece por https:// y pegue las nuevas direcciones en los teléfonos.",
            "Stellen Sie einen Proxy mit Zertifikat vor die Brücke, lassen Sie public_url mit https:// beginnen und tragen Sie die neuen Adressen in die Telefone ein.",
        ],
        Advice::LetPhonesThrough => [
            "From the network of the phones, open the address of public_url in a browser: the page of this bridge should come. A proxy in front of it lets /ring and /phonebook through, without a login and without sending phones elsewhere.",
            "Depuis le réseau des téléphones, ouvrez l'adresse de public_url dans un navigateur : la page de cette passerelle doit s'afficher. Un proxy placé devant laisse passer /ring et /phonebook, sans connexion et sans rediriger les téléphones.",
            "Desde la red de los teléfonos, abra la dirección de public_url en un navegador: debe salir la página de este puente. Un proxy delante deja pasar /ring y /phonebook, sin inicio de sesión y sin redirigir los teléfonos.",
            "Öffnen Sie aus dem Netz der Telefone die Adresse von public_url in einem Browser: es soll die Seite dieser Brücke kommen. Ein Proxy davor lässt /ring und /phonebook durch, ohne Anmeldung und ohne Telefone umzuleiten.",
        ],
        Advice::SetPhonesUp => [
            "In Odoo: Grandstream > Configuration > Phones > Set Up Phones has the addresses to be pasted into each phone, or into a template of Zero Config.",
            "Dans Odoo : Grandstream > Configuration > Téléphones contient les adresses à coller dans chaque téléphone, ou dans un modèle de Zero Config.",
            "En Odoo: Grandstream > Configuración > Teléfonos tiene las direcciones que se pegan en cada teléfono, o en una plantilla de Zero Config.",
            "In Odoo: Grandstream > Konfiguration > Telefone hat die Adressen, die in jedes Telefon einzutragen sind, oder in eine Vorlage von Zero Config.",
        ],
        Advice::LookAtPhones => [
            "Look whether these phones are on, and still have the addresses: a reset takes them away, and so does another phones_generation or link_secret. What is no longer there can be deleted under Grandstream > Configuration > Phones.",
            "Vérifiez que ces téléphones sont allumés et ont encore les adresses : une réinitialisation les efface, un autre phones_generation ou link_secret les annule. Ce qui n'existe plus se supprime sous Grandstream > Configuration > Téléphones.",
            "Compruebe que estos teléfonos están encendidos y conservan las direcciones: un restablecimiento las borra, y otro phones_generation o link_secret las anula. Lo que ya no existe se elimina en Grandstream > Configuración > Teléfonos.",
            "Sehen Sie nach, ob diese Telefone an sind und die Adressen noch haben: ein Zurücksetzen löscht sie, ein anderes phones_generation oder link_secret macht sie ungültig. Was es nicht mehr gibt, wird unter Grandstream > Konfiguration > Telefone gelöscht.",
        ],
        Advice::EnterExtensions => [
            "In Odoo: Grandstream > Configuration > Extensions, say whose these extensions are; without that nobody sees a card when they ring.",
            "Dans Odoo : Grandstream > Configuration > Extensions, indiquez à qui sont ces extensions ; sans cela personne ne voit de fiche quand elles sonnent.",
            "En Odoo: Grandstream > Configuración > Extensiones, indique de quién son estas extensiones; sin eso nadie ve una ficha cuando suenan.",
            "In Odoo: Grandstream > Konfiguration > Nebenstellen, sagen Sie, wessen Nebenstellen das sind; sonst sieht niemand eine Karte, wenn sie klingeln.",
        ],
        _ => [
            "Wait until the timer has read this server, some ten minutes. Where it takes longer, its record in Odoo says why.",
            "Attendez que le minuteur ait lu ce serveur, une dizaine de minutes. Si cela dure plus longtemps, sa fiche dans Odoo dit pourquoi.",
            "Espere a que el temporizador haya leído este servidor, unos diez minutos. Si tarda más, su ficha en Odoo dice por qué.",
            "Warten Sie, bis der Zeitgeber diesen Server gelesen hat, etwa zehn Minuten. Dauert es länger, sagt sein Datensatz in Odoo, warum.",
        ],
    }
}

/// What to change about Odoo.
fn in_odoo(advice: Advice) -> [&'static str; 4] {
    match advice {
        Advice::RepairHosts => [
            "Give every pattern in the bridge's variables ucm_hosts and ucm_hosts_legacy a scheme and a port, such as https://*:8089, and start the application again.",
            "Donnez à chaque motif des variables ucm_hosts et ucm_hosts_legacy de la passerelle un schéma et un port, par exemple https://*:8089, puis relancez l'application.",
            "Dé a cada patrón de las variables ucm_hosts y ucm_hosts_legacy del puente un esquema y un puerto, como https://*:8089, y reinicie la aplicación.",
            "Geben Sie jedem Muster in den Variablen ucm_hosts und ucm_hosts_legacy der Brücke ein Schema und einen Port, etwa https://*:8089, und starten Sie die Anwendung neu.",
        ],
        Advice::CheckOdooUrl => [
            "Check the bridge's variable odoo_url (https://, without a path), and that Odoo is up.",
            "Vérifiez la variable odoo_url de la passerelle (https://, sans chemin) et qu'Odoo est en marche.",
            "Compruebe la variable odoo_url del puente (https://, sin ruta) y que Odoo esté en marcha.",
            "Prüfen Sie die Variable odoo_url der Brücke (https://, ohne Pfad) und ob Odoo läuft.",
        ],
        Advice::TrustOdoo => [
            "Give Odoo's proxy a certificate that is valid for this name, or Spin its CA: [[client_tls]] with ca_roots_file in its runtime configuration.",
            "Donnez au proxy d'Odoo un certificat valable pour ce nom, ou à Spin son autorité : [[client_tls]] avec ca_roots_file dans sa configuration.",
            "Dé al proxy de Odoo un certificado válido para este nombre, o a Spin su CA: [[client_tls]] con ca_roots_file en su configuración.",
            "Geben Sie dem Proxy von Odoo ein Zertifikat für diesen Namen oder Spin dessen CA: [[client_tls]] mit ca_roots_file in seiner Laufzeitkonfiguration.",
        ],
        Advice::CheckDatabase => [
            "Check the bridge's variable odoo_db: the name of the database as Odoo's database manager shows it.",
            "Vérifiez la variable odoo_db de la passerelle : le nom de la base tel que l'affiche le gestionnaire de bases d'Odoo.",
            "Compruebe la variable odoo_db del puente: el nombre de la base como lo muestra el gestor de bases de datos de Odoo.",
            "Prüfen Sie die Variable odoo_db der Brücke: den Namen der Datenbank, wie ihn die Datenbankverwaltung von Odoo zeigt.",
        ],
        Advice::MakeKey => [
            "In Odoo, as the user of odoo_login: Preferences > Account Security > New API Key; set it as the bridge's variable odoo_api_key. On Odoo Online the external API needs the Custom plan.",
            "Dans Odoo, avec l'utilisateur de odoo_login : Préférences > Sécurité du compte > Nouvelle clé API ; donnez-la à la variable odoo_api_key. Sur Odoo Online, l'API externe demande la formule Personnalisé.",
            "En Odoo, con el usuario de odoo_login: Preferencias > Seguridad de la cuenta > Nueva clave API; póngala en la variable odoo_api_key. En Odoo Online, la API externa requiere el plan Personalizado.",
            "In Odoo, als Benutzer von odoo_login: Einstellungen > Kontosicherheit > Neuer API-Schlüssel; setzen Sie ihn als Variable odoo_api_key. Auf Odoo Online braucht die externe API den Tarif Individuell.",
        ],
        Advice::UpgradeOdoo => [
            "The bridge works with Odoo 17, 18 and 19: upgrade this Odoo.",
            "La passerelle fonctionne avec Odoo 17, 18 et 19 : mettez cet Odoo à niveau.",
            "El puente funciona con Odoo 17, 18 y 19: actualice este Odoo.",
            "Die Brücke arbeitet mit Odoo 17, 18 und 19: aktualisieren Sie dieses Odoo.",
        ],
        Advice::GiveRights => [
            "In Odoo: Settings > Users, give the key's user the rights to contacts and, under Grandstream, \"Bridge to the UCMs\" (the group \"Grandstream: Bridge\").",
            "Dans Odoo : Paramètres > Utilisateurs, donnez à l'utilisateur de la clé les droits sur les contacts et, sous Grandstream, « Passerelle vers les UCM » (le groupe « Grandstream : passerelle »).",
            "En Odoo: Ajustes > Usuarios, dé al usuario de la clave los permisos sobre contactos y, en Grandstream, «Puente a las UCM» (el grupo «Grandstream: puente»).",
            "In Odoo: Einstellungen > Benutzer, geben Sie dem Benutzer des Schlüssels die Rechte an Kontakten und, unter Grandstream, „Brücke zu den UCMs“ (die Gruppe „Grandstream: Bridge“).",
        ],
        Advice::RunSetup => [
            "Send POST /setup to the bridge, with the administrators' token and an administrator's API key.",
            "Envoyez POST /setup à la passerelle, avec le jeton d'administration et la clé d'API d'un administrateur.",
            "Envíe POST /setup al puente, con el token de administración y la clave de API de un administrador.",
            "Senden Sie POST /setup an die Brücke, mit dem Verwaltungstoken und dem API-Schlüssel eines Administrators.",
        ],
        Advice::RemoveTwins => [
            "In Odoo: Grandstream > Configuration > Extensions, remove the lines with the remark Entered twice; until then they count as one.",
            "Dans Odoo : Grandstream > Configuration > Extensions, supprimez les lignes qui portent la remarque « Saisi deux fois » ; d'ici là elles comptent pour une.",
            "En Odoo: Grandstream > Configuración > Extensiones, quite las líneas con la observación «Introducido dos veces»; hasta entonces cuentan como una.",
            "In Odoo: Grandstream > Konfiguration > Nebenstellen, entfernen Sie die Zeilen mit der Bemerkung „Zweimal eingetragen“; bis dahin zählen sie als eine.",
        ],
        _ => [
            "In Odoo: Settings > Companies, give each company its country; contacts without one have their numbers read by it.",
            "Dans Odoo : Paramètres > Sociétés, donnez à chaque société son pays ; il sert à lire les numéros des contacts qui n'en ont pas.",
            "En Odoo: Ajustes > Compañías, dé a cada compañía su país; con él se leen los números de los contactos que no lo tienen.",
            "In Odoo: Einstellungen > Unternehmen, geben Sie jedem Unternehmen sein Land; danach werden Nummern von Kontakten ohne Land gelesen.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ADVICES: [Advice; 33] = [
        Advice::AllowHost,
        Advice::CheckAddress,
        Advice::TrustUcm,
        Advice::RenewTls,
        Advice::TellTls,
        Advice::CheckDialect,
        Advice::EnableApi,
        Advice::PermitIp,
        Advice::CheckPassword,
        Advice::GrantAction,
        Advice::Wait,
        Advice::SetClock,
        Advice::SetTimeZone,
        Advice::RepairHosts,
        Advice::BindPassword,
        Advice::CheckOdooUrl,
        Advice::TrustOdoo,
        Advice::CheckDatabase,
        Advice::MakeKey,
        Advice::UpgradeOdoo,
        Advice::GiveRights,
        Advice::RunSetup,
        Advice::SetCountry,
        Advice::RemoveTwins,
        Advice::SetPublicUrl,
        Advice::SetLinkSecret,
        Advice::UseHttps,
        Advice::LetPhonesThrough,
        Advice::SetPhonesUp,
        Advice::LookAtPhones,
        Advice::EnterExtensions,
        Advice::AwaitPhonebook,
        Advice::SetUpPush,
    ];

    /// One that was forgotten would be told in the words of another.
    #[test]
    fn each_advice_is_told_in_words_of_its_own_in_every_language() {
        for advice in ADVICES {
            let languages = BTreeSet::from(advice.texts());
            assert_eq!(languages.len(), 4, "{advice:?}");
        }
        for language in 0..4 {
            let texts: BTreeSet<&str> = ADVICES.iter().map(|it| it.texts()[language]).collect();
            assert_eq!(texts.len(), ADVICES.len());
        }
    }
}
