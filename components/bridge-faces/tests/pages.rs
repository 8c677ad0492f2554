//! Every page but the dashboard, which has tests of its own.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

#[path = "sample/campaign.rs"]
mod campaign;
mod html;
mod outside;
#[path = "sample/record.rs"]
mod record;

use bridge_core::flows::period::PeriodError;
use bridge_core::flows::prove::{Completeness, Proved};
use bridge_core::flows::recordings::{Address, Refusal, Why};
use bridge_core::flows::replay::Replayed;
use bridge_core::flows::show::Action;
use bridge_core::link::LinkError;
use bridge_faces::page::{Addresses, Doors};
use bridge_faces::problem::Problem;
use bridge_faces::{page, player};
use calls::language::Language;
use calls::stats::campaign::{CampaignLine, Campaigns};
use html::{ALL, HOSTILE, elements, hostile_texts, parse, text};
use roxmltree::{Document, Node};

const ACTIONS: [Action; 7] = [
    Action::Test,
    Action::Sync,
    Action::Replay,
    Action::Prove,
    Action::Letters,
    Action::Examine,
    Action::Overview,
];

/// Every page that is one file, with the number of its places that have a text from outside.
fn pages(language: Language) -> Vec<(String, usize)> {
    let (letter, retried) = (outside::letter(), outside::retried());
    let others = [(Action::Prove, HOSTILE.to_owned())];
    let problem = outside::problem(400);
    let mut pages = vec![
        (
            page::probe(language, &outside::probe(), &others),
            2 + 1 + 2 + 1,
        ),
        (page::run(language, HOSTILE, &outside::run()), 2 + 2 + 2),
        (page::replay(language, &replayed(), HOSTILE), 2 + 1 + 1),
        (
            page::completeness(language, HOSTILE, &completeness()),
            2 + 1 + 1 + 1,
        ),
        (
            page::proved(language, &proved(), HOSTILE),
            2 + 1 + 1 + 1 + 1,
        ),
        (
            page::problem(language, Action::Sync, HOSTILE, &problem),
            2 + 4,
        ),
        (page::letters(language, HOSTILE, &[letter]), 2 + 4),
        (page::retried(language, &retried), 2 + 1 + 4),
        (page::doctor(language, &outside::examination()), 2 + 4 + 2),
        (
            page::status(language, &outside::overview(), &outside::more()),
            2 + 2 + 3 + 3 + 1 + 1,
        ),
        (
            page::campaign(language, &campaign::campaign(HOSTILE), &addresses()),
            2 + 2 + 1,
        ),
        (page::campaigns(language, &campaigns(), &addresses()), 1),
        (
            page::record(language, &record::record(HOSTILE, HOSTILE)),
            3 + 3 + 2 + 2 + 3,
        ),
        (
            page::start(language, &outside::survey(), true, &outside::doors()),
            3 + 2,
        ),
        // What somebody has written is not for everybody.
        (
            page::start(language, &outside::survey(), false, &Doors::default()),
            0,
        ),
        (page::no_statistics(language, &problem), 2),
        (page::no_statistics(language, &outside::problem(403)), 0),
        (
            page::which_zone(
                language,
                &addresses(),
                vec![("server".to_owned(), HOSTILE.to_owned())],
                &[HOSTILE],
            ),
            2,
        ),
    ];
    pages.extend(ACTIONS.map(|action| (page::confirm(language, action, HOSTILE), 2)));
    let errors = [
        LinkError::Forbidden,
        LinkError::Expired,
        LinkError::NotConfigured,
    ];
    pages.extend(errors.map(|error| (page::refusal(language, Action::Sync, error), 0)));
    pages
}

/// The pages of a recording, which load what the bridge has for them.
fn pages_of_recording(language: Language) -> Vec<(String, usize)> {
    let ticket = outside::ticket();
    let address = Address::parse("paris/AAAA", "expires=1&signature=BBBB").unwrap();
    let refusal = Refusal {
        why: Why::Gone,
        about: Some(Box::new(ticket.clone())),
    };
    vec![
        (player::player(language, &address, &ticket), 2),
        (player::refusal(language, &refusal), 2),
    ]
}

fn addresses() -> Addresses {
    Addresses {
        page: "/stats/campaigns".into(),
        carried: vec![("signature".into(), "A&\"B".into())],
        ..Addresses::default()
    }
}

fn campaigns() -> Campaigns {
    let one = campaign::campaign(HOSTILE);
    Campaigns {
        counted_at: one.counted_at,
        campaigns: vec![CampaignLine {
            campaign: one.campaign,
            members: one.members,
        }],
        more: true,
    }
}

