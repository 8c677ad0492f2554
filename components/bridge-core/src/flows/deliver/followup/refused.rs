//! To-dos and leads that Odoo refuses: each is set aside by itself, told once, and stops no other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Task;
use crate::flows::reach::failure::Failure;
use crate::state::{Added, DeadLetter, DeadLetters, Place};
use odoo_client::OdooError;
use ports::{StoreError, World};

/// A to-do that Odoo would not make, change or close, or a lead that it would not make.
pub(super) struct Refused<'c> {
    /// Which of the two.
    pub(super) task: Task,
    /// Key of the call that it is about.
    pub(super) call: &'c str,
    /// Number of the call.
    pub(super) number: &'c str,
    /// Why.
    pub(super) error: OdooError,
}

/// Where they go.
pub(super) struct Refusals<'a, W> {
    world: &'a W,
    place: Place,
    server: &'a str,
    letters: RefCell<Option<&'a mut DeadLetters>>,
    numbers: RefCell<BTreeSet<String>>,
    new: Cell<u32>,
    left: Cell<bool>,
}

impl<'a, W: World> Refusals<'a, W> {
    pub(super) fn new(
        world: &'a W,
        place: Place,
        server: &'a str,
        letters: Option<&'a mut DeadLetters>,
    ) -> Self {
        Self {
            world,
            place,
            server,
            letters: RefCell::new(letters),
            numbers: RefCell::default(),
            new: Cell::new(0),
            left: Cell::new(false),
        }
    }

    /// Sets them aside, and says whether that was done: else they are left to a later run.
    pub(super) fn set_aside(&self, refused: &[Refused<'_>]) -> Result<bool, Failure> {
        if refused.is_empty() {
            return Ok(true);
        }
        let numbers = refused.iter().map(|refused| refused.number.to_owned());
        self.numbers.borrow_mut().extend(numbers);
        let mut letters = self.letters.borrow_mut();
        let Some(letters) = letters.as_deref_mut() else {
            self.left.set(true);
            return Ok(false);
        };
        for refused in refused {
            match letters.add(refused.letter(self.world.now())) {
                Added::New => self.new.set(self.new.get() + 1),
                Added::Known => {}
                Added::Full => return Err(Failure::TooManyDeadLetters(letters.len())),
            }
        }
        let saved: Result<(), StoreError> = letters.save(self.world, &self.place, self.server);
        saved?;
        Ok(true)
    }

    /// The numbers of what was refused.
    pub(super) fn numbers(&self) -> BTreeSet<String> {
        self.numbers.take()
    }

    pub(super) fn any_left(&self) -> bool {
        self.left.get()
    }

    pub(super) fn new_letters(&self) -> u32 {
        self.new.get()
    }
}

impl Refused<'_> {
    fn why(&self) -> String {
        match &self.error {
            OdooError::DuplicateKey { .. } => {
                "there is one for this number already that the bridge's user may not see".to_owned()
            }
            error => error.in_full(),
        }
    }

    fn letter(&self, at: DateTime<Utc>) -> DeadLetter {
        let session = self.call.split_once('/');
        let what = match self.task {
            Task::Todo => "the to-do of a missed call",
            Task::Lead => "the lead of an unknown caller",
        };
        DeadLetter {
            at,
            reason: format!("{what}: {}", self.why()),
            payload: json!({ "x_uid": self.call, self.task.mark(): false }).to_string(),
            session: session.map(|(_, session)| session.to_owned()),
            kept: false,
        }
    }
}
