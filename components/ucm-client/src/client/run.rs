//! An operation under way: which question, where its dialogue stands, how often it was tried.

use chrono::{DateTime, Utc};

use crate::action::Action;
use crate::legacy::Legacy;
use crate::rest::Rest;
use crate::saved::TimeForm;
use crate::verdict::Ask;
use crate::window::Search;
use crate::{Answer, PageRequest, UcmError};

/// An operation under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) plan: Plan,
    /// The dialect's part; made by the first `poll`, which knows the time.
    pub(super) talk: Option<Talk>,
    pub(super) sending: bool,
    /// When to go on, while waiting.
    pub(super) resume_at: Option<DateTime<Utc>>,
    pub(super) renewals: u32,
    /// Whether a session that another instance has opened was taken up; once is enough.
    pub(super) took_session: bool,
    pub(super) retries: u32,
    pub(super) waits: u32,
    pub(super) outcome: Option<Result<Answer, UcmError>>,
}

/// The questions that an operation takes.
#[derive(Debug)]
pub(super) enum Plan {
    Page(Search),
    /// A page in a dialect that has one form of times and no doubt about it.
    PlainPage(PageRequest),
    One(Ask),
}

/// The state of a dialect's dialogue.
#[derive(Debug)]
pub(super) enum Talk {
    Action(Action),
    Legacy(Legacy),
    Rest(Rest),
}

impl Run {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            talk: None,
            sending: false,
            resume_at: None,
            renewals: 0,
            took_session: false,
            retries: 0,
            waits: 0,
            outcome: None,
        }
    }

    /// What was sent is to be sent again.
    pub(super) fn send_again(&mut self) {
        if let Some(Talk::Action(action)) = &mut self.talk {
            action.send_again();
        }
    }

    /// Whether the request under way is for a recording, not for a session.
    pub(super) fn awaits_recording(&self) -> bool {
        self.asks() && matches!(self.plan, Plan::One(Ask::Recording(_)))
    }

    /// What the request under way orders that must not be done twice; nothing for one that is for a session.
    pub(super) fn orders(&self) -> Option<&'static str> {
        match &self.plan {
            Plan::One(ask) if ask.is_order() && self.asks() => Some(ask.action()),
            _ => None,
        }
    }

    /// Whether the request under way is the question itself.
    fn asks(&self) -> bool {
        match &self.talk {
            Some(Talk::Action(action)) => matches!(action, Action::Ask),
            Some(Talk::Rest(rest)) => !matches!(rest, Rest::Login),
            Some(Talk::Legacy(_)) => true,
            None => false,
        }
    }
}

impl Plan {
    pub(super) fn ask(&self) -> Ask {
        match self {
            Self::Page(search) => Ask::Cdr(search.query()),
            Self::PlainPage(request) => {
                Ask::Cdr(Search::new(request.clone(), Some(TimeForm::Space)).query())
            }
            Self::One(ask) => ask.clone(),
        }
    }
}
