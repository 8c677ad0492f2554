//! The dialogue itself: operations, retries, waits.

mod run;
mod sharing;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response};

use self::run::{Plan, Run, Talk};
use super::Dialect;
use super::account::{Account, fingerprint};
use super::action::Action;
use super::legacy::Legacy;
use super::rest::Rest;
use super::saved::{Saved, TimeForm};
use super::verdict::{self, Ask, Verdict};
use super::window::Search;
use super::{
    Answer, Operation, Page, PageRequest, RECORDING_TIMEOUTS, Refusal, Room, Step, TIMEOUTS,
    Trouble, UcmError,
};
use ports::Secret;
use ports::{HttpError, Timeouts};

/// A dialogue with one UCM: says what to send, is told what came back, ends with an answer or an error.
///
/// **After `begin`, call `poll` until it says [`Step::Done`], and `handle` once for every [`Step::Send`].**
///
/// * `begin` starts an operation; one that was under way is given up.
/// * `poll` says what to do next. Until `handle` is called, it builds the same request again.
/// * `handle` takes what came back.
/// * `saved`, `refusal`, `pages_by_offset`, `room` say what is known; `learn_room` adds to it; `release` lifts a hold.
#[derive(Debug)]
pub struct Client {
    account: Account,
    saved: Saved,
    loaded: Option<Saved>,
    budget: Duration,
    end: Option<DateTime<Utc>>,
    last_page: Option<(PageRequest, [u8; 16])>,
    /// The session that the device refused, so that it is not taken up again.
    lost_cookie: Option<Secret>,
    run: Option<Run>,
}

impl Client {
    /// A client for `account` that goes on from `saved`, if that was saved under the same settings.
    pub fn new(account: Account, saved: Option<Saved>) -> Self {
        let settings = fingerprint(&account);
        let known = saved.clone().filter(|saved| saved.settings == settings);
        Self {
            account,
            saved: known.unwrap_or_else(|| Saved::new(settings)),
            loaded: saved,
            budget: WAIT_BUDGET,
            end: None,
            last_page: None,
            lost_cookie: None,
            run: None,
        }
    }

    /// Limits the time that this client may spend waiting for a busy device, over all its operations. The default is 20 s: one wait of 15 s fits
    /// into the 30 s after which hosted platforms end a handler.
    #[must_use]
    pub fn with_wait_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Waits for nothing that would not be over, and answered, by `end`: the device is then left for a later run.
    pub fn end_by(&mut self, end: Option<DateTime<Utc>>) {
        self.end = end;
    }

    /// Begins an operation.
    pub fn begin(&mut self, operation: Operation) {
        let plan = match operation {
            Operation::CdrPage(request) if self.account.dialect == Dialect::Rest => {
                Plan::PlainPage(request)
            }
            Operation::CdrPage(request) => Plan::Page(Search::new(request, self.saved.time_form)),
            Operation::SystemStatus => Plan::One(Ask::SystemStatus),
            Operation::DeviceInfo => Plan::One(Ask::DeviceInfo),
            Operation::RecordingInfo { acct_id } => Plan::One(Ask::RecordingInfo { acct_id }),
            Operation::Recording(place) => Plan::One(Ask::Recording(place)),
            Operation::Dial(dial) => Plan::One(Ask::Dial(dial)),
            Operation::Phones { page } => Plan::One(Ask::Phones { page }),
        };
        self.run = Some(Run::new(plan));
    }

    /// What to do next.
    pub fn poll(&mut self, now: DateTime<Utc>) -> Step {
        let Some(mut run) = self.run.take() else {
            return Step::Done(Err(UcmError::NothingBegun));
        };
        if run.talk.is_none() {
            self.open(&mut run, now);
        }
        if let Some(outcome) = run.outcome {
            return Step::Done(outcome);
        }
        let step = match run.resume_at.map(|at| at - now) {
            Some(rest) if rest > TimeDelta::zero() => Step::Wait(rest.to_std().unwrap_or_default()),
            _ => match self.request(&mut run) {
                Ok(request) => Step::Send(request),
                Err(error) => return Step::Done(Err(error)),
            },
        };
        self.run = Some(run);
        step
    }

