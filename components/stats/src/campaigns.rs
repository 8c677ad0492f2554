//! Call campaigns: the list of them, the figures of one, and what is on record of the number of a member.

use super::{Form, carried, let_in, refused, written};
use bridge_core::config::Config;
use bridge_core::flows;
use bridge_faces::page::{self, Addresses};
use bridge_faces::problem::Problem;
use bridge_spin::{Response, Spin, answer, language, page as show, query};
use calls::stats::Filter;
use spin_sdk::http::Request;

/// The campaigns that there are.
pub(super) async fn all(request: &Request, form: Form) -> Result<Response, Problem> {
    let config = admitted(request)?;
    let found = flows::count::campaigns(&Spin::default(), &config).await?;
    match form {
        Form::Page => {
            let addresses = addresses(request, &config, "/stats/campaigns".to_owned());
            Ok(show(
                200,
                page::campaigns(language(request), &found, &addresses),
            ))
        }
        Form::Json | Form::File(_) => Ok(answer(200, &found)),
    }
}

/// The figures of one.
pub(super) async fn one(request: &Request, id: &str, form: Form) -> Result<Response, Problem> {
    let config = admitted(request)?;
    let id = read(id, "campaign")?;
    let given = |name: &str| query(request, name);
    let found = flows::count::campaign(&Spin::default(), &config, id, given).await?;
    match form {
        Form::Json => Ok(answer(200, &found)),
        Form::File(format) => {
            let content = format.write_campaign(language(request), &found);
            written(format, &format.campaign_file_name(&found), content)
        }
        Form::Page => {
            let addresses = addresses(request, &config, format!("/stats/campaigns/{id}"));
            Ok(show(
                200,
                page::campaign(language(request), &found, &addresses),
            ))
        }
    }
}

/// What is on record of the number of a member. The address has the member's id: a number would stand in logs.
pub(super) async fn member(
    request: &Request,
    (campaign, id): (&str, &str),
    form: Form,
) -> Result<Response, Problem> {
    let config = admitted(request)?;
    let (campaign, id) = (read(campaign, "campaign")?, read(id, "member")?);
    let found = flows::count::record(&Spin::default(), &config, campaign, id).await?;
    Ok(match form {
        Form::Page => show(200, page::record(language(request), &found)),
        Form::Json | Form::File(_) => answer(200, &found),
    })
}

/// Campaigns are seen by whoever may see all calls: their figures count those of every server and contact.
fn admitted(request: &Request) -> Result<Config, Problem> {
    let (config, sight) = let_in(request)?;
    sight.permit(&Filter::default()).map_err(refused)?;
    Ok(config)
}

/// An id as Odoo has them, of 32 bits.
fn read(text: &str, what: &str) -> Result<i64, Problem> {
    let id = text.parse::<i32>().ok().filter(|id| *id > 0);
    id.map(i64::from)
        .ok_or_else(|| Problem::not_found(&format!("{what} with that number")))
}

fn addresses(request: &Request, config: &Config, page: String) -> Addresses {
    let file = |extension: &str| format!("{page}.{extension}?{}", request.query());
    Addresses {
        carried: carried(request),
        csv: file("csv"),
        xlsx: file("xlsx"),
        pdf: file("pdf"),
        odoo: Some(config.odoo.base.to_string()),
        page,
    }
}
