//! Puts the call journal into Odoo, keeps it up to date, and takes it away again.
#![expect(
    unsafe_code,
    reason = "the export that the macro generates crosses the boundary of the module"
)]

use bridge_core::flows::install::{self, Campaigns, Customised, Data};
use bridge_core::flows::reach::Odoo;
use bridge_faces::problem::Problem;
use bridge_spin::{
    Response, Spin, admin_token, answer, authorised, odoo, problem, query, received,
};
use spin_sdk::http::{IncomingRequest, Method, Request, ResponseOutparam};
use spin_sdk::http_component;

/// `GET /setup` says what would be done, `POST /setup` does it, `DELETE /setup` takes the journal away, with its calls or without.
#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let Some((request, reply)) = received(request, out).await else {
        return;
    };
    let result = route(&request).await;
    reply.send(result.unwrap_or_else(|refused| problem(&refused)));
}

async fn route(request: &Request) -> Result<Response, Problem> {
    authorised(request, &admin_token())?;
    if request.path().trim_end_matches('/') != "/setup" {
        return Err(Problem::not_found("page of that name"));
    }
    match request.method() {
        Method::Get | Method::Post | Method::Delete => {}
        _ => return Err(Problem::method_not_allowed("GET, POST or DELETE")),
    }
    let (customised, campaigns, data) = (views(request)?, campaigns(request)?, data(request)?);
    let server = odoo().map_err(Problem::settings)?;
    let world = Spin::default();
    let odoo = Odoo::for_setup(&world, &server);
    match (request.method(), data) {
        (Method::Get, _) => Ok(answer(200, &install::plan(&odoo).await?)),
        (Method::Delete, Some(data)) => Ok(answer(200, &install::remove(&odoo, data).await?)),
        _ => {
            let report = install::apply(&odoo, customised, campaigns).await?;
            Ok(answer(200, &report))
        }
    }
}

/// What `views` says about those that somebody has edited; nothing said, they are left alone.
fn views(request: &Request) -> Result<Customised, Problem> {
    match query(request, "views").as_deref() {
        None | Some("keep") => Ok(Customised::Keep),
        Some("replace") => Ok(Customised::Replace),
        Some(_) => Err(Problem::undecided(
            "`views` is neither `keep` nor `replace`",
            "send POST /setup to leave the views that were edited in Odoo as they are, or POST /setup?views=replace to set them back",
        )),
    }
}

/// What `campaigns` says: whether the Odoo is to have them.
fn campaigns(request: &Request) -> Result<Campaigns, Problem> {
    match query(request, "campaigns").as_deref() {
        None => Ok(Campaigns::AsFound),
        Some("yes") => Ok(Campaigns::Wanted),
        Some(_) => Err(Problem::undecided(
            "`campaigns` is not `yes`",
            "send POST /setup?campaigns=yes to have call campaigns; whoever no longer wants them uninstalls their module in Odoo's Apps",
        )),
    }
}

/// What `data` says about the calls: a removal must say it, nothing else asks.
fn data(request: &Request) -> Result<Option<Data>, Problem> {
    match (request.method(), query(request, "data").as_deref()) {
        (Method::Delete, Some("keep")) => Ok(Some(Data::Keep)),
        (Method::Delete, Some("remove")) => Ok(Some(Data::Remove)),
        (Method::Delete, _) => Err(Problem::undecided(
            "the request does not say what becomes of the calls in Odoo",
            "send DELETE /setup?data=keep to keep them for a later set-up, or DELETE /setup?data=remove to delete them for good; \
             contacts stay either way",
        )),
        _ => Ok(None),
    }
}
