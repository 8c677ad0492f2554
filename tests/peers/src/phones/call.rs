//! Calls, as the phones at which they ring notice them.

use super::action_url::{Event, Heard};
use super::phone::Phone;

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// What stands for the number: `anonymous` of one who does not show it, nothing where the phone has no value at all.
    pub number: Option<String>,
    /// The name that the network or the PBX gives.
    pub name: Option<String>,
}

impl Caller {
    /// A caller who shows this number.
    pub fn number(number: &str) -> Self {
        Self {
            number: Some(number.to_owned()),
            name: None,
        }
    }

    /// A caller who does not want to be known.
    pub fn withheld() -> Self {
        Self::number("anonymous")
    }

    /// The same with a name.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

/// A call that rings at some phones. Each of its methods says what is heard next.
#[derive(Debug, Clone)]
pub struct Ring {
    call: u32,
    legs: Vec<Leg>,
    caller: Caller,
}

#[derive(Debug, Clone)]
struct Leg {
    phone: Phone,
    id: String,
    state: State,
    /// Whether the phone has made it itself.
    is_own: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ringing,
    Speaking,
    Over,
}

impl Ring {
    /// A call that `phone` makes itself.
    pub(super) fn dialled(call: u32, phone: Phone, callee: Caller) -> Self {
        let mut ring = Self::new(call, vec![phone], callee);
        ring.legs[0].is_own = true;
        ring
    }

    pub(super) fn new(call: u32, phones: Vec<Phone>, caller: Caller) -> Self {
        let legs = phones.into_iter().enumerate().map(|(place, phone)| Leg {
            id: format!("{call}-{place}-5060-1@{}", phone.ip),
            phone,
            state: State::Ringing,
            is_own: false,
        });
        Self {
            call,
            legs: legs.collect(),
            caller,
        }
    }

    /// The call-id at `extension`.
    ///
    /// # Panics
    /// Where it does not ring there: the test is wrong.
    pub fn call_id(&self, extension: &str) -> &str {
        &self.legs[self.place(extension)].id
    }

    /// It rings.
    pub fn incoming(&self) -> Vec<Heard> {
        let ringing = self.legs.iter().filter(|leg| leg.state == State::Ringing);
        ringing
            .map(|leg| self.heard(leg, Event::IncomingCall))
            .collect()
    }

    /// The phone that calls has dialled.
    pub fn outgoing(&self) -> Vec<Heard> {
        let own = self.legs.iter().filter(|leg| leg.is_own);
        own.map(|leg| self.heard(leg, Event::OutgoingCall))
            .collect()
    }

    /// Nobody at the other end picks up, and whoever calls hangs up.
    pub fn not_reached(&mut self) -> Vec<Heard> {
        let own = self.legs.iter_mut().filter(|leg| leg.is_own);
        own.for_each(|leg| leg.state = State::Speaking);
        self.hung_up_after(0)
    }

    /// Somebody picks up: the others have missed it, as far as they know, and some of them before this phone says that somebody speaks.
    pub fn answered_by(&mut self, extension: &str) -> Vec<Heard> {
        let place = self.place(extension);
        let others = (0..self.legs.len()).filter(|other| *other != place);
        let mut heard: Vec<Heard> = others.filter_map(|other| self.missed(other)).collect();
        let first = heard.len().div_ceil(2);
        self.legs[place].state = State::Speaking;
        let leg = &self.legs[place];
        heard.splice(
            first..first,
            [Event::OffHook, Event::Established].map(|event| self.heard(leg, event)),
        );
        heard
    }

    /// Nobody picks up: the caller gives up, or the PBX goes on to somebody else.
    pub fn given_up(&mut self) -> Vec<Heard> {
        (0..self.legs.len())
            .filter_map(|leg| self.missed(leg))
            .collect()
    }

    /// Whoever speaks hangs up, after `seconds`.
    pub fn hung_up_after(&mut self, seconds: u32) -> Vec<Heard> {
        let speaking: Vec<usize> = self.in_state(State::Speaking);
        let mut heard = Vec::new();
        for place in speaking {
            self.legs[place].state = State::Over;
            let leg = &self.legs[place];
            let mut terminated = self.heard(leg, Event::Terminated);
            terminated.values = terminated.values.set("$duration", seconds.to_string());
            heard.extend([terminated, self.heard(leg, Event::OnHook)]);
        }
        heard
    }

    /// Whoever speaks hangs up.
    pub fn hung_up(&mut self) -> Vec<Heard> {
        self.hung_up_after(60)
    }

    /// The queue goes on to its next agent: missed by those at whom it has rung, and it rings at `next`.
    pub fn on_to(&mut self, next: &Phone) -> Vec<Heard> {
        let mut heard = self.given_up();
        heard.push(self.rings_also_at(next));
        heard
    }

    /// Whoever speaks passes the caller on and does not wait: over here, ringing there with the caller's number.
    pub fn transferred_blindly(&mut self, to: &Phone) -> Vec<Heard> {
        let mut heard: Vec<Heard> = self
            .in_state(State::Speaking)
            .into_iter()
            .map(|place| self.heard(&self.legs[place], Event::BlindTransfer))
            .collect();
        heard.extend(self.hung_up());
        heard.push(self.rings_also_at(to));
        heard
    }

