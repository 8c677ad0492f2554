//! Bodies that are longer than anybody needs.

use bytes::Bytes;
use host::App;

use super::{DOORS, Door, Key, offices};

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

pub(super) async fn send(app: &App, door: &Door, key: &Key, body: Bytes) -> u16 {
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
