//! What the phonebook of an office's phones is made of: contacts that somebody has chosen, in the order in which they are to be kept.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Call, Transport, Version, call, journal, partner, server};
use calls::phonebook::Contact;

/// Model of saved filters.
pub const FILTERS: &str = "ir.filters";

/// A filter that somebody has saved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Filter {
    /// The model that it is for.
    #[serde(deserialize_with = "call::text")]
    pub model_id: String,
    /// Its domain, as Odoo keeps it.
    #[serde(deserialize_with = "call::text")]
    pub domain: String,
}

/// What tells whether contacts have changed: how many there are, and when one was written last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stamp {
    /// How many.
    #[serde(rename = "__count")]
    pub count: u64,
    /// The last change, as Odoo writes it; it is compared, never read.
    #[serde(
        rename = "write_date:max",
        alias = "write_date",
        deserialize_with = "call::text"
    )]
    pub written: String,
}

/// Contacts who were on the phone, with how many calls or the last one of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Called {
    /// The contact.
    #[serde(rename = "x_partner_id", deserialize_with = "call::many2one")]
    pub contact: Option<i64>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Database id.
    pub id: i64,
    /// Its name, in the language of the key's user.
    #[serde(deserialize_with = "call::text")]
    pub name: String,
}

/// Which contacts were on the phone come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// Those of the latest calls.
    Recent,
    /// Those of most calls.
    Often,
}

/// A [`Contact`] as Odoo has it.
#[derive(Deserialize)]
struct Row {
    id: i64,
    #[serde(default, deserialize_with = "call::text")]
    name: String,
    is_company: bool,
    #[serde(rename = "parent_id", deserialize_with = "call::named")]
    parent: Option<(i64, String)>,
    #[serde(default, deserialize_with = "call::text")]
    country_code: String,
    #[serde(default, deserialize_with = "call::text")]
    phone: String,
    #[serde(default, deserialize_with = "call::text")]
    mobile: String,
    category_id: Vec<i64>,
}

impl From<Row> for Contact {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            is_company: row.is_company,
            company: row.parent.map(|(_, name)| name).unwrap_or_default(),
            country: row.country_code,
            phone: row.phone,
            mobile: row.mobile,
            tags: row.category_id,
        }
    }
}

/// Reads a saved filter; nothing is answered where there is none that the key's user may see.
pub fn filter(id: i64) -> Call<Vec<Filter>> {
    Call::search_read(FILTERS, json!([["id", "=", id]]), &["model_id", "domain"])
}

/// Counts the companies of this Odoo that the key's user may see.
pub fn companies() -> Call<u64> {
    Call::search_count("res.company", json!([]))
}

/// Whose contacts a book may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of this company, and those that belong to none.
    Of(i64),
    /// Those that belong to no company: it is not known whose phones they are.
    Nobodys,
    /// All: there is one company only.
    Everybodys,
}

/// The contacts that can be in a book: who has a number, whom every user of that company may see, and who satisfies all of `chosen`. Archived ones are
/// never among them.
pub fn domain(whose: Whose, has_mobile: bool, chosen: &[Value]) -> Value {
    let number = match has_mobile {
        false => json!([["phone", "!=", false]]),
        true => json!(["|", ["phone", "!=", false], ["mobile", "!=", false]]),
    };
    let company = match whose {
        Whose::Of(company) => {
            json!([
                "|",
                ["company_id", "=", false],
                ["company_id", "=", company]
            ])
        }
        Whose::Nobodys => json!([["company_id", "=", false]]),
        Whose::Everybodys => json!([]),
    };
    let all = [number, company, json!([["active", "=", true]])];
    // Whole domains behind one another all have to hold.
    let terms = all
        .iter()
        .chain(chosen)
        .filter_map(Value::as_array)
        .flatten();
    terms.cloned().collect()
}

/// Asks how many contacts match, and when one of them was written last. One row is answered.
pub fn stamp(version: Version, domain: &Value) -> Call<Vec<Stamp>> {
    let (domain, by) = (("domain", domain.clone()), ("groupby", json!([])));
    match version.transport() {
        Transport::Json2 => {
            let aggregates = ("aggregates", json!(["__count", "write_date:max"]));
            let args = vec![domain, by, aggregates];
            Call::method(partner::MODEL, "formatted_read_group", None, args)
        }
        Transport::JsonRpc => {
            let args = vec![domain, ("fields", json!(["write_date:max"])), by];
            Call::method(partner::MODEL, "read_group", None, args).option("lazy", json!(false))
        }
    }
}

/// Reads contacts, by name; `skip` of them are left out, and no more than `most` are answered.
pub fn contacts(domain: &Value, has_mobile: bool, skip: usize, most: usize) -> Call<Vec<Contact>> {
    let mut fields = vec![
        "name",
        "is_company",
        "parent_id",
        "country_code",
        "phone",
        "category_id",
    ];
    if has_mobile {
        fields.push("mobile");
    }
    Call::<Vec<Row>>::search_read(partner::MODEL, domain.clone(), &fields)
        .order("name, id")
        .option("offset", json!(skip))
        .limit(most)
        .meaning()
}

/// The contacts of the calls of the server that is called `key`, since a moment that is written as Odoo writes it: those first that are to be.
pub fn called(
    version: Version,
    key: &str,
    since: &str,
    first: First,
    most: usize,
) -> Call<Vec<Called>> {
    let domain = json!([
        ["x_server", "=", key],
        ["x_partner_id", "!=", false],
        ["x_started_at", ">=", since]
    ]);
    let (domain, by) = (("domain", domain), ("groupby", json!(["x_partner_id"])));
    match version.transport() {
        Transport::Json2 => {
            let order = match first {
                First::Recent => "x_started_at:max desc",
                First::Often => "__count desc, x_started_at:max desc",
            };
            let aggregates = ("aggregates", json!(["__count", "x_started_at:max"]));
            let args = vec![domain, by, aggregates];
            let counted: Call<_> = Call::method(journal::MODEL, "formatted_read_group", None, args);
            counted.option("order", json!(order)).limit(most)
        }
        Transport::JsonRpc => {
            let order = match first {
                First::Recent => "x_started_at desc",
                First::Often => "__count desc, x_started_at desc",
            };
            let args = vec![domain, ("fields", json!(["x_started_at:max"])), by];
            let counted: Call<_> = Call::method(journal::MODEL, "read_group", None, args);
            let counted = counted.option("lazy", json!(false)).limit(most);
            counted.option("orderby", json!(order))
        }
    }
}

/// Names tags.
pub fn tags(ids: &[i64]) -> Call<Vec<Tag>> {
    Call::search_read(
        "res.partner.category",
        json!([["id", "in", ids]]),
        &["name"],
    )
}

/// Writes to a server's record what became of its book.
pub fn show(record: i64, values: serde_json::Map<String, Value>) -> Call<bool> {
    server::show(record, values)
}
