//! Calling Odoo: greeted once and remembered, a lost race tried again at once, everything else left to the next run.
//!
//! Whoever remembers something of the journal asks with the first request whether it is still that one: an idle poll asks nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderValue;
use http::header::ACCEPT_LANGUAGE;
use serde::{Deserialize, Serialize};

use super::content::{Around, Body};
use crate::state::{self, Anew, Journal, Place, Stored, key, standstill};
use calls::language::Language;
use odoo_client::OdooServer;
use odoo_client::action::{self, Action};
use odoo_client::directory::{self, Directory, Holder};
use odoo_client::identity::{self, Identity};
use odoo_client::journal::change::{self, Change, Overtaken};
use odoo_client::{Call, Greeting, Known, OdooError, Reaction, Rpc, Step, Version, person};
use ports::{HttpError, Pieces, StoreError, Timeouts, Upload, World};

/// A connection to Odoo for one run.
#[derive(Debug)]
pub struct Odoo<'a, W> {
    world: &'a W,
    server: &'a OdooServer,
    rpc: RefCell<Option<Rpc>>,
    actions: RefCell<Option<Vec<Action>>>,
    habits: RefCell<Option<Habits>>,
    requests: Cell<u32>,
    timeouts: Timeouts,
    task: Task,
    language: RefCell<Option<HeaderValue>>,
    tie: Option<Tie>,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Everyday work, which stands still while the Odoo side is set up.
    Work,
    /// Setting it up. Its key may be an administrator's that nobody else uses, so it neither reads nor leaves what is known of Odoo.
    SetUp,
}

/// What an Odoo has and how it is used, as far as that changes more often than its version.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Habits {
    since: DateTime<Utc>,
    /// Whether the records of a model have a `mobile`.
    has_mobile: BTreeMap<String, bool>,
    /// The language of the key's user, as a tag.
    language: Option<String>,
}

impl Stored for Habits {
    const VERSION: u32 = 2;
}

/// What ties a connection to one journal.
#[derive(Debug, Default)]
struct Tie {
    /// The journal that keys were named after; nothing as long as none were.
    journal: RefCell<Option<Journal>>,
    /// Whether Odoo has said that it is this one.
    is_confirmed: Cell<bool>,
    anew: Cell<Option<Anew>>,
}

impl<'a, W: World> Odoo<'a, W> {
    /// A connection that is not made before the first call, of somebody who remembers nothing of the journal.
    pub fn new(world: &'a W, server: &'a OdooServer) -> Self {
        Self {
            world,
            server,
            rpc: RefCell::new(None),
            actions: RefCell::new(None),
            habits: RefCell::new(None),
            requests: Cell::new(0),
            timeouts: TIMEOUTS,
            task: Task::Work,
            language: RefCell::new(None),
            tie: None,
        }
    }

    /// A connection of somebody who does. Once its [`Odoo::journal`] was asked for, no call reaches another one.
    pub fn remembering(world: &'a W, server: &'a OdooServer) -> Self {
        Self {
            tie: Some(Tie::default()),
            ..Self::new(world, server)
        }
    }

    /// A connection for the set-up, which alone works while everything else stands still, and waits as long as an import takes.
    pub fn for_setup(world: &'a W, server: &'a OdooServer) -> Self {
        Self {
            timeouts: PATIENT,
            task: Task::SetUp,
            ..Self::new(world, server)
        }
    }

    /// A connection for somebody who waits for an answer: what does not answer soon counts as away.
    pub fn hasty(world: &'a W, server: &'a OdooServer) -> Self {
        Self {
            timeouts: HASTY,
            ..Self::new(world, server)
        }
    }

    /// The journal that keys are to be named after: as last met, until Odoo is asked.
    ///
    /// # Errors
    /// [`StoreError`] when what is remembered cannot be read.
    pub fn journal(&self) -> Result<Journal, StoreError> {
        let Some(tie) = &self.tie else {
            return Ok(Journal::unknown(self.server));
        };
        if let Some(journal) = tie.journal.borrow().clone() {
            return Ok(journal);
        }
        let journal = Journal::last_met(self.world, self.server)?;
        tie.journal.replace(Some(journal.clone()));
        Ok(journal)
    }

    /// Asks which journal is there, unless that was asked before.
    ///
    /// # Errors
    /// [`OdooError::AnotherJournal`] when it is not the one that keys were named after.
    pub async fn confirm(&self) -> Result<(), OdooError> {
        self.rpc().await.map(drop)
    }

    /// The beginning anew that this connection has brought about, if it has.
    pub fn anew(&self) -> Option<Anew> {
        self.tie.as_ref()?.anew.get()
    }

