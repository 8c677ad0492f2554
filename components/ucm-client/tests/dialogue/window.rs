//! How the client finds out in which form a device wants its times.

use ucm_client::Dialect;

use super::*;

const T: (&str, &str) = ("2024-05-30T00:00:00", "2024-05-30T23:59:59");
const SPACE: (&str, &str) = ("2024-05-30 00:00:00", "2024-05-30 23:59:59");
/// Around the first record of the usual file.
const KNOWN_T: (&str, &str) = ("2024-05-30T14:40:40", "2024-05-30T14:42:40");
const KNOWN_SPACE: (&str, &str) = ("2024-05-30 14:40:40", "2024-05-30 14:42:40");
const UNBOUNDED: Option<(&str, &str)> = None;

/// Asks with a client that is signed in but does not know the form yet; checks what was asked, gives the page.
fn check(replies: Vec<Reply>, expected: &[Option<(&str, &str)>]) -> (Page, Client) {
    let mut client = signed_in_client();
    let outcome = ask_page(&mut client, replies);
    assert_windows(&outcome, expected);
    (outcome.page(), client)
}

fn assert_windows(outcome: &Outcome, expected: &[Option<(&str, &str)>]) {
    let windows = outcome.windows();
    let windows: Vec<_> = windows
        .iter()
        .map(|window| {
            window
                .as_ref()
                .map(|(start, end)| (start.as_str(), end.as_str()))
        })
        .collect();
    assert_eq!(windows, expected);
}

fn signed_in_client() -> Client {
    let mut client = new_client(Dialect::Action);
    run(
        &mut client,
        noon(),
        Operation::SystemStatus,
        signed_in(vec![file("system-status.json")]),
    );
    client
}

/// The window of the next poll, which is a single request.
fn next_window(client: &Client) -> Vec<Option<(String, String)>> {
    let outcome = ask_page(
        &mut next_client(Dialect::Action, client),
        vec![file("empty.json")],
    );
    outcome.windows()
}

fn owned(window: (&str, &str)) -> Vec<Option<(String, String)>> {
    vec![Some((window.0.into(), window.1.into()))]
}

#[test]
fn the_manuals_form_is_established_by_a_page_with_records() {
    let (page, client) = check(vec![file("flat-and-group.json")], &[Some(T)]);
    assert_eq!(page.items, 2);
    assert_eq!(next_window(&client), owned(T));
}

#[test]
fn a_device_that_wants_a_space_is_understood_at_once() {
    let (page, client) = check(
        vec![file("empty.json"), file("flat-and-group.json")],
        &[Some(T), Some(SPACE)],
    );
    assert_eq!((page.items, page.window_fails), (2, false));
    assert_eq!(next_window(&client), owned(SPACE));
}

#[test]
fn an_empty_log_is_believed_and_nothing_is_established() {
    let empty = || file("empty.json");
    let (page, client) = check(
        vec![empty(), empty(), empty()],
        &[Some(T), Some(SPACE), UNBOUNDED],
    );
    assert_eq!((page.items, page.window_fails), (0, false));
    let outcome = ask_page(
        &mut next_client(Dialect::Action, &client),
        vec![empty(), file("flat-and-group.json")],
    );
    assert_windows(&outcome, &[Some(T), Some(SPACE)]);
}

#[test]
fn a_quiet_window_is_told_from_a_wrong_form_by_a_known_record() {
    let (empty, records) = (|| file("empty.json"), || file("flat-and-group.json"));
    let asked = [Some(T), Some(SPACE), UNBOUNDED, Some(KNOWN_T)];
    let (page, client) = check(vec![empty(), empty(), records(), records()], &asked);
    assert_eq!((page.items, page.window_fails), (0, false));
    assert_eq!(next_window(&client), owned(T));

    let asked = [
        Some(T),
        Some(SPACE),
        UNBOUNDED,
        Some(KNOWN_T),
        Some(KNOWN_SPACE),
    ];
    let (page, client) = check(
        vec![empty(), empty(), records(), empty(), records()],
        &asked,
    );
    assert_eq!((page.items, page.window_fails), (0, false));
    assert_eq!(next_window(&client), owned(SPACE));
}

#[test]
fn a_window_that_misses_a_known_record_in_both_forms_is_reported() {
    let (empty, records) = (|| file("empty.json"), || file("flat-and-group.json"));
    let asked = [
        Some(T),
        Some(SPACE),
        UNBOUNDED,
        Some(KNOWN_T),
        Some(KNOWN_SPACE),
    ];
    let (page, _) = check(vec![empty(), empty(), records(), empty(), empty()], &asked);
    assert_eq!((page.items, page.window_fails), (0, true));
}

#[test]
fn a_device_that_ignores_the_window_is_reported() {
    let old = || file("misgrouped-ring-group-63xx.json");
    let (page, _) = check(vec![old(), old()], &[Some(T), Some(SPACE)]);
    assert_eq!((page.items, page.window_fails), (2, true));
    let (page, client) = check(
        vec![old(), file("flat-and-group.json")],
        &[Some(T), Some(SPACE)],
    );
    assert_eq!((page.rows.len(), page.window_fails), (3, false));
    assert_eq!(next_window(&client), owned(SPACE));
}

#[test]
fn an_empty_page_where_records_are_known_to_be_asks_anew() {
    let request = || PageRequest {
        expect_rows: true,
        ..window()
    };
    let mut client = warm_client();
    let replies = vec![file("empty.json"), file("flat-and-group.json")];
    let outcome = run(&mut client, noon(), Operation::CdrPage(request()), replies);
    assert_windows(&outcome, &[Some(T), Some(SPACE)]);
    assert_eq!(outcome.page().items, 2);
    assert_eq!(
        next_window(&client),
        owned(SPACE),
        "a firmware update may change the form"
    );
}

#[test]
fn the_end_of_the_pages_is_no_reason_for_doubt() {
    let request = PageRequest {
        offset: 1000,
        ..window()
    };
    let outcome = run(
        &mut signed_in_client(),
        noon(),
        Operation::CdrPage(request),
        vec![file("empty.json")],
    );
    assert_windows(&outcome, &[Some(T)]);
    assert_eq!(outcome.page().items, 0);
}

#[test]
fn without_a_window_there_is_nothing_to_find_out() {
    let request = PageRequest {
        start: None,
        end: None,
        limit: 5000,
        ..window()
    };
    let outcome = run(
        &mut signed_in_client(),
        noon(),
        Operation::CdrPage(request),
        vec![file("empty.json")],
    );
    assert_eq!(
        json_body(&outcome.requests[0])["request"]["numRecords"],
        "1000",
        "as many as the device gives"
    );
    assert_windows(&outcome, &[UNBOUNDED]);
}

#[test]
fn a_session_lost_while_finding_out_loses_nothing() {
    let replies = vec![
        file("empty.json"),
        status(-6),
        file("challenge.json"),
        file("login.json"),
        file("flat-and-group.json"),
    ];
    let outcome = ask_page(&mut signed_in_client(), replies);
    assert_windows(&outcome, &[Some(T), Some(SPACE), None, None, Some(SPACE)]);
    assert_eq!(outcome.page().items, 2);
}

#[test]
fn records_whose_times_cannot_be_read_say_nothing_against_the_window() {
    let odd = || {
        body(
            200,
            br#"{"cdr_root":[{"AcctId":"1","start":"30/05/2024"}]}"#,
        )
    };
    let (page, _) = check(vec![odd()], &[Some(T)]);
    assert_eq!((page.items, page.window_fails), (1, false));
}
