//! Call campaigns as pages: the list of them, the figures of one, and what is on record of a number.

mod record;
mod week;

use askama::Template;
use url::form_urlencoded;

use super::dashboard::Addresses;
use super::dashboard::words::Word;
use super::{Language, render};
use crate::report::{self, CampaignReport, Cell, Fact, Table, Term, Tile, share};
use crate::words::Say as _;
use calls::stats::campaign::{CampaignFigures, CampaignLine, Campaigns};
pub use record::record;
use week::Week;

/// The campaigns that there are, each with the way to its figures.
pub fn campaigns(language: Language, found: &Campaigns, addresses: &Addresses) -> String {
    let columns = [
        Fact::Campaign,
        Fact::State,
        Fact::Members,
        Fact::Callable,
        Fact::Tried,
        Fact::Reached,
        Fact::Successes,
        Fact::ContactRate,
        Fact::Conversion,
    ];
    let table = Table {
        title: Term::Campaign(Fact::Campaigns),
        columns: columns.map(Term::Campaign).to_vec(),
        rows: found
            .campaigns
            .iter()
            .map(|one| line(language, one))
            .collect(),
    };
    let mut list = List::new(language, &table);
    for (row, one) in list.rows.iter_mut().zip(&found.campaigns) {
        if let Some(name) = row.first_mut() {
            let page = format!("{}/{}", addresses.page, one.campaign.id);
            name.address = Some(carrying(&page, addresses, &[]));
        }
    }
    render(&Listed {
        language,
        list,
        more: found.more,
        counted_at: language.moment_utc(found.counted_at),
    })
}

/// The figures of a campaign, and the form that asks for those of other days.
pub fn campaign(language: Language, figures: &CampaignFigures, addresses: &Addresses) -> String {
    let report = CampaignReport::new(language, figures);
    let periods = [
        (Word::Everything, "all"),
        (Word::Today, "today"),
        (Word::SevenDays, "7d"),
        (Word::ThirtyDays, "30d"),
    ];
    let lists = [
        report.results(),
        report.agents(),
        report.reasons(),
        report.rules(),
    ];
    render(&Page {
        language,
        report,
        addresses,
        periods: periods
            .map(|(word, period)| {
                let address = carrying(&addresses.page, addresses, &[("period", period)]);
                (language.say(word), address)
            })
            .to_vec(),
        tiles: report.tiles(),
        week: Week::new(&report),
        lists: lists
            .iter()
            .map(|table| List::new(language, table))
            .filter(|list| !list.rows.is_empty())
            .collect(),
        counted_at: language.moment(&report.counted_at()),
    })
}

fn line(language: Language, one: &CampaignLine) -> Vec<Cell> {
    let members = &one.members;
    vec![
        Cell::Text(one.campaign.name.clone()),
        Cell::Text(report::state(language, &one.campaign.state).to_owned()),
        Cell::Count(members.total),
        Cell::Count(members.callable),
        Cell::Count(members.tried),
        Cell::Count(members.reached),
        Cell::Count(members.success),
        share(members.contact_per_mille),
        share(members.conversion_per_mille),
    ]
}

/// An address with what every address of the page carries, and more.
fn carrying(page: &str, addresses: &Addresses, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&addresses.carried).extend_pairs(more);
    match query.finish().as_str() {
        "" => page.to_owned(),
        query => format!("{page}?{query}"),
    }
}

/// A table as it is shown.
struct List {
    title: &'static str,
    heads: Vec<(&'static str, &'static str)>,
    rows: Vec<Vec<Shown>>,
}

/// A cell.
struct Shown {
    text: String,
    class: &'static str,
    address: Option<String>,
}

impl List {
    fn new(language: Language, table: &Table) -> Self {
        let is_number = |column: usize| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(column));
            cells.any(Cell::is_number)
        };
        let class = |column: usize| if is_number(column) { "n" } else { "" };
        let heads = table.columns.iter().enumerate();
        let heads: Vec<_> = heads
            .map(|(column, term)| (language.say(*term), class(column)))
            .collect();
        let shown = |(cell, (_, class)): (&Cell, &(&str, &'static str))| Shown {
            text: cell.text(language),
            class,
            address: None,
        };
        let rows = table.rows.iter();
        Self {
            title: language.say(table.title),
            rows: rows
                .map(|row| row.iter().zip(&heads).map(shown).collect())
                .collect(),
            heads,
        }
    }
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct Listed {
    language: Language,
    list: List,
    more: bool,
    counted_at: String,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct Page<'a> {
    language: Language,
    report: CampaignReport<'a>,
    addresses: &'a Addresses,
    /// Usual periods, each with the way to it.
    periods: Vec<(&'static str, String)>,
    tiles: Vec<Tile>,
    week: Option<Week>,
    lists: Vec<List>,
    counted_at: String,
}
