//! Everything counted, as tables of typed cells.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Report, Term, hour_name};
use calls::language::{Language, duration};
use calls::stats::Hundredths;
use calls::stats::{Caller, Figures, OfServer, Slice, Wait};

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known, or nothing was asked for.
    Nothing,
    /// A text; it may come from outside.
    Text(String),
    /// A telephone number in E.164, or what stands for one.
    Number(String),
    /// A number of calls.
    Count(u64),
    /// A share, in thousandths.
    Share(u32),
    /// How much comes on a piece.
    Ratio(Hundredths),
    /// A length of time, in seconds.
    Secs(u64),
    /// A day.
    Day(NaiveDate),
    /// A moment, as the clocks of the reader's time zone show it.
    Moment(DateTime<Tz>),
}

/// Rows of what belongs together, with a cell a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub title: Term,
    /// What the columns are, from the left.
    pub columns: Vec<Term>,
    /// The rows, in the order to read them.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// Whether it is a number, which stands at the right.
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Count(_) | Self::Ratio(_) | Self::Secs(_) | Self::Share(_)
        )
    }

    /// As it is read.
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Nothing => "\u{2013}".to_owned(),
            Self::Text(text) | Self::Number(text) => text.clone(),
            Self::Count(count) => language.count(*count),
            Self::Share(per_mille) => language.share(*per_mille),
            Self::Ratio(ratio) => language.ratio(*ratio),
            Self::Secs(secs) => duration(*secs),
            Self::Day(day) => language.day(*day),
            Self::Moment(at) => language.moment(at),
        }
    }
}

impl Table {
    /// The same for where there is little room: what the server has in a column of its own stands behind what is the server's.
    pub fn narrow(mut self) -> Self {
        if self.columns.get(1) == Some(&Term::Server) {
            self.columns.remove(1);
            for row in &mut self.rows {
                let server = row.remove(1);
                if let (Some(Cell::Text(name)), Cell::Text(server)) = (row.first_mut(), server) {
                    *name = format!("{name} \u{b7} {server}");
                }
            }
        }
        self
    }
}

