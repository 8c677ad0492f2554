//! The contacts of an office are on its desk phones, as the office dials them: read by an independent reader, fetched by simulated phones.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use chrono_clock::{DateTime, Utc};
use host::{App, Effect, EffectKind, Hooks, Verdict, VirtualClock};
use peers::phones::{ActionUrls, Book, BookSettings, Fetched, Fleet};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, Rig, Site, french_ucm};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Numbers that are there for fiction.
const OFFICE: &str = "+33199000012";
const AT_HOME: &str = "01 99 00 00 34";

fn now() -> DateTime<Utc> {
    "2026-06-15T14:30:00Z".parse().unwrap()
}

/// An office with a phonebook.
async fn office(journal: Journal, settings: Value) -> Rig {
    let ucm = french_ucm(now()).start().await.unwrap();
    let site = Site::new("nantes", ucm).with(json!({ "phonebook": "all" }));
    // One that is used again may have contacts of another test.
    let names = json!([["ref", "=", MARK]]);
    journal.remove_records("res.partner", names).await.unwrap();
    Rig::around(journal, now())
        .site(site.with(settings))
        .variable("public_url", "https://bridge.example.com")
        .start()
        .await
        .unwrap()
}

async fn add(rig: &Rig, mut contact: Value) -> i64 {
    contact["ref"] = json!(MARK);
    rig.journal.create("res.partner", contact).await.unwrap()
}

/// Where the phones of the server find their book, as administrators see it.
async fn settings(rig: &Rig) -> BookSettings {
    let fields = [
        "x_book_path",
        "x_book_short_path",
        "x_book_user",
        "x_book_secret",
        "x_book_mode",
    ];
    let servers = json!([["x_server_id.x_key", "=", "nantes"]]);
    let found = rig
        .journal
        .records("x_ucm_access", servers, &fields)
        .await
        .unwrap();
    let text = |field: &str| found[0][field].as_str().unwrap().to_owned();
    assert_eq!(text("x_book_mode"), "https");
    BookSettings {
        server_path: text("x_book_path"),
        credentials: Some((text("x_book_user"), text("x_book_secret"))),
    }
}

/// The bridge at work, and three phones.
async fn phones(rig: &Rig) -> (App, SocketAddr, Fleet) {
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let at = app.address().unwrap();
    let fleet = Fleet::new(at, ActionUrls::default(), &["1001", "1002", "1003"]);
    (app, at, fleet)
}

/// The book that a phone has after a fetch.
async fn book(rig: &Rig) -> Book {
    let settings = settings(rig).await;
    let (app, at, mut fleet) = phones(rig).await;
    let phone = &mut fleet.phones_mut()[0];
    let fetched = phone.fetch(at, &settings).await.unwrap();
    assert!(matches!(fetched, Fetched::New(_)), "{fetched:?}");
    // The phone is noted after the answer.
    app.settled().await;
    app.stop().await;
    phone.book().unwrap().clone()
}

/// The server's record.
async fn record(rig: &Rig) -> Value {
    let fields = [
        "x_book_contacts",
        "x_book_left_out",
        "x_book_unreadable",
        "x_book_at",
        "x_book_detail",
        "x_book_words",
    ];
    let found = rig
        .journal
        .records("x_ucm_server", json!([["x_key", "=", "nantes"]]), &fields);
    found.await.unwrap().swap_remove(0)
}

