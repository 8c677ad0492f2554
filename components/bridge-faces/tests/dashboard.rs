//! The dashboard, as the public face of the core makes it.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

mod html;
mod sample;

use bridge_faces::page::{Addresses, Choices, dashboard};
use calls::language::Language;
use calls::stats::{Filter, Statistics};
use chrono::TimeDelta;
use html::{ALL, HOSTILE, elements, hostile_texts, parse, text};
use proptest::prelude::*;
use roxmltree::{Document, Node};
use sample::{Office, another_office, day};

fn addresses() -> Addresses {
    Addresses {
        page: "/stats".into(),
        carried: vec![("signature".into(), "A&\"B".into())],
        csv: "/stats.csv?from=1&to=2".into(),
        xlsx: "/stats.xlsx".into(),
        pdf: "/stats.pdf".into(),
        odoo: Some("https://odoo.example.com/".into()),
    }
}

fn page(language: Language, statistics: &Statistics) -> String {
    let choices = Choices {
        servers: vec![("paris".into(), "Paris".into())],
    };
    dashboard(language, statistics, &addresses(), &choices)
}

/// Headings, tiles and column heads, in the order of the page.
fn outline(document: &Document<'_>) -> String {
    let told = document.descendants().filter(|node| {
        let name = node.tag_name().name();
        matches!(name, "h1" | "h2" | "dt" | "summary" | "label")
            || (name == "th" && node.attribute("scope") == Some("col"))
    });
    let line = |node: Node<'_, '_>| format!("{:8}{}", node.tag_name().name(), text(node));
    told.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_outline_of_the_page() {
    let statistics = Office::usual().statistics();
    insta::assert_snapshot!(
        "outline-en",
        outline(&parse(&page(Language::En, &statistics)))
    );
    insta::assert_snapshot!(
        "outline-fr",
        outline(&parse(&page(Language::Fr, &statistics)))
    );
}

#[test]
fn the_figures_are_those_of_the_statistics() {
    let statistics = Office::usual().statistics();
    let html = page(Language::En, &statistics);
    let document = parse(&html);
    let values: Vec<String> = elements(&document, "dd").map(text).collect();
    for count in [
        statistics.figures.total,
        statistics.figures.inbound,
        statistics.figures.missed,
    ] {
        assert!(
            values.contains(&Language::En.count(count)),
            "{count}: {values:?}"
        );
    }
    let talked = statistics.figures.talk_secs;
    let talked = format!(
        "{} h {} min {} s",
        talked / 3_600,
        talked / 60 % 60,
        talked % 60
    );
    assert!(
        values
            .iter()
            .any(|value| value.replace('\u{a0}', " ") == talked),
        "{talked}: {values:?}"
    );
    assert_eq!(calls_in_first_chart(&document), statistics.figures.total);
}

/// The sum of what the table beside the chart of days counts.
fn calls_in_first_chart(document: &Document<'_>) -> u64 {
    let chart = elements(document, "figure").next().unwrap();
    let rows = chart.descendants().filter(|node| node.has_tag_name("tr"));
    let firsts = rows.filter_map(|row| row.children().find(|cell| cell.has_tag_name("td")));
    firsts
        .map(|cell| text(cell).replace(',', "").parse::<u64>().unwrap())
        .sum()
}

#[test]
fn a_long_time_is_shown_by_weeks_and_then_by_months() {
    let check = |days, title: &str| {
        let office = Office {
            days,
            calls_a_day: 12,
            ..Office::usual()
        };
        let statistics = office.statistics();
        let html = page(Language::En, &statistics);
        let document = parse(&html);
        let shown = text(elements(&document, "figcaption").next().unwrap());
        assert!(shown.starts_with(title), "{shown}");
        assert_eq!(calls_in_first_chart(&document), statistics.figures.total);
    };
    check(62, "Calls by Day");
    check(63, "Calls by Week");
    check(1_000, "Calls by Month");
}

#[test]
fn a_period_without_calls_says_so() {
    let statistics = Office {
        calls_a_day: 0,
        ..Office::usual()
    }
    .statistics();
    for language in ALL {
        let html = page(language, &statistics);
        let document = parse(&html);
        assert!(html.contains("class=\"empty\""), "{html}");
        assert_eq!(elements(&document, "figure").count(), 0);
        assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    }
}

#[test]
fn who_waits_from_before_the_period_is_shown_without_calls_too() {
    let mut statistics = Office {
        calls_a_day: 0,
        ..Office::usual()
    }
    .statistics();
    statistics.not_called_back = Office::usual().statistics().not_called_back;
    statistics.not_called_back_total = 31;
    let html = page(Language::En, &statistics);
    assert!(html.contains("href=\"tel:+33199"), "{html}");
    assert!(html.contains("class=\"badge\">31<"), "{html}");
}

#[test]
fn the_form_and_the_links_keep_what_was_asked() {
    let mut statistics = Office::usual().statistics();
    statistics.filter = Filter {
        server: Some("lyon & <co>".into()),
        extension: Some("101".into()),
        contact: Some(7),
        direction: Some("inbound".into()),
    };
    let html = page(Language::En, &statistics);
    let document = parse(&html);
    let hidden: Vec<_> = elements(&document, "input")
        .filter(|input| input.attribute("type") == Some("hidden"))
        .map(|input| {
            (
                input.attribute("name").unwrap(),
                input.attribute("value").unwrap(),
            )
        })
        .collect();
    assert_eq!(
        hidden,
        [
            ("signature", "A&\"B"),
            ("zone", "Europe/Paris"),
            ("contact", "7")
        ]
    );
    let chosen: Vec<_> = elements(&document, "option")
        .filter(|option| option.has_attribute("selected"))
        .map(|option| option.attribute("value").unwrap())
        .collect();
    assert_eq!(chosen, ["lyon & <co>", "inbound"]);
    let week = elements(&document, "a")
        .find(|link| text(*link) == "7 days")
        .unwrap()
        .attribute("href")
        .unwrap();
    let asked = "signature=A%26%22B&zone=Europe%2FParis&contact=7&server=lyon+%26+%3Cco%3E&extension=101&direction=inbound&period=7d";
    assert_eq!(week, format!("/stats?{asked}"));
    let current = elements(&document, "a")
        .find(|link| link.has_attribute("aria-current"))
        .unwrap();
    assert_eq!(text(current), "30 days");
}

#[test]
fn moments_are_those_of_the_readers_clocks() {
    let mut statistics = Office::usual().statistics();
    // Half past midnight in Paris is the evening before in UTC.
    statistics.figures.last_call_at =
        Some(day(2026, 6, 13).and_hms_opt(22, 30, 0).unwrap().and_utc());
    let html = page(Language::De, &statistics);
    assert!(
        html.contains("14. Juni") && html.contains("00:30"),
        "{html}"
    );
    // Yesterday's thirty days are not the last thirty any more.
    statistics.counted_at += TimeDelta::days(1);
    let html = page(Language::De, &statistics);
    assert!(elements(&parse(&html), "a").all(|link| !link.has_attribute("aria-current")));
}

#[test]
fn what_comes_from_outside_is_a_text_wherever_it_is_shown() {
    let hostile = || HOSTILE.to_owned();
    let names = [HOSTILE, ""];
    let mut statistics = Office {
        names: &names,
        ..Office::usual()
    }
    .statistics();
    statistics.contact = Some(hostile());
    statistics.filter.server = Some(hostile());
    statistics.filter.extension = Some(hostile());
    statistics.by_extension[0].slice.key = Some(hostile());
    statistics.by_trunk[0].slice.key = Some(hostile());
    statistics.by_outcome[0].key = hostile();
    let wait = &mut statistics.longest_waits[0];
    (wait.outcome, wait.party) = (hostile(), hostile());
    (wait.number, wait.extension) = (Some(hostile()), Some(hostile()));
    statistics.top_callers[0].number = hostile();
    let addresses = Addresses {
        page: hostile(),
        carried: vec![(hostile(), hostile())],
        csv: hostile(),
        xlsx: hostile(),
        pdf: hostile(),
        odoo: Some(hostile()),
    };
    let choices = Choices {
        servers: vec![(hostile(), hostile())],
    };
    for language in ALL {
        let html = dashboard(language, &statistics, &addresses, &choices);
        let document = parse(&html);
        assert!(hostile_texts(&document) > 20, "{html}");
        assert_eq!(elements(&document, "script").count(), 0);
    }
}

#[test]
fn whose_an_extension_is_is_said_where_there_is_more_than_one_server() {
    let mut statistics = Office::usual().statistics();
    let extension = statistics.by_extension[0].slice.key.clone().unwrap();
    let trunk = statistics.by_trunk[0].slice.key.clone().unwrap();
    let shown = |statistics: &Statistics| {
        let html = page(Language::En, statistics);
        let document = parse(&html);
        let names = elements(&document, "th").filter(|head| head.attribute("scope") == Some("row"));
        let names: Vec<String> = names.map(text).collect();
        let has = |name: &str| names.iter().any(|other| other == name);
        let heads = elements(&document, "th").filter(|head| text(*head) == "Server");
        let offered = elements(&document, "option");
        let offered = offered.filter(|option| option.attribute("value") == Some(&extension));
        let [alone, paris, lyon, id] = ["", " \u{b7} Paris", " \u{b7} Lyon Sud", " \u{b7} lyon"]
            .map(|server| has(&format!("{extension}{server}")) && has(&format!("{trunk}{server}")));
        let waited = elements(&document, "td").any(|cell| text(cell) == "Lyon Sud");
        assert_eq!(waited, lyon);
        ([alone, paris, lyon, id], heads.count(), offered.count())
    };
    let one = ([true, false, false, false], 0, 1);
    assert_eq!(shown(&statistics), one);
    another_office(&mut statistics);
    assert_eq!(shown(&statistics), ([false, true, true, false], 1, 1));
    // A name that two of them have says nothing.
    let name = statistics.server_names["lyon"].clone();
    statistics.server_names.extend([("nice".into(), name)]);
    assert_eq!(shown(&statistics), ([false, true, false, true], 1, 1));
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let html = page(Language::En, &Office::usual().statistics());
    html::assert_loads_nothing(&parse(&html));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever somebody is called: the page is well-formed, and the name is in it as a text.
    #[test]
    fn any_name_is_a_text(names in prop::collection::vec("[^\\p{C}]{1,40}", 1..5)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut statistics = Office { days: 3, names: &names, ..Office::usual() }.statistics();
        statistics.contact = Some(names[0].to_owned());
        statistics.filter.server = Some(names[0].to_owned());
        statistics.filter.extension = Some(names[0].to_owned());
        statistics.by_trunk[0].slice.key = Some(names[0].to_owned());
        let html = page(Language::Fr, &statistics);
        let document = parse(&html);
        let texts: Vec<_> = elements(&document, "bdi").map(|node| node.text().unwrap_or_default()).collect();
        prop_assert!(texts.contains(&names[0]));
        for caller in &statistics.top_callers {
            prop_assert!(texts.contains(&caller.name.as_deref().unwrap_or("–")));
        }
        prop_assert_eq!(elements(&document, "script").count(), 0);
    }

    /// However many calls: every chart stays within its place, and the page is well-formed.
    #[test]
    fn any_number_is_drawn(counts in prop::collection::vec(0..u64::MAX / 1_000, 30)) {
        let mut statistics = Office::usual().statistics();
        for (slice, count) in statistics.by_day.iter_mut().zip(counts) {
            slice.figures.total = count;
            slice.figures.answered = count / 3;
            slice.figures.missed = count / 2;
        }
        let html = page(Language::En, &statistics);
        let document = parse(&html);
        for rect in elements(&document, "rect") {
            let at = |name| rect.attribute(name).map_or(0.0, |text| text.trim_end_matches('%').parse::<f64>().unwrap());
            prop_assert!(at("y") >= 0.0 && at("y") + at("height") <= 163.0, "{rect:?}");
            prop_assert!(at("x") >= 0.0 && at("x") + at("width") <= 100.1, "{rect:?}");
        }
    }
}
