//! The page that plays a recording, and the one that says why there is nothing to hear.

mod words;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use bridge_core::flows::recordings::{Address, Refusal, State, Ticket};

use crate::page::render;
use crate::problem::recording_kind;
use calls::language::Language;

use crate::words::Say as _;
use words::Word;

#[derive(Template)]
#[template(path = "listen.html")]
struct Page<'a> {
    language: Language,
    call: Option<Shown<'a>>,
    body: Body,
}

enum Body {
    Player(Player),
    State(&'static str),
}

/// The call, as strangers may see it.
struct Shown<'a> {
    number: u32,
    caller: &'a str,
    called: &'a str,
    start: String,
    start_iso: String,
    duration: String,
}

struct Player {
    audio: String,
    states: Vec<(&'static str, &'static str)>,
}

impl<'a> Shown<'a> {
    fn of(ticket: &'a Ticket) -> Self {
        let start = DateTime::<Utc>::from_timestamp(ticket.started_at, 0).unwrap_or_default();
        let secs = ticket
            .ended_at
            .map_or(0, |end| (end - ticket.started_at).max(0));
        Self {
            number: ticket.number,
            caller: &ticket.caller,
            called: &ticket.called,
            start: start.format("%Y-%m-%d %H:%M UTC").to_string(),
            start_iso: start.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            duration: duration(TimeDelta::seconds(secs)),
        }
    }
}

/// The player for the recording that `address` opens.
pub fn player(language: Language, address: &Address<'_>, ticket: &Ticket) -> String {
    let states = State::ALL.into_iter();
    render(&Page {
        language,
        call: Some(Shown::of(ticket)),
        body: Body::Player(Player {
            audio: address.audio_path(),
            states: states
                .map(|state| (recording_kind(state), language.say(Word::of(state))))
                .collect(),
        }),
    })
}

/// Why there is nothing to hear, and what to do.
pub fn refusal(language: Language, refusal: &Refusal) -> String {
    render(&Page {
        language,
        call: refusal.about.as_deref().map(Shown::of),
        body: Body::State(language.say(Word::of(refusal.state()))),
    })
}

fn duration(length: TimeDelta) -> String {
    let secs = length.num_seconds();
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    match hours {
        0 => format!("{minutes}:{secs:02}"),
        _ => format!("{hours}:{minutes:02}:{secs:02}"),
    }
}

/// The style of the pages: that of all pages, and what these have beside it. A file, as their content policy forbids any other.
pub const STYLE: &str = concat!(
    include_str!("../templates/style.css"),
    include_str!("../templates/player.css")
);

/// What the player adds to the browser's own controls.
pub const SCRIPT: &str = include_str!("../templates/player.js");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_player_loads_nothing_from_elsewhere_and_what_is_not_ours_is_text() {
        let ticket = Ticket {
            file: "auto-1-0199000042-1001.wav".into(),
            in_queue: false,
            number: 1,
            size_bytes: None,
            started_at: 1_717_090_900,
            ended_at: Some(1_717_094_561),
            caller: "<script>\"".into(),
            called: "1001".into(),
        };
        let address = Address::parse("paris/AAAA", "expires=1&signature=BBBB").unwrap();
        let html = player(Language::Fr, &address, &ticket);
        assert!(
            !html.contains("<script>") && !html.contains("0199000042"),
            "{html}"
        );
        assert!(
            html.contains("lang=\"fr\"") && html.contains("1:01:01"),
            "{html}"
        );
        assert!(
            html.contains("src=\"/recordings/paris/AAAA?expires=1&#38;signature=BBBB\""),
            "{html}"
        );
        assert!(
            !html.contains("http://") && !html.contains("https://"),
            "{html}"
        );
    }

    #[test]
    fn every_state_has_words_of_its_own_in_every_language() {
        let mut texts: Vec<&str> = [Language::En, Language::Fr, Language::Es, Language::De]
            .into_iter()
            .flat_map(|language| State::ALL.map(|state| language.say(Word::of(state))))
            .collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 4 * State::ALL.len());
    }
}
