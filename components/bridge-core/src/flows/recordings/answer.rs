//! What of a recording is sent, and under which head: the ranges that the UCM does not have (RFC 9110, sections 13 and 14).

use chrono::{DateTime, Utc};
use http::{HeaderMap, Method, Response, StatusCode, header};
use http_range_header::parse_range_header;

use super::address::wants_download;
use super::{Facts, Ticket};

/// What a player asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `GET` or `HEAD`.
    pub method: &'a Method,
    /// The query of the address.
    pub query: &'a str,
    /// The headers; only those for ranges and validators are looked at.
    pub headers: &'a HeaderMap,
    /// Most bytes that a partial answer may have, for platforms that limit answers.
    pub slice_bytes: Option<u64>,
    /// What stands for the file.
    pub mark: &'a str,
    /// Whether the file may still grow.
    pub may_grow: bool,
}

/// What is sent: a head, and which bytes of the file.
#[derive(Debug)]
pub struct Answer {
    /// Status and headers.
    pub head: Response<()>,
    /// How many bytes of the file come before those that are sent.
    pub skip: u64,
    /// How many bytes are sent; nothing for all there are.
    pub take: Option<u64>,
}

/// Decides what is sent of the file of `ticket`, of which `facts` are known.
pub fn answer(asked: &Asked<'_>, ticket: &Ticket, facts: &Facts, server: &str) -> Answer {
    let etag = facts.etag(asked.mark);
    if etag.as_deref().is_some_and(|etag| asked.knows(etag)) {
        return Answer::empty(StatusCode::NOT_MODIFIED, asked, ticket, facts, server);
    }
    match (facts.total, asked.range(etag.as_deref(), facts.total)) {
        (Some(total), Some(Ok((from, to)))) => {
            part(asked, ticket, facts, server, (from, to, total))
        }
        (Some(total), Some(Err(Unsatisfiable))) => {
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            let mut answer = Answer::empty(status, asked, ticket, facts, server);
            answer.set(header::CONTENT_RANGE, &format!("bytes */{total}"));
            answer.set(header::CONTENT_LENGTH, "0");
            answer
        }
        _ => whole(asked, ticket, facts, server),
    }
}

fn whole(asked: &Asked<'_>, ticket: &Ticket, facts: &Facts, server: &str) -> Answer {
    let mut answer = Answer::empty(StatusCode::OK, asked, ticket, facts, server);
    if let Some(total) = facts.total {
        answer.set(header::CONTENT_LENGTH, &total.to_string());
    }
    if asked.method != Method::HEAD {
        answer.take = facts.total;
    }
    answer
}

fn part(
    asked: &Asked<'_>,
    ticket: &Ticket,
    facts: &Facts,
    server: &str,
    (from, to, total): (u64, u64, u64),
) -> Answer {
    let most = asked.slice_bytes.unwrap_or(u64::MAX).max(1);
    let to = to.min(from.saturating_add(most - 1));
    let mut answer = Answer::empty(StatusCode::PARTIAL_CONTENT, asked, ticket, facts, server);
    let length = to - from + 1;
    answer.set(header::CONTENT_RANGE, &format!("bytes {from}-{to}/{total}"));
    answer.set(header::CONTENT_LENGTH, &length.to_string());
    (answer.skip, answer.take) = (from, Some(length));
    answer
}

/// No byte of the file can be in the range.
struct Unsatisfiable;

impl Asked<'_> {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the player has the file already.
    fn knows(&self, etag: &str) -> bool {
        let Some(known) = self.header(header::IF_NONE_MATCH) else {
            return false;
        };
        let mut tags = known.split(',').map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    }

    /// First and last byte wanted; nothing where the whole file is. A range that cannot be read counts as none, and so do several at once,
    /// which no player asks for; both are allowed (RFC 9110, section 14.2).
    fn range(
        &self,
        etag: Option<&str>,
        total: Option<u64>,
    ) -> Option<Result<(u64, u64), Unsatisfiable>> {
        if self.method != Method::GET {
            return None;
        }
        let range = parse_range_header(self.header(header::RANGE)?).ok()?;
        // What the player has a part of may be another file by now. A date never matches: none is sent.
        if let Some(condition) = self.header(header::IF_RANGE)
            && Some(condition.trim()) != etag
        {
            return None;
        }
        match range.validate(total?) {
            Ok(ranges) => match ranges.as_slice() {
                [one] => Some(Ok((*one.start(), *one.end()))),
                _ => None,
            },
            Err(_) if range.len() == 1 => Some(Err(Unsatisfiable)),
            Err(_) => None,
        }
    }
}

impl Answer {
    fn empty(
        status: StatusCode,
        asked: &Asked<'_>,
        ticket: &Ticket,
        facts: &Facts,
        server: &str,
    ) -> Self {
        let mut answer = Self {
            head: Response::new(()),
            skip: 0,
            take: Some(0),
        };
        *answer.head.status_mut() = status;
        answer.set(header::CONTENT_TYPE, &facts.format.media_type());
        let cache = if asked.may_grow { CACHE_NOW } else { CACHE };
        answer.set(header::CACHE_CONTROL, cache);
        answer.set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        answer.set(header::REFERRER_POLICY, "no-referrer");
        let kept = if wants_download(asked.query) {
            "attachment"
        } else {
            "inline"
        };
        let name = file_name(ticket, server, facts.format.extension());
        answer.set(
            header::CONTENT_DISPOSITION,
            &format!("{kept}; filename=\"{name}\""),
        );
        if let Some(etag) = facts.etag(asked.mark) {
            answer.set(header::ETAG, &etag);
        }
        let ranges = if facts.total.is_some() {
            "bytes"
        } else {
            "none"
        };
        answer.set(header::ACCEPT_RANGES, ranges);
        answer
    }