    /// Identity of the journal; one that has none gets it. Nothing where the data module knows no identities, or is not there.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered.
    pub async fn identity(&self) -> Result<Option<String>, OdooError> {
        let rpc = self.connect().await?;
        let asked = async || match self.ask(&rpc, &identity::find()).await {
            Err(OdooError::NoModel { .. }) => Ok(None),
            found => found.map(Some),
        };
        let Some(found) = asked().await? else {
            return Ok(None);
        };
        if let Some(Identity { identity }) = found.into_iter().next() {
            return Ok(Some(identity));
        }
        let made = identity::new(self.world.unique(), self.world.unique());
        match self.ask(&rpc, &identity::make(&made)).await {
            // Somebody else was first.
            Ok(_) | Err(OdooError::DuplicateKey { .. }) => {}
            Err(error) => return Err(error),
        }
        let found = asked().await?.unwrap_or_default();
        Ok(found.into_iter().next().map(|row| row.identity))
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Login of the user whose key is used.
    pub fn login(&self) -> &str {
        &self.server.login
    }

    /// The series, known without asking where it was met before.
    ///
    /// # Errors
    /// [`OdooError`] when the server cannot be greeted.
    pub async fn version(&self) -> Result<Version, OdooError> {
        Ok(self.rpc().await?.version())
    }

    /// Calls a method.
    ///
    /// # Errors
    /// [`OdooError`] for whatever is not the answer.
    pub async fn call<T>(&self, call: &Call<T>) -> Result<T, OdooError> {
        let rpc = self.rpc().await?;
        let answer = self.ask(&rpc, call).await;
        answer.inspect_err(|error| self.forget_if_stopped(error))
    }

    /// All rows of a list of which `page` asks for `most` at a time, in the order of their ids after the one it is given.
    ///
    /// # Errors
    /// [`OdooError`] for whatever is not the answer: then the list is not whole.
    pub async fn all<T>(
        &self,
        most: usize,
        page: impl Fn(i64) -> Call<Vec<T>>,
        id: impl Fn(&T) -> i64,
    ) -> Result<Vec<T>, OdooError> {
        let (mut rows, mut after) = (Vec::new(), 0);
        loop {
            let found = self.call(&page(after)).await?;
            let is_last = found.len() < most;
            after = found.last().map_or(after, &id);
            rows.extend(found);
            if is_last {
                return Ok(rows);
            }
        }
    }

    /// What `ask` is answered about `keys`, in halves where an answer is larger than any that is read: somebody may have written anything into a
    /// row. One that is too large by itself is asked for by `alone`, or left out.
    ///
    /// # Errors
    /// [`OdooError`] for whatever is not the answer: then the rows are not whole.
    pub async fn in_halves<K, T>(
        &self,
        keys: &[K],
        ask: impl Fn(&[K]) -> Call<Vec<T>>,
        alone: impl Fn(&K) -> Option<Call<Vec<T>>>,
    ) -> Result<Vec<T>, OdooError> {
        let (mut rows, mut parts) = (Vec::new(), vec![keys]);
        while let Some(part) = parts.pop().filter(|part| !part.is_empty()) {
            match self.call(&ask(part)).await {
                Err(OdooError::Http(HttpError::TooLarge { .. })) => match part {
                    [one] => {
                        if let Some(call) = alone(one) {
                            rows.extend(self.call(&call).await?);
                        }
                    }
                    _ => {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                },
                answered => rows.extend(answered?),
            }
        }
        Ok(rows)
    }

    async fn ask<T>(&self, rpc: &Rpc, call: &Call<T>) -> Result<T, OdooError> {
        for _ in 0..RACES {
            match self.exchange(rpc, call).await {
                Err(OdooError::Conflict) => self.world.sleep(RACE_PAUSE).await,
                other => return other,
            }
        }
        Err(OdooError::Conflict)
    }

    /// Database id of a server action about calls, asked for once a run: what was remembered longer could name another action after a restore.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered, or the data module is older than this bridge and has no such action.
    pub async fn action(&self, name: &str) -> Result<i64, OdooError> {
        if self.actions.borrow().is_none() {
            let actions = self.call(&action::of_calls()).await?;
            self.actions.replace(Some(actions));
        }
        let actions = self.actions.borrow();
        let mut actions = actions.iter().flatten();
        let action = actions.find(|action| action.name == name);
        action
            .map(|action| action.id)
            .ok_or_else(|| OdooError::NoField {
                model: action::MODEL,
                field: Some(name.to_owned()),
            })
    }

    /// How records of one kind are searched here: a module that is installed or removed may change what they have, which counts within the hour.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered.
    pub async fn directory<T: Holder>(&self) -> Result<Directory<T>, OdooError> {
        let version = self.version().await?;
        let mut known = self.habits();
        if let Some(has_mobile) = known.has_mobile.get(T::MODEL) {
            return Ok(Directory::new(version, *has_mobile));
        }
        let fields = self.call(&directory::fields::<T>()).await?;
        let has_mobile = directory::has_mobile(&fields);
        known.has_mobile.insert(T::MODEL.to_owned(), has_mobile);
        self.keep(known);
        Ok(Directory::new(version, has_mobile))
    }

    /// The language of the key's user, asked for once an hour: what the bridge writes for nobody in particular is written in it.
    ///
    /// # Errors
    /// [`OdooError`] when the question is not answered.
    pub async fn language(&self) -> Result<Language, OdooError> {
        let known = self.habits();
        if let Some(tag) = &known.language {
            return Ok(Language::preferred(tag));
        }
        let people = self.call(&person::people(Vec::new(), self.login())).await?;
        let tag = people.first().map(|person| person.lang.replace('_', "-"));
        let tag = tag.unwrap_or_default();
        let language = Language::preferred(&tag);
        self.keep(Habits {
            language: Some(tag),
            ..known
        });
        Ok(language)
    }

    /// What was learnt in this hour. Losing it costs two questions, so a store that fails does not matter here.
    fn habits(&self) -> Habits {
        if let Some(known) = &*self.habits.borrow() {
            return known.clone();
        }
        let known = state::load(self.world, &self.habits_key()).ok().flatten();
        let now = self.world.now();
        let is_new = |known: &Habits| (known.since..known.since + HABITS).contains(&now);
        let known = known.filter(is_new).unwrap_or(Habits {
            since: now,
            has_mobile: BTreeMap::new(),
            language: None,
        });
        self.habits.replace(Some(known.clone()));
        known
    }

    fn keep(&self, habits: Habits) {
        _ = state::save(self.world, &self.habits_key(), &habits);
        self.habits.replace(Some(habits));
    }

    fn habits_key(&self) -> String {
        key::at(&Place::of(self.server), key::At::Habits)
    }

    /// Makes `changes`, at most [`CREATE_BATCH`](odoo_client::journal::CREATE_BATCH), and gives the ids of the rows that were left out because
    /// they are not as they were read any more.
    ///
    /// # Errors
    /// [`OdooError`] when nothing was changed.
    pub async fn change(&self, changes: &[Change]) -> Result<Vec<i64>, OdooError> {
        let action = self.action(change::ACTION).await?;
        let Overtaken { overtaken } = self.call(&change::make(action, changes)).await?;
        Ok(overtaken)
    }

    /// Names a language that is active in this Odoo, such as `fr_FR`, with every request from now on. For whoever names none that is active, 17
    /// reads the company's contact in a transaction beside that of the request, and an import then waits for that one for good.
    pub(crate) fn speak(&self, language: &str) {
        let tag = HeaderValue::from_str(&language.replace('_', "-"));
        self.language.replace(tag.ok());
    }

    /// The world around it.
    pub(crate) fn world(&self) -> &'a W {
        self.world
    }

    /// Waits before what was there already, and was not found in so many looks, is looked for once more: who was first may have been written a
    /// moment ago, and searches go to a replica that has not heard of it. Once is the race that is lost now and then, and costs no time.
    pub(crate) async fn let_a_replica_catch_up(&self, looks: u32) {
        if looks > 1 {
            let secs = u64::from(looks) - 1;
            self.pause(Duration::from_secs(secs)).await;
        }
    }

    /// Waits.
    pub(crate) async fn pause(&self, duration: Duration) {
        self.world.sleep(duration).await;
    }

    /// Calls a method with a file of `file_bytes` in the place of [`odoo_client::copy::CONTENT`], without ever holding the file. It is sent once:
    /// what became of a failed one has to be looked for.
    ///
    /// # Errors
    /// [`OdooError`] for whatever is not the answer; a failure of the file's own source is an [`OdooError::Http`].
    pub async fn upload<T>(
        &self,
        call: &Call<T>,
        file_bytes: u64,
        file: &mut impl Pieces,
    ) -> Result<T, OdooError>
    where
        W: Upload,
    {
        let rpc = self.rpc().await?;
        self.check_open()?;
        let (head, body) = rpc.request(call).into_parts();
        let around = Around::cut(&body).ok_or(OdooError::Misconfigured {
            setting: "the place of a file",
        })?;
        let length = around.length(file_bytes);
        let head = http::Request::from_parts(head, ());
        self.requests.set(self.requests.get() + 1);
        let mut body = Body::new(around, file);
        let sending = self.world.upload(head, length, &mut body, TIMEOUTS);
        rpc.parse(call, &sending.await?)
            .inspect_err(|error| self.forget_if_stopped(error))
    }

    async fn exchange<T>(&self, rpc: &Rpc, call: &Call<T>) -> Result<T, OdooError> {
        let response = self.send(rpc.request(call)).await?;
        rpc.parse(call, &response)
    }

    async fn send(
        &self,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, OdooError> {
        self.check_open()?;
        if let Some(language) = self.language.borrow().clone() {
            request.headers_mut().insert(ACCEPT_LANGUAGE, language);
        }
        self.requests.set(self.requests.get() + 1);
        Ok(self.world.send(request, self.timeouts).await?)
    }

    fn check_open(&self) -> Result<(), OdooError> {
        match self.task {
            Task::Work => standstill::check(self.world),
            Task::SetUp => Ok(()),
        }
    }

    async fn rpc(&self) -> Result<Rpc, OdooError> {
        let rpc = self.connect().await?;
        if let Some(tie) = &self.tie
            && !tie.is_confirmed.get()
        {
            let recognised = self.recognise(tie).await;
            recognised.inspect_err(|error| self.forget_if_stopped(error))?;
        }
        Ok(rpc)
    }

    /// Finds out which journal is there, and begins anew where it is another than before.
    async fn recognise(&self, tie: &Tie) -> Result<(), OdooError> {
        let identity = self.identity().await?;
        let met = state::meet(self.world, self.server, identity, self.world.now());
        let (journal, anew) = met.map_err(OdooError::Unnoted)?;
        tie.anew.set(anew.or(tie.anew.get()));
        if tie
            .journal
            .borrow()
            .as_ref()
            .is_some_and(|named| *named != journal)
        {
            return Err(OdooError::AnotherJournal);
        }
        tie.journal.replace(Some(journal));
        tie.is_confirmed.set(true);
        Ok(())
    }

    async fn connect(&self) -> Result<Rpc, OdooError> {
        if let Some(rpc) = self.rpc.borrow().clone() {
            return Ok(rpc);
        }
        let known = match self.known() {
            Some(known) => known,
            None => self.greet().await?,
        };
        let rpc = Rpc::new(self.server, known)?;
        self.rpc.replace(Some(rpc.clone()));
        Ok(rpc)
    }

    fn known_key(&self) -> String {
        key::at(&Place::of(self.server), key::At::Odoo)
    }

    /// What was met before. Losing it costs one greeting, so a store that fails does not matter here.
    fn known(&self) -> Option<Known> {
        match self.task {
            Task::Work => state::load(self.world, &self.known_key()).ok().flatten(),
            Task::SetUp => None,
        }
    }

    async fn greet(&self) -> Result<Known, OdooError> {
        let mut greeting = Greeting::new(self.server)?;
        let mut request = greeting.start();
        loop {
            let response = self.send(request).await?;
            match greeting.handle_response(&response)? {
                Step::Ask(next) => request = next,
                Step::Done(known) => {
                    if self.task == Task::Work {
                        _ = state::save(self.world, &self.known_key(), &known);
                    }
                    return Ok(known);
                }
            }
        }
    }

    /// The server may have been upgraded, or the key replaced by another user's: the next run greets again.
    fn forget_if_stopped(&self, error: &OdooError) {
        if error.reaction() == Reaction::Stop {
            _ = self.world.delete(&self.known_key());
            _ = self.world.delete(&self.habits_key());
        }
    }
}

/// How long [`Habits`] are believed.
const HABITS: TimeDelta = TimeDelta::hours(1);
/// Odoo answers a page of 1,000 rows in about a second; behind a slow link or under load it may take several.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(60),
    between_bytes: Duration::from_secs(15),
};
/// The first import takes half a minute on a busy machine.
const PATIENT: Timeouts = Timeouts {
    first_byte: Duration::from_secs(120),
    ..TIMEOUTS
};
/// A person, or a monitor that gives up after ten seconds.
pub(crate) const HASTY: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    first_byte: Duration::from_secs(5),
    between_bytes: Duration::from_secs(3),
};
/// How often a call that lost against another transaction is sent.
const RACES: u32 = 4;
/// The other transaction is a batch of rows: it takes a fraction of a second.
const RACE_PAUSE: Duration = Duration::from_millis(300);