    /// Whoever speaks asks a colleague first, who picks up and takes over. The colleague's phone knows of the one who asks, not of the caller.
    pub fn transferred_after_asking(&mut self, to: &Phone) -> Vec<Heard> {
        let Some(place) = self.in_state(State::Speaking).first().copied() else {
            return Vec::new();
        };
        let asking = self.legs[place].phone.clone();
        let question = Leg {
            id: format!("{}-q-5060-1@{}", self.call, asking.ip),
            phone: asking.clone(),
            state: State::Speaking,
            is_own: true,
        };
        let inside = Self {
            caller: Caller::number(&to.extension),
            ..self.clone()
        };
        let mut heard = vec![
            self.heard(&self.legs[place], Event::Hold),
            inside.heard(&question, Event::OutgoingCall),
        ];
        let asked = Self {
            caller: Caller::number(&asking.extension),
            ..self.clone()
        };
        let leg = self.leg_at(to);
        heard.push(asked.heard(&leg, Event::IncomingCall));
        heard.push(asked.heard(&leg, Event::Established));
        heard.push(inside.heard(&question, Event::Established));
        heard.push(self.heard(&self.legs[place], Event::AttendedTransfer));
        heard.extend(self.hung_up());
        heard.push(inside.heard(&question, Event::Terminated));
        self.legs.push(Leg {
            state: State::Speaking,
            ..leg
        });
        heard
    }

    fn rings_also_at(&mut self, phone: &Phone) -> Heard {
        let leg = self.leg_at(phone);
        let heard = self.heard(&leg, Event::IncomingCall);
        self.legs.push(leg);
        heard
    }

    fn leg_at(&self, phone: &Phone) -> Leg {
        let (call, place) = (self.call, self.legs.len());
        Leg {
            id: format!("{call}-{place}-5060-1@{}", phone.ip),
            phone: phone.clone(),
            state: State::Ringing,
            is_own: false,
        }
    }

    fn missed(&mut self, place: usize) -> Option<Heard> {
        if self.legs[place].state != State::Ringing {
            return None;
        }
        self.legs[place].state = State::Over;
        Some(self.heard(&self.legs[place], Event::MissedCall))
    }

    fn in_state(&self, state: State) -> Vec<usize> {
        let all = self.legs.iter().enumerate();
        all.filter(|(_, leg)| leg.state == state)
            .map(|(place, _)| place)
            .collect()
    }

    fn place(&self, extension: &str) -> usize {
        let place = self
            .legs
            .iter()
            .rposition(|leg| leg.phone.extension == extension);
        place.unwrap_or_else(|| panic!("it does not ring at extension {extension}"))
    }

    /// The local party is the account, the direction is a word of the phone's.
    fn heard(&self, leg: &Leg, event: Event) -> Heard {
        let mut heard = Heard::of_phone(&leg.phone, event);
        let direction = match leg.is_own {
            true => "outgoing",
            false => "incoming",
        };
        let mut values = heard
            .values
            .set("$local", &leg.phone.extension)
            .set("$call-id", &leg.id)
            .set("$calldirection", direction);
        if let Some(number) = &self.caller.number {
            values = values.set("$remote", number);
        }
        if let Some(name) = &self.caller.name {
            values = values.set("$display_remote", name);
        }
        heard.values = values;
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ActionUrls, Fleet};
    use super::*;

    fn fleet() -> Fleet {
        let at = "127.0.0.1:1".parse().unwrap();
        Fleet::new(
            at,
            ActionUrls::of_all("http://bridge.example/ring/paris/s"),
            &["1001", "1002", "1003"],
        )
    }

    fn told(heard: &[Heard]) -> Vec<(&str, Event)> {
        heard
            .iter()
            .map(|heard| (heard.extension.as_str(), heard.event))
            .collect()
    }

    #[test]
    fn a_group_misses_what_one_of_it_has_answered() {
        let mut ring = fleet().ring(
            &["1001", "1002", "1003"],
            &Caller::number("+33199000012").named("Ada Byron"),
        );
        assert_eq!(ring.incoming().len(), 3);
        assert_ne!(ring.call_id("1001"), ring.call_id("1002"));
        let answered = ring.answered_by("1002");
        assert_eq!(
            told(&answered),
            [
                ("1001", Event::MissedCall),
                ("1002", Event::OffHook),
                ("1002", Event::Established),
                ("1003", Event::MissedCall)
            ]
        );
        assert_eq!(ring.incoming(), []);
        assert_eq!(
            told(&ring.hung_up()),
            [("1002", Event::Terminated), ("1002", Event::OnHook)]
        );
        assert_eq!(ring.given_up(), []);
    }

    #[test]
    fn a_queue_goes_on_and_a_call_is_passed_on() {
        let mut fleet = fleet();
        let (second, third) = (fleet.phone("1002").clone(), fleet.phone("1003").clone());
        let mut ring = fleet.ring(&["1001"], &Caller::withheld());
        assert_eq!(
            told(&ring.on_to(&second)),
            [("1001", Event::MissedCall), ("1002", Event::IncomingCall)]
        );
        ring.answered_by("1002");
        let passed = ring.transferred_after_asking(&third);
        let asked = passed
            .iter()
            .find(|heard| heard.event == Event::Established)
            .unwrap();
        assert_eq!(asked.values.get("$remote"), Some("1002"));
        assert_eq!(told(&ring.hung_up())[0], ("1003", Event::Terminated));
    }
}
