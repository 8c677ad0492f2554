//! To-dos of missed calls: made, changed and closed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::refused::Refused;
use super::{FRESH, Follower, LOST_RACES, People, REMEMBERED, Task};
use crate::flows::reach::failure::Failure;
use calls::followup::{self, Activity, Past, Plan, Todo, Tried};
use odoo_client::activity;
use odoo_client::past;
use odoo_client::{OdooError, Reaction, journal, partner};
use ports::World;

use chrono::TimeDelta;

impl<W: World> Follower<'_, '_, W> {
    /// Follows up as many calls as are looked at together; says whether those were all. The mark on the calls comes last.
    pub(super) async fn see_to_todos(&self) -> Result<bool, Failure> {
        let makes = self.server.follow_up.todos;
        let missed = makes.then(|| self.ago(FRESH));
        let waiting = match &self.again {
            Some(calls) => past::among(calls),
            None => past::waiting(&self.server.id, self.ago(RECENT), missed),
        };
        let waiting = self.see(waiting).await?;
        if waiting.is_empty() {
            return Ok(true);
        }
        let left = self.act(&waiting).await?;
        let is_left = |call: &&Past| left.contains(&call.number);
        let done = waiting.iter().filter(|call| !is_left(call));
        // Of what another run learns meanwhile, such as that a call was in vain or none, the mark says nothing: it is followed up once more.
        let done: Vec<_> = done.map(past::followed_up).collect();
        if !done.is_empty() && !self.odoo.change(&done).await?.is_empty() {
            return Err(OdooError::Overtaken.into());
        }
        Ok(!left.is_empty() || waiting.len() < past::WAITING)
    }

    /// Does what there is to do about the numbers of calls, and gives those whose to-dos were refused, which nobody has been told yet.
    ///
    /// What another run does meanwhile, it does by what it saw before: it closes the to-do to which this one has just added a call, or leaves
    /// alone the one that this run had not made yet. Whoever changed something therefore looks again whether it is still right, before the calls
    /// are marked: who dies in between has it done again. Calls that were not there at first are nobody's yet.
    async fn act(&self, waiting: &[Past]) -> Result<BTreeSet<String>, Failure> {
        let (mut left, mut tried) = (BTreeSet::new(), Tried::default());
        let mut seen: Option<BTreeSet<i64>> = None;
        for _ in 0..=1 + LOST_RACES {
            let look = self.look(waiting).await?;
            let seen = seen.get_or_insert_with(|| look.calls.iter().map(|call| call.id).collect());
            let newer = look.calls.iter().filter(|call| !seen.contains(&call.id));
            let fresh: Vec<Past> = waiting.iter().chain(newer).cloned().collect();
            let mut trying = tried.clone();
            let plan = self.plan(&fresh, &look, &mut trying);
            if plan.is_empty() {
                return Ok(left);
            }
            let refused = match self.carry_out(plan, &look.known).await {
                Err(error) if error.reaction() == Reaction::SearchAgain => continue,
                refused => refused?,
            };
            tried = trying;
            if !self.refusals.set_aside(&refused)? {
                left.extend(refused.iter().map(|refused| refused.number.to_owned()));
            }
        }
        Err(OdooError::Overtaken.into())
    }

    async fn look(&self, waiting: &[Past]) -> Result<Look, OdooError> {
        let numbers: Vec<&str> = followup::numbers(waiting).into_iter().collect();
        let known = activity::of_numbers(&numbers);
        // What is tried again may be older than what is remembered.
        let oldest = waiting.iter().map(|call| call.started_at).min();
        let age = oldest.map_or(REMEMBERED, |oldest| self.now.naive_utc() - oldest);
        Ok(Look {
            known: self.odoo.call(&known).await?,
            calls: self.history(&numbers, age.max(REMEMBERED)).await?,
        })
    }

