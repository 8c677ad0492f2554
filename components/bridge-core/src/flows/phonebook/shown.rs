//! What people in Odoo see of a book, in the record of its server.

use serde_json::{Map, Value, json};

use crate::config::Server;
use crate::flows::reach::Odoo;
use crate::flows::report::Words;
use crate::state::phonebook::{Head, digest};
use odoo_client::{DATETIME, OdooError, Said, server};
use ports::World;

/// Writes what has changed, and gives a digest of what is there then.
pub(super) async fn show<W: World>(
    odoo: &Odoo<'_, W>,
    of: &Server,
    head: &Head,
    words: Words,
) -> Result<String, OdooError> {
    let values = values(head, words);
    let shown = digest(Value::Object(values.clone()).to_string().as_bytes());
    if let Some(record) = of.record
        && head.shown != shown
    {
        odoo.call(&server::show(record, values)).await?;
    }
    Ok(shown)
}

/// Writes that there is no book any more.
pub(super) async fn nothing<W: World>(odoo: &Odoo<'_, W>, of: &Server) -> Result<(), OdooError> {
    let Some(record) = of.record else {
        return Ok(());
    };
    let mut values = Said::values(None, "x_book");
    values.extend(counts(None, 0, 0, 0));
    odoo.call(&server::show(record, values)).await.map(drop)
}

fn values(head: &Head, words: Words) -> Map<String, Value> {
    let trouble = head.trouble.as_deref();
    let said = trouble.map(|trouble| Said::new(|language| (words.sentence)(language, trouble)));
    let mut values = Said::values(said.as_ref(), "x_book");
    values.extend(match &head.book {
        // A build that has changed nothing is no news.
        Some(book) => {
            let at = book.changed_at.format(DATETIME).to_string();
            counts(Some(at), book.contacts, book.left_out, book.unreadable)
        }
        None => counts(None, 0, 0, 0),
    });
    values
}

fn counts(
    at: Option<String>,
    contacts: usize,
    left_out: usize,
    unreadable: usize,
) -> Map<String, Value> {
    Map::from_iter([
        (
            "x_book_at".to_owned(),
            at.map_or(Value::Bool(false), Value::from),
        ),
        ("x_book_contacts".to_owned(), json!(contacts)),
        ("x_book_left_out".to_owned(), json!(left_out)),
        ("x_book_unreadable".to_owned(), json!(unreadable)),
    ])
}