    fn set(&mut self, name: header::HeaderName, value: &str) {
        // Only texts made here get in: they are all visible ASCII.
        if let Ok(value) = http::HeaderValue::from_str(value) {
            self.head.headers_mut().insert(name, value);
        }
    }
}

/// A name for people that says when, and which of several it is; no phone number.
pub(crate) fn file_name(ticket: &Ticket, server: &str, extension: &str) -> String {
    let start = DateTime::<Utc>::from_timestamp(ticket.started_at, 0).unwrap_or_default();
    let start = start.format("%Y-%m-%d-%H%M%SZ");
    match ticket.number {
        1 => format!("{server}-{start}.{extension}"),
        number => format!("{server}-{start}-{number}.{extension}"),
    }
}

/// The browser of who listens may keep it for an hour; nobody on the way may.
const CACHE: &str = "private, max-age=3600";

/// The same as long as the file may grow: its browser asks whether it has.
const CACHE_NOW: &str = "private, no-cache";

#[cfg(test)]
mod tests {
    use super::*;
    use ucm_client::{RecordingFolder, RecordingPlace};

    fn ticket() -> Ticket {
        Ticket {
            file: "auto-1-0199000042-1001.wav".into(),
            in_queue: false,
            number: 1,
            size_bytes: None,
            started_at: 1_717_090_900,
            ended_at: None,
            caller: String::new(),
            called: String::new(),
        }
    }

    fn facts(total: Option<u64>) -> Facts {
        let place = RecordingPlace {
            folder: RecordingFolder::Monitor,
            file: "a.wav".into(),
        };
        Facts::new(&place, total, &[])
    }

    /// Status, skipped bytes, bytes sent and `Content-Range` of the answer to `headers` for a file of `total` bytes.
    fn check(
        method: Method,
        headers: &[(header::HeaderName, &str)],
        total: Option<u64>,
    ) -> (u16, u64, Option<u64>, Option<String>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name.clone(), value.parse().unwrap());
        }
        let asked = Asked {
            method: &method,
            query: "",
            headers: &map,
            slice_bytes: Some(100),
            mark: "mark",
            may_grow: false,
        };
        let answer = answer(&asked, &ticket(), &facts(total), "paris");
        let range = answer.head.headers().get(header::CONTENT_RANGE);
        let range = range.map(|range| range.to_str().unwrap().to_owned());
        (
            answer.head.status().as_u16(),
            answer.skip,
            answer.take,
            range,
        )
    }

    #[test]
    fn every_kind_of_range_is_answered() {
        for (range, status, skip, take, content_range) in [
            ("bytes=0-1", 206, 0, Some(2), Some("bytes 0-1/1000")),
            ("bytes=950-", 206, 950, Some(50), Some("bytes 950-999/1000")),
            ("bytes=-10", 206, 990, Some(10), Some("bytes 990-999/1000")),
            ("bytes=0-", 206, 0, Some(100), Some("bytes 0-99/1000")),
            (
                "bytes=990-5000",
                206,
                990,
                Some(10),
                Some("bytes 990-999/1000"),
            ),
            ("bytes=1000-", 416, 0, Some(0), Some("bytes */1000")),
            ("bytes=-0", 416, 0, Some(0), Some("bytes */1000")),
            ("bytes=5-2", 200, 0, Some(1000), None),
            ("bytes=0-1,5-6", 200, 0, Some(1000), None),
            ("items=0-1", 200, 0, Some(1000), None),
            ("nonsense", 200, 0, Some(1000), None),
        ] {
            let got = check(Method::GET, &[(header::RANGE, range)], Some(1000));
            let expected = (status, skip, take, content_range.map(str::to_owned));
            assert_eq!(got, expected, "{range}");
        }
    }

    #[test]
    fn without_a_known_length_there_are_no_ranges() {
        let got = check(Method::GET, &[(header::RANGE, "bytes=0-1")], None);
        assert_eq!(got, (200, 0, None, None));
    }

    #[test]
    fn a_condition_that_does_not_hold_brings_the_whole_file() {
        let etag = facts(Some(1000)).etag("mark").unwrap();
        let range = (header::RANGE, "bytes=0-1");
        for (condition, status) in [(etag.as_str(), 206), ("\"other\"", 200), ("W/\"x\"", 200)] {
            let got = check(
                Method::GET,
                &[range.clone(), (header::IF_RANGE, condition)],
                Some(1000),
            );
            assert_eq!(got.0, status, "{condition}");
        }
        let got = check(Method::GET, &[(header::IF_NONE_MATCH, &etag)], Some(1000));
        assert_eq!((got.0, got.2), (304, Some(0)));
    }

    #[test]
    fn head_has_the_head_of_get_and_no_body() {
        let got = check(Method::HEAD, &[(header::RANGE, "bytes=0-1")], Some(1000));
        assert_eq!(got, (200, 0, Some(0), None));
    }
}
