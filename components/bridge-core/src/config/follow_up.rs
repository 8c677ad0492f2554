//! What is done about calls beyond writing them down.

use super::fields::Fields;
use super::{Server, Sought, Wrong};

/// What a server's calls bring about in Odoo. Nothing, unless somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FollowUp {
    /// Missed calls become to-dos.
    pub todos: bool,
    /// A missed call is said at once, in the open Odoo of whom it was for.
    pub notices: bool,
    /// Unknown callers become leads of the CRM.
    pub leads: bool,
    /// Answered calls close to-dos: also those that another server's missed calls became.
    pub closes: bool,
    /// Id of the user in Odoo whom missed calls concern that belong neither to an extension's user nor to a salesperson.
    pub otherwise: Option<i64>,
}

impl FollowUp {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let todos = fields.flag("missed_call_todos", false);
        let otherwise = fields.record("missed_call_todo_user");
        if todos && otherwise.is_none() {
            fields.fault("missed_call_todo_user", Wrong::Missing(Sought::User));
        }
        Self {
            todos,
            notices: fields.flag("missed_call_notices", false),
            leads: fields.flag("unknown_caller_leads", false),
            closes: todos,
            otherwise,
        }
    }

    /// Whoever calls back, on whichever server: where one of `servers` makes to-dos, the answers of all close them.
    pub(crate) fn join(servers: &mut [Server]) {
        let closes = servers.iter().any(|server| server.follow_up.todos);
        for server in servers {
            server.follow_up.closes = closes;
        }
    }

    /// Whether calls are to be looked at again once they are written.
    pub fn is_off(&self) -> bool {
        !(self.closes || self.notices || self.leads)
    }
}
