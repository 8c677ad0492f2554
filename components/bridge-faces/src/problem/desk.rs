//! What a desk phone is told; whoever sets it up reads it.

use super::Problem;
use bridge_core::flows::desk::Refusal;
use bridge_core::flows::phonebook::{NoBook, NothingShown};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, kind, title, action) = match refusal {
            Refusal::NotConfigured => return Self::not_configured("link_secret"),
            Refusal::NoSuchServer => (
                404,
                "urn:ucm-odoo:not-found",
                "Not found",
                "copy the address from Grandstream > Configuration > Phones in Odoo",
            ),
            Refusal::Foreign => (
                403,
                "urn:ucm-odoo:source",
                "Not from there",
                "add the address that the bridge sees (the proxy's, where there is one) to the server's `phone_sources`",
            ),
            Refusal::OtherSecret => (
                403,
                "urn:ucm-odoo:link",
                "The link opens nothing",
                "copy the address anew from Grandstream > Configuration > Phones in Odoo",
            ),
        };
        Self::new(status, kind, title, refusal.to_string(), action)
    }
}

impl From<NothingShown> for Problem {
    fn from(nothing: NothingShown) -> Self {
        let (status, kind, title, action) = match nothing {
            NothingShown::NoBook => (
                404,
                "urn:ucm-odoo:not-found",
                "Not found",
                "copy the path from Grandstream > Configuration > Phones in Odoo; the phone puts /phonebook.xml behind it",
            ),
            NothingShown::NoCredentials => (
                401,
                "urn:ucm-odoo:unauthorised",
                "Not authorised",
                "give the phone the user name and the password from Grandstream > Configuration > Phones in Odoo, or the path that has the secret in it",
            ),
        };
        Self::new(status, kind, title, nothing.to_string(), action)
    }
}

impl From<NoBook> for Problem {
    fn from(nothing: NoBook) -> Self {
        let (status, kind, title, action) = match nothing {
            NoBook::Store(error) => return error.into(),
            NoBook::Off => (
                404,
                "urn:ucm-odoo:no-phonebook",
                "There is no phonebook",
                "choose in the server's record in Odoo whom the phonebook has, or set `phonebook`",
            ),
            NoBook::NotYet => (
                503,
                "urn:ucm-odoo:not-yet",
                "Not yet",
                "wait until the bridge has read the server from Odoo, some ten minutes; the server's record says what is wrong where it takes longer",
            ),
        };
        Self::new(status, kind, title, nothing.to_string(), action)
    }
}

impl Problem {
    /// The address is longer than any that the bridge gives out.
    pub fn long_address(limit_bytes: usize) -> Self {
        Self::new(
            414,
            "urn:ucm-odoo:long-address",
            "The address is too long",
            format!("the address has more than {limit_bytes} bytes"),
            "copy the address from Grandstream > Configuration > Phones in Odoo, and add nothing to it",
        )
    }
}
