//! What a guest does with its own request and answer.

use futures::{SinkExt, StreamExt};
use spin_sdk::http::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};

const MEBIBYTE: usize = 1024 * 1024;

/// Everything that is visible of the request, a line each.
pub(crate) fn describe(request: &IncomingRequest) -> String {
    let mut text = format!(
        "method: {}\nauthority: {}\npath: {}\n",
        request.method(),
        request.authority().unwrap_or_default(),
        request.path_with_query().unwrap_or_default(),
    );
    for (name, value) in request.headers().entries() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(&value));
    }
    text
}

/// Tells how many bytes were sent, in how many chunks.
pub(crate) async fn count_upload(request: IncomingRequest, answer: ResponseOutparam) {
    let (mut bytes, mut chunks) = (0, 0);
    let mut body = std::pin::pin!(request.into_body_stream());
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else {
            return crate::respond(answer, 400, b"broken off".to_vec()).await;
        };
        bytes += chunk.len();
        chunks += 1;
    }
    crate::respond(
        answer,
        200,
        format!("{bytes} bytes in {chunks} chunks").into_bytes(),
    )
    .await;
}

/// Sends each chunk back as soon as it is there.
pub(crate) async fn echo(request: IncomingRequest, answer: ResponseOutparam) {
    let response = OutgoingResponse::new(Fields::new());
    let mut sink = response.take_body();
    answer.set(response);
    let mut body = std::pin::pin!(request.into_body_stream());
    while let Some(Ok(chunk)) = body.next().await {
        if sink.send(chunk).await.is_err() {
            return;
        }
    }
}

/// Sends so many mebibytes, and notes when nobody wants them any more.
pub(crate) async fn download(mebibytes: &str, answer: ResponseOutparam) {
    let response = OutgoingResponse::new(Fields::new());
    let mut sink = response.take_body();
    answer.set(response);
    for sent in 0..mebibytes.parse().unwrap_or(0) {
        if let Err(fault) = sink.send(vec![b'x'; MEBIBYTE]).await {
            println!("the client left after {sent} MiB: {fault:?}");
            return;
        }
    }
}

/// Sends less than it has promised.
pub(crate) async fn break_promise(answer: ResponseOutparam) {
    let headers = Fields::new();
    headers
        .set(&"content-length".to_owned(), &[b"10".to_vec()])
        .expect("a valid header");
    let response = OutgoingResponse::new(headers);
    let mut sink = response.take_body();
    answer.set(response);
    _ = sink.send(b"short".to_vec()).await;
}

/// Answers first and works afterwards.
pub(crate) async fn work_after_answer(answer: ResponseOutparam) {
    crate::respond(answer, 202, Vec::new()).await;
    crate::time::sleep(std::time::Duration::from_millis(50)).await;
    println!("worked after the answer");
}

/// Hands over the head, lets it leave, and writes the body then.
pub(crate) async fn head_first(answer: ResponseOutparam) {
    let response = OutgoingResponse::new(Fields::new());
    let mut sink = response.take_body();
    answer.set(response);
    crate::time::sleep(std::time::Duration::from_millis(5)).await;
    _ = sink.send(b"body".to_vec()).await;
}
