//! Statistics: what happened on the phones, counted by Odoo, against what the devices themselves know.

#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

#[path = "stats/access.rs"]
mod access;
#[path = "stats/count.rs"]
mod count;
#[path = "stats/forms.rs"]
mod forms;
#[path = "stats/year.rs"]
mod year;

use bytes::Bytes;
use chrono_clock::{DateTime, TimeDelta, Utc};
use peers::ucm::{Call, Country, Presentation, Scenario, Traffic, Ucm};
use serde_json::{Value, json};
use system::{ADMIN_TOKEN, Journal, RealOdoo, Rig, Site};

use count::Count;

/// Some days after the clocks of Paris and of New York were set back.
fn now() -> DateTime<Utc> {
    "2026-11-05T14:30:00Z".parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn journals() -> Vec<Journal> {
    let mut journals = Vec::new();
    if let Some(odoo) = RealOdoo::from_environment() {
        journals.push(Journal::real(odoo).await.unwrap());
    }
    for series in [17, 18, 19] {
        journals.push(Journal::simulated(series).await.unwrap());
    }
    journals
}

/// An office's month, with calls at night while the clocks were set back, and one that began a second before midnight.
async fn office(country: Country, zone: &str, seed: u64, calls: usize) -> Ucm {
    let traffic = Traffic {
        seed,
        days: 31,
        calls,
    };
    let ucm = Ucm::builder()
        .country(country)
        .zone(zone)
        .now(now())
        .traffic(traffic)
        .start()
        .await
        .unwrap();
    for begin in [
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-11-01T05:30:00Z",
        "2026-11-01T06:30:00Z",
        "2026-10-31T22:59:59Z",
    ] {
        ucm.add_call(&Call::new(Scenario::Missed, at(begin)));
    }
    ucm
}

/// What somebody who reads is answered.
async fn ask(rig: &Rig, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = http::Request::builder().uri(format!("http://localhost{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = rig.send(request.body(Bytes::new()).unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    (answer.status().as_u16(), text)
}

/// The statistics, as a program asks for them.
async fn statistics(rig: &Rig, query: &str) -> Value {
    let (status, body) = rig.request("GET", &format!("/stats{query}")).await.unwrap();
    assert_eq!(status, 200, "{query}: {body}");
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_what_the_devices_know_themselves_whoevers_days_are_asked_for() {
    for journal in journals().await {
        let paris = office(Country::Fr, "Europe/Paris", 11, 500).await;
        let york = office(Country::Us, "America/New_York", 12, 300).await;
        let rig = Rig::around(journal, now())
            .site(Site::new("stats-paris", paris))
            .site(Site::new("stats-york", york))
            .start()
            .await
            .unwrap();
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
        rig.run_to_completion(10).await.unwrap();
        for (server, other) in [(0, 1), (1, 0)] {
            let id = &rig.sites[server].id;
            let rows = rig.journal.calls(id).await.unwrap();
            let all = [&rig.sites[server], &rig.sites[other]];
            for zone in ["Europe/Paris", "America/New_York", "Asia/Kolkata"] {
                for direction in ["", "inbound", "outbound"] {
                    let counted = Count {
                        of: &all[..1],
                        answered_at: &all,
                        rows: &rows,
                        zone: zone.parse().unwrap(),
                        from: "2026-10-20".parse().unwrap(),
                        to: "2026-11-02".parse().unwrap(),
                        direction,
                    };
                    let query = format!(
                        "?server={id}&zone={zone}&direction={direction}&from=2026-10-20&to=2026-11-02"
                    );
                    counted.compare(&statistics(&rig, &query).await);
                }
            }
        }
        for site in &rig.sites {
            rig.journal.remove(&site.id).await.unwrap();
        }
    }
}

const STATS_TOKEN: &str = "a-token-for-those-who-read";
const CALLER: &str = "+33142667701";

/// A rig without traffic: two offices, in which only what a test lets happen happens.
async fn quiet(journal: Journal, calls: [Vec<Call>; 2]) -> Rig {
    let mut rig = Rig::around(journal, now());
    for (id, calls) in ["stats-paris", "stats-lyon"].into_iter().zip(calls) {
        let site = Site::french(id, now(), calls).await.unwrap();
        let zone = match id {
            "stats-paris" => json!({ "time_zone": "Europe/Paris" }),
            _ => json!({ "name": "The office of Lyon" }),
        };
        rig = rig.site(site.with(zone));
    }
    let rig = rig
        .variable("stats_token", STATS_TOKEN)
        .variable("public_url", "https://bridge.example.com")
        .start()
        .await
        .unwrap();
    for site in &rig.sites {
        rig.journal.remove(&site.id).await.unwrap();
    }
    rig.run_to_completion(5).await.unwrap();
    rig
}

async fn tidy(rig: &Rig) {
    for site in &rig.sites {
        rig.journal.remove(&site.id).await.unwrap();
    }
}

fn call(scenario: Scenario, start: &str, number: &str) -> Call {
    Call::new(scenario, at(start)).with(number, "")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_called_in_vain_waits_until_somebody_speaks_to_them() {
    let [
        spoken,
        called_in_vain,
        called_back_later,
        waiting,
        left_a_message,
    ] = [
        "+33142667701",
        "+33142667702",
        "+33142667703",
        "+33142667704",
        "+33142667705",
    ];
    for journal in journals().await {
        let paris = vec![
            call(Scenario::Missed, "2026-10-20T09:00:00Z", spoken),
            call(Scenario::Missed, "2026-10-20T10:00:00Z", called_in_vain),
            call(
                Scenario::OutboundUnanswered,
                "2026-10-20T11:00:00Z",
                called_in_vain,
            ),
            call(Scenario::Missed, "2026-10-20T12:00:00Z", called_back_later),
            call(
                Scenario::Outbound,
                "2026-11-02T12:00:00Z",
                called_back_later,
            ),
            call(Scenario::Answered, "2026-10-11T08:00:00Z", waiting),
            call(Scenario::Missed, "2026-10-12T08:00:00Z", waiting),
            call(Scenario::Missed, "2026-10-20T08:00:00Z", waiting),
            call(Scenario::Missed, "2026-11-03T08:00:00Z", waiting),
            call(
                Scenario::NoAnswerVoicemail,
                "2026-10-21T08:00:00Z",
                left_a_message,
            ),
            call(Scenario::Missed, "2026-10-21T09:00:00Z", spoken)
                .presented(Presentation::Withheld),
        ];
        // Somebody else speaks to them, elsewhere.
        let lyon = vec![call(Scenario::Answered, "2026-10-22T09:00:00Z", spoken)];
        let rig = quiet(journal, [paris, lyon]).await;
        let period = "?server=stats-paris&from=2026-10-15&to=2026-10-31";
        let found = statistics(&rig, period).await;
        let shown: Vec<(&str, u64, &str)> = found["not_called_back"]
            .as_array()
            .unwrap()
            .iter()
            .map(|caller| {
                (
                    caller["number"].as_str().unwrap(),
                    caller["calls"].as_u64().unwrap(),
                    caller["last_call_at"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (waiting, 3, "2026-11-03T08:00:00Z"),
                (called_in_vain, 1, "2026-10-20T10:00:00Z"),
                (left_a_message, 1, "2026-10-21T08:00:00Z"),
            ]
        );
        assert_eq!(found["not_called_back_total"], 3);
        let contact = &rig.journal.contacts(waiting).await.unwrap()[0];
        let told = &found["not_called_back"][0];
        assert_eq!(
            (&told["contact"], &told["name"]),
            (&contact["id"], &contact["name"])
        );
        // In the longest waits a caller without a number is one as well.
        let waits = found["longest_waits"].as_array().unwrap();
        assert!(
            waits.iter().any(|wait| wait["number"].is_null()),
            "{waits:?}"
        );
        // Within a period's own days nobody has been called back yet.
        let outbound = statistics(&rig, &format!("{period}&direction=outbound")).await;
        assert_eq!(outbound["not_called_back_total"], 0);
        tidy(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_is_another_one_at_another_server() {
    let of_1001 = |start: &str, number: &str| {
        let mut call = call(Scenario::Answered, start, number);
        call.extension = "1001".to_owned();
        call
    };
    for journal in journals().await {
        let paris = vec![
            of_1001("2026-10-20T09:00:00Z", CALLER),
            of_1001("2026-10-21T09:00:00Z", CALLER),
        ];
        let lyon = vec![of_1001("2026-10-22T09:00:00Z", CALLER)];
        let rig = quiet(journal, [paris, lyon]).await;
        let period = "zone=Europe/Paris&from=2026-10-15&to=2026-10-31";
        let both = vec![("stats-paris", 2), ("stats-lyon", 1)];
        let lyon = vec![("stats-lyon", 1)];
        for (asked, expected) in [
            ("", both.clone()),
            ("&extension=1001", both),
            ("&extension=1001&server=stats-lyon", lyon),
        ] {
            let found = statistics(&rig, &format!("?{period}{asked}")).await;
            for what in ["by_extension", "by_trunk"] {
                let slices = found[what].as_array().unwrap().iter();
                // In a real journal others may have calls as well.
                let own = slices.filter(|one| {
                    one["server"]
                        .as_str()
                        .is_some_and(|id| id.starts_with("stats-"))
                });
                let own: Vec<&Value> = own.collect();
                assert!(own.iter().all(|one| one["key"] == own[0]["key"]), "{own:?}");
                let counted = own.iter().map(|one| {
                    let total = one["total"].as_u64().unwrap();
                    assert_eq!(one["answered"], total);
                    (one["server"].as_str().unwrap(), total)
                });
                assert_eq!(counted.collect::<Vec<_>>(), expected, "{what}{asked}");
            }
            let mut waited: Vec<&str> = found["longest_waits"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|wait| wait["server"].as_str())
                .filter(|id| id.starts_with("stats-"))
                .collect();
            waited.sort_unstable();
            waited.dedup();
            assert_eq!(waited.len(), expected.len(), "{asked}");
            let token = format!("Bearer {STATS_TOKEN}");
            let headers = [("authorization", token.as_str()), ("accept", "text/html")];
            let (status, page) = ask(&rig, &format!("/stats?{period}{asked}"), &headers).await;
            assert_eq!(status, 200, "{page}");
            let is_named = page.contains("<bdi>1001 \u{b7} The office of Lyon</bdi>");
            assert_eq!(is_named, expected.len() > 1, "{page}");
        }
        tidy(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_called_one_company_waits_though_another_one_has_spoken_to_them() {
    let [of_both, called_back, of_everybody, twice] = [
        "+33142667711",
        "+33142667712",
        "+33142667713",
        "+33142667714",
    ];
    for journal in journals().await {
        let other = journal.another_company().await.unwrap();
        let rig = quiet(journal, [vec![], vec![]]).await;
        let (one, other) = (json!(1), json!(other));
        let everybody = json!(false);
        let spoken = json!({ "x_direction": "outbound", "x_outcome": "answered" });
        for (at, (number, company, more)) in (10..).zip([
            (of_both, &one, json!({})),
            (of_both, &other, json!({})),
            (of_both, &other, spoken.clone()),
            (called_back, &one, json!({})),
            (called_back, &one, spoken.clone()),
            (of_everybody, &one, json!({})),
            (of_everybody, &everybody, spoken.clone()),
            (twice, &one, json!({})),
            (twice, &other, json!({})),
        ]) {
            let mut values = json!({
                "x_number": number, "x_company_id": company, "x_started_at": format!("2026-10-20 {at}:00:00"),
            });
            let more = more.as_object().unwrap().clone();
            values.as_object_mut().unwrap().extend(more);
            by_hand(&rig, &format!("company-{at}"), values).await;
        }
        for period in [
            "from=2026-10-15&to=2026-10-31",
            "from=2026-10-20&to=2026-10-20",
        ] {
            let found = statistics(&rig, &format!("?server=stats-paris&{period}")).await;
            let expected = [
                (of_both.to_owned(), 1, "2026-10-20T10:00:00Z"),
                (twice.to_owned(), 2, "2026-10-20T18:00:00Z"),
            ];
            let expected = expected.map(|(number, calls, last)| (number, calls, Some(at(last))));
            assert_eq!(count::shown(&found["not_called_back"]), expected);
            assert_eq!(found["not_called_back_total"], 2);
        }
        tidy(&rig).await;
    }
}

/// A call that the bridge did not make.
async fn by_hand(rig: &Rig, key: &str, values: Value) {
    let mut row = json!({
        "x_uid": format!("stats-paris/{key}"), "x_server": "stats-paris", "x_direction": "inbound", "x_outcome": "missed",
        "x_talk_seconds": 7,
    });
    let more = values.as_object().unwrap().clone();
    row.as_object_mut().unwrap().extend(more);
    rig.journal.create("x_ucm_call", row).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_companys_are_those_of_its_calls_tab_to_the_unit() {
    for journal in journals().await {
        let company = json!({ "name": "Acme", "is_company": true });
        let company = journal.create("res.partner", company).await.unwrap();
        let person = json!({ "name": "Zoé", "parent_id": company, "phone": CALLER });
        let person = journal.create("res.partner", person).await.unwrap();
        let gone = json!({ "name": "Yann", "parent_id": person, "active": false });
        let gone = journal.create("res.partner", gone).await.unwrap();
        let calls = vec![
            call(Scenario::Answered, "2026-10-20T09:00:00Z", CALLER),
            call(Scenario::Outbound, "2026-10-21T09:00:00Z", CALLER),
            call(Scenario::Missed, "2026-11-04T23:30:00Z", CALLER),
            call(Scenario::Busy, "2026-10-22T09:00:00Z", "+33142667709"),
        ];
        let rig = quiet(journal, [calls, Vec::new()]).await;
        let first = json!({ "x_partner_id": company, "x_started_at": "2024-02-29 23:30:00" });
        by_hand(&rig, "long-ago", first).await;
        by_hand(&rig, "undated", json!({ "x_partner_id": person })).await;
        let archived = json!({ "x_partner_id": gone, "x_started_at": "2025-01-01 00:00:00" });
        by_hand(&rig, "archived", archived).await;

        let path = format!("/contacts/{company}?zone=Europe/Paris");
        let found = statistics(&rig, &path).await;
        assert_eq!(found["contact"], "Acme");
        assert_eq!(
            (&found["from"], &found["to"]),
            (&json!("2024-03-01"), &json!("2026-11-05"))
        );
        let figures = &found["figures"];
        let counts = ["total", "inbound", "outbound", "missed", "answered"]
            .map(|name| figures[name].as_u64().unwrap());
        assert_eq!(counts, [6, 5, 1, 4, 2]);
        let slices = |what: &str| -> u64 {
            found[what]
                .as_array()
                .unwrap()
                .iter()
                .map(|slice| slice["total"].as_u64().unwrap())
                .sum()
        };
        // A call without a beginning belongs to no day.
        assert_eq!(
            [slices("by_day"), slices("by_hour"), slices("by_outcome")],
            [5, 5, 6]
        );
        if rig.journal.is_real() {
            assert_eq!(*figures, calls_tab(&rig, company).await);
        }
        for (contact, calls) in [(person, 5), (gone, 1)] {
            let found = statistics(&rig, &format!("/contacts/{contact}?zone=UTC")).await;
            assert_eq!(found["figures"]["total"], calls);
            if rig.journal.is_real() {
                assert_eq!(found["figures"], calls_tab(&rig, contact).await);
            }
        }
        let period = statistics(
            &rig,
            &format!("/contacts/{company}?zone=Europe/Paris&from=2026-10-21&to=2026-11-05"),
        )
        .await;
        assert_eq!(period["figures"]["total"], 2);
        let (status, body) = rig
            .request("GET", "/stats/contacts/99999999?zone=UTC")
            .await
            .unwrap();
        assert_eq!(
            (status, &body["type"]),
            (404, &json!("urn:ucm-odoo:statistics")),
            "{body}"
        );
        tidy(&rig).await;
        for contact in [gone, person, company] {
            let unlinked = rig
                .journal
                .call("res.partner", "unlink", json!([[contact]]), json!({}));
            unlinked.await.unwrap();
        }
    }
}

/// The seven figures as the tab shows them.
async fn calls_tab(rig: &Rig, contact: i64) -> Value {
    let fields = json!([
        "x_ucm_call_figures",
        "x_ucm_call_count",
        "x_ucm_last_call_at"
    ]);
    let rows = rig
        .journal
        .call("res.partner", "read", json!([[contact], fields]), json!({}));
    let rows = rows.await.unwrap();
    let figures: Vec<u64> = rows[0]["x_ucm_call_figures"]
        .as_str()
        .unwrap()
        .split(',')
        .take(6)
        .map(|figure| figure.parse().unwrap())
        .collect();
    assert_eq!(rows[0]["x_ucm_call_count"], figures[0]);
    let last = rows[0]["x_ucm_last_call_at"]
        .as_str()
        .map(|text| format!("{}Z", text.replace(' ', "T")));
    json!({
        "total": figures[0], "inbound": figures[1], "outbound": figures[2], "missed": figures[3], "answered": figures[4],
        "talk_secs": figures[5], "last_call_at": last,
    })
}

/// So many calls of a year, with a hundred times as few numbers.
fn a_year(calls: i64) -> Vec<Value> {
    let row = |n: i64| {
        let begin = now() - TimeDelta::minutes(n * 525_000 / calls);
        let one_of = |words: &[&'static str]| words[usize::try_from(n).unwrap() % words.len()];
        json!({
            "x_uid": format!("stats-paris/{n}"), "x_server": "stats-paris", "x_number": format!("+3319900{:04}", n % (calls / 100).max(40)),
            "x_direction": one_of(&["inbound", "outbound", "internal"]),
            "x_outcome": one_of(&["answered", "missed", "busy", "voicemail"]),
            "x_started_at": begin.format("%Y-%m-%d %H:%M:%S").to_string(), "x_ring_seconds": n % 60, "x_talk_seconds": n % 300,
            "x_extension": format!("10{:02}", n % 30), "x_trunk": format!("Trunk {}", n % 4),
        })
    };
    (0..calls).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_requests_does_not_grow_with_the_calls() {
    for (series, expected) in [(17, [11, 22]), (18, [12, 12]), (19, [12, 12])] {
        let mut counted = Vec::new();
        for calls in [100, 10_000] {
            let rig = quiet(Journal::simulated(series).await.unwrap(), [vec![], vec![]]).await;
            for rows in a_year(calls).chunks(1_000) {
                let created = rig
                    .journal
                    .call("x_ucm_call", "create", json!([rows]), json!({}));
                created.await.unwrap();
            }
            let mut requests = Vec::new();
            for period in ["period=30d", "from=2025-11-06&to=2026-11-05"] {
                rig.journal.handle().clear_requests();
                let found = statistics(&rig, &format!("?zone=Europe/Paris&{period}")).await;
                requests.push(rig.journal.handle().requests().len());
                assert!(found["not_called_back_total"].as_u64().unwrap() > 0);
            }
            counted.push(requests);
        }
        assert_eq!(counted, [expected, expected], "{series}");
    }
}
