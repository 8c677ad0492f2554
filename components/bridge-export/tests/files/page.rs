//! The page to print: what is on it, and where.

use super::*;

#[test]
fn the_page_has_the_figures() {
    let statistics = Office::usual().statistics();
    for language in ALL {
        let text = spaced(&pdf(language, &statistics));
        let figures = &statistics.figures;
        let counts = [
            figures.total,
            figures.inbound,
            figures.outbound,
            figures.missed,
            figures.answered,
        ];
        let counts = counts.map(|count| language.count(count));
        let rate = language.share(statistics.answered_per_mille.unwrap());
        for figure in counts
            .into_iter()
            .chain([rate, duration(figures.talk_secs)])
        {
            assert!(text.contains(&spaced(&figure)), "{figure}: {text}");
        }
        for name in [
            "Łukasz Żółć",
            "O’Brien Ltd",
            "Nguyễn Thị Hồng",
            "Ямщик и сыновья",
        ] {
            assert!(text.contains(name), "{name}: {text}");
        }
    }
}

#[test]
fn letters_that_the_page_cannot_print_are_marked_and_explained() {
    const NAMES: &[&str] = &["株式会社 日立", "محمد Smith", "🚀"];
    let statistics = Office {
        names: NAMES,
        ..Office::usual()
    }
    .statistics();
    let text = pdf(Language::En, &statistics);
    assert!(
        text.contains("[…] letters that this page cannot print"),
        "{text}"
    );
    assert!(text.contains("[…] Smith"), "{text}");
    let usual = pdf(Language::En, &Office::usual().statistics());
    assert!(!usual.contains("cannot print"), "{usual}");
}

/// How far from the top of the page each of its texts stands, in points.
fn lines(document: &Document) -> Vec<f32> {
    let page = document.get_pages()[&1];
    let content = document.get_and_decode_page_content(page).unwrap();
    let number = |object: &lopdf::Object| object.as_float().unwrap();
    // Scale and place of what is upright, and no more than turned upside down.
    let (mut current, mut saved, mut text) = ((1.0, 0.0), Vec::new(), (1.0, 0.0));
    let mut lines = Vec::new();
    for operation in content.operations {
        let given = &operation.operands;
        let moved = |(scale, place): (f32, f32)| {
            let (by, to) = (number(&given[3]), number(&given[5]));
            (by * scale, to * scale + place)
        };
        match operation.operator.as_str() {
            "q" => saved.push(current),
            "Q" => current = saved.pop().unwrap(),
            "cm" => current = moved(current),
            "Tm" => text = moved(current),
            "Tj" | "TJ" => lines.push(841.89 - text.1),
            "Td" | "TD" | "T*" | "'" | "\"" => panic!("{operation:?} is not read"),
            _ => {}
        }
    }
    lines
}

#[test]
fn whoever_waits_and_however_many_nothing_stands_below_the_lists_but_the_foot() {
    let usual = Office::usual().statistics();
    assert_eq!(usual.longest_waits.len(), 10);
    let scarce = (17..=21).flat_map(|callers| [0, 1, 2, 3, 4, 7].map(|waits| (callers, waits)));
    for (callers, waits) in (0..=21).map(|callers| (callers, 10)).chain(scarce) {
        let mut statistics = usual.clone();
        statistics.not_called_back = vec![usual.not_called_back[0].clone(); callers];
        statistics.not_called_back_total = callers as u64;
        statistics.longest_waits.truncate(waits);
        for wait in &mut statistics.longest_waits {
            wait.party = "Somebody".to_owned();
        }
        let file = Format::Pdf.write(Language::En, &statistics).unwrap();
        let document = Document::load_mem(&file).unwrap();
        let lines = lines(&document);
        let below: Vec<&f32> = lines.iter().filter(|y| **y > 788.0).collect();
        let is_foot = below.len() == 1 && (below[0] - 810.0).abs() < 0.1;
        assert!(is_foot, "{callers} callers, {waits} waits: {below:?}");
        // What is shown, and what is said to be more, are all that there are.
        let page = spaced(&document.extract_text(&[1]).unwrap());
        let shown = page.matches("Somebody").count();
        let more = page.split_once("Longest Waits").and_then(|(_, list)| {
            let (list, _) = list.split_once("by Extension")?;
            let (_, more) = list.split_once("+ ")?;
            more.split(' ').next()?.parse().ok()
        });
        let all = shown + more.unwrap_or(0);
        let is_left_out = all == 0 && callers > 19;
        assert!(
            all == waits || is_left_out,
            "{callers} callers, {waits} waits: {page}"
        );
    }
}
