//! A telephone that rings: what it says of a call by an address, read with patience.
//!
//! Grandstream's desk phones call an *Action URL* for each event, in which they put their values for names such as `$remote`. Where there is no
//! value some leave the name as it stands; some write a number's plus as it is, which an address reads as a space.

mod links;

pub use links::{Came, Link, Rung, links};

use crate::phone::{self, Country, End, Numbering, Party};

/// What happens at a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Somebody calls.
    Incoming,
    /// The telephone calls somebody.
    Outgoing,
    /// The call is taken, here or by who was called.
    Answered,
    /// Nobody has taken it here.
    Missed,
    /// The call is over.
    Terminated,
}

impl Event {
    /// The event that an address calls so; nothing for all the others that a telephone has.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "incoming" => Some(Self::Incoming),
            "outgoing" => Some(Self::Outgoing),
            "answered" => Some(Self::Answered),
            "missed" => Some(Self::Missed),
            "terminated" => Some(Self::Terminated),
            _ => None,
        }
    }

    /// The name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
            Self::Answered => "answered",
            Self::Missed => "missed",
            Self::Terminated => "terminated",
        }
    }
}

/// What a telephone says of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What happens.
    pub event: Event,
    /// Whether the telephone says that it calls, and is not called.
    pub is_own: bool,
    /// The extension, digits only.
    pub extension: String,
    /// What the telephone knows the call by: another one at each telephone, all of one ring group too.
    pub call: String,
    /// Who is at the other end, as it stands there; empty where nothing does.
    pub remote: String,
    /// The name that is shown with it.
    pub name: String,
    /// The telephone itself: twelve hexadecimal digits, lower case; empty where it does not say.
    pub mac: String,
}

impl Said {
    /// Reads the parameters of an address, each given by `value`. Nothing where it is about no event that counts, no extension or no call: all
    /// of that is said by telephones, and none of it can be guessed.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let given = |name: &str| {
            let text = value(name).unwrap_or_default();
            let is_name = text.trim().starts_with('$');
            let is_short = text.len() <= LONGEST_VALUE_BYTES;
            if is_name || !is_short {
                String::new()
            } else {
                text
            }
        };
        let event = Event::named(given("event").trim())?;
        let direction = given("direction").trim().to_ascii_lowercase();
        let is_own = direction.starts_with("out") || event == Event::Outgoing;
        // Nobody calls where the telephone itself does.
        let event = Some(event).filter(|event| !is_own || *event != Event::Incoming)?;
        let extension = user(&given("local")).to_owned();
        let is_extension = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_digit());
        let call = given("call").trim().to_owned();
        (is_extension && !call.is_empty()).then(|| Self {
            event,
            is_own,
            extension,
            call,
            remote: given("remote"),
            name: given("name").trim().to_owned(),
            mac: mac(&given("mac")),
        })
    }

    /// Who is at the other end, as numbers are read in `country`.
    pub fn remote(&self, country: Country) -> Party {
        let numbering = Numbering {
            country,
            extensions: &[],
        };
        let written = user(&self.remote);
        // An unescaped plus is a space by the time that it is read; it stands before digits that are a number with it, or it was none.
        if self.remote.starts_with(' ') && written.starts_with(|c: char| c.is_ascii_digit()) {
            let with_plus = format!("+{written}");
            if let outside @ Party::Outside(_) = phone::read(&with_plus, End::Dialled, &numbering) {
                return outside;
            }
        }
        match phone::read(written, End::Outside, &numbering) {
            // What a colleague's telephone shows; whether there is such an extension, Odoo knows.
            Party::Short(digits) => Party::Extension(digits),
            party => party,
        }
    }
}

/// The user of a SIP address (`"Ana" <sip:1001@pbx:5060;transport=udp>`), or the text where it is none.
fn user(text: &str) -> &str {
    let text = text.trim();
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => text,
    };
    let address = address
        .strip_prefix("sips:")
        .or_else(|| address.strip_prefix("sip:"))
        .unwrap_or(address);
    address.split(['@', ';']).next().unwrap_or_default().trim()
}

