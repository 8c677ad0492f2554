//! Those who listen: who leaves, who comes too many, and what they cost.

use super::*;

/// Waits until the PBX reads out `wanted` recordings.
async fn downloads(ucm: &Ucm, wanted: usize) {
    let since = Instant::now();
    while ucm.downloads() != wanted {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "{} downloads",
            ucm.downloads()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Begins to listen over a socket, and reads the first bytes.
pub(super) async fn begin(app: &App, link: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.address().unwrap()).await.unwrap();
    let request = format!("GET {link} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.read_exact(&mut [0; 1000]).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_who_leaves_frees_the_pbx_even_when_it_is_silent() {
    let (rig, link, _) = recorded(Scenario::Answered, 3_600).await;
    let rig = rig.hurried();
    let ucm = &rig.sites[0].ucm;
    for is_silent in [false, true] {
        if is_silent {
            ucm.fault(Fault::silence("recapi", 200_000));
        }
        let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
        let stream = begin(&app, &link).await;
        downloads(ucm, 1).await;
        drop(stream);
        let since = Instant::now();
        downloads(ucm, 0).await;
        let took = since.elapsed();
        println!("freed after {took:?}, silent: {is_silent}");
        assert!(took < Duration::from_secs(10), "{took:?}");
        app.settled().await;
        let logs = app.logs();
        assert!(
            logs.iter().any(|line| line.text.contains("listener left")),
            "{logs:?}"
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pbx_that_falls_silent_or_breaks_off_is_not_taken_for_the_end() {
    let (rig, link, recording) = recorded(Scenario::Answered, 60).await;
    let rig = rig.hurried();
    let ucm = &rig.sites[0].ucm;
    for fault in [
        Fault::silence("recapi", 200_000),
        Fault::cut("recapi", 200_000),
    ] {
        ucm.fault(fault);
        let app = rig.app().start().await.unwrap();
        let request = Request::get(format!("http://localhost{link}"))
            .body(Bytes::new())
            .unwrap();
        let answer = app.request(request).await;
        let seen = answer.map(|answer| (answer.status(), answer.body().len()));
        assert!(
            seen.is_err(),
            "the client must see that it is not all: {seen:?} {:?}",
            app.logs()
        );
        app.settled().await;
        downloads(ucm, 0).await;
        ucm.clear_faults();
        assert!(get(&app, &link, "").await.body() == &recording.bytes());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_listeners_than_places_are_told_to_come_again() {
    let ucm = office(Scenario::Answered, 3_600).await;
    let rig = rig_with(ucm, json!({}), &[("recording_listeners", "2")]).await;
    let (ucm, link) = (&rig.sites[0].ucm, audio(&link(&rig).await));
    let app = rig.app().listen(([127, 0, 0, 1], 0)).start().await.unwrap();
    let (first, _second) = (begin(&app, &link).await, begin(&app, &link).await);
    downloads(ucm, 2).await;
    let answer = get(&app, &link, "bytes=100-").await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "retry-after")),
        (503, "5")
    );
    assert_eq!(problem(&answer)["type"], "urn:ucm-odoo:recording-busy");
    drop(first);
    downloads(ucm, 1).await;
    assert_eq!(get(&app, &link, "bytes=100-200").await.status(), 206);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_is_that_of_a_chunk_whatever_the_length() {
    let mut peaks = Vec::new();
    for secs in [60, 12_500] {
        let (rig, link, recording) = recorded(Scenario::Answered, secs).await;
        let app = rig.app().start().await.unwrap();
        let since = Instant::now();
        let answer = get(&app, &link, "").await;
        let length = answer.body().len() as u64;
        assert_eq!(length, recording.size_bytes());
        let peak = app.peak_memory_bytes("recordings").unwrap();
        println!("{length} bytes in {:?}, peak {peak} bytes", since.elapsed());
        peaks.push(peak);
    }
    assert!(peaks[1] <= peaks[0] + 256 * 1024, "{peaks:?}");
}
