//! `listInboundRoute` and `listOutboundRoute`.
//!
//! The names of the containers are those of the manual; the columns are those that the device's own pages and two clients ask for.

use hyper::Response;
use serde_json::json;

use super::super::device::{Device, State};
use super::super::query::{Params, value};
use super::super::wire::Body;
use super::lists::page;

/// Who may use a route, as the device writes the highest of its levels.
const EVERYBODY: &str = "internal-local-national-international";

/// One route a trunk, for the number that callers dial; `trunk_index` asks for those of one trunk.
pub(super) fn inbound(device: &Device, params: &Params) -> Response<Body> {
    let trunks = device.office.trunks.iter().enumerate();
    let wanted = value(params, "trunk_index").filter(|index| !index.is_empty());
    let rows = trunks.map(|(n, trunk)| ((n + 2).to_string(), n, trunk));
    let rows = rows.filter(|(index, ..)| wanted.is_none_or(|wanted| wanted == index));
    let rows = rows.map(|(index, n, trunk)| {
        json!({
            "inbound_rt_index": (n + 1).to_string(),
            "trunk_index": index,
            "did_pattern_match": format!("_{}", trunk.did),
            "did_pattern_allow": "",
            "destination_type": "ringgroup",
            "destination_value": device.office.ring_group,
            "out_of_service": "no",
        })
    });
    page("inbound_route", rows.collect(), params)
}

/// What may be dialled: each of the ways in which `dialOutbound` finds a number outside.
pub(super) fn outbound(device: &Device, state: &State, params: &Params) -> Response<Body> {
    let (country, dial) = (device.office.country, &state.switches.dial);
    let mut routes = vec![
        ("national", country.trunk_prefix()),
        ("international", country.international_prefix()),
    ];
    if dial.plus_has_route {
        routes.push(("plus", "+"));
    }
    let rows = routes.iter().enumerate().map(|(n, (name, prefix))| {
        json!({
            "outbound_rt_index": (n + 1).to_string(),
            "outbound_rt_name": name,
            "permission": EVERYBODY,
            "sequence": (n + 1).to_string(),
            "pattern": format!("_{}{prefix}X.", dial.outside_line),
            "out_of_service": "no",
        })
    });
    page("outbound_route", rows.collect(), params)
}
