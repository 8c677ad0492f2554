//! What people write in a to-do stays when their caller calls again.

use super::*;

async fn write(rig: &Rig, todo: &Value, values: Value) {
    let values = json!([[todo["id"]], values]);
    let written = rig
        .journal
        .call("mail.activity", "write", values, json!({}));
    written.await.unwrap();
}

/// What the note of a to-do says, and how often it says when a call was.
fn note(todo: &Value) -> (&str, usize) {
    let note = todo["note"].as_str().unwrap();
    (note, note.matches("2026").count())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_written_and_until_when_they_wait_stays() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let first = todos(&rig).await.remove(0);
        let (said, times) = note(&first);
        assert_eq!(times, 1, "{said}");
        let written = format!("<p>Not before Thursday</p>{said}<ul><li>wants offer 123</li></ul>");
        let waits = json!({ "note": written, "date_deadline": "2026-06-18" });
        write(&rig, &first, waits).await;

        happens(&rig, &[Scenario::Missed]).await;
        let again = todos(&rig).await.remove(0);
        says(&again, "2", LINE);
        assert_eq!(again["date_deadline"], "2026-06-18");
        let (note_now, times) = note(&again);
        assert_eq!(times, 1, "{note_now}");
        assert!(!note_now.contains(said), "{note_now}");
        let (before, after) = note_now.split_once("2026").unwrap();
        assert!(before.contains("Not before Thursday"), "{note_now}");
        assert!(after.contains("wants offer 123"), "{note_now}");

        // What the bridge has written is a person's once they have changed it; a day that has passed is not waited for.
        let own = note_now.replace("</p><ul>", " in a hurry</p><ul>");
        assert_ne!(own, note_now);
        let changed =
            json!({ "note": own, "summary": "Zoé is cross", "date_deadline": "2026-06-12" });
        write(&rig, &again, changed).await;
        happens(&rig, &[Scenario::Missed]).await;
        let last = todos(&rig).await.remove(0);
        assert_eq!(last["summary"], "Zoé is cross");
        assert_eq!(last["date_deadline"], "2026-06-15");
        let (note_now, times) = note(&last);
        assert_eq!(times, 2, "{note_now}");
        assert!(note_now.contains(" in a hurry</p>"), "{note_now}");

        // Whoever has taken it all away is told of the next call.
        let nothing = json!({ "note": false, "summary": false });
        write(&rig, &last, nothing).await;
        happens(&rig, &[Scenario::Missed]).await;
        let last = todos(&rig).await.remove(0);
        says(&last, "4", LINE);
        assert_eq!(note(&last).1, 1);
        clean(&rig).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reads_in_the_language_and_on_the_clock_of_whose_it_is_now() {
    for series in [17, 18, 19] {
        let journal = Journal::simulated_with(series, &["fr_FR"]).await.unwrap();
        let ana =
            json!({ "name": "Ana", "login": "ana", "lang": "fr_FR", "tz": "America/Montreal" });
        let ana = journal.create("res.users", ana).await.unwrap();
        let rig = rig(journal, vec![call(Scenario::Missed, 60)], json!({})).await;
        rig.run_to_completion(5).await.unwrap();
        let first = todos(&rig).await.remove(0);
        assert_ne!(first["user_id"][0], ana);
        write(&rig, &first, json!({ "user_id": ana })).await;
        happens(&rig, &[Scenario::Missed]).await;
        let again = todos(&rig).await.remove(0);
        assert_eq!(again["user_id"][0], ana, "{series}");
        assert_eq!(again["summary"], format!("2 appels manqués de {LINE}"));
        let (said, times) = note(&again);
        assert_eq!(times, 1, "{said}");
        assert!(said.contains("(America/Montreal)"), "{said}");
        // The blank before a colon is one that the server writes by its name.
        happens(&rig, &[Scenario::Missed]).await;
        assert_eq!(note(&todos(&rig).await[0]).1, 1, "{series}");
    }
}
