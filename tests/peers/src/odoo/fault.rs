//! Faults that a test sets on a running server: what a network, a proxy or a sick server does to a call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::error::{Kind, OdooError};

/// A fault that strikes calls of a model and a method, as often as it says.
///
/// ```
/// use peers::odoo::Fault;
/// // The next batch of calls is stored, but the client never hears of it.
/// let fault = Fault::answer_lost().on("x_ucm_call", "create").times(1);
/// # let _ = fault;
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) effect: Effect,
    model: Option<String>,
    method: Option<String>,
    content: Option<String>,
    spared: u32,
    left: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// The connection is closed before anything is read or done.
    Refuse,
    /// Nothing is done and nothing is answered.
    Stall,
    /// The call waits first, then goes on.
    Slow(Duration),
    /// The call waits until the other side is gone, which is told when one has arrived.
    Held(Stop),
    /// The transaction stays open for so long for each record that the call creates.
    Laborious(Duration),
    /// The work is done; the answer breaks off after so many bytes.
    Cut(usize),
    /// A proxy answers in HTML.
    Html(u16),
    /// The work is done and committed; the connection closes without an answer.
    AnswerLost,
    /// The work is done and committed; a proxy has given up waiting before.
    Overdue,
    /// The key counts as expired or revoked.
    KeyRefused,
    /// The call raises this instead of working.
    Raise(OdooError),
    /// The search finds no row with this text: a replica answers it that has not heard of them yet.
    Unheard(String),
    /// The transaction stays open between its work and its commit until the other side is gone.
    Hold(Stop),
    /// The call is under way until the other side is gone, and raises this if anything else is asked meanwhile.
    Fragile(Stop, OdooError),
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self {
            effect,
            model: None,
            method: None,
            content: None,
            spared: 0,
            left: None,
        }
    }

    /// Closes the connection before doing anything.
    #[must_use]
    pub fn refuse() -> Self {
        Self::new(Effect::Refuse)
    }

    /// Never answers, does nothing, keeps the connection open.
    #[must_use]
    pub fn stall() -> Self {
        Self::new(Effect::Stall)
    }

    /// Waits, then works and answers as usual.
    #[must_use]
    pub fn slow(delay: Duration) -> Self {
        Self::new(Effect::Slow(delay))
    }

    /// Waits until the other half is dropped, then works and answers as usual: whatever is to happen meanwhile does, on the slowest machine.
    #[must_use]
    pub fn held() -> (Self, Held) {
        let (stop, held) = Stop::new();
        (Self::new(Effect::Held(stop)), held)
    }

    /// Works as long as this on each record that the call creates.
    #[must_use]
    pub fn laborious(each: Duration) -> Self {
        Self::new(Effect::Laborious(each))
    }

    /// Works and commits; the body of the answer breaks off after so many bytes.
    #[must_use]
    pub fn cut(after_bytes: usize) -> Self {
        Self::new(Effect::Cut(after_bytes))
    }

    /// A proxy's HTML page with this status (500, 502, 503); nothing is done.
    #[must_use]
    pub fn html(status: u16) -> Self {
        Self::new(Effect::Html(status))
    }

    /// Works and commits, then closes the connection without an answer.
    #[must_use]
    pub fn answer_lost() -> Self {
        Self::new(Effect::AnswerLost)
    }

    /// Works and commits, after a proxy has answered 504 in its place.
    #[must_use]
    pub fn overdue() -> Self {
        Self::new(Effect::Overdue)
    }

    /// The key is not accepted.
    #[must_use]
    pub fn key_refused() -> Self {
        Self::new(Effect::KeyRefused)
    }

    /// PostgreSQL could not serialize the call, and the server's own retries did not help.
    #[must_use]
    pub fn serialization_failure() -> Self {
        Self::new(Effect::Raise(OdooError::serialization_failure()))
    }

    /// A replica answers the search, and has not heard yet of what was written last: it finds nothing.
    #[must_use]
    pub fn replica_behind() -> Self {
        Self::replica_without("")
    }

    /// A replica answers the search, and has not heard yet of the rows with this text.
    #[must_use]
    pub fn replica_without(text: &str) -> Self {
        Self::new(Effect::Unheard(text.to_owned()))
    }

    /// The call raises a `UserError` with this text.
    #[must_use]
    pub fn user_error(message: &str) -> Self {
        Self::new(Effect::Raise(OdooError::new(Kind::User, message)))
    }

    /// An import meets what another thread has asked about a model that was being made: Odoo remembers that the model has no id.
    #[must_use]
    pub fn disturbed_import() -> Self {
        Self::new(Effect::Raise(disturbed())).on("base.import.module", "import_module")
    }

    /// An import is under way until the other half is dropped, and fails on whatever is asked meanwhile, as a real one does.
    #[must_use]
    pub fn fragile_import() -> (Self, Held) {
        let (stop, held) = Stop::new();
        let fault = Self::new(Effect::Fragile(stop, disturbed()));
        (fault.on("base.import.module", "import_module"), held)
    }

    /// The call raises an `AccessError` with this text.
    #[must_use]
    pub fn access_error(message: &str) -> Self {
        Self::new(Effect::Raise(OdooError::access(message)))
    }

    /// The call raises a `ValidationError` with this text.
    #[must_use]
    pub fn validation_error(message: &str) -> Self {
        Self::new(Effect::Raise(OdooError::new(Kind::Validation, message)))
    }

    /// Keeps the transaction open between its work and its commit until the other half is dropped, so that another one can overtake it.
    #[must_use]
    pub fn hold_transaction() -> (Self, Held) {
        let (stop, held) = Stop::new();
        (Self::new(Effect::Hold(stop)), held)
    }

    /// Strikes only this method of this model.
    #[must_use]
    pub fn on(mut self, model: &str, method: &str) -> Self {
        self.model = Some(model.to_owned());
        self.method = Some(method.to_owned());
        self
    }

    /// Strikes only this model.
    #[must_use]
    pub fn on_model(mut self, model: &str) -> Self {
        self.model = Some(model.to_owned());
        self
    }

    /// Strikes only calls with this text in their body: a rule that one row breaks.
    #[must_use]
    pub fn with(mut self, content: &str) -> Self {
        self.content = Some(content.to_owned());
        self
    }

    /// Lets so many matching calls pass first.
    #[must_use]
    pub fn sparing(mut self, calls: u32) -> Self {
        self.spared = calls;
        self
    }

    /// Strikes so many times, then no more.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.left = Some(count);
        self
    }

    fn matches(&self, model: &str, method: &str, body: &[u8]) -> bool {
        let has = |content: &String| {
            body.windows(content.len())
                .any(|at| at == content.as_bytes())
        };
        self.content.as_ref().is_none_or(has)
            && self.model.as_deref().is_none_or(|known| known == model)
            && self.method.as_deref().is_none_or(|known| known == method)
    }
}