fn replayed() -> Replayed {
    Replayed {
        report: outside::report(),
        copies_tried_again: 2,
        go_on_from: Some(outside::now().naive_utc()),
        go_on_to: None,
    }
}

fn completeness() -> Completeness {
    Completeness {
        days: vec![outside::day()],
        failed: Some(outside::attempt()),
    }
}

fn proved() -> Proved {
    Proved {
        server: HOSTILE.to_owned(),
        whole: false,
        days: vec![outside::day()],
        failed: Some(outside::attempt()),
        go_on_from: Some(outside::day().day),
    }
}

#[test]
fn every_page_is_whole_in_every_language() {
    for language in ALL {
        let pages = pages(language)
            .into_iter()
            .chain(pages_of_recording(language));
        for (html, _) in pages {
            let document = parse(&html);
            let root = document.root_element();
            assert_eq!(root.attribute("lang"), Some(language.code()));
            let [title, h1] = ["title", "h1"].map(|name| {
                let found: Vec<_> = elements(&document, name).map(text).collect();
                assert_eq!(found.len(), 1, "{name}: {html}");
                found[0].clone()
            });
            assert!(
                !h1.is_empty() && title.starts_with(h1.trim_end_matches(" 2")),
                "{html}"
            );
            let forbids = |node: Node<'_, '_>| node.attribute("content") == Some("noindex");
            assert!(elements(&document, "meta").any(forbids), "{html}");
        }
    }
}

#[test]
fn what_comes_from_outside_is_a_text_wherever_it_is_shown() {
    for language in ALL {
        let pages = pages(language)
            .into_iter()
            .chain(pages_of_recording(language));
        for (html, places) in pages {
            assert_eq!(hostile_texts(&parse(&html)), places, "{html}");
        }
    }
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    for (html, _) in pages(Language::En) {
        html::assert_loads_nothing(&parse(&html));
    }
    for (html, _) in pages_of_recording(Language::En) {
        let document = parse(&html);
        let mut loaded = document
            .descendants()
            .filter_map(|node| match node.tag_name().name() {
                "link" => node.attribute("href"),
                _ => node.attribute("src"),
            });
        assert!(loaded.all(|address| {
            ["/listen/player.", "/recordings/paris/"]
                .iter()
                .any(|ours| address.starts_with(ours))
        }));
        assert_eq!(
            elements(&document, "style").count(),
            0,
            "its content policy forbids it"
        );
    }
}

#[test]
fn a_page_that_asks_has_a_form_and_changes_nothing_by_itself() {
    for action in ACTIONS {
        let html = page::confirm(Language::Fr, action, "paris");
        let asks_for_days = matches!(action, Action::Replay | Action::Prove);
        let days = [("from", "date", ""), ("to", "date", "")];
        let expected = if asks_for_days { &days[..] } else { &[] };
        assert_eq!(fields(&parse(&html)), expected);
    }
}

#[test]
fn what_time_did_not_suffice_for_is_gone_on_with() {
    let replay = page::replay(Language::En, &replayed(), "2026-06-20");
    let document = parse(&replay);
    let from = ("from", "text", "2026-06-15T06:21:40");
    assert_eq!(fields(&document), [from, ("to", "date", "2026-06-20")]);
    assert_eq!(
        elements(&document, "button").map(text).last().unwrap(),
        "Continue"
    );
    let whole = Replayed {
        go_on_from: None,
        ..replayed()
    };
    let replay = page::replay(Language::En, &whole, "2026-06-20");
    let document = parse(&replay);
    assert_eq!(
        fields(&document),
        [("from", "date", ""), ("to", "date", "")]
    );
    assert_eq!(
        elements(&document, "button").map(text).last().unwrap(),
        "Replay a Period"
    );
}

/// The fields of the one form that a page has, each with its type and value. It goes to the page's own address.
fn fields<'a>(document: &'a Document<'_>) -> Vec<(&'a str, &'a str, &'a str)> {
    let forms: Vec<_> = elements(document, "form").collect();
    assert_eq!(forms.len(), 1);
    assert_eq!(forms[0].attribute("method"), Some("post"));
    assert!(!forms[0].has_attribute("action"));
    let inputs = forms[0]
        .descendants()
        .filter(|node| node.has_tag_name("input"));
    let of =
        |input: Node<'a, '_>| ["name", "type", "value"].map(|name| input.attribute(name).unwrap());
    inputs
        .map(of)
        .map(|[name, kind, value]| (name, kind, value))
        .collect()
}

