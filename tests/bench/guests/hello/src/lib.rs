//! The least that a component can do: answer, or keep what it was sent and answer.

use futures::SinkExt;
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::http_component;
use spin_sdk::key_value::Store;

/// `/` says hello. `/keep/<key>/<sets>/<deletes>` first writes what it was sent so often, and takes as many keys out once it has answered.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let path = request.path_with_query().unwrap_or_default();
    let mut parts = path.strip_prefix("/keep/").unwrap_or_default().split('/');
    let key = parts.next().unwrap_or_default().to_owned();
    let mut count = || {
        parts
            .next()
            .and_then(|part| part.parse().ok())
            .unwrap_or(0_usize)
    };
    let (sets, deletes) = (count(), count());
    let mut store = None;
    if !key.is_empty() {
        let body = request.into_body().await.expect("a body");
        let store = store.insert(Store::open_default().expect("a store"));
        for place in 0..sets {
            store
                .set(&format!("{key}/{place}"), &body)
                .expect("room in the store");
        }
    }
    let headers = [("content-length".to_owned(), b"5".to_vec())];
    let response = OutgoingResponse::new(Fields::from_list(&headers).expect("valid headers"));
    let mut body = response.take_body();
    // Written before the head is handed over, so that both leave together.
    _ = body.send(b"hello".to_vec()).await;
    out.set(response);
    for place in 0..deletes {
        let store = store.as_ref().expect("a store");
        store.delete(&format!("{key}/{place}")).expect("a store");
    }
}
