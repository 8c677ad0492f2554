//! The least that a component can do.

use spin_sdk::http::{Request, Response};
use spin_sdk::http_component;

/// Says hello.
#[http_component]
async fn handle(_request: Request) -> Response {
    Response::new(200, "hello")
}