/// The digits of an address of Ethernet, however they are written.
fn mac(text: &str) -> String {
    let digits: String = text
        .chars()
        .filter(char::is_ascii_hexdigit)
        .map(|digit| digit.to_ascii_lowercase())
        .collect();
    Some(digits)
        .filter(|digits| digits.len() == 12)
        .unwrap_or_default()
}

/// Longest value that is read, in bytes: a call's id has some 60.
const LONGEST_VALUE_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parameters: &[(&str, &str)]) -> Option<Said> {
        let usual = [
            ("event", "incoming"),
            ("local", "1001"),
            ("call", "a1@10.0.0.2"),
        ];
        Said::read(|name| {
            let all = parameters.iter().chain(&usual);
            let mut found = all.filter(|(known, _)| *known == name);
            found.next().map(|(_, value)| (*value).to_owned())
        })
    }

    fn remote(text: &str) -> Party {
        said(&[("remote", text)])
            .unwrap()
            .remote("FR".parse().unwrap())
    }

    #[test]
    fn numbers_are_read_in_every_shape_that_telephones_send() {
        let number = |text: &str| match remote(text) {
            Party::Outside(number) => number.to_string(),
            other => panic!("{text}: {other:?}"),
        };
        let whole = [
            "0199000012",
            "+33199000012",
            " 33199000012",
            "sip:0199000012@pbx.example.com",
            "0199000012@10.0.0.1:5060;user=phone",
            "\"Ana\" <sip:+33199000012@pbx>",
            "0033199000012",
        ];
        for text in whole {
            assert_eq!(number(text), "+33199000012", "{text}");
        }
    }

    #[test]
    fn nothing_is_made_of_what_is_no_number() {
        for text in [
            "",
            "$remote",
            "anonymous",
            "sip:anonymous@anonymous.invalid",
        ] {
            assert_eq!(remote(text), Party::Withheld, "{text}");
        }
        assert_eq!(remote("1002"), Party::Extension("1002".into()));
        // Without the space nothing says that there was a plus.
        assert!(matches!(
            remote("33199000012"),
            Party::Unreadable { .. } | Party::Outside(_)
        ));
        assert!(matches!(
            remote(" 12345678901234567890"),
            Party::Unreadable { .. }
        ));
    }

    #[test]
    fn what_is_not_of_use_is_left_alone() {
        for other in [
            [("event", "hold")],
            [("local", "$local")],
            [("local", "reception")],
            [("call", "")],
            [("direction", "outgoing")],
        ] {
            assert_eq!(said(&other), None, "{other:?}");
        }
        let long = "1".repeat(8 * 1024);
        assert_eq!(said(&[("remote", &long)]).unwrap().remote, "");
        assert_eq!(said(&[("call", &long)]), None);
    }

    #[test]
    fn a_call_of_the_telephone_itself_is_told_from_one_that_comes_in() {
        let is_own = |event, direction| {
            let said = said(&[("event", event), ("direction", direction)]);
            said.map(|said| said.is_own)
        };
        assert_eq!(is_own("outgoing", "$calldirection"), Some(true));
        assert_eq!(is_own("answered", "Outgoing"), Some(true));
        assert_eq!(is_own("terminated", "incoming"), Some(false));
        assert_eq!(is_own("answered", "$calldirection"), Some(false));
        assert_eq!(is_own("incoming", "outgoing"), None);
    }

    #[test]
    fn a_telephone_is_known_however_its_address_is_written() {
        let mac = |text| said(&[("mac", text)]).unwrap().mac;
        assert_eq!(mac("C0:74:AD:00:00:01"), "c074ad000001");
        assert_eq!(mac("c074ad000001"), "c074ad000001");
        assert_eq!(mac("$mac"), "");
    }
}
