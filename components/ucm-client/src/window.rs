//! Finding out how a device wants the times of a window.
//!
//! The manual says `2024-05-30T14:41:40`; some UCM6302 want a space for the `T`, and a form that a device does not understand gives an empty
//! page, not an error. So an empty first page is believed only once the form is established: by a page with records in it, or else by asking
//! for a record that is known to exist.

use chrono::{NaiveDateTime, TimeDelta};

use super::page::{Page, start_of};
use super::saved::TimeForm;
use super::{MAX_PAGE_ITEMS, PageRequest};

/// The parameters of one request for records, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    pub(super) offset: u32,
    pub(super) limit: u32,
}

/// The requests that one [`PageRequest`] takes: one, once the form of times is established.
#[derive(Debug)]
pub(super) struct Search {
    request: PageRequest,
    established: Option<TimeForm>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Asking what was asked, in this form.
    First(TimeForm),
    /// The first form gave this page: asking the same in the other form.
    Other(TimeForm, Page),
    /// Both gave nothing: is there any record at all?
    Any(Page),
    /// There is one, at this time: the form that finds it is the right one.
    Known(TimeForm, NaiveDateTime, Page),
    /// As before, but the form given here has failed already.
    KnownOther(TimeForm, NaiveDateTime, Page),
    /// Between two stages; never seen from outside.
    Moved,
}

impl Search {
    /// Begins with the form that is established, or the manual's.
    pub(super) fn new(request: PageRequest, established: Option<TimeForm>) -> Self {
        Self {
            request,
            established,
            stage: Stage::First(established.unwrap_or(TimeForm::T)),
        }
    }

    /// The form that this device is known to understand.
    pub(super) fn established(&self) -> Option<TimeForm> {
        self.established
    }

    /// What was asked for.
    pub(super) fn request(&self) -> &PageRequest {
        &self.request
    }

    /// What to ask now.
    pub(super) fn query(&self) -> Query {
        let limit = self.request.limit.clamp(1, MAX_PAGE_ITEMS);
        match &self.stage {
            Stage::First(form) | Stage::Other(form, _) => Query {
                start: self.request.start.map(|time| form.write(time)),
                end: self.request.end.map(|time| form.write(time)),
                offset: self.request.offset,
                limit,
            },
            Stage::Known(form, start, _) | Stage::KnownOther(form, start, _) => Query {
                start: Some(form.write(*start - KNOWN_MARGIN)),
                end: Some(form.write(*start + KNOWN_MARGIN)),
                offset: 0,
                limit: 1,
            },
            Stage::Any(_) | Stage::Moved => Query {
                start: None,
                end: None,
                offset: 0,
                limit: 1,
            },
        }
    }

    /// Takes the page that came back; gives the final one, or `None` if there is more to ask.
    pub(super) fn handle(&mut self, page: Page) -> Option<Page> {
        match std::mem::replace(&mut self.stage, Stage::Moved) {
            Stage::First(form) => self.first(form, page),
            Stage::Other(form, first) => self.other(form, first, page),
            Stage::Any(empty) => self.any(empty, &page),
            Stage::Known(form, start, empty) => self.known(form, start, empty, &page),
            Stage::KnownOther(form, _, empty) if !page.rows.is_empty() => self.settle(form, empty),
            Stage::KnownOther(_, _, empty) => Some(Page {
                window_fails: true,
                ..empty
            }),
            Stage::Moved => Some(page),
        }
    }

    fn first(&mut self, form: TimeForm, page: Page) -> Option<Page> {
        if !self.is_filtered() {
            return Some(page);
        }
        match self.judge(&page) {
            Found::Inside => self.settle(form, page),
            Found::Nothing if self.request.offset > 0 => Some(page),
            Found::Nothing if self.established.is_some() && !self.request.expect_rows => Some(page),
            Found::Outside if self.request.offset > 0 => Some(Page {
                window_fails: true,
                ..page
            }),
            Found::Nothing | Found::Outside => self.go(Stage::Other(form.other(), page)),
        }
    }

    fn other(&mut self, form: TimeForm, first: Page, second: Page) -> Option<Page> {
        match (self.judge(&first), self.judge(&second)) {
            (_, Found::Inside) => self.settle(form, second),
            (Found::Outside, _) => Some(Page {
                window_fails: true,
                ..first
            }),
            (_, Found::Outside) => Some(Page {
                window_fails: true,
                ..second
            }),
            _ => self.go(Stage::Any(first)),
        }
    }

    fn any(&mut self, empty: Page, page: &Page) -> Option<Page> {
        let Some(start) = page.rows.iter().find_map(start_of) else {
            return Some(empty);
        };
        let form = self.established.unwrap_or(TimeForm::T);
        self.go(Stage::Known(form, start, empty))
    }

    fn known(
        &mut self,
        form: TimeForm,
        start: NaiveDateTime,
        empty: Page,
        page: &Page,
    ) -> Option<Page> {
        if page.rows.is_empty() {
            return self.go(Stage::KnownOther(form.other(), start, empty));
        }
        self.settle(form, empty)
    }

    fn settle(&mut self, form: TimeForm, page: Page) -> Option<Page> {
        self.established = Some(form);
        Some(page)
    }

    fn go(&mut self, stage: Stage) -> Option<Page> {
        self.stage = stage;
        None
    }

    fn is_filtered(&self) -> bool {
        self.request.start.is_some() || self.request.end.is_some()
    }

    /// Whether the device has heeded the window. Misgrouped items may reach out of it: one leg inside is enough.
    fn judge(&self, page: &Page) -> Found {
        if page.rows.is_empty() {
            return Found::Nothing;
        }
        let mut starts = page.rows.iter().filter_map(start_of).peekable();
        let unreadable = starts.peek().is_none();
        if unreadable || starts.any(|start| self.holds(start)) {
            Found::Inside
        } else {
            Found::Outside
        }
    }

    fn holds(&self, time: NaiveDateTime) -> bool {
        self.request.start.is_none_or(|start| start <= time)
            && self.request.end.is_none_or(|end| time <= end)
    }
}

enum Found {
    Nothing,
    Inside,
    Outside,
}

impl TimeForm {
    /// `time` in this form.
    pub(super) fn write(self, time: NaiveDateTime) -> String {
        match self {
            Self::T => time.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Self::Space => time.format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }

    fn other(self) -> Self {
        match self {
            Self::T => Self::Space,
            Self::Space => Self::T,
        }
    }
}

/// Room on both sides of a known record, for devices that leave out the border or the seconds.
const KNOWN_MARGIN: TimeDelta = TimeDelta::minutes(1);