/// Where a call is held up.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    arrived: watch::Sender<bool>,
    released: watch::Receiver<()>,
}

impl Stop {
    fn new() -> (Self, Held) {
        let (arrived, arrival) = watch::channel(false);
        let (release, released) = watch::channel(());
        let held = Held {
            arrival,
            _release: release,
        };
        (Self { arrived, released }, held)
    }

    /// Says that a call is here, and waits until the other half is dropped.
    pub(crate) async fn wait(&self) {
        self.arrived.send_replace(true);
        // Nothing is ever sent: it ends with the other half.
        let mut released = self.released.clone();
        while released.changed().await.is_ok() {}
    }
}

/// Holds up the calls that a fault strikes, until it is dropped.
#[derive(Debug)]
pub struct Held {
    arrival: watch::Receiver<bool>,
    _release: watch::Sender<()>,
}

impl Held {
    /// Waits until a call is held up.
    ///
    /// # Panics
    /// When none is within a minute.
    pub async fn arrived(&self) {
        let mut arrival = self.arrival.clone();
        let arrived = arrival.wait_for(|has_arrived| *has_arrived);
        let arrived = tokio::time::timeout(Duration::from_secs(60), arrived).await;
        assert!(matches!(arrived, Ok(Ok(_))), "no call arrived");
    }
}

fn disturbed() -> OdooError {
    OdooError::user("Error while importing module 'ucm_odoo'.\n\n").because(DISTURBED)
}

/// As a real Odoo tells it, on 17, 18 and 19.
const DISTURBED: &str = "psycopg2.errors.NotNullViolation: null value in column \"model_id\" of relation \"ir_model_fields\" violates \
    not-null constraint\nDETAIL:  Failing row contains (4197, null).\n\n\nThe above exception was the direct cause of the following \
    exception:\n\nTraceback (most recent call last):\n  File \"/simulated/odoo/tools/convert.py\", line 1, in _tag_root\n\
    odoo.tools.convert.ParseError: while parsing /tmp/tmp5ythnh94/ucm_odoo/data/x_ucm_call.xml:35, somewhere inside\n<record/>";

/// The faults that are set at the moment.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.lock().push(fault);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Whether any is left.
    pub(crate) fn any(&self) -> bool {
        !self.lock().is_empty()
    }

    /// The effects that strike this call.
    pub(crate) fn strike(&self, model: &str, method: &str, body: &[u8]) -> Vec<Effect> {
        let mut faults = self.lock();
        let mut effects = Vec::new();
        for fault in faults
            .iter_mut()
            .filter(|fault| fault.matches(model, method, body))
        {
            if fault.spared > 0 {
                fault.spared -= 1;
                continue;
            }
            if let Some(left) = &mut fault.left {
                *left = left.saturating_sub(1);
            }
            effects.push(fault.effect.clone());
        }
        faults.retain(|fault| fault.left != Some(0));
        effects
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_spares_then_strikes_then_ends() {
        let faults = Faults::default();
        faults.add(
            Fault::refuse()
                .on("x_ucm_call", "create")
                .sparing(1)
                .times(1),
        );
        let strikes: Vec<usize> = (0..3)
            .map(|_| faults.strike("x_ucm_call", "create", b"").len())
            .collect();
        assert_eq!(strikes, [0, 1, 0]);
        faults.add(Fault::stall().on_model("res.partner"));
        assert_eq!(faults.strike("x_ucm_call", "create", b"").len(), 0);
        assert_eq!(faults.strike("res.partner", "search", b"").len(), 1);
        faults.clear();
        faults.add(Fault::user_error("no").with("Zoé"));
        assert_eq!(faults.strike("res.partner", "create", b"Ana").len(), 0);
        let body = "{\"name\":\"Zoé\"}".as_bytes();
        assert_eq!(faults.strike("res.partner", "create", body).len(), 1);
    }
}
