//! What a program is told that has asked for a call.

use super::Problem;
use crate::page;
use bridge_core::flows::dial::DialError;
use calls::language::Language;
use calls::order::{Placed, State};

impl From<DialError> for Problem {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Store(error) => error.into(),
            DialError::Odoo(error) => Self::new(
                502,
                "urn:ucm-odoo:dial",
                "The call could not be asked for",
                error.to_string(),
                "look up the order by its key in Odoo (Grandstream > Call Orders) before asking again: with the same key nothing is dialled twice",
            ),
        }
    }
}

impl Problem {
    /// The call was not made, or nobody knows whether it was; nothing where the UCM has taken it.
    pub fn of_order(placed: &Placed) -> Option<Self> {
        let said = page::order::placed(Language::En, placed).message;
        match placed.state {
            State::Ringing => None,
            State::Refused(_) => Some(Self::new(
                409,
                "urn:ucm-odoo:dial-refused",
                "Not called",
                said,
                "do what it says, and ask again under another key",
            )),
            State::Unknown(_) => Some(Self::new(
                502,
                "urn:ucm-odoo:dial-unknown",
                "Not known whether it was called",
                said,
                "find out whether the phone has rung before asking again",
            )),
        }
    }

    /// The call is no order, for a reason that an order's record would have.
    pub fn no_order(reason: &str) -> Self {
        Self::new(
            409,
            "urn:ucm-odoo:dial-refused",
            "Not called",
            format!("Odoo makes no order of it ({reason})"),
            "check in Odoo that the user has an extension of a server with calls from Odoo switched on (Grandstream > Configuration)",
        )
    }

    /// The request's body is not what this route takes.
    pub fn bad_wish(what: &str) -> Self {
        Self::new(
            422,
            "urn:ucm-odoo:dial-request",
            "Not understood",
            what,
            "send a JSON object with `user` (login in Odoo), `number` and a `key` of your own that is new for each call; `extension` and `server` if the user has several",
        )
    }
}