impl Report<'_> {
    /// What was asked for, and the figures of the whole period. What was not asked for is nothing.
    pub fn summary(&self) -> Vec<(Term, Cell)> {
        let statistics = self.statistics;
        let filter = &statistics.filter;
        let text = |text: Option<&str>| text.map_or(Cell::Nothing, |text| Cell::Text(text.into()));
        let secs = |secs: Option<u32>| secs.map_or(Cell::Nothing, |secs| Cell::Secs(secs.into()));
        let direction = filter
            .direction
            .as_deref()
            .map(|direction| self.direction(direction));
        let asked = [
            (Term::From, Cell::Day(statistics.from)),
            (Term::To, Cell::Day(statistics.to)),
            (Term::TimeZone, text(Some(self.zone_name()))),
            (Term::CountedAt, self.moment(Some(statistics.counted_at))),
            (Term::Server, self.server_cell(filter.server.as_deref())),
            (Term::Extension, text(filter.extension.as_deref())),
            (Term::Contact, text(statistics.contact.as_deref())),
            (Term::Direction, text(direction)),
        ];
        let figures = FIGURES.into_iter().zip(self.figures(&statistics.figures));
        let answers = [
            (
                Term::AnswerRate,
                statistics
                    .answered_per_mille
                    .map_or(Cell::Nothing, Cell::Share),
            ),
            (
                Term::RingMedian,
                secs(statistics.ring.map(|ring| ring.median_secs)),
            ),
            (
                Term::RingP90,
                secs(statistics.ring.map(|ring| ring.p90_secs)),
            ),
            (
                Term::NotCalledBack,
                Cell::Count(statistics.not_called_back_total),
            ),
        ];
        asked.into_iter().chain(figures).chain(answers).collect()
    }

    /// Every table, the most urgent one first.
    pub fn tables(&self) -> Vec<Table> {
        let counted = self.statistics;
        let day = |day: &NaiveDate| Cell::Day(*day);
        let hour = |hour: &u8| Cell::Text(hour_name(*hour));
        let weekday = |day: &u8| Cell::Text(self.weekday(*day).to_owned());
        let outcome = |outcome: &String| Cell::Text(self.outcome(outcome).to_owned());
        vec![
            self.not_called_back(),
            self.slices(Term::ByDay, Term::Day, &counted.by_day, day),
            self.slices(Term::ByHour, Term::Hour, &counted.by_hour, hour),
            self.slices(Term::ByWeekday, Term::Weekday, &counted.by_weekday, weekday),
            self.extensions(),
            self.trunks(),
            self.slices(Term::ByOutcome, Term::Outcome, &counted.by_outcome, outcome),
            self.longest_waits(),
            self.top_callers(),
        ]
    }

    /// Extensions, the busiest first.
    pub fn extensions(&self) -> Table {
        let name = |key: Option<&str>| self.extension(key).to_owned();
        let slices = &self.statistics.by_extension;
        self.of_servers(Term::ByExtension, Term::Extension, slices, name)
    }

    /// Trunks, the busiest first.
    pub fn trunks(&self) -> Table {
        let name = |key: Option<&str>| self.trunk(key).to_owned();
        self.of_servers(Term::ByTrunk, Term::Trunk, &self.statistics.by_trunk, name)
    }

    /// Those who called in vain and wait for a call back.
    pub fn not_called_back(&self) -> Table {
        self.callers(Term::NotCalledBack, &self.statistics.not_called_back)
    }

    /// The numbers with most calls.
    pub fn top_callers(&self) -> Table {
        self.callers(Term::TopCallers, &self.statistics.top_callers)
    }

    /// The calls that waited longest.
    pub fn longest_waits(&self) -> Table {
        let mut columns = vec![
            Term::Name,
            Term::Number,
            Term::RingTime,
            Term::Began,
            Term::Extension,
        ];
        columns.extend(self.server_column());
        columns.push(Term::Outcome);
        let row = |wait: &Wait| {
            let mut row = vec![
                Cell::Text(wait.party.clone()),
                wait.number.clone().map_or(Cell::Nothing, Cell::Number),
                Cell::Secs(wait.ring_secs.into()),
                self.moment(Some(wait.started_at)),
                Cell::Text(self.extension(wait.extension.as_deref()).to_owned()),
            ];
            let server = |_| self.server_cell(wait.server.as_deref());
            row.extend(self.server_column().map(server));
            row.push(Cell::Text(self.outcome(&wait.outcome).to_owned()));
            row
        };
        let rows = self.statistics.longest_waits.iter().map(row).collect();
        Table {
            title: Term::LongestWaits,
            columns,
            rows,
        }
    }

    /// A cell as it is read.
    pub fn text(&self, cell: &Cell) -> String {
        cell.text(self.language)
    }

    fn slices<K>(
        &self,
        title: Term,
        key: Term,
        slices: &[Slice<K>],
        name: impl Fn(&K) -> Cell,
    ) -> Table {
        let row = |slice: &Slice<K>| {
            let figures = self.figures(&slice.figures);
            std::iter::once(name(&slice.key)).chain(figures).collect()
        };
        Table {
            title,
            columns: std::iter::once(key).chain(FIGURES).collect(),
            rows: slices.iter().map(row).collect(),
        }
    }

    fn of_servers(
        &self,
        title: Term,
        key: Term,
        slices: &[OfServer],
        name: impl Fn(Option<&str>) -> String,
    ) -> Table {
        let row = |one: &OfServer| {
            let name = Cell::Text(name(one.slice.key.as_deref()));
            let server = |_| self.server_cell(one.server.as_deref());
            let figures = self.figures(&one.slice.figures);
            std::iter::once(name)
                .chain(self.server_column().map(server))
                .chain(figures)
                .collect()
        };
        Table {
            title,
            columns: std::iter::once(key)
                .chain(self.server_column())
                .chain(FIGURES)
                .collect(),
            rows: slices.iter().map(row).collect(),
        }
    }

    /// The column that says whose an extension or trunk is, where that is to be said.
    fn server_column(&self) -> Option<Term> {
        self.statistics
            .are_of_several_servers()
            .then_some(Term::Server)
    }

    fn server_cell(&self, id: Option<&str>) -> Cell {
        id.map_or(Cell::Nothing, |id| Cell::Text(self.server(id).to_owned()))
    }

    fn figures(&self, figures: &Figures) -> [Cell; FIGURES.len()] {
        [
            Cell::Count(figures.total),
            Cell::Count(figures.inbound),
            Cell::Count(figures.outbound),
            Cell::Count(figures.missed),
            Cell::Count(figures.answered),
            Cell::Secs(figures.talk_secs),
            self.moment(figures.last_call_at),
        ]
    }

    fn callers(&self, title: Term, callers: &[Caller]) -> Table {
        let row = |caller: &Caller| {
            vec![
                caller.name.clone().map_or(Cell::Nothing, Cell::Text),
                Cell::Number(caller.number.clone()),
                Cell::Count(caller.calls),
                self.moment(Some(caller.last_call_at)),
            ]
        };
        let columns = vec![Term::Name, Term::Number, Term::Calls, Term::LastCall];
        Table {
            title,
            columns,
            rows: callers.iter().map(row).collect(),
        }
    }

    fn moment(&self, at: Option<DateTime<Utc>>) -> Cell {
        at.map_or(Cell::Nothing, |at| Cell::Moment(self.local(at)))
    }
}

/// What is counted of every slice.
const FIGURES: [Term; 7] = [
    Term::Calls,
    Term::Inbound,
    Term::Outbound,
    Term::Missed,
    Term::Answered,
    Term::TalkTime,
    Term::LastCall,
];