    /// Takes what came back for the request that `poll` gave.
    pub fn handle(&mut self, now: DateTime<Utc>, reply: Result<Response<Vec<u8>>, HttpError>) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        if std::mem::take(&mut run.sending) {
            let order = run.orders();
            let verdict = self.judge(&mut run, now, reply);
            let verdict = match order {
                Some(action) => verdict.of_order(action),
                None => verdict,
            };
            self.obey(&mut run, now, verdict);
        }
        self.run = Some(run);
    }

    /// Whether the answer to the request that `poll` gave is the recording that was asked for: HTTP status `status`, and a body that begins
    /// with `first`, [`super::RECORDING_MARK_BYTES`] or all there is. Content types are not dependable on these devices.
    ///
    /// If it is, call [`Client::handle_recording`] and pass the body on; if not, read the body and call [`Client::handle`].
    pub fn is_recording(&self, status: http::StatusCode, first: &[u8]) -> bool {
        let is_asked_for = self.run.as_ref().is_some_and(Run::awaits_recording);
        is_asked_for && status == http::StatusCode::OK && is_audio(first)
    }

    /// Takes the beginning of the recording as the answer: the operation is done.
    pub fn handle_recording(&mut self, now: DateTime<Utc>) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        if std::mem::take(&mut run.sending) && run.awaits_recording() {
            self.saved.touch_session(now);
            self.end(&mut run, Ok(Answer::Recording));
        }
        self.run = Some(run);
    }

    /// How long an exchange may take.
    pub fn timeouts(&self) -> Timeouts {
        match &self.run {
            Some(run) if matches!(run.plan, Plan::One(Ask::Recording(_))) => RECORDING_TIMEOUTS,
            _ => TIMEOUTS,
        }
    }

    /// What to keep between runs; `None` if nothing changed since it was loaded.
    pub fn saved(&self) -> Option<Saved> {
        (self.loaded.as_ref() != Some(&self.saved)).then(|| self.saved.clone())
    }

    /// How the account was refused, if it is held: every operation then fails at once, without a request.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.saved.refused.as_ref()
    }

    /// Lifts the hold on a refused account, because a person asks for another try.
    pub fn release(&mut self) {
        self.saved.refused = None;
    }

    /// Whether `offset` works. Where it does not (REST, or a firmware seen to ignore it) the next page is asked for by a later `start`.
    pub fn pages_by_offset(&self) -> bool {
        self.account.dialect != Dialect::Rest && !self.saved.offset_ignored
    }

    /// How many records a page of this device is known to have room for.
    pub fn room(&self) -> &Room {
        &self.saved.room
    }

    /// Keeps what a walk has learnt of that.
    pub fn learn_room(&mut self, room: Room) {
        self.saved.room = room;
    }

    /// The first step of an operation: is the account held, is the device to be left alone, is there a session?
    fn open(&mut self, run: &mut Run, now: DateTime<Utc>) {
        run.talk = Some(match self.account.dialect {
            Dialect::Action => Talk::Action(Action::begin(&self.saved, now)),
            Dialect::Legacy => Talk::Legacy(Legacy::begin(&self.account, &self.saved)),
            Dialect::Rest => Talk::Rest(Rest::begin(&self.saved, now)),
        });
        if let Some(refusal) = &self.saved.refused {
            run.outcome = Some(Err(UcmError::Credentials(refusal.clone())));
            return;
        }
        // A time that no wait reaches comes from a clock that was wrong.
        match self.saved.not_before.map(|at| at - now) {
            Some(rest) if rest > TimeDelta::zero() && rest <= LONGEST_HOLD => {
                self.pause(run, now, rest.to_std().unwrap_or_default())
            }
            _ => {}
        }
    }

    fn request(&mut self, run: &mut Run) -> Result<Request<Vec<u8>>, UcmError> {
        run.resume_at = None;
        run.sending = true;
        let ask = run.plan.ask();
        match &mut run.talk {
            Some(Talk::Action(action)) => action.request(&self.account, &self.saved, &ask),
            Some(Talk::Legacy(legacy)) => legacy.request(&self.account, &mut self.saved, &ask),
            Some(Talk::Rest(rest)) => rest.request(&self.account, &self.saved, &ask),
            None => Err(UcmError::NothingBegun),
        }
    }

    fn judge(
        &mut self,
        run: &mut Run,
        now: DateTime<Utc>,
        reply: Result<Response<Vec<u8>>, HttpError>,
    ) -> Verdict {
        let ask = run.plan.ask();
        let response = match reply {
            Ok(response) => response,
            Err(error) => return verdict::of_http_error(ask.action(), error),
        };
        if let Some(verdict) = verdict::of_size(ask.action(), response.body()) {
            return verdict;
        }
        match &mut run.talk {
            Some(Talk::Action(action)) => action.handle(&mut self.saved, now, &ask, &response),
            Some(Talk::Legacy(legacy)) => legacy.handle(&mut self.saved, &ask, &response),
            Some(Talk::Rest(rest)) => rest.handle(&mut self.saved, now, &ask, &response),
            None => UcmError::NothingBegun.into(),
        }
    }

    fn obey(&mut self, run: &mut Run, now: DateTime<Utc>, verdict: Verdict) {
        match verdict {
            Verdict::Advanced => {}
            Verdict::Page(page) => self.take_page(run, page),
            Verdict::Answer(answer) => self.end(run, Ok(answer)),
            Verdict::SessionLost => self.renew(run),
            Verdict::Busy(wait) => self.pause(run, now, wait),
            Verdict::Again(error) => self.retry(run, now, error),
            Verdict::Failed(error) => self.end(run, Err(error)),
        }
    }

    fn take_page(&mut self, run: &mut Run, page: Page) {
        let Plan::Page(search) = &mut run.plan else {
            return self.end(run, Ok(Answer::Page(page)));
        };
        if let Some(page) = search.handle(page) {
            let (form, request) = (search.established(), search.request().clone());
            self.learn(form, request, &page);
            self.end(run, Ok(Answer::Page(page)));
        }
    }

    /// What a page shows about the device: the form of its times, and whether it heeds `offset`.
    fn learn(&mut self, form: Option<TimeForm>, request: PageRequest, page: &Page) {
        self.saved.time_form = form;
        if let Some((last, digest)) = &self.last_page {
            let same_window =
                (last.start, last.end, last.limit) == (request.start, request.end, request.limit);
            let moved_on = request.offset > last.offset;
            self.saved.offset_ignored |=
                same_window && moved_on && page.items > 0 && page.digest == *digest;
        }
        self.last_page = Some((request, page.digest));
    }

    /// Signs in again, once, and asks the same again.
    fn renew(&mut self, run: &mut Run) {
        let lost = self.saved.session.take();
        self.lost_cookie = lost.map(|session| Secret::new(session.cookie));
        run.renewals += 1;
        if run.renewals > 1 {
            return self.end(run, Err(UcmError::Unavailable(Trouble::SessionNotKept)));
        }
        match &mut run.talk {
            Some(Talk::Action(action)) => *action = Action::default(),
            Some(Talk::Rest(rest)) => *rest = Rest::default(),
            Some(Talk::Legacy(_)) | None => {
                self.end(run, Err(UcmError::Unavailable(Trouble::SessionNotKept)))
            }
        }
    }

    /// Waits, if the wait fits into what this client may spend; otherwise says when to come back.
    fn pause(&mut self, run: &mut Run, now: DateTime<Utc>, wait: Duration) {
        let until = now + wait;
        run.waits += 1;
        if run.waits > MAX_WAITS || !self.has_time_for(wait, now) {
            self.saved.not_before = Some(until);
            run.outcome = Some(Err(UcmError::Busy { until }));
            return;
        }
        self.budget -= wait;
        run.resume_at = Some(until);
        run.send_again();
    }

    fn retry(&mut self, run: &mut Run, now: DateTime<Utc>, error: UcmError) {
        let Some(wait) = BACKOFF
            .get(run.retries as usize)
            .filter(|wait| self.has_time_for(**wait, now))
        else {
            return self.end(run, Err(error));
        };
        self.budget -= *wait;
        run.retries += 1;
        run.resume_at = Some(now + *wait);
        run.send_again();
    }

    fn has_time_for(&self, wait: Duration, now: DateTime<Utc>) -> bool {
        let answered = now + wait + AFTER_A_WAIT;
        wait <= self.budget && self.end.is_none_or(|end| answered <= end)
    }

    fn end(&mut self, run: &mut Run, outcome: Result<Answer, UcmError>) {
        self.saved.not_before = None;
        if let Err(UcmError::Credentials(refusal)) = &outcome {
            self.saved.refuse(refusal.clone());
        }
        run.outcome = Some(outcome);
    }
}

