//! An office of many extensions, whose accounts fill several pages.

use std::collections::BTreeSet;

use peers::ucm::{Office, Traffic, Ucm};
use serde_json::json;

use super::support::*;

#[tokio::test]
async fn the_accounts_of_a_large_office_come_page_by_page() {
    let ucm = Ucm::builder()
        .now(noon())
        .extensions(75)
        .start()
        .await
        .expect("it starts");
    let cookie = login(&ucm).await;
    let mut seen = BTreeSet::new();
    for (page, expected) in [(1, 30), (2, 30), (3, 15), (4, 0)] {
        let request = json!({"action": "listAccount", "page": page, "options": "extension,status,addr",
            "sidx": "extension", "sord": "asc"});
        let answer = act(&ucm, &cookie, request).await.json();
        let response = &answer["response"];
        assert_eq!(
            (&response["total_item"], &response["total_page"]),
            (&json!(75), &json!(3))
        );
        let accounts = response["account"].as_array().expect("accounts");
        assert_eq!(accounts.len(), expected, "page {page}");
        for account in accounts {
            seen.insert(account["extension"].as_str().expect("a number").to_owned());
            let is_there = account["status"] != "Unavailable";
            assert_eq!(is_there, account["addr"] != "-", "{account}");
        }
    }
    assert_eq!(seen.len(), 75);
    let absent = ucm.office().extensions.iter().filter(|e| !e.is_registered);
    assert_eq!(absent.count(), 5);
    let request =
        json!({"action": "listAccount", "sidx": "extension", "sord": "desc", "item_num": 1});
    assert_eq!(
        rows(&ucm, &cookie, request, "account").await[0]["extension"],
        "1075"
    );
    for wrong in [
        json!({"action": "listAccount", "page": "0"}),
        json!({"action": "listAccount", "item_num": "x"}),
    ] {
        assert_eq!(status(&ucm, &cookie, wrong).await, -1);
    }
}

#[tokio::test]
async fn it_begins_with_the_people_of_every_office_and_telephones() {
    let ucm = Ucm::builder()
        .now(noon())
        .extensions(75)
        .traffic(Traffic {
            seed: 1,
            days: 5,
            calls: 200,
        })
        .start()
        .await
        .expect("it starts");
    let (large, office) = (
        ucm.office(),
        Office::new(ucm.office().country, ucm.office().zone),
    );
    for (one, other) in large.extensions.iter().zip(&office.extensions) {
        assert_eq!(
            (&one.name, one.is_registered),
            (&other.name, other.is_registered)
        );
    }
    assert_eq!(ucm.truth().len(), 200);
}
