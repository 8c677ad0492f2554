//! Key-value stores through the guest.

use host::KeyValueLimits;

use crate::support::{get, kitchen, text};

#[tokio::test]
async fn values_are_kept_between_instances() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(text(&app, "/get/a").await, "none");
    assert_eq!(text(&app, "/exists/a").await, "false");
    assert_eq!(text(&app, "/set/a/1").await, "done");
    assert_eq!(text(&app, "/set/b/2").await, "done");
    assert_eq!(text(&app, "/get/a").await, "1");
    assert_eq!(text(&app, "/exists/a").await, "true");
    let keys = text(&app, "/keys").await;
    assert!(["a,b", "b,a"].contains(&keys.as_str()), "{keys}");
    assert_eq!(text(&app, "/delete/a").await, "done");
    assert_eq!(text(&app, "/delete/a").await, "done");
    assert_eq!(text(&app, "/get/a").await, "none");
    let store = app.key_value("default").unwrap();
    assert_eq!(store.get("b").unwrap().as_deref(), Some(&b"2"[..]));
}

#[tokio::test]
async fn a_file_outlives_the_application() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kv.db");
    let app = kitchen().key_value_file(&file).start().await.unwrap();
    assert_eq!(text(&app, "/set/a/1").await, "done");
    app.stop().await;
    let app = kitchen().key_value_file(&file).start().await.unwrap();
    assert_eq!(text(&app, "/get/a").await, "1");
}

#[tokio::test]
async fn two_applications_on_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kv.db");
    let first = kitchen().key_value_file(&file).start().await.unwrap();
    let second = kitchen().key_value_file(&file).start().await.unwrap();
    let write = async |app: &host::App, name: &str| {
        for number in 0..50 {
            assert_eq!(text(app, &format!("/set/{name}{number}/x")).await, "done");
        }
    };
    futures::join!(write(&first, "a"), write(&second, "b"));
    assert_eq!(text(&first, "/keys").await.split(',').count(), 100);
}

#[tokio::test]
async fn a_store_that_is_not_granted_is_denied() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(text(&app, "/open/default").await, "open");
    assert_eq!(text(&app, "/open/other").await, "Error::AccessDenied");
    assert_eq!(
        text(&app, "/denied/open/default").await,
        "Error::AccessDenied"
    );
}

#[tokio::test]
async fn the_limits_of_every_provider_are_on_unless_switched_off() {
    let app = kitchen().start().await.unwrap();
    assert_eq!(text(&app, "/set-bytes/400000").await, "done");
    assert!(
        text(&app, "/set-bytes/400001")
            .await
            .contains("larger than the limit")
    );
    let long = format!("/set/{}/x", "k".repeat(257));
    assert!(text(&app, &long).await.contains("longer than the limit"));
    let app = kitchen()
        .key_value_limits(KeyValueLimits::NONE)
        .start()
        .await
        .unwrap();
    assert_eq!(text(&app, "/set-bytes/400001").await, "done");
    assert_eq!(get(&app, &long).await.status(), 200);
}
