//! The least that a component can do: answer, or keep what it was sent and answer.

use futures::SinkExt;
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};
use spin_sdk::http_component;
use spin_sdk::key_value::Store;

/// `/` says hello; below `/keep/` it first writes one value, under the path.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let path = request.path_with_query().unwrap_or_default();
    if path.starts_with("/keep/") {
        let body = request.into_body().await.expect("a body");
        let store = Store::open_default().expect("a store");
        store.set(&path, &body).expect("room in the store");
    }
    let headers = [("content-length".to_owned(), b"5".to_vec())];
    let response = OutgoingResponse::new(Fields::from_list(&headers).expect("valid headers"));
    let mut body = response.take_body();
    // Written before the head is handed over, so that both leave together.
    _ = body.send(b"hello".to_vec()).await;
    out.set(response);
}