    fn plan<'l>(&self, waiting: &[Past], look: &'l Look, tried: &mut Tried) -> Plan<'l> {
        let mut plan = followup::plan(waiting, &look.calls, &look.known);
        if !self.server.follow_up.todos {
            let updated = plan.update.iter().map(|(_, todo)| todo);
            let todos = plan.open.iter().chain(updated);
            let numbers = todos.map(|todo| todo.last.number.clone());
            self.switched_off.borrow_mut().extend(numbers);
            plan.open.clear();
            plan.update.clear();
        }
        tried.only_new(plan)
    }

    /// Gives what Odoo has refused.
    async fn carry_out<'c>(
        &self,
        plan: Plan<'c>,
        known: &'c [Activity],
    ) -> Result<Vec<Refused<'c>>, OdooError> {
        let mut refused = Vec::new();
        self.close(&plan.close, known, &mut refused).await?;
        if plan.open.is_empty() && plan.update.is_empty() {
            return Ok(refused);
        }
        let of = |id: i64| known.iter().find(|activity| activity.id == id);
        let owners = plan.update.iter().filter_map(|(id, _)| of(*id)?.owner);
        let updated = plan.update.iter().map(|(_, todo)| todo.last);
        let opened = plan.open.iter().map(|todo| todo.last);
        let calls: Vec<_> = opened.chain(updated).collect();
        let contacts = self.contacts(calls.iter().copied()).await?;
        let people = self.people_and(owners, &calls, &contacts).await?;
        let latest = self.latest(&plan).await?;
        let of_latest = |id: i64| latest.iter().find(|activity| activity.id == id);
        for (id, todo) in &plan.update {
            let Some(activity) = of_latest(*id).or_else(|| of(*id)) else {
                continue;
            };
            let values = json!(says_now(activity, todo, &people));
            let updated = self.odoo.call(&activity::update(*id, values)).await;
            self.note(about(todo), updated, known, &mut refused).await?;
        }
        self.open(&plan.open, &people, known, &mut refused).await?;
        Ok(refused)
    }

    /// The to-dos of the numbers whose to-dos are changed, as they are now: what people have written in them while all the rest was asked stays.
    async fn latest(&self, plan: &Plan<'_>) -> Result<Vec<Activity>, OdooError> {
        if plan.update.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = plan.update.iter().map(|(_, todo)| &*todo.last.number);
        let numbers: Vec<&str> = numbers.collect();
        self.odoo.call(&activity::of_numbers(&numbers)).await
    }

    async fn close<'c>(
        &self,
        ids: &[i64],
        known: &'c [Activity],
        refused: &mut Vec<Refused<'c>>,
    ) -> Result<(), OdooError> {
        if ids.is_empty() {
            return Ok(());
        }
        let closed = self
            .odoo
            .call(&activity::close(ids.to_vec(), FEEDBACK))
            .await;
        if !self.is_of_one(&closed).await? {
            return closed.map(drop);
        }
        for activity in known.iter().filter(|activity| ids.contains(&activity.id)) {
            let closed = activity::close(vec![activity.id], FEEDBACK);
            let closed = self.odoo.call(&closed).await;
            let about = (&*activity.key, &*activity.number);
            self.note(about, closed, known, refused).await?;
        }
        Ok(())
    }

    async fn open<'c>(
        &self,
        todos: &[Todo<'c>],
        people: &People,
        known: &[Activity],
        refused: &mut Vec<Refused<'c>>,
    ) -> Result<(), OdooError> {
        if todos.is_empty() {
            return Ok(());
        }
        let kinds = self.odoo.call(&activity::call_type()).await?;
        let kind = kinds.first().map(|kind| &kind["id"]);
        for model in [partner::MODEL, journal::MODEL] {
            let of_model = todos.iter().filter(|todo| record(todo).0 == model);
            let rows: Vec<_> = of_model
                .map(|todo| (about(todo), self.row(todo, people, kind)))
                .collect();
            self.open_on(model, rows, known, refused).await?;
        }
        Ok(())
    }

    /// All at once; where that is refused, or one of them is there already, each by itself.
    async fn open_on<'c>(
        &self,
        model: &'static str,
        rows: Vec<(About<'c>, Map<String, Value>)>,
        known: &[Activity],
        refused: &mut Vec<Refused<'c>>,
    ) -> Result<(), OdooError> {
        if rows.is_empty() {
            return Ok(());
        }
        let all = rows.iter().map(|(_, row)| row.clone()).collect();
        let opened = self.odoo.call(&activity::open(model, all)).await;
        let is_there = matches!(opened, Err(OdooError::DuplicateKey { .. }));
        if !is_there && !self.is_of_one(&opened).await? {
            return opened.map(drop);
        }
        for (about, row) in rows {
            let opened = self.odoo.call(&activity::open(model, vec![row])).await;
            self.note(about, opened, known, refused).await?;
        }
        Ok(())
    }

    fn row(&self, todo: &Todo<'_>, people: &People, kind: Option<&Value>) -> Map<String, Value> {
        let user = self.whose(todo, people);
        let mut row = says(todo, user, people);
        row.extend([
            ("res_id".to_owned(), json!(record(todo).1)),
            ("user_id".to_owned(), json!(user)),
            ("x_ucm_key".to_owned(), json!(todo.first.key)),
            ("x_ucm_number".to_owned(), json!(todo.first.number)),
        ]);
        if let Some(kind) = kind {
            row.insert("activity_type_id".to_owned(), kind.clone());
        }
        row
    }

    /// Takes note of a refusal of this one to-do; any other error ends the run. Where another run has made one of its number meanwhile, it is
    /// looked again; where there is one that nobody shows to the key's user, looking again would never end.
    async fn note<'c, T>(
        &self,
        (call, number): About<'c>,
        ended: Result<T, OdooError>,
        known: &[Activity],
        refused: &mut Vec<Refused<'c>>,
    ) -> Result<(), OdooError> {
        let is_of_one = match &ended {
            Err(OdooError::DuplicateKey { .. }) => !self.is_news(number, known).await?,
            ended => self.is_of_one(ended).await?,
        };
        match ended {
            Err(error) if is_of_one => refused.push(Refused {
                task: Task::Todo,
                call,
                number,
                error,
            }),
            ended => drop(ended?),
        }
        Ok(())
    }

    /// Whether the to-dos of a number are others than those that were `known`.
    async fn is_news(&self, number: &str, known: &[Activity]) -> Result<bool, OdooError> {
        let now = self.odoo.call(&activity::of_numbers(&[number])).await?;
        Ok(now.iter().any(|activity| !known.contains(activity)))
    }

    /// Whether something was refused that is about a to-do: a record that the key's user may not see is no missing right to make to-dos.
    async fn is_of_one<T>(&self, ended: &Result<T, OdooError>) -> Result<bool, OdooError> {
        match ended {
            Err(OdooError::MissingRight { .. }) => self.odoo.call(&activity::may_make()).await,
            Err(error) => Ok(error.reaction() == Reaction::SkipRow),
            Ok(_) => Ok(false),
        }
    }

    /// Whom the settings name has it even when archived: a to-do is somebody's, and Odoo says what is wrong with that.
    fn whose(&self, todo: &Todo<'_>, people: &People) -> Option<i64> {
        people.of(todo.last).or(self.server.follow_up.otherwise)
    }
}

