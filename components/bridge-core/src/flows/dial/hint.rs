//! The hint that Odoo sends when somebody clicks: a signed address, written into Odoo, which opens nothing but a look at what waits.

use chrono::{DateTime, Utc};

use crate::config::Links;
use crate::link::{Keys, Link, LinkError};

/// The address that Odoo sends hints to; none where Odoo cannot reach the bridge, or nothing signs.
pub fn address(links: &Links, expires: DateTime<Utc>) -> Option<String> {
    let mut url = links.base.clone()?;
    url.set_path(PATH);
    link(expires).seal(url, &links.keys)
}

/// Whether an address with this end and signature is one that the bridge has made.
///
/// # Errors
/// [`LinkError`] where it is not, or has ended.
pub fn verify(
    keys: &Keys,
    expires: DateTime<Utc>,
    signature: &str,
    now: DateTime<Utc>,
) -> Result<(), LinkError> {
    link(expires).verify(keys, signature, now)
}

fn link(expires: DateTime<Utc>) -> Link<'static> {
    Link {
        scope: "dial",
        parts: &[],
        expires,
    }
}

/// Where hints come in.
pub const PATH: &str = "/dial/hint";
