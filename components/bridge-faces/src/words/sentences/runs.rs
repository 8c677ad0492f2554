//! What a run says of itself and of the recordings that it copies, in every language.

/// In English, French, Spanish and German. Where two could be meant, the one that says more comes first.
pub(super) const SENTENCES: &[[&str; 4]] = &[
    [
        "a proof of this UCM is under way: try again in a minute",
        "une vérification de cet UCM est en cours : réessayez dans une minute",
        "hay una comprobación de esta UCM en curso: inténtelo de nuevo en un minuto",
        "für diese UCM läuft gerade ein Nachweis: versuchen Sie es in einer Minute noch einmal",
    ],
    [
        "a synchronisation of this UCM is under way: try again in a minute",
        "une synchronisation de cet UCM est en cours : réessayez dans une minute",
        "hay una sincronización de esta UCM en curso: inténtelo de nuevo en un minuto",
        "für diese UCM läuft gerade eine Synchronisation: versuchen Sie es in einer Minute noch einmal",
    ],
    [
        "1 record is set aside: GET /dead-letters/{} says why, and how to try again (in Odoo: the button \"Open the Bridge\" leads there)",
        "1 enregistrement est mis de côté : GET /dead-letters/{} dit pourquoi, et comment réessayer (dans Odoo : le bouton « Ouvrir la passerelle » y mène)",
        "1 registro está apartado: GET /dead-letters/{} dice por qué, y cómo reintentarlo (en Odoo: el botón «Abrir el puente» lleva allí)",
        "1 Datensatz ist beiseitegelegt: GET /dead-letters/{} sagt, warum und wie er noch einmal versucht wird (in Odoo: die Schaltfläche „Bridge öffnen“ führt dorthin)",
    ],
    [
        "{} records are set aside: GET /dead-letters/{} says why, and how to try again (in Odoo: the button \"Open the Bridge\" leads there)",
        "{} enregistrements sont mis de côté : GET /dead-letters/{} dit pourquoi, et comment réessayer (dans Odoo : le bouton « Ouvrir la passerelle » y mène)",
        "{} registros están apartados: GET /dead-letters/{} dice por qué, y cómo reintentarlos (en Odoo: el botón «Abrir el puente» lleva allí)",
        "{} Datensätze sind beiseitegelegt: GET /dead-letters/{} sagt, warum und wie sie noch einmal versucht werden (in Odoo: die Schaltfläche „Bridge öffnen“ führt dorthin)",
    ],
    [
        "the UCM gives the same {} records for every page: what comes after them cannot be read; ask for fewer days",
        "l'UCM donne les mêmes {} enregistrements à chaque page : ce qui les suit ne peut être lu ; demandez moins de jours",
        "la UCM da los mismos {} registros en cada página: lo que sigue no se puede leer; pida menos días",
        "die UCM gibt auf jeder Seite dieselben {} Datensätze: was danach kommt, kann nicht gelesen werden; fragen Sie nach weniger Tagen",
    ],
    [
        "{} records could not be delivered and no more can be set aside: look at them, then replay or discard them",
        "{} enregistrements n'ont pas pu être livrés et aucun autre ne peut être mis de côté : regardez-les, puis relancez-les ou écartez-les",
        "{} registros no se pudieron entregar y no se pueden apartar más: revíselos y luego reintente o descarte",
        "{} Datensätze konnten nicht zugestellt werden, und mehr können nicht beiseitegelegt werden: sehen Sie sie an, dann versuchen Sie sie noch einmal oder verwerfen Sie sie",
    ],
    [
        "the settings name another Odoo or database than before: what was remembered of that one counts no more, and the bridge begins anew",
        "les paramètres nomment un autre Odoo ou une autre base de données qu'avant : ce qui était retenu de l'ancien ne compte plus, et la passerelle recommence",
        "los ajustes nombran otro Odoo u otra base de datos que antes: lo recordado de aquel ya no cuenta, y el puente empieza de nuevo",
        "die Einstellungen nennen ein anderes Odoo oder eine andere Datenbank als zuvor: was von jenem gemerkt war, gilt nicht mehr, und die Brücke beginnt von vorn",
    ],
    [
        "the journal in Odoo is another than before (set up again after a removal, or another database in the same place): what was remembered of that one counts no more, and the bridge begins anew",
        "le journal dans Odoo n'est plus le même (réinstallé après une suppression, ou une autre base de données au même endroit) : ce qui était retenu de l'ancien ne compte plus, et la passerelle recommence",
        "el registro en Odoo es otro que antes (instalado de nuevo tras eliminarlo, u otra base de datos en el mismo lugar): lo recordado de aquel ya no cuenta, y el puente empieza de nuevo",
        "das Journal in Odoo ist ein anderes als zuvor (nach einer Entfernung neu eingerichtet, oder eine andere Datenbank am selben Ort): was von jenem gemerkt war, gilt nicht mehr, und die Brücke beginnt von vorn",
    ],
    [
        "the journal in Odoo was set up since it was last seen: what was remembered before counts no more, and the bridge begins anew",
        "le journal dans Odoo a été installé depuis la dernière fois : ce qui était retenu avant ne compte plus, et la passerelle recommence",
        "el registro en Odoo se instaló desde la última vez: lo recordado antes ya no cuenta, y el puente empieza de nuevo",
        "das Journal in Odoo wurde seit dem letzten Mal eingerichtet: was zuvor gemerkt war, gilt nicht mehr, und die Brücke beginnt von vorn",
    ],
    [
        "the Odoo side is being set up, and everything else stands still until that has ended",
        "le côté Odoo est en cours d'installation, et tout le reste attend qu'elle soit terminée",
        "se está instalando la parte de Odoo, y todo lo demás espera a que termine",
        "die Odoo-Seite wird gerade eingerichtet, und alles andere steht still, bis das zu Ende ist",
    ],
    // Of a copy.
    [
        "without `link_secret` nothing tells the bridge's records of a call from those that somebody has added in Odoo",
        "sans `link_secret`, rien ne distingue les enregistrements d'appel de la passerelle de ceux que quelqu'un a ajoutés dans Odoo",
        "sin `link_secret` nada distingue los registros de una llamada del puente de los que alguien ha añadido en Odoo",
        "ohne `link_secret` unterscheidet nichts die Datensätze der Brücke von denen, die jemand in Odoo hinzugefügt hat",
    ],
    [
        "the records stored with this call do not carry the bridge's seal: replay its day",
        "les données conservées avec cet appel ne portent pas le sceau de la passerelle : relisez sa journée",
        "los datos guardados con esta llamada no llevan el sello del puente: vuelva a leer su día",
        "die mit diesem Anruf gespeicherten Datensätze tragen nicht das Siegel der Brücke: lesen Sie seinen Tag erneut",
    ],
    [
        "the names of the recordings are none that can be asked for",
        "les noms des enregistrements ne sont pas de ceux que l'on peut demander",
        "los nombres de las grabaciones no son de los que se pueden pedir",
        "die Namen der Aufnahmen sind keine, nach denen gefragt werden kann",
    ],
    [
        "the UCM did not give the whole recording: {}",
        "l'UCM n'a pas donné l'enregistrement en entier : {}",
        "la UCM no dio la grabación entera: {}",
        "die UCM hat nicht die ganze Aufnahme gegeben: {}",
    ],
    [
        "Odoo gave no id for it",
        "Odoo ne lui a pas donné d'identifiant",
        "Odoo no le dio ningún identificador",
        "Odoo hat ihr keine Kennung gegeben",
    ],
    [
        "an attachment of another record has its key",
        "la pièce jointe d'un autre enregistrement d'Odoo porte sa clé",
        "un adjunto de otro registro tiene su clave",
        "ein Anhang eines anderen Datensatzes hat ihren Schlüssel",
    ],
    [
        "it has {} MB, and copies of this server may have {} MB: see the server's settings, then replay its day",
        "il fait {} Mo, et les copies de ce serveur peuvent en faire {} : voyez les paramètres du serveur, puis relisez sa journée",
        "tiene {} MB, y las copias de este servidor pueden tener {} MB: vea los ajustes del servidor y después vuelva a leer su día",
        "sie hat {} MB, und Kopien dieses Servers dürfen {} MB haben: siehe die Einstellungen des Servers, dann lesen Sie ihren Tag erneut",
    ],
    [
        "the UCM may still be writing it",
        "l'UCM l'écrit peut-être encore",
        "puede que la UCM aún lo esté escribiendo",
        "die UCM schreibt sie vielleicht noch",
    ],
    [
        "its length is not the one announced",
        "sa longueur n'est pas celle qui était annoncée",
        "su longitud no es la anunciada",
        "ihre Länge ist nicht die angekündigte",
    ],
    [
        "the call has just ended",
        "l'appel vient de se terminer",
        "la llamada acaba de terminar",
        "der Anruf ist eben erst zu Ende",
    ],
    [
        "the UCM has no such file any more",
        "l'UCM n'a plus ce fichier",
        "la UCM ya no tiene ese archivo",
        "die UCM hat diese Datei nicht mehr",
    ],
    [
        "recordings of this server are not kept that long",
        "les enregistrements de ce serveur ne sont pas conservés aussi longtemps",
        "las grabaciones de este servidor no se conservan tanto tiempo",
        "Aufnahmen dieses Servers werden nicht so lange aufbewahrt",
    ],
    [
        "{} recordings of this UCM are being listened to already",
        "{} enregistrements de cette UCM sont déjà en cours d'écoute",
        "ya se están escuchando {} grabaciones de esta UCM",
        "{} Aufnahmen dieser UCM werden schon angehört",
    ],
];
