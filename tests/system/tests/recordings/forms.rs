//! What recordings are, whatever their name says, and how long, whatever their header says.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn sizes_of_a_recording_that_had_not_ended_are_put_right() {
    for form in [RecordingForm::Endless, RecordingForm::Sizeless] {
        let (rig, link, recording) = recorded(Scenario::Answered, 20).await;
        rig.sites[0]
            .ucm
            .switches(|switches| switches.recording_form = form);
        let app = rig.app().start().await.unwrap();
        let whole = get(&app, &link, "").await;
        assert_eq!(whole.body(), &recording.bytes(), "{form:?}");
        // From what is remembered as well, and in the middle.
        let head = get(&app, &link, "bytes=0-43").await;
        assert_eq!(head.body()[..], recording.bytes()[..44], "{form:?}");
        let middle = get(&app, &link, "bytes=40-99999").await;
        assert_eq!(middle.status(), 206);
        assert_eq!(
            middle.body()[..],
            recording.bytes()[40..100_000],
            "{form:?}"
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_whose_length_nobody_says_can_be_sought_once_it_was_heard() {
    let (rig, link, recording) = recorded(Scenario::Answered, 20).await;
    rig.sites[0].ucm.switches(|switches| {
        switches.recording_form = RecordingForm::Endless;
        switches.content_length = false;
    });
    let app = rig.app().start().await.unwrap();
    let first = get(&app, &link, "bytes=0-99").await;
    assert_eq!(
        (first.status().as_u16(), header(&first, "accept-ranges")),
        (200, "none")
    );
    assert_eq!(first.body().len() as u64, recording.size_bytes());
    // What was heard is remembered after the last byte has left.
    app.settled().await;
    let second = get(&app, &link, "bytes=100-199").await;
    assert_eq!(second.status(), 206);
    assert_eq!(second.body()[..], recording.bytes()[100..200]);
    let mended = get(&app, &link, "").await;
    assert_eq!(mended.body(), &recording.bytes());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_type_is_that_of_the_file() {
    for (form, media_type, extension) in [
        (RecordingForm::Pcm, "audio/wav", ".wav"),
        (RecordingForm::Gsm, "audio/vnd.wave; codec=31", ".wav"),
        (RecordingForm::Mpeg, "audio/mpeg", ".mp3"),
    ] {
        let (rig, link, recording) = recorded(Scenario::Answered, 5).await;
        rig.sites[0]
            .ucm
            .switches(|switches| switches.recording_form = form);
        let app = rig.app().start().await.unwrap();
        let answer = get(&app, &format!("{link}&download=1"), "").await;
        assert_eq!(answer.status(), 200, "{form:?}");
        assert_eq!(header(&answer, "content-type"), media_type);
        let kept = header(&answer, "content-disposition");
        assert!(
            kept.starts_with("attachment") && kept.contains(extension),
            "{kept}"
        );
        assert_eq!(answer.body().len() as u64, recording.size_bytes());
        app.stop().await;
    }
}
