//! Puts the call journal into Odoo, keeps it up to date, and takes it away again.
#![expect(
    unsafe_code,
    reason = "the export that the macro generates crosses the boundary of the module"
)]

use bridge_core::problem::Problem;
use bridge_core::provision;
use bridge_core::sync::Odoo;
use bridge_spin::{Spin, admin_token, answer, authorised, odoo, problem};
use spin_sdk::http::{Method, Request, Response};
use spin_sdk::http_component;

/// `GET /setup` says what would be done, `POST /setup` does it, `DELETE /setup` removes the journal with its calls.
#[http_component]
async fn handle(request: Request) -> Response {
    match route(&request).await {
        Ok(response) => response,
        Err(refused) => problem(&refused),
    }
}

async fn route(request: &Request) -> Result<Response, Problem> {
    authorised(request, &admin_token())?;
    if request.path().trim_end_matches('/') != "/setup" {
        return Err(Problem::not_found("page of that name"));
    }
    let server = odoo()?;
    let world = Spin::default();
    let odoo = Odoo::new(&world, &server);
    match request.method() {
        Method::Get => Ok(answer(200, &provision::plan(&odoo).await?)),
        Method::Post => Ok(answer(200, &provision::apply(&odoo).await?)),
        Method::Delete => Ok(answer(200, &provision::remove(&odoo).await?)),
        _ => Err(Problem::method_not_allowed("GET, POST or DELETE")),
    }
}
