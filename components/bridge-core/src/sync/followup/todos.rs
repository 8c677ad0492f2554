//! To-dos of missed calls: made, changed and closed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{FRESH, Follower, People, REMEMBERED};
use crate::followup::{self, Plan, Todo};
use crate::odoo::{OdooError, activity, journal, partner, past};
use crate::ports::World;

use chrono::TimeDelta;

impl<W: World> Follower<'_, '_, W> {
    /// Follows up as many calls as are looked at together; says whether those were all. The mark on the calls comes last.
    pub(super) async fn see_to_todos(&self) -> Result<bool, OdooError> {
        let makes = self.server.follow_up.todos;
        let missed = makes.then(|| self.ago(FRESH));
        let waiting = past::waiting(&self.server.id, self.ago(RECENT), missed);
        let waiting = self.odoo.call(&waiting).await?;
        if waiting.is_empty() {
            return Ok(true);
        }
        let numbers: Vec<&str> = followup::numbers(&waiting).into_iter().collect();
        let known = activity::of_numbers(self.odoo.version().await?, &numbers);
        let known = self.odoo.call(&known).await?;
        let calls = self.history(&numbers, REMEMBERED).await?;
        let mut plan = followup::plan(&waiting, &calls, &known);
        if !makes {
            plan.open.clear();
            plan.update.clear();
        }
        self.carry_out(plan).await?;
        let done = waiting.iter().map(|call| call.id).collect();
        self.odoo.call(&past::followed_up(done)).await?;
        Ok(waiting.len() < past::WAITING)
    }

    async fn carry_out(&self, plan: Plan<'_>) -> Result<(), OdooError> {
        if !plan.close.is_empty() {
            let closed = activity::close(plan.close, FEEDBACK);
            self.odoo.call(&closed).await?;
        }
        if plan.open.is_empty() && plan.update.is_empty() {
            return Ok(());
        }
        let updated = plan.update.iter().map(|(_, todo)| todo.last);
        let opened = plan.open.iter().map(|todo| todo.last);
        let calls: Vec<_> = opened.chain(updated).collect();
        let contacts = self.contacts(calls.iter().copied()).await?;
        let people = self.people(&calls, &contacts).await?;
        for (id, todo) in &plan.update {
            let values = json!(says(todo, self.whose(todo, &people), &people));
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
            let (model, record) = match todo.last.contact_id() {
                Some(contact) => (partner::MODEL, contact),
                None => (journal::MODEL, todo.last.id),
            };
            let user = self.whose(todo, people);
            let mut row = says(todo, user, people);
            row.extend([
                ("res_id".to_owned(), json!(record)),
                ("user_id".to_owned(), json!(user)),
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

    /// Whom the settings name has it even when archived: a to-do is somebody's, and Odoo says what is wrong with that.
    fn whose(&self, todo: &Todo<'_>, people: &People) -> Option<i64> {
        people.of(todo.last).or(self.server.follow_up.otherwise)
    }
}

/// What a to-do says, in the words and on the clock of `user`.
fn says(todo: &Todo<'_>, user: Option<i64>, people: &People) -> Map<String, Value> {
    let (language, zone) = (people.language(user), people.zone(user));
    [
        ("summary", todo.summary(language)),
        ("note", todo.note(language, zone)),
        ("date_deadline", todo.due(zone)),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), json!(text)))
    .collect()
}

/// Answers that came earlier close nothing: no longer than the bridge is off now and then.
const RECENT: TimeDelta = TimeDelta::days(7);
/// The same in the four languages, as a sign.
const FEEDBACK: &str = "\u{260e} \u{2713}";
