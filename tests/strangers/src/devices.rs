//! What comes from PBXs and desk phones.

use bridge_core::flows::phonebook;
use bridge_core::flows::recordings::sound::{Format, mend, total_bytes};
use calls::cdr::{Device, Leg, calls_from_legs, merge_legs};
use calls::phone::Country;
use calls::ring::Said;
use chrono::{DateTime, Utc};
use http::Response;
use ports::Secret;
use ucm_client::{
    Account, Client, Dialect, Operation, Page, PageRequest, Step, desk_phone, read_pushed,
};

use super::{Target, text};

/// A pushed body.
pub(crate) const PUSHED: Target = Target {
    name: "pushed",
    read: |bytes| {
        if let Ok(page) = read_pushed(bytes) {
            make_calls(&page);
            let has_come = !page.rows.is_empty() || !page.set_aside.is_empty();
            assert!(has_come, "a body was taken and nothing of it is left");
        }
    },
    usual: &[
        r#"{"AcctId":"1","session":"1772449200123456-0199000042","start":"2026-03-02 12:00:00","src":"0199000042","dst":"1001"}"#,
        "<cdr><session>1772449200123456-0199000042</session><src>0199000042</src></cdr>",
        "session=1772449200123456-0199000042&src=0199000042&dst=1001",
    ],
};

/// A UCM's answer to whoever asks for records, in every dialect.
pub(crate) const RECORDS: Target = Target {
    name: "records",
    read: |bytes| {
        for dialect in [Dialect::Action, Dialect::Legacy, Dialect::Rest] {
            ask(dialect, bytes);
        }
    },
    usual: &[
        r#"{"cdr_root":[{"AcctId":"1","session":"1772449200123456-0199000042","start":"2026-03-02 12:00:00"}]}"#,
        r#"{"response":{},"status":-6}"#,
        "AcctId,accountcode,src,dst\n\"1\",\"\",\"0199000042\",\"1001\"\n",
    ],
};

/// The parameters of a desk phone's address.
pub(crate) const RINGING: Target = Target {
    name: "ringing",
    read: |bytes| {
        let text = text(bytes);
        let given = |name: &str| {
            url::form_urlencoded::parse(text.as_bytes())
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        if let Some(said) = Said::read(given) {
            let digits = said.extension.bytes().all(|byte| byte.is_ascii_digit());
            assert!(digits && !said.extension.is_empty(), "no extension");
            let country: Country = "FR".parse().expect("France");
            _ = said.remote(country);
        }
        _ = desk_phone::mac(&text);
    },
    usual: &[
        "event=incoming&local=1001&remote=0199000042&call=a1&mac=000b82aabbcc",
        "event=answered&local=%22Ana%22%20%3Csip:1001@pbx%3E&remote=+33199000042&call=a1",
    ],
};

/// The address and the credentials of a phone that fetches its phonebook, a line each.
pub(crate) const PHONEBOOK: Target = Target {
    name: "phonebook",
    read: |bytes| {
        let text = text(bytes);
        let (path, authorization) = text.split_once('\n').unwrap_or((&text, ""));
        _ = phonebook::shown(path, Some(authorization));
    },
    usual: &[
        "/phonebook/paris/c2VjcmV0/phonebook.xml",
        "/phonebook/paris/phonebook.xml\nBasic cGFyaXM6c2VjcmV0",
    ],
};

/// The beginning of a recording, which claims to be twice as long.
pub(crate) const SOUND: Target = Target {
    name: "sound",
    read: |bytes| {
        let total = 2 * bytes.len() as u64;
        _ = (Format::of(bytes).media_type(), total_bytes(bytes));
        let mut once = bytes.to_vec();
        mend(&mut once, total);
        let mut again = once.clone();
        mend(&mut again, total);
        assert!(once == again, "a header that was mended is mended again");
        let claimed = total_bytes(&once).unwrap_or_default();
        let is_longer = once != bytes && claimed > total;
        assert!(!is_longer, "a header that was mended claims too much");
    },
    usual: &[
        "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\0\x7d\0\0\x02\0\x10\0data\0\0\0\0",
        "RIFF\x24\x10\0\0WAVELIST\x03\0\0\0abcfmt \x10\0\0\0\x31\0\x01\0\x40\x1f\0\0\0\x7d\0\0\x02\0\x10\0data\0\x10\0\0",
        "ID3\x04\0\0\0\0\0\0\0\0",
        "#!AMR\n",
    ],
};

/// The calls of a page, whose legs may come again without changing anything.
fn make_calls(page: &Page) {
    let legs: Vec<Leg> = page
        .rows
        .iter()
        .filter_map(|row| Leg::salvage(row).ok())
        .map(|(leg, _)| leg)
        .collect();
    let device = Device {
        server: "paris",
        zone: None,
    };
    let once = merge_legs(legs.clone(), Vec::new());
    let again = merge_legs(legs.clone(), once.clone());
    assert!(again == once, "a leg that comes again changes its call");
    let made = calls_from_legs(legs.clone(), &device);
    let placed: usize = made.calls.iter().map(|call| call.legs.len()).sum();
    let all = placed + made.unplaced.len();
    assert!(all <= legs.len() && (all > 0 || legs.is_empty()));
}

/// Asks for a page, answered with these bytes whatever is asked. It has to end.
fn ask(dialect: Dialect, bytes: &[u8]) {
    let account = Account {
        base: "https://ucm.example.com:8089".parse().expect("an address"),
        dialect,
        username: "cdrapi".into(),
        password: Secret::new("not-a-password"),
    };
    let mut client = Client::new(account, None);
    client.begin(Operation::CdrPage(PageRequest {
        start: None,
        end: None,
        offset: 0,
        limit: 1_000,
        expect_rows: false,
    }));
    let mut now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let mut is_in = dialect != Dialect::Action;
    for _ in 0..100 {
        match client.poll(now) {
            Step::Send(request) => {
                let body = match body_of_sign_in(request.body()) {
                    Some(body) if !is_in => body.to_vec(),
                    _ => bytes.to_vec(),
                };
                is_in |= request.body().windows(7).any(|part| part == b"\"login\"");
                client.handle(now, Ok(Response::new(body)));
            }
            Step::Wait(pause) => now += pause,
            Step::Done(result) => {
                if let Ok(ucm_client::Answer::Page(page)) = result {
                    make_calls(&page);
                }
                return;
            }
        }
    }
    panic!("the dialogue does not end");
}

/// What a device answers to who signs in.
fn body_of_sign_in(request: &[u8]) -> Option<&'static [u8]> {
    let asks = |action: &str| {
        let action = action.as_bytes();
        request.windows(action.len()).any(|part| part == action)
    };
    if asks("\"challenge\"") {
        Some(br#"{"response":{"challenge":"0000001652831717"},"status":0}"#)
    } else if asks("\"login\"") {
        Some(br#"{"response":{"cookie":"sid1-1652831717"},"status":0}"#)
    } else {
        None
    }
}
