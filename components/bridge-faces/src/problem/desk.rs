//! What a desk phone is told; whoever sets it up reads it.

use super::Problem;
use bridge_core::flows::desk::Refusal;

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
            Refusal::TooOften => (
                429,
                "urn:ucm-odoo:too-many",
                "Too many refusals",
                "copy the address anew from Grandstream > Configuration > Phones in Odoo",
            ),
        };
        Self::new(status, kind, title, refusal.to_string(), action)
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
