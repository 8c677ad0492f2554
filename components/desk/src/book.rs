//! The phonebook: from the store alone, so that a fleet of phones costs Odoo nothing.

use bridge_core::config::{Config, Server};
use bridge_core::flows::desk::{self, Door, Visitor};
use bridge_core::flows::phonebook::{self, NothingShown, Ready};
use bridge_core::flows::roster;
use bridge_faces::problem::Problem;
use bridge_spin::{Inbound, Reply, Response, Spin, config, problem, set};
use http::header::WWW_AUTHENTICATE;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER};
use ports::{Clock as _, StoreError};
use spin_sdk::http::Method;

/// Gives the book to a phone, and takes note of which phone it was.
pub(crate) fn give(request: &Inbound, reply: Reply) {
    let is_head = match request.method() {
        Method::Get => false,
        Method::Head => true,
        _ => return drop(reply.send(problem(&Problem::method_not_allowed("GET or HEAD")))),
    };
    let world = Spin::default();
    let (config, server, book) = match find(&world, request) {
        Ok(found) => found,
        Err(error) => return drop(reply.send(refused(&error))),
    };
    let header = |name| request.header(name);
    let is_known = book.is_known(header("if-none-match"), header("if-modified-since"));
    match (is_known, is_head) {
        (true, _) => drop(reply.send(head(304, &book))),
        (false, true) => {
            let mut head = head(200, &book);
            head.headers_mut()
                .insert(CONTENT_LENGTH, book.bytes().into());
            let (head, _) = head.into_parts();
            reply.stream(
                http::Response::from_parts(head, ()),
                Vec::new(),
                None,
                0,
                Some(0),
                || {},
            );
        }
        (false, false) => match whole(&world, &book) {
            Ok(bytes) => drop(reply.send(head(200, &book).map(|_| bytes))),
            Err(error) => drop(reply.send(refused(&Problem::from(error)))),
        },
    }
    // After the answer. A phone that cannot be noted is noted when it comes again.
    let agent = header("user-agent").unwrap_or_default();
    _ = phonebook::note_fetch(&world, &config.place(), &server.id, agent, world.now());
}

/// The book that the request shows the secret of.
fn find(world: &Spin, request: &Inbound) -> Result<(Config, Server, Ready), Problem> {
    if request.target_bytes() > super::LONGEST_ADDRESS_BYTES {
        return Err(Problem::long_address(super::LONGEST_ADDRESS_BYTES));
    }
    let config = config()?;
    let servers = roster::servers_as_last_known(world, &config)?;
    let shown = phonebook::shown(&request.path(), request.header("authorization"))?;
    let visitor = Visitor {
        server: &shown.server,
        secret: &shown.secret,
        source: request.client(),
    };
    let admitted = desk::admit(&config.links.keys, &servers, Door::Phonebook, &visitor);
    let server = match admitted {
        // Whoever has shown credentials is asked for others.
        Err(desk::Refusal::OtherSecret) if shown.by_credentials => {
            return Err(NothingShown::NoCredentials.into());
        }
        admitted => admitted?.clone(),
    };
    let book = phonebook::find(world, config.place(), &server)?;
    Ok((config, server, book))
}

fn whole(world: &Spin, book: &Ready) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(book.bytes());
    for place in book.pieces() {
        bytes.extend(book.piece(world, place)?);
    }
    Ok(bytes)
}

/// An answer without a body. Caches on the way ask each time: the book is personal, and may have changed.
fn head(status: u16, book: &Ready) -> Response {
    let (etag, changed) = (book.etag(), book.last_modified());
    let headers = [
        (CONTENT_TYPE, "text/xml; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
        (ETAG, etag.as_str()),
        (LAST_MODIFIED, changed.as_str()),
    ];
    bridge_spin::response(status, headers, Vec::new())
}

/// Says how to show a secret, or when to come again, where that is what is missing.
fn refused(error: &Problem) -> Response {
    let mut response = problem(error);
    match error.status {
        401 => set(
            &mut response,
            WWW_AUTHENTICATE,
            "Basic realm=\"phonebook\", charset=\"UTF-8\"",
        ),
        503 => set(&mut response, RETRY_AFTER, "600"),
        _ => {}
    }
    response
}
