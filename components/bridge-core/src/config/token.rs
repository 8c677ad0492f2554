//! The tokens of those who may ask.

use super::{Fault, Wrong};
use crate::link::LEAST_BYTES;
use ports::Secret;

/// A token, by the variable that it is set in. One that is not set, or could be found by trying, opens nothing; nothing else waits for it.
#[derive(Debug, Clone)]
pub struct Token {
    /// The variable.
    pub variable: &'static str,
    /// Whether it is set, and could be found by trying.
    pub(super) is_weak: bool,
    secret: Secret,
}

impl Token {
    /// Reads the token that is set in `name`. `variable` gives the text of a setting, or nothing where it is not set.
    pub fn read(variable: impl Fn(&str) -> Option<String>, name: &'static str) -> Self {
        let text = variable(name).unwrap_or_default();
        // Blanks around it come with a file, and nobody can send them.
        let text = text.trim();
        let is_weak = !text.is_empty() && text.len() < LEAST_BYTES;
        Self {
            variable: name,
            is_weak,
            secret: Secret::new(if is_weak { "" } else { text }),
        }
    }

    /// Whether there is one that opens something.
    pub fn is_set(&self) -> bool {
        !self.secret.is_empty()
    }

    /// Whether `candidate` is it.
    pub fn matches(&self, candidate: &str) -> bool {
        self.secret.matches(candidate)
    }

    /// The one of `tokens` that can be guessed and keeps out who shows `bearer`: that may be it, or there is no other to show. It is not compared, for
    /// nobody is to learn it by trying.
    pub fn in_the_way<'t>(tokens: &'t [Self], bearer: Option<&str>) -> Option<&'t Self> {
        let may_be_it = bearer.is_some_and(|bearer| (1..LEAST_BYTES).contains(&bearer.len()));
        let counts = may_be_it || !tokens.iter().any(Self::is_set);
        tokens.iter().find(|token| token.is_weak).filter(|_| counts)
    }

    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<Fault> {
        let fault = || Fault::new(self.variable, Wrong::Short);
        self.is_weak.then(fault)
    }
}

/// The variables that have one.
pub(super) const TOKENS: [&str; 2] = ["admin_token", "stats_token"];
