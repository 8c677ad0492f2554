//! What an application says that others may keep: its log, the addresses it asks for, its refusals.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Response;
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::WasiBody;

use crate::logs::LogLine;

/// Something that an application has said.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// A line of the log.
    Line(&'a LogLine),
    /// The whole address of a request that is about to be sent, or that is not allowed.
    Address {
        /// The component that asks.
        component: &'a str,
        /// The address, with its query.
        url: &'a str,
    },
    /// An answer of 400 and above, at each piece of its body.
    Refusal {
        /// The path that was asked for.
        path: &'a str,
        /// The status.
        status: u16,
        /// What has been sent of the body so far.
        body: &'a [u8],
    },
}

/// Hears all that an application says.
pub trait Listener: Send + Sync {
    /// Called before the application says anything, with its variables that are secret.
    fn starts(&self, secrets: &BTreeMap<String, String>) {
        _ = secrets;
    }

    /// Called as it is said.
    fn hears(&self, said: Said<'_>);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deaf;

impl Listener for Deaf {
    fn hears(&self, _said: Said<'_>) {}
}

impl<L: Listener + ?Sized> Listener for Arc<L> {
    fn starts(&self, secrets: &BTreeMap<String, String>) {
        (**self).starts(secrets);
    }

    fn hears(&self, said: Said<'_>) {
        (**self).hears(said);
    }
}

/// The same answer; one that refuses is heard as it is sent.
pub(crate) fn overheard(
    listener: Arc<dyn Listener>,
    path: String,
    response: Response<WasiBody>,
) -> Response<WasiBody> {
    let status = response.status().as_u16();
    if status < 400 {
        return response;
    }
    let mut heard = Vec::new();
    response.map(|body| {
        body.map_frame(move |frame| {
            heard.extend_from_slice(frame.data_ref().map_or(&[], AsRef::as_ref));
            let (path, body) = (path.as_str(), heard.as_slice());
            listener.hears(Said::Refusal { path, status, body });
            frame
        })
        .boxed_unsync()
    })
}
