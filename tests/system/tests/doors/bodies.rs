//! Bodies that nobody needs: too long, too deep, or larger than they look.

use bytes::Bytes;
use host::App;

use super::{DOORS, Door, Key, keys, now, offices};

/// A body much longer than any that a door has a use for.
const LONG_BYTES: usize = 8 * 1024 * 1024;
/// What an instance may take for a body that it does not want, in bytes: less than the body, and room for what it wants.
const ROOM_BYTES: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn no_door_reads_more_than_it_has_a_use_for() {
    let rig = offices().await;
    let app = rig.app().start().await.unwrap();
    let long = Bytes::from("[".repeat(LONG_BYTES));
    let mut greedy = Vec::new();
    for door in DOORS {
        let component = component_of(door);
        _ = send(&app, door, &Key::Nothing, Bytes::new()).await;
        let before = app.peak_memory_bytes(&component).unwrap();
        for key in [Key::Nothing, Key::Bearer(system::ADMIN_TOKEN.to_owned())] {
            let status = send(&app, door, &key, long.clone()).await;
            let taken = app.peak_memory_bytes(&component).unwrap() - before;
            if taken > ROOM_BYTES || status == 500 {
                let [method, path] = [door.method, door.path];
                greedy.push(format!("{method} {path}: {status}, {taken} bytes"));
            }
        }
    }
    app.stop().await;
    assert!(greedy.is_empty(), "{}", greedy.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_instance_dies_of_a_body_that_is_deep_or_grows() {
    let rig = offices().await;
    let app = rig.app().start().await.unwrap();
    let deep = 20_000;
    let growing = (1..=30).map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1));
    let growing: String = growing.collect();
    let bombs = [
        "[".repeat(deep),
        format!(
            "{}1{}",
            "{\"x_sync_url\":".repeat(deep / 4),
            "}".repeat(deep / 4)
        ),
        format!("{{\"x_hint\": {}}}", "[".repeat(deep)),
        "<cdr>".repeat(deep / 5),
        format!("<!DOCTYPE cdr [<!ENTITY e0 \"ha\">{growing}]><cdr><src>&e30;</src></cdr>"),
        "<!DOCTYPE cdr [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><cdr><src>&e;</src></cdr>"
            .into(),
        "session=".repeat(deep / 8),
        "\u{1f}\u{8b}\u{8}".repeat(deep / 8),
    ];
    for door in DOORS.iter().filter(|door| door.method == "POST") {
        for (name, key) in keys::all(now()) {
            // What opens this door, and what does not: one of each is enough.
            if !door.opens.to(&name) && !matches!(key, Key::Nothing) {
                continue;
            }
            for bomb in &bombs {
                let status = send(&app, door, &key, bomb.clone().into()).await;
                let [method, path] = [door.method, door.path];
                let begin: String = bomb.chars().take(20).collect();
                assert!(status != 500, "{method} {path} with {name}: {begin}");
            }
        }
    }
    let lines = app.logs();
    let died = lines.iter().find(|line| line.text.contains("trapped"));
    assert!(died.is_none(), "{died:?}");
    app.stop().await;
}

async fn send(app: &App, door: &Door, key: &Key, body: Bytes) -> u16 {
    let request = key.request(door).map(|_| body);
    let answer = app.request(request).await.unwrap();
    app.settled().await;
    answer.status().as_u16()
}

/// The component that answers at a door.
fn component_of(door: &Door) -> String {
    let manifest = host::Manifest::load(system::manifest()).unwrap();
    let path = door.path.split('?').next().unwrap_or_default();
    let found = manifest.http_triggers.into_iter().filter(|trigger| {
        let route = trigger.route.as_deref().unwrap_or_default();
        match route.strip_suffix("...") {
            Some(prefix) => path.starts_with(prefix),
            None => path == route,
        }
    });
    found
        .max_by_key(|trigger| trigger.route.as_ref().map_or(0, String::len))
        .unwrap()
        .component
}
