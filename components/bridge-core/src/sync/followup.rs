//! Follows up what was written: missed calls become to-dos, and to-dos of people who were reached are closed.
//!
//! That something has to be followed up is noted before it is written, and forgotten only when it was done: whoever dies in between leaves it
//! to the next run. What there should be is decided from the journal ([`crate::followup`]); the mark on the calls comes last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::odoo::Odoo;
use crate::config::{Server, Todos};
use crate::followup::{self, Plan, Todo};
use crate::odoo::activity::{self, Past, Person};
use crate::odoo::{OdooError, Reaction, journal, partner};
use crate::page::Language;
use crate::ports::{StoreError, World};
use crate::state::{self, Stored, key};

/// Calls of a server have been written, or are about to be, since this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Expected {
    since: DateTime<Utc>,
}

impl Stored for Expected {
    const VERSION: u32 = 1;
}

/// Takes note that calls are about to be written. Costs nothing where nobody is given to-dos.
pub(super) fn expect<W: World>(world: &W, server: &Server) -> Result<(), StoreError> {
    if server.todos.is_none() {
        return Ok(());
    }
    let since = world.now();
    state::save(
        world,
        &key::of(&server.id, key::What::FollowUp),
        &Expected { since },
    )
}

/// Follows up the calls of `server` that have been written since the last time. Doing it again does nothing more.
///
/// # Errors
/// [`Failure`] when the rest has to wait for a later run, which then does it.
pub(super) async fn settle<W: World>(
    world: &W,
    odoo: &Odoo<'_, W>,
    server: &Server,
) -> Result<(), Failure> {
    let Some(todos) = &server.todos else {
        return Ok(());
    };
    let key = key::of(&server.id, key::What::FollowUp);
    let Some(expected) = state::load::<Expected>(world, &key)? else {
        return Ok(());
    };
    let follower = Follower {
        odoo,
        server,
        todos,
        now: world.now(),
    };
    let mut rounds = 1;
    loop {
        match follower.follow_up().await {
            Ok(all) if all => break,
            Ok(_) => {}
            // Another run was first with one of them: what is there now has to be seen before going on.
            Err(error) if error.reaction() == Reaction::SearchAgain && rounds < ROUNDS => {
                rounds += 1
            }
            Err(error) => return Err(error.into()),
        }
    }
    // What another instance writes meanwhile is still to be followed up.
    if state::load::<Expected>(world, &key)? == Some(expected) {
        world.delete(&key)?;
    }
    Ok(())
}

struct Follower<'a, 'o, W> {
    odoo: &'a Odoo<'o, W>,
    server: &'a Server,
    todos: &'a Todos,
    now: DateTime<Utc>,
}

impl<W: World> Follower<'_, '_, W> {
    /// Follows up as many calls as are looked at together; says whether those were all.
    async fn follow_up(&self) -> Result<bool, OdooError> {
        let ago = |time: TimeDelta| (self.now - time).naive_utc();
        let waiting = self
            .odoo
            .call(&activity::waiting(&self.server.id, ago(RECENT), ago(FRESH)))
            .await?;
        let numbers: BTreeSet<&str> = waiting.iter().map(|call| call.number.as_str()).collect();
        if numbers.is_empty() {
            return Ok(true);
        }
        let list: Vec<&str> = numbers.iter().copied().collect();
        let known = activity::of_numbers(self.odoo.version().await?, &list);
        let known = self.odoo.call(&known).await?;
        let calls = self
            .odoo
            .call(&activity::history(&list, ago(REMEMBERED)))
            .await?;
        self.carry_out(followup::plan(&numbers, &calls, &known))
            .await?;
        let done = waiting.iter().map(|call| call.id).collect();
        self.odoo.call(&activity::followed_up(done)).await?;
        Ok(waiting.len() < activity::WAITING)
    }

    async fn carry_out(&self, plan: Plan<'_>) -> Result<(), OdooError> {
        if !plan.close.is_empty() {
            let closed = activity::close(plan.close, FEEDBACK);
            self.odoo.call(&closed).await?;
        }
        if plan.open.is_empty() && plan.update.is_empty() {
            return Ok(());
        }
        let last: Vec<&Past> = {
            let updated = plan.update.iter().map(|(_, todo)| todo.last);
            plan.open
                .iter()
                .map(|todo| todo.last)
                .chain(updated)
                .collect()
        };
        let people = self.people(&last).await?;
        for (id, todo) in &plan.update {
            let values = json!(self.says(todo, people.of(todo.last)));
            self.odoo.call(&activity::update(*id, values)).await?;
        }
        self.open(&plan.open, &people).await
    }

