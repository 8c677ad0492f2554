//! `cdrapi`, on the new API and on the legacy one.

use hyper::{Response, StatusCode};

use super::super::device::{Device, State};
use super::super::leg::names;
use super::super::query::{CdrQuery, Format, Params, Reading};
use super::super::render;
use super::super::store::Element;
use super::super::wire::{self, Body, json_text};

/// A page of CDR. Arguments that make no sense give an empty one, without an error.
pub(crate) fn answer(
    device: &Device,
    state: &mut State,
    params: &Params,
    is_strict: bool,
) -> Response<Body> {
    let reading = Reading {
        now: device.shown_now(state),
        zone: device.office.zone,
        separator: state.switches.separator,
        is_strict,
    };
    let page = match CdrQuery::parse(params, reading) {
        Ok(query) => page(state, &query),
        Err(_) => Vec::new(),
    };
    match Format::of(params) {
        Format::Json => json(device, state, &page),
        Format::Csv => csv(device, state, &page),
        Format::Xml => xml(device, state, &page),
    }
}

fn page(state: &State, query: &CdrQuery) -> Vec<Element> {
    let elements = state.store.select(query, &state.switches);
    let mut page = state.page(elements, query.offset, query.is_open());
    page.truncate(query.limit);
    page
}

fn json(device: &Device, state: &mut State, page: &[Element]) -> Response<Body> {
    let now = device.clock.now();
    let State {
        store, switches, ..
    } = state;
    let items: Vec<_> = page
        .iter()
        .map(|element| store.json(element, switches, now))
        .collect();
    let length: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut out = String::with_capacity(length + 64);
    out.push_str(if switches.wrapped_cdr_root {
        "{\"response\":"
    } else {
        ""
    });
    out.push_str("{\"cdr_root\":[");
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(item);
    }
    out.push_str("]}");
    out.push_str(if switches.wrapped_cdr_root {
        ",\"status\":0}"
    } else {
        ""
    });
    json_text(out)
}

fn csv(device: &Device, state: &State, page: &[Element]) -> Response<Body> {
    let look = state.store.look(&state.switches);
    let legs = state
        .store
        .flatten(page, &state.switches, device.clock.now());
    let text = render::csv(&legs, look, &names(look.field_set));
    wire::answer(StatusCode::OK, "text/csv", text)
}

fn xml(device: &Device, state: &State, page: &[Element]) -> Response<Body> {
    let look = state.store.look(&state.switches);
    let legs = state
        .store
        .flatten(page, &state.switches, device.clock.now());
    wire::answer(StatusCode::OK, "text/xml", render::xml(&legs, look))
}
