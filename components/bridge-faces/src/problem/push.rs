//! What the sender of a push is told.

use super::Problem;
use bridge_core::flows::push::PushRefusal;

impl From<PushRefusal> for Problem {
    fn from(refusal: PushRefusal) -> Self {
        let (status, kind, title, action) = match &refusal {
            PushRefusal::NoSuchServer => (
                404,
                "urn:ucm-odoo:not-found",
                "Not found",
                "check the address",
            ),
            PushRefusal::Closed => (
                503,
                "urn:ucm-odoo:not-configured",
                "This route is closed",
                "set `push_secret` in the server's entry of `ucm_servers`",
            ),
            PushRefusal::Foreign => (
                403,
                "urn:ucm-odoo:source",
                "Not from there",
                "add the address that the bridge sees (the proxy's, where there is one) to the server's `push_sources`",
            ),
            PushRefusal::NothingShown => (
                401,
                "urn:ucm-odoo:unauthorised",
                "Not authorised",
                "enter the server's `push_secret` as the password in the UCM; where its firmware does not send it, add it to the path: \
                 /webhook/<server>/<push_secret>",
            ),
            PushRefusal::OtherSecret => (
                401,
                "urn:ucm-odoo:unauthorised",
                "Not authorised",
                "enter the server's `push_secret` as the password in the UCM's CDR Real-Time Output settings",
            ),
            PushRefusal::TooOften => (
                429,
                "urn:ucm-odoo:too-many",
                "Too many refusals",
                "correct the secret and send again",
            ),
            PushRefusal::Unreadable { .. } => (
                422,
                "urn:ucm-odoo:no-record",
                "No call record",
                "send a CDR record with `session`, `start` and `disposition`, as JSON or XML; what was sent is kept among the dead letters",
            ),
            PushRefusal::Store(error) => return error.clone().into(),
        };
        Self::new(status, kind, title, refusal.to_string(), action)
    }
}