/// Whether a file begins so that is audio: WAV as the UCM writes it, and what else devices put behind the same name.
fn is_audio(first: &[u8]) -> bool {
    if first.len() < super::RECORDING_MARK_BYTES {
        return false;
    }
    let is_wave = (first.starts_with(b"RIFF") || first.starts_with(b"RF64"))
        && first[8..].starts_with(b"WAVE");
    // A frame of MPEG audio: eleven bits set, then a version, a layer, a bit rate and a sample rate that exist.
    let is_frame = first[0] == 0xFF
        && first[1] & 0xE0 == 0xE0
        && first[1] & 0x06 != 0
        && first[2] & 0xF0 != 0xF0
        && first[2] & 0x0C != 0x0C;
    let marks: [&[u8]; 4] = [b"OggS", b"ID3", b"fLaC", b"#!AMR"];
    is_wave || is_frame || marks.iter().any(|mark| first.starts_with(mark))
}

/// Time that a client may spend waiting by default; see [`Client::with_wait_budget`].
const WAIT_BUDGET: Duration = Duration::from_secs(20);

/// Time that an answer takes after a wait.
const AFTER_A_WAIT: Duration = Duration::from_secs(2);

/// Waits of one operation for a device that is busy; a device that is still busy then is left for a later run.
const MAX_WAITS: u32 = 2;

/// Pauses before another try after a failure that may pass, one for each try.
const BACKOFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// Longest time that a device is left alone because it asked for it: twice the longest wait of the status table.
const LONGEST_HOLD: TimeDelta = TimeDelta::seconds(120);
