//! *Action URL*: an address for each event, in which the phone puts values for variables.

use std::collections::BTreeMap;

use url::Url;

use super::phone::Phone;

/// What a phone has an address for; those of its web interface that an office has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// *Setup Completed* (P8304): the phone is on.
    SetupCompleted,
    /// *Registered* (P8305).
    Registered,
    /// *Unregistered* (P8306).
    Unregistered,
    /// *Off Hook* (P8308).
    OffHook,
    /// *On Hook* (P8309).
    OnHook,
    /// *Incoming Call* (P8310): it rings.
    IncomingCall,
    /// *Outgoing Call* (P8311).
    OutgoingCall,
    /// *Missed Call*: it has stopped ringing, and nobody has picked up *here*.
    MissedCall,
    /// *Established Call*: somebody speaks.
    Established,
    /// *Terminated Call*.
    Terminated,
    /// *Hold Call*.
    Hold,
    /// *UnHold Call*.
    UnHold,
    /// *Blind Transfer*.
    BlindTransfer,
    /// *Attended Transfer*.
    AttendedTransfer,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::SetupCompleted,
        Self::Registered,
        Self::Unregistered,
        Self::OffHook,
        Self::OnHook,
        Self::IncomingCall,
        Self::OutgoingCall,
        Self::MissedCall,
        Self::Established,
        Self::Terminated,
        Self::Hold,
        Self::UnHold,
        Self::BlindTransfer,
        Self::AttendedTransfer,
    ];

    /// The word for it in the addresses that the bridge asks for.
    pub fn word(self) -> &'static str {
        match self {
            Self::SetupCompleted => "setup",
            Self::Registered => "registered",
            Self::Unregistered => "unregistered",
            Self::OffHook => "offhook",
            Self::OnHook => "onhook",
            Self::IncomingCall => "incoming",
            Self::OutgoingCall => "outgoing",
            Self::MissedCall => "missed",
            Self::Established => "answered",
            Self::Terminated => "terminated",
            Self::Hold => "hold",
            Self::UnHold => "unhold",
            Self::BlindTransfer => "blindtransfer",
            Self::AttendedTransfer => "attendedtransfer",
        }
    }
}

/// The addresses that were pasted, by event; variables are still in them.
#[derive(Debug, Clone, Default)]
pub struct ActionUrls(BTreeMap<Event, String>);

impl ActionUrls {
    /// `base` for every event, with the event's word and the variables behind it.
    pub fn of_all(base: &str) -> Self {
        Self::of(base, &Event::ALL)
    }

    /// The same for some events only.
    pub fn of(base: &str, events: &[Event]) -> Self {
        let url = |event: Event| format!("{base}?event={}&{VARIABLES}", event.word());
        Self(events.iter().map(|event| (*event, url(*event))).collect())
    }

    /// With an address of its own for an event, as somebody has pasted it.
    pub fn set(mut self, event: Event, url: impl Into<String>) -> Self {
        self.0.insert(event, url.into());
        self
    }

    pub(super) fn of_event(&self, event: Event) -> Option<&str> {
        self.0.get(&event).map(String::as_str)
    }
}

/// What is known to a phone at an event. What is not known stays as it was pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// With this value for `variable`, such as `$remote`.
    pub fn set(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(variable, value.into());
        self
    }

    /// The value of `variable`.
    pub fn get(&self, variable: &str) -> Option<&str> {
        self.0.get(variable).map(String::as_str)
    }
}

/// An event as one phone notices it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The extension of the phone.
    pub extension: String,
    /// What happened.
    pub event: Event,
    /// What the phone knows.
    pub values: Values,
    /// How the phone names itself.
    pub user_agent: String,
}

impl Heard {
    /// An event that is about no call.
    pub fn of_phone(phone: &Phone, event: Event) -> Self {
        let values = Values::default()
            .set("$mac", &phone.mac)
            .set("$phone_ip", &phone.ip)
            .set("$product", phone.model.name())
            .set("$active_user", &phone.extension);
        Self {
            extension: phone.extension.clone(),
            event,
            values,
            user_agent: phone.user_agent(),
        }
    }
}

/// How phones of a firmware do it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Habits {
    /// Values are escaped, as nobody has seen it yet: usually a `+` and a space stand in the request line as they are.
    pub escapes: bool,
    /// A variable without a value is left out, not left as it was pasted.
    pub empties: bool,
    /// Every event is sent twice.
    pub twice: bool,
    /// Events overtake each other on the way.
    pub out_of_order: bool,
}

impl Habits {
    /// The request for `url`, with the values of `heard`.
    pub(super) fn request(self, url: &str, heard: &Heard) -> Vec<u8> {
        // As some firmware has it in its own example: an address without a scheme.
        let url = match url.contains("://") {
            true => url.to_owned(),
            false => format!("http://{url}"),
        };
        let parsed = Url::parse(&url).ok();
        let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
        let port = parsed.as_ref().and_then(Url::port);
        let authority = port.map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let target = url.splitn(4, '/').nth(3).unwrap_or_default();
        let target = self.filled(target, &heard.values);
        let agent = &heard.user_agent;
        format!("GET /{target} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n").into_bytes()
    }

    /// `$call-id` before `$call`: the longest variable that stands there counts.
    fn filled(self, target: &str, values: &Values) -> String {
        let mut filled = String::new();
        let mut rest = target;
        while let Some(place) = rest.find('$') {
            filled.push_str(&rest[..place]);
            rest = &rest[place..];
            let known = KNOWN.iter().find(|variable| rest.starts_with(**variable));
            let Some(variable) = known else {
                filled.push('$');
                rest = &rest[1..];
                continue;
            };
            match values.get(variable) {
                Some(value) if self.escapes => {
                    filled.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
                }
                Some(value) => filled.push_str(value),
                None if self.empties => {}
                None => filled.push_str(variable),
            }
            rest = &rest[variable.len()..];
        }
        filled + rest
    }
}

/// What the bridge asks for in its addresses. No `$display_remote`: a name has spaces, with which a request line is none.
const VARIABLES: &str = "remote=$remote&local=$local&call=$call-id&mac=$mac&user=$active_user&direction=$calldirection&duration=$duration";

/// Variables that phones know, those first that begin like another.
const KNOWN: [&str; 11] = [
    "$display_remote",
    "$remote",
    "$local",
    "$call-id",
    "$mac",
    "$active_user",
    "$calldirection",
    "$duration",
    "$phone_ip",
    "$program_version",
    "$product",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn line(habits: Habits, url: &str, values: Values) -> String {
        let phone = Phone::numbered(0, "1001");
        let heard = Heard {
            values,
            ..Heard::of_phone(&phone, Event::IncomingCall)
        };
        let request = String::from_utf8(habits.request(url, &heard)).unwrap();
        request.lines().next().unwrap().to_owned()
    }

    #[test]
    fn what_stands_in_the_request_line_is_what_phones_were_seen_to_send() {
        let url =
            "bridge.example:3000/ring?remote=$remote&name=$display_remote&call=$call-id&cost=$5";
        let values = Values::default()
            .set("$remote", "+33199000012")
            .set("$display_remote", "Ada Byron");
        assert_eq!(
            line(Habits::default(), url, values.clone()),
            "GET /ring?remote=+33199000012&name=Ada Byron&call=$call-id&cost=$5 HTTP/1.1"
        );
        let mild = Habits {
            escapes: true,
            empties: true,
            ..Habits::default()
        };
        assert_eq!(
            line(mild, url, values),
            "GET /ring?remote=%2B33199000012&name=Ada+Byron&call=&cost=$5 HTTP/1.1"
        );
    }
}
