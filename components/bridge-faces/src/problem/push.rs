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
                "check the address; a server that was added in Odoo may push once the bridge has read it, after ten minutes or with Test Connection; \
                 one that is paused may not",
            ),
            PushRefusal::NotYetRead => (
                503,
                "urn:ucm-odoo:not-yet",
                "Not yet",
                "send again in a minute; where it stays so, GET /doctor says what keeps Odoo from being read",
            ),
            PushRefusal::SettingsWrong => (
                503,
                "urn:ucm-odoo:settings",
                "The settings cannot be used",
                "send again in a minute; GET /status says which settings are refused, and why",
            ),
            PushRefusal::Closed => (
                503,
                "urn:ucm-odoo:not-configured",
                "This route is closed",
                "set `push_secret` in the server's entry of `ucm_servers`, or give the push secret in its form in Odoo, where the user of the bridge's \
                 API key has to be in the group \"Grandstream: Bridge\"",
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