#[test]
fn the_figures_of_a_campaign_are_told_and_nothing_is_divided_by_nothing() {
    let figures = campaign::campaign("Spring");
    let html = page::campaign(Language::En, &figures, &addresses());
    let values: Vec<String> = elements(&parse(&html), "dd").map(text).collect();
    for shown in [
        "1,317",
        "900",
        "125",
        "40",
        "80.0%",
        "40.0%",
        "3.13",
        "3 min 47 s",
        "3.58",
    ] {
        assert!(
            values
                .iter()
                .any(|value| value.replace('\u{a0}', " ") == shown),
            "{shown}: {values:?}"
        );
    }
    assert!(html.contains(">30/100<"), "{html}");
    let french = page::campaign(Language::Fr, &figures, &addresses());
    assert!(french.contains("Répondus\u{a0}: "), "{french}");
    let mut empty = figures;
    (empty.members, empty.calls) = Default::default();
    let html = page::campaign(Language::En, &empty, &addresses());
    let values: Vec<String> = elements(&parse(&html), "dd").map(text).collect();
    assert_eq!(
        values.iter().filter(|value| *value == "–").count(),
        5,
        "{values:?}"
    );
}

#[test]
fn what_is_on_record_of_a_number_is_shown_whole() {
    let html = page::record(Language::En, &record::record("+33199000001", "Zoé"));
    let shown = text(parse(&html).root_element());
    for told in [
        "+33199000001",
        "4 March 2026",
        "Mon 10:00–13:30",
        "14 July 2026",
        "Outside the Hours",
        "French consumers",
        "On the blacklist nowYes",
        "There are earlier ones",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    let mut record = record::record("+33199000001", "Zoé");
    let french = page::record(Language::Fr, &record);
    let one_call = "Sortant</bdi>";
    assert!(french.contains(one_call), "{french}");
    (record.calls, record.refusals, record.consent) = Default::default();
    record.rules.closed.clear();
    let shown = page::record(Language::En, &record);
    for told in [
        "Closed days</th><td><bdi>None",
        "none in the journal",
        "None was refused",
        "No consent is on record",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn a_campaign_in_the_list_leads_to_its_figures() {
    let html = page::campaigns(Language::En, &campaigns(), &addresses());
    let document = parse(&html);
    let link = elements(&document, "a").next().unwrap();
    let expected = "/stats/campaigns/7?signature=A%26%22B";
    assert_eq!(link.attribute("href"), Some(expected));
}

#[test]
fn a_letter_for_another_odoo_can_only_be_discarded() {
    for (is_elsewhere, expected) in [(false, 2), (true, 1)] {
        let mut letter = outside::letter();
        letter.is_elsewhere = is_elsewhere;
        let html = page::letters(Language::En, "paris", &[letter]);
        let document = parse(&html);
        let section = elements(&document, "section").next().unwrap();
        let buttons = section
            .descendants()
            .filter(|node| node.has_tag_name("button"));
        assert_eq!(buttons.count(), expected, "{html}");
    }
    let html = page::letters(Language::En, "paris", &[]);
    assert!(
        html.contains("Nothing is set aside.") && !html.contains("<form"),
        "{html}"
    );
}

#[test]
fn a_step_of_the_doctor_says_what_to_do_in_the_readers_language() {
    let html = page::doctor(Language::Fr, &outside::examination());
    let document = parse(&html);
    let failed = elements(&document, "li")
        .find(|node| node.attribute("class") == Some("failed"))
        .unwrap();
    let advice = failed
        .descendants()
        .find(|node| node.attribute("class") == Some("advice"));
    assert!(text(failed).contains("Identifiants"), "{html}");
    assert!(
        text(advice.unwrap()).starts_with("Comparez l'utilisateur"),
        "{html}"
    );
}

#[test]
fn what_is_refused_is_told_in_the_readers_language_with_what_to_do() {
    let problem = Problem::too_large(9);
    for language in ALL {
        for html in [
            page::problem(language, Action::Replay, "paris", &problem),
            page::no_statistics(language, &problem),
        ] {
            let shown = text(parse(&html).root_element());
            for english in [&problem.detail, &problem.action] {
                assert_eq!(shown.contains(english), language == Language::En, "{shown}");
            }
        }
    }
}

#[test]
fn a_date_is_asked_for_as_it_has_to_be_written() {
    let problem = Problem::from(PeriodError::NoDate("from"));
    for language in ALL {
        let html = page::problem(language, Action::Replay, "paris", &problem);
        assert!(html.contains("2026-06-15"), "{html}");
    }
}
