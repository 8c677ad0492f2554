//! `recapi` of the new API.

use peers::ucm::{Call, RecordingName, Recordings, Scenario, Ucm};
use serde_json::{Value, json};

use super::support::*;

/// A device with one recording, and its `recordfiles`.
async fn recorded(scenario: Scenario) -> (Ucm, String, String) {
    let ucm = quiet().await;
    let cookie = login(&ucm).await;
    ucm.add_call(&Call::new(scenario, noon()).talking(12));
    ucm.advance(std::time::Duration::from_secs(300));
    let legs = legs(&cdr(&ucm, &cookie, json!({})).await);
    let files = legs.iter().filter_map(|leg| leg["recordfiles"].as_str());
    let listed = files.filter(|files| !files.is_empty()).collect::<String>();
    (ucm, cookie, listed)
}

async fn recapi(ucm: &Ucm, cookie: &str, dir: &str, name: &str) -> Answer {
    let mut request = json!({"action": "recapi", "filedir": dir, "filename": name});
    if dir.is_empty() {
        request
            .as_object_mut()
            .expect("an object")
            .remove("filedir");
    }
    act(ucm, cookie, request).await
}

fn base(listed: &str) -> &str {
    listed
        .trim_end_matches('@')
        .rsplit('/')
        .next()
        .expect("a name")
}

#[tokio::test]
async fn a_recording_is_raw_wav_of_the_right_size() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    assert_eq!(listed, "2024-05/auto-1717070406-0199000042-1001.wav@");
    let answer = recapi(&ucm, &cookie, "monitor", base(&listed)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 44 + 12 * 16_000));
    assert_eq!(&answer.body[..4], b"RIFF");
    assert_eq!(answer.header("content-length"), Some("192044"));
    assert_eq!(answer.header("content-type"), Some("audio/x-wav"));
    let by_default = recapi(&ucm, &cookie, "", base(&listed)).await;
    assert_eq!(
        by_default.body, answer.body,
        "the directory is monitor unless it is said"
    );
    let with_directory = recapi(&ucm, &cookie, "monitor", listed.trim_end_matches('@')).await;
    assert_eq!(with_directory.body, answer.body);
}

#[tokio::test]
async fn a_queue_keeps_its_recordings_apart() {
    let (ucm, cookie, listed) = recorded(Scenario::QueueAnswered).await;
    let name = base(&listed);
    assert!(
        name.starts_with("q6500-0199000042-20240530-140014-1717070400."),
        "{name}"
    );
    assert_eq!(
        recapi(&ucm, &cookie, "monitor", name).await.json()["status"],
        -16
    );
    assert_eq!(
        &recapi(&ucm, &cookie, "queue", name).await.body[..4],
        b"RIFF"
    );
}

#[tokio::test]
async fn what_is_not_there_is_minus_16_with_status_200() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    for (dir, name) in [
        ("monitor", "auto-1-2-3.wav"),
        ("meetme", base(&listed)),
        ("nowhere", base(&listed)),
        ("monitor", "../../etc/passwd"),
        ("monitor", "with a space.wav"),
    ] {
        let answer = recapi(&ucm, &cookie, dir, name).await;
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"response": {}, "status": -16})),
            "{dir} {name}"
        );
    }
    let refused = post(&ucm, json!({"action": "recapi", "filename": base(&listed)})).await;
    assert_eq!(refused.json()["status"], -5);
}

#[tokio::test]
async fn recordings_can_be_gone_or_hidden_by_the_web_page() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    ucm.switches(|s| s.recordings = Recordings::Missing);
    assert_eq!(
        recapi(&ucm, &cookie, "monitor", base(&listed)).await.json()["status"],
        -16
    );
    ucm.switches(|s| s.recordings = Recordings::MissingMinus25);
    assert_eq!(
        recapi(&ucm, &cookie, "monitor", base(&listed)).await.json()["status"],
        -25
    );
    ucm.switches(|s| s.recordings = Recordings::Html);
    let page = recapi(&ucm, &cookie, "monitor", base(&listed)).await;
    assert!(page.status == 200 && page.body.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn some_devices_know_one_form_of_the_name() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    let (base, path) = (base(&listed), listed.trim_end_matches('@'));
    for (form, known, unknown) in [
        (RecordingName::Base, base, path),
        (RecordingName::WithDirectory, path, base),
    ] {
        ucm.switches(|s| s.recording_name = form);
        assert_eq!(
            &recapi(&ucm, &cookie, "monitor", known).await.body[..4],
            b"RIFF",
            "{form:?}"
        );
        assert_eq!(
            recapi(&ucm, &cookie, "monitor", unknown).await.json()["status"],
            -16,
            "{form:?}"
        );
    }
}

#[tokio::test]
async fn length_and_type_can_be_missing() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    ucm.switches(|s| (s.content_length, s.content_type) = (false, String::new()));
    let answer = recapi(&ucm, &cookie, "monitor", base(&listed)).await;
    assert_eq!(answer.body.len(), 192_044);
    assert_eq!(
        (
            answer.header("content-length"),
            answer.header("content-type")
        ),
        (None, None)
    );
}

#[tokio::test]
async fn directories_and_files_are_listed_as_csv() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    let directories = act(&ucm, &cookie, json!({"action": "recapi"})).await.text();
    assert_eq!(
        directories,
        "directory\r\nmonitor\r\nmeetme\r\nqueue\r\nvoicemail/default\r\n"
    );
    let files = act(
        &ucm,
        &cookie,
        json!({"action": "recapi", "filedir": "monitor"}),
    )
    .await
    .text();
    assert_eq!(
        files,
        format!("id,filename,size\r\n1,{},192044\r\n", base(&listed))
    );
}

#[tokio::test]
async fn several_names_come_as_an_archive() {
    let (ucm, cookie, listed) = recorded(Scenario::Transfer).await;
    let names: Vec<_> = listed.split_terminator('@').map(base).collect();
    let answer = recapi(
        &ucm,
        &cookie,
        "monitor",
        &format!("{}@gone.wav", names.join("@")),
    )
    .await;
    let disposition = answer.header("content-disposition").map(str::to_owned);
    assert!(disposition.is_some_and(|d| d.ends_with(".tar\"")));
    let mut archive = tar::Archive::new(&answer.body[..]);
    let found: Vec<_> = archive
        .entries()
        .expect("an archive")
        .map(|entry| {
            entry
                .expect("an entry")
                .path()
                .expect("a path")
                .display()
                .to_string()
        })
        .collect();
    assert_eq!(found, names);
}

#[tokio::test]
async fn recordings_of_a_row_are_parted_by_commas() {
    let (ucm, cookie, listed) = recorded(Scenario::Answered).await;
    let infos = |id: Value| {
        let (ucm, cookie) = (&ucm, cookie.clone());
        async move {
            act(
                ucm,
                &cookie,
                json!({"action": "getRecordInfosByCall", "id": id}),
            )
            .await
            .json()
        }
    };
    let expected = json!({"response": {"recordfiles": base(&listed)}, "status": 0});
    assert_eq!(infos(json!("1")).await, expected);
    assert_eq!(infos(json!(1)).await, expected);
    assert_eq!(infos(json!("99")).await["status"], -15);
}