/// Asks as a phone would that follows no rules.
async fn ask(
    rig: &Rig,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> http::Response<Bytes> {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost{path}"));
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    rig.send(request.body(Bytes::new()).unwrap()).await.unwrap()
}

/// The answer to `HEAD`, over a socket: it announces a body that does not come.
async fn head(rig: &Rig, path: &str) -> String {
    let (app, at, _) = phones(rig).await;
    let mut stream = TcpStream::connect(at).await.unwrap();
    let request = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    app.stop().await;
    answer
}

fn path(settings: &BookSettings) -> String {
    let (_, path) = settings.server_path.split_once('/').unwrap();
    format!("/{path}/phonebook.xml")
}

/// What every Odoo does alike, the real one too where there is one.
#[tokio::test(flavor = "multi_thread")]
async fn the_phones_have_the_contacts_as_the_office_dials_them() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = office(
            journal,
            json!({ "outside_line": "0", "phonebook_size": 2000 }),
        )
        .await;
        let tag = rig
            .journal
            .create("res.partner.category", json!({ "name": "Key Accounts" }));
        let tag = tag.await.unwrap();
        let company = add(
            &rig,
            json!({ "name": "Analytical & Sons", "is_company": true, "phone": OFFICE, "category_id": [[6, 0, [tag]]] }),
        )
        .await;
        add(
            &rig,
            json!({ "name": "Ada Test", "parent_id": company, "phone": AT_HOME }),
        )
        .await;
        add(
            &rig,
            json!({ "name": "Premium Test", "phone": "0899123456" }),
        )
        .await;
        add(
            &rig,
            json!({ "name": "Archived Test", "phone": "+33199000056", "active": false }),
        )
        .await;
        add(&rig, json!({ "name": "Silent Test" })).await;
        rig.sync().await.unwrap();
        let book = book(&rig).await;
        let own = book.contact("Analytical & Sons").unwrap();
        assert_eq!(own.numbers(), ["00199000012"]);
        let group = book
            .groups
            .iter()
            .find(|group| Some(group.id) == own.group)
            .unwrap();
        assert_eq!(group.name, "Key Accounts");
        let ada = book.contact("Ada Test Analytical & Sons").unwrap();
        assert_eq!(
            (ada.first_name.as_str(), ada.numbers()),
            ("Ada Test", vec!["00199000034"])
        );
        for other in ["Premium", "Archived", "Silent"] {
            let is_there = |name: &str| name.starts_with(other);
            assert!(
                !book
                    .contacts
                    .iter()
                    .any(|contact| is_there(&contact.name())),
                "{other}"
            );
        }
        let record = record(&rig).await;
        assert_eq!(record["x_book_contacts"], book.contacts.len(), "{record}");
        assert!(
            record["x_book_unreadable"].as_i64().unwrap() >= 1,
            "{record}"
        );
        assert_eq!(record["x_book_detail"], false, "{record}");
        // What phones that call in say of themselves is in Odoo once the servers are read again: then it is known which record is the server's.
        rig.advance(Duration::from_secs(11 * 60));
        rig.tick().await.unwrap();
        let seen = json!([["x_name", "=", "00:0B:82:00:00:00"]]);
        let fields = ["x_model", "x_server_id", "x_book_at", "x_firmware"];
        let seen = rig
            .journal
            .records("x_ucm_phone", seen, &fields)
            .await
            .unwrap();
        assert_eq!(seen[0]["x_model"], "GXP2170", "{seen:?}");
        assert_eq!(seen[0]["x_book_at"], "2026-06-15 14:30:00", "{seen:?}");
        rig.journal
            .remove_records("res.partner", json!([["ref", "=", MARK]]))
            .await
            .unwrap();
        rig.journal
            .remove_records("res.partner.category", json!([["id", "=", tag]]))
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_has_the_book_costs_odoo_nothing() {
    let rig = office(Journal::simulated(19).await.unwrap(), json!({})).await;
    add(&rig, json!({ "name": "Ada", "phone": OFFICE })).await;
    rig.sync().await.unwrap();
    let settings = settings(&rig).await;
    rig.journal.handle().clear_requests();
    let (app, at, mut fleet) = phones(&rig).await;
    for phone in fleet.phones_mut() {
        assert!(matches!(
            phone.fetch(at, &settings).await.unwrap(),
            Fetched::New(_)
        ));
        let again = phone.fetch(at, &settings).await.unwrap();
        let Fetched::NotModified(answer) = again else {
            panic!("{again:?}");
        };
        assert!(answer.body.is_empty());
    }
    app.stop().await;
    assert_eq!(rig.journal.handle().requests().len(), 0);
    // Nothing has changed: the book is not read again, and remains the same.
    rig.advance(Duration::from_secs(20 * 60));
    rig.tick().await.unwrap();
    let reads = |rig: &Rig| {
        let requests = rig.journal.handle().requests();
        let of_contacts = |request: &&peers::odoo::Request| {
            request.model == "res.partner" && request.method == "search_read"
        };
        requests.iter().filter(of_contacts).count()
    };
    assert_eq!(reads(&rig), 0);
    // A change is on the phones within the next readings of the servers.
    add(&rig, json!({ "name": "Grace", "phone": AT_HOME })).await;
    rig.advance(Duration::from_secs(20 * 60));
    rig.tick().await.unwrap();
    assert_eq!(reads(&rig), 1);
    let (app, at, _) = phones(&rig).await;
    let phone = &mut fleet.phones_mut()[0];
    assert!(matches!(
        phone.fetch(at, &settings).await.unwrap(),
        Fetched::New(_)
    ));
    assert!(phone.book().unwrap().contact("Grace").is_some());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_odoo_is_away_phones_get_the_last_good_book() {
    let rig = office(Journal::simulated(19).await.unwrap(), json!({})).await;
    add(&rig, json!({ "name": "Ada", "phone": OFFICE })).await;
    rig.sync().await.unwrap();
    let settings = settings(&rig).await;
    rig.journal.handle().go_down().await;
    rig.advance(Duration::from_secs(3 * 3600));
    rig.tick().await.unwrap();
    let (app, at, mut fleet) = phones(&rig).await;
    let phone = &mut fleet.phones_mut()[1];
    assert!(matches!(
        phone.fetch(at, &settings).await.unwrap(),
        Fetched::New(_)
    ));
    assert!(phone.book().unwrap().contact("Ada").is_some());
    app.stop().await;
}

/// An Odoo that takes a while for contacts.
struct Slow(VirtualClock);

impl Hooks for Slow {
    fn on_effect(&self, effect: &Effect) -> Verdict {
        if let EffectKind::Response { request, .. } = &effect.kind
            && request.path.starts_with("/json/2/res.partner/")
        {
            self.0.advance(Duration::from_secs(11));
        }
        Verdict::Continue
    }
}

/// There is time for one book in each run.
#[tokio::test(flavor = "multi_thread")]
async fn no_server_is_always_the_last_one() {
    let mut rig = office(Journal::simulated(19).await.unwrap(), json!({})).await;
    for name in ["quimper", "rennes"] {
        let ucm = french_ucm(now()).start().await.unwrap();
        let site = Site::new(name, ucm).with(json!({ "phonebook": "all" }));
        rig.sites.push(site);
    }
    let contact = json!({ "name": "Fleurs de Fiction", "phone": OFFICE });
    add(&rig, contact).await;
    for _ in 0..12 {
        rig.tick_with(Slow(rig.clock.clone())).await.unwrap();
        rig.advance(Duration::from_secs(10 * 60));
    }
    let all = rig
        .journal
        .records("x_ucm_server", json!([]), &["x_key", "x_book_at"]);
    let all = all.await.unwrap();
    assert_eq!(all.len(), 3, "{all:?}");
    for server in all {
        assert!(server["x_book_at"].is_string(), "{server}");
    }
}

/// A machine without a clock of its own may be told a time to come, and the right one a while later.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_once_ran_ahead_keeps_no_book_as_it_is() {
    let rig = office(Journal::simulated(19).await.unwrap(), json!({})).await;
    rig.clock.set(now() + Duration::from_secs(40 * 24 * 3_600));
    rig.tick().await.unwrap();
    rig.clock.set(now());
    let contact = json!({ "name": "Fleurs de Fiction", "phone": OFFICE });
    add(&rig, contact).await;
    rig.advance(Duration::from_secs(16 * 60));
    rig.tick().await.unwrap();
    assert_eq!(record(&rig).await["x_book_contacts"], 1);
    assert_eq!(book(&rig).await.contacts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_shows_the_servers_secret_gets_a_book() {
    let rig = office(Journal::simulated(19).await.unwrap(), json!({})).await;
    add(&rig, json!({ "name": "Ada", "phone": OFFICE })).await;
    let settings_before = ask(&rig, "GET", "/phonebook/nantes/x/phonebook.xml", &[]).await;
    assert_eq!(settings_before.status(), 403);
    rig.sync().await.unwrap();
    let settings = settings(&rig).await;
    let (user, secret) = settings.credentials.clone().unwrap();
    let path = path(&settings);
    for (path, status) in [
        ("/phonebook/nantes/wrong/phonebook.xml".to_owned(), 403),
        (format!("/phonebook/metz/{secret}/phonebook.xml"), 404),
        (format!("/phonebook/nantes/{secret}/other.xml"), 404),
        (format!("/ring/nantes/{secret}?event=incoming"), 403),
        (path.clone(), 200),
    ] {
        assert_eq!(
            ask(&rig, "GET", &path, &[]).await.status(),
            status,
            "{path}"
        );
    }
    assert_eq!(ask(&rig, "POST", &path, &[]).await.status(), 405);
    // By credentials: asked for them, and asked again for wrong ones.
    let by_credentials = BookSettings {
        server_path: "bridge.example.com/phonebook/nantes".to_owned(),
        credentials: Some((user.clone(), secret)),
    };
    let wrong = BookSettings {
        credentials: Some((user, "wrong".to_owned())),
        ..by_credentials.clone()
    };
    let (app, at, mut fleet) = phones(&rig).await;
    let phone = &mut fleet.phones_mut()[0];
    let refused = phone.fetch(at, &wrong).await.unwrap();
    let Fetched::Refused(answer) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(answer.status, 401);
    assert!(matches!(
        phone.fetch(at, &by_credentials).await.unwrap(),
        Fetched::New(_)
    ));
    app.stop().await;
    // The head alone, and conditions of either kind.
    let whole = ask(&rig, "GET", &path, &[]).await;
    let head = head(&rig, &path).await;
    let announced = format!("\r\ncontent-length: {}\r\n", whole.body().len());
    assert!(head.to_lowercase().contains(&announced), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    let (etag, date) = (
        whole.headers()["etag"].to_str().unwrap(),
        whole.headers()["last-modified"].to_str().unwrap(),
    );
    for (headers, status) in [
        (
            [
                ("if-none-match", etag),
                ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ],
            304,
        ),
        (
            [
                ("if-none-match", "\"another\""),
                ("if-modified-since", date),
            ],
            200,
        ),
        ([("if-modified-since", date), ("accept", "*/*")], 304),
        (
            [
                ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"),
                ("accept", "*/*"),
            ],
            200,
        ),
    ] {
        assert_eq!(
            ask(&rig, "GET", &path, &headers).await.status(),
            status,
            "{headers:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_the_book_whom_a_user_of_that_company_could_not_see() {
    let journal = Journal::simulated(19).await.unwrap();
    let other = journal
        .create("res.company", json!({ "name": "Other" }))
        .await
        .unwrap();
    for (company, seen) in [
        (Some(1), ["Ours", "Shared"].as_slice()),
        (Some(other), &["Shared", "Theirs"]),
        (None, &["Shared"]),
    ] {
        let settings = company.map_or(json!({}), |company| json!({ "company": company }));
        let journal = Journal::simulated(19).await.unwrap();
        assert_eq!(
            journal
                .create("res.company", json!({ "name": "Other" }))
                .await
                .unwrap(),
            other
        );
        let rig = office(journal, settings).await;
        for (name, company) in [
            ("Ours", json!(1)),
            ("Theirs", json!(other)),
            ("Shared", json!(false)),
        ] {
            add(
                &rig,
                json!({ "name": name, "phone": OFFICE, "company_id": company }),
            )
            .await;
        }
        rig.sync().await.unwrap();
        let book = book(&rig).await;
        let names: Vec<String> = book.contacts.iter().map(|contact| contact.name()).collect();
        assert_eq!(names, seen, "{company:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_used_is_told_and_the_last_book_stays() {
    let journal = Journal::simulated(19).await.unwrap();
    let filter = |domain: &str| json!({ "name": "For the Phones", "model_id": "res.partner", "domain": domain });
    let id = journal
        .create("ir.filters", filter("[('city', '=', 'Nantes')]"))
        .await
        .unwrap();
    let rig = office(
        journal,
        json!({ "phonebook": "filter", "phonebook_filter": id }),
    )
    .await;
    add(
        &rig,
        json!({ "name": "Near", "phone": OFFICE, "city": "Nantes" }),
    )
    .await;
    add(
        &rig,
        json!({ "name": "Far", "phone": AT_HOME, "city": "Lyon" }),
    )
    .await;
    rig.sync().await.unwrap();
    let names = |book: &Book| {
        book.contacts
            .iter()
            .map(|contact| contact.name())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&book(&rig).await), ["Near"]);
    rig.journal
        .call(
            "ir.filters",
            "write",
            json!([[id], filter("[('user_id', '=', uid)]")]),
            json!({}),
        )
        .await
        .unwrap();
    rig.advance(Duration::from_secs(20 * 60));
    rig.tick().await.unwrap();
    assert_eq!(names(&book(&rig).await), ["Near"]);
    let record = record(&rig).await;
    let detail = record["x_book_detail"].as_str().unwrap();
    assert!(
        detail.contains("depends on the day or the user"),
        "{record}"
    );
    let words = record["x_book_words"].as_str().unwrap();
    assert!(
        words.contains("\nde Der gespeicherte") || words.contains("\nde der gespeicherte"),
        "{record}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_book_has_no_room_for_is_said() {
    let rig = office(
        Journal::simulated(19).await.unwrap(),
        json!({ "phonebook_size": 2000 }),
    )
    .await;
    let odoo = rig.journal.handle();
    for number in 0..2_050 {
        let contact = json!({ "name": format!("Contact {number:04} with a name of some length, so that the book has two pieces"), "phone": format!("+3319900{number:04}"), "ref": MARK });
        odoo.create("res.partner", &contact).unwrap();
    }
    rig.sync().await.unwrap();
    let settings = settings(&rig).await;
    let (app, at, mut fleet) = phones(&rig).await;
    // The last of them is a phone with room for 500: it has those that come first.
    let phone = &mut fleet.phones_mut()[2];
    let fetched = phone.fetch(at, &settings).await.unwrap();
    let Fetched::New(answer) = fetched else {
        panic!("{fetched:?}");
    };
    assert!(answer.body.len() > 500_000, "{}", answer.body.len());
    assert_eq!(Book::read(&answer.body).unwrap().contacts.len(), 2_000);
    assert_eq!(phone.book().unwrap().contacts.len(), 500);
    app.stop().await;
    let record = record(&rig).await;
    assert_eq!(record["x_book_left_out"], 50, "{record}");
    let token = format!("Bearer {ADMIN_TOKEN}");
    let metrics = ask(&rig, "GET", "/metrics", &[("authorization", &token)]).await;
    let metrics = String::from_utf8(metrics.body().to_vec()).unwrap();
    assert!(
        metrics.contains("\nucm_odoo_phonebook_left_out{server=\"nantes\"} 50\n"),
        "{metrics}"
    );
}

/// What contacts of these tests have as their reference.
const MARK: &str = "phonebook-of-a-test";
