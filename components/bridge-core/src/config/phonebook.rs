//! Which contacts the phones of an office have in their phonebook.

use super::fields::Fields;
use super::{Sought, Wrong};

/// What a server's phonebook has. Without this setting there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phonebook {
    /// Whom.
    pub contents: Contents,
    /// How many contacts at the most: phones have room for 500 to 2,000.
    pub most: usize,
    /// Who comes first, and so stays where there are more.
    pub order: Order,
}

/// Whom a phonebook has, of those with a number that a user of the server's company may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contents {
    /// All of them.
    All,
    /// Those that are companies.
    Companies,
    /// Those whom a filter finds that is saved in Odoo, by its id.
    Filter(i64),
}

/// Who comes first in a phonebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// By name.
    Name,
    /// Whoever was on the phone last, then the others by name.
    Recent,
    /// Whoever is on the phone most often, then the others by name.
    Often,
}

impl Phonebook {
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let contents = fields.text("phonebook");
        let filter = fields.record("phonebook_filter");
        let most = fields.number("phonebook_size", 1..=MOST_CONTACTS, USUAL_CONTACTS);
        let order = read_order(fields);
        let contents = match (contents.as_deref(), filter) {
            (None | Some("off"), _) => return None,
            (Some("all"), _) => Contents::All,
            (Some("companies"), _) => Contents::Companies,
            (Some("filter"), Some(filter)) => Contents::Filter(filter),
            (Some("filter"), None) => {
                fields.fault("phonebook_filter", Wrong::Missing(Sought::Filter));
                return None;
            }
            (Some(_), _) => {
                fields.fault("phonebook", Wrong::Phonebook);
                return None;
            }
        };
        Some(Self {
            contents,
            most: usize::try_from(most).unwrap_or(usize::MAX),
            order,
        })
    }
}

fn read_order(fields: &mut Fields<'_>) -> Order {
    match fields.text("phonebook_order").as_deref() {
        None | Some("name") => Order::Name,
        Some("recent") => Order::Recent,
        Some("often") => Order::Often,
        Some(_) => {
            fields.fault("phonebook_order", Wrong::PhonebookOrder);
            Order::Name
        }
    }
}

/// What the largest phonebook of a desk phone holds (GXP21xx, GRP2614 and above).
const MOST_CONTACTS: u64 = 2_000;
/// What most models hold.
const USUAL_CONTACTS: u64 = 1_000;