    async fn open(&self, todos: &[Todo<'_>], people: &People) -> Result<(), OdooError> {
        if todos.is_empty() {
            return Ok(());
        }
        let kinds = self.odoo.call(&activity::call_type()).await?;
        let mut rows: BTreeMap<&'static str, Vec<Map<String, Value>>> = BTreeMap::new();
        for todo in todos {
            let (model, record) = match todo.last.contact {
                Some(contact) => (partner::MODEL, contact),
                None => (journal::MODEL, todo.last.id),
            };
            let mut row = self.says(todo, people.of(todo.last));
            row.extend([
                ("res_id".to_owned(), json!(record)),
                ("user_id".to_owned(), json!(people.of(todo.last).id)),
                ("x_ucm_key".to_owned(), json!(todo.first.key)),
                ("x_ucm_number".to_owned(), json!(todo.first.number)),
            ]);
            if let Some(kind) = kinds.first() {
                row.insert("activity_type_id".to_owned(), kind["id"].clone());
            }
            rows.entry(model).or_default().push(row);
        }
        for (model, rows) in rows {
            self.odoo.call(&activity::open(model, rows)).await?;
        }
        Ok(())
    }

    /// What a to-do says, in the words and on the clock of `person`.
    fn says(&self, todo: &Todo<'_>, person: &Person) -> Map<String, Value> {
        let language = Language::preferred(&person.lang.replace('_', "-"));
        let zone: Option<Tz> = person.tz.parse().ok();
        let zone = zone.or(self.server.time_zone).unwrap_or(Tz::UTC);
        [
            ("summary", todo.summary(language)),
            ("note", todo.note(language, zone)),
            ("date_deadline", todo.due(zone)),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .collect()
    }

    /// Who takes care of each of `calls`: the user of the extension, else the contact's salesperson, else whom the settings name.
    async fn people(&self, calls: &[&Past]) -> Result<People, OdooError> {
        let contacts: BTreeSet<i64> = calls.iter().filter_map(|call| call.contact).collect();
        let mut salespeople = HashMap::new();
        if !contacts.is_empty() {
            let customers = activity::customers(contacts.into_iter().collect());
            let customers = self.odoo.call(&customers).await?.into_iter();
            salespeople.extend(
                customers
                    .filter_map(|customer| customer.salesperson.map(|user| (customer.id, user))),
            );
        }
        let users: BTreeSet<i64> = calls
            .iter()
            .filter_map(|call| call.user)
            .chain(salespeople.values().copied())
            .chain([self.todos.otherwise])
            .collect();
        let active = self
            .odoo
            .call(&activity::people(users.into_iter().collect()))
            .await?;
        Ok(People {
            active: active
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            salespeople,
            otherwise: Person {
                id: self.todos.otherwise,
                lang: String::new(),
                tz: String::new(),
            },
        })
    }
}

/// Whom calls concern. Users who were archived are passed over.
struct People {
    active: HashMap<i64, Person>,
    salespeople: HashMap<i64, i64>,
    otherwise: Person,
}

impl People {
    fn of(&self, call: &Past) -> &Person {
        let salesperson = call
            .contact
            .and_then(|contact| self.salespeople.get(&contact));
        let wanted = [call.user.as_ref(), salesperson, Some(&self.otherwise.id)];
        wanted
            .into_iter()
            .flatten()
            .find_map(|user| self.active.get(user))
            .unwrap_or(&self.otherwise)
    }
}

/// Missed calls that began earlier are left alone: a first import must not bring to-dos of last month.
const FRESH: TimeDelta = TimeDelta::days(1);
/// Answers that came earlier close nothing: no longer than the bridge is off now and then.
const RECENT: TimeDelta = TimeDelta::days(7);
/// How far back it is looked whether somebody was reached.
const REMEMBERED: TimeDelta = TimeDelta::days(30);
/// How often it is looked again after losing against another run.
const ROUNDS: u32 = 4;
/// The same in the four languages, as a sign.
const FEEDBACK: &str = "\u{260e} \u{2713}";
