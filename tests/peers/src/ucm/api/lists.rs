//! Lists (`listAccount`, `listVoIPTrunk`, `listQueue`, and those of neighbours): rows cut to the wanted columns, sorted and paged.

use hyper::Response;
use serde_json::{Map, Value, json};

use super::super::device::{Device, State};
use super::super::live::Live;
use super::super::query::{Params, value};
use super::super::wire::{Body, failure, status, success};

/// Rows of a page, unless `item_num` says otherwise.
const ITEMS_PER_PAGE: usize = 30;

/// Every extension, with what its phone does at this moment.
pub(super) fn accounts(device: &Device, state: &State, params: &Params) -> Response<Body> {
    let live = Live::of(device, state);
    let rows = device.office.extensions.iter().map(|extension| {
        let address = match extension.is_registered {
            true => format!("192.0.2.{}:5060 ({})", extension.host, extension.phone),
            false => "-".to_owned(),
        };
        json!({
            "extension": extension.number,
            "account_type": "SIP",
            "fullname": extension.name,
            "status": live.phone(extension).as_str(),
            "addr": address,
            "out_of_service": "no",
            "urgemsg": "0",
            "newmsg": "0",
            "oldmsg": "0",
            "presence_status": "available",
            "email_to_user": "no",
        })
    });
    page("account", rows.collect(), params)
}

pub(super) fn trunks(device: &Device, params: &Params) -> Response<Body> {
    let rows = device.office.trunks.iter().enumerate().map(|(n, trunk)| {
        json!({
            "trunk_index": (n + 2).to_string(),
            "trunk_name": trunk.name,
            "host": "sip.example.net",
            "trunk_type": "peer",
            "username": "",
            "technology": "SIP",
            "out_of_service": "no",
        })
    });
    page("voip_trunk", rows.collect(), params)
}

pub(super) fn queues(device: &Device, params: &Params) -> Response<Body> {
    let row = json!({
        "extension": device.office.queue,
        "queue_name": "Reception",
        "members": device.office.agents().join(","),
        "strategy": "ringall",
        "queue_chairman": "",
    });
    page("queue", vec![row], params)
}

/// The page that `item_num` and `page` ask for, in the order of `sidx` and `sord`.
pub(super) fn page(name: &str, mut rows: Vec<Value>, params: &Params) -> Response<Body> {
    let number = |name, default: usize| match value(params, name) {
        None | Some("") => Some(default),
        Some(text) => text.parse::<usize>().ok().filter(|number| *number > 0),
    };
    let (Some(per_page), Some(page)) = (number("item_num", ITEMS_PER_PAGE), number("page", 1))
    else {
        return failure(status::INVALID_PARAMETERS);
    };
    if let Some(column) = value(params, "sidx") {
        rows.sort_by_key(|row| row.get(column).map(Value::to_string));
    }
    if value(params, "sord") == Some("desc") {
        rows.reverse();
    }
    let total = rows.len();
    let wanted = rows.into_iter().skip((page - 1) * per_page).take(per_page);
    let options = value(params, "options").filter(|options| !options.is_empty());
    let rows: Vec<Value> = wanted.map(|row| only(row, options)).collect();
    success(json!({
        name: rows,
        "total_item": total,
        "total_page": total.div_ceil(per_page),
        "page": page,
    }))
}

/// The columns that `options` lists.
fn only(row: Value, options: Option<&str>) -> Value {
    let (Some(options), Value::Object(row)) = (options, &row) else {
        return row;
    };
    let is_wanted = |name: &str| options.split(',').any(|option| option.trim() == name);
    let kept: Map<String, Value> = row
        .iter()
        .filter(|(name, _)| is_wanted(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    Value::Object(kept)
}