/// What there is about some numbers.
struct Look {
    known: Vec<Activity>,
    calls: Vec<Past>,
}

/// The key of the call that a to-do is about, and the number.
type About<'c> = (&'c str, &'c str);

fn about<'c>(todo: &Todo<'c>) -> About<'c> {
    (&todo.last.key, &todo.last.number)
}

/// What a to-do is on: the contact, or the call where there is none.
fn record(todo: &Todo<'_>) -> (&'static str, i64) {
    match todo.last.contact_id() {
        Some(contact) => (partner::MODEL, contact),
        None => (journal::MODEL, todo.last.id),
    }
}

/// What a to-do that there is says now, to whose it is: without what people have written in it, or the later day that they have set.
fn says_now(activity: &Activity, todo: &Todo<'_>, people: &People) -> Map<String, Value> {
    let mut says = says(todo, activity.owner, people);
    let note = todo.note(people.language(activity.owner), people.zone(activity.owner));
    says.insert("note".to_owned(), json!(activity.note_with(&note)));
    if !activity.has_own_summary() {
        says.remove("summary");
    }
    let due = says["date_deadline"].as_str();
    if due.is_some_and(|due| *activity.due > *due) {
        says.remove("date_deadline");
    }
    says
}

/// What a to-do says, in the words and on the clock of `user`; and whose it is: the company of a call may have changed since it was made.
fn says(todo: &Todo<'_>, user: Option<i64>, people: &People) -> Map<String, Value> {
    let (language, zone) = (people.language(user), people.zone(user));
    let caller = followup::key(todo.first.company, &todo.first.number);
    [
        ("summary", todo.summary(language)),
        ("x_ucm_caller", caller),
        ("note", todo.note(language, zone)),
        ("date_deadline", todo.due(zone)),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), json!(text)))
    .collect()
}

/// Calls that began earlier close nothing: no longer than the bridge is off now and then.
const RECENT: TimeDelta = TimeDelta::days(7);
/// The same in the four languages, as a sign.
const FEEDBACK: &str = "\u{260e} \u{2713}";
