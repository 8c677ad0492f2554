//! A fleet of Grandstream desk phones (GXP21xx, GXP17xx, GRP26xx), as the other side sees it: the addresses that they call when something happens
//! (*Settings > Outbound Notification > Action URL*), and the phonebook that they fetch.
//!
//! A [`Fleet`] says what its phones notice of a call: of one that rings somewhere, of a group, of a queue, of a transfer. That is a list of
//! [`Heard`], one for each phone and event, to be sent in this order, in another, twice, or all at once. What goes over the wire are the bytes that
//! such phones were seen to send ([`Habits`]): nothing between a value and the request line.
//!
//! ```no_run
//! # async fn ring() -> std::io::Result<()> {
//! use peers::phones::{ActionUrls, Caller, Fleet};
//!
//! let urls = ActionUrls::of_all("http://127.0.0.1:3000/ring/paris/s3cret");
//! let mut fleet = Fleet::new("127.0.0.1:3000".parse().unwrap(), urls, &["1001", "1002", "1003"]);
//! let mut ring = fleet.ring(&["1001", "1002", "1003"], &Caller::number("+33199000012"));
//! fleet.send(&ring.incoming()).await?;
//! fleet.send(&ring.answered_by("1002")).await?; // 1001 and 1003 see a missed call
//! fleet.send(&ring.hung_up()).await?;
//! # Ok(()) }
//! ```

mod action_url;
mod book;
mod call;
mod fetch;
mod phone;
mod wire;

use std::io;
use std::net::SocketAddr;

pub use action_url::{ActionUrls, Event, Habits, Heard, Values};
pub use book::{Book, Contact, Group, Line, NotABook};
pub use call::{Caller, Ring};
pub use fetch::{BookSettings, Fetched};
pub use phone::{Model, Phone};
pub use wire::Answer;

/// Phones of one office, all set up alike, as by *Zero Config*.
#[derive(Debug)]
pub struct Fleet {
    at: SocketAddr,
    urls: ActionUrls,
    habits: Habits,
    phones: Vec<Phone>,
    calls: u32,
}

impl Fleet {
    /// A phone at each of `extensions`, which all reach the host of their addresses at `at`.
    pub fn new(at: SocketAddr, urls: ActionUrls, extensions: &[&str]) -> Self {
        let phones = extensions.iter().enumerate();
        Self {
            at,
            urls,
            habits: Habits::default(),
            phones: phones
                .map(|(place, extension)| Phone::numbered(place, extension))
                .collect(),
            calls: 0,
        }
    }

    /// The same with other habits.
    pub fn with(mut self, habits: Habits) -> Self {
        self.habits = habits;
        self
    }

    /// All phones.
    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// All phones, to be changed: what they remember of their phonebook, for one.
    pub fn phones_mut(&mut self) -> &mut [Phone] {
        &mut self.phones
    }

    /// The phone at `extension`.
    ///
    /// # Panics
    /// Where there is none: the test is wrong.
    pub fn phone(&self, extension: &str) -> &Phone {
        let phone = self
            .phones
            .iter()
            .find(|phone| phone.extension == extension);
        phone.unwrap_or_else(|| panic!("no phone at extension {extension}"))
    }

    /// A call that rings at all of `extensions`: one phone, a ring group, or a queue that rings all of its agents. Each phone has a leg of its own,
    /// and so a call-id.
    pub fn ring(&mut self, extensions: &[&str], caller: &Caller) -> Ring {
        self.calls += 1;
        let phones = extensions.iter().map(|extension| self.phone(extension));
        Ring::new(self.calls, phones.cloned().collect(), caller.clone())
    }

    /// A call that the phone at `extension` makes.
    pub fn dial(&mut self, extension: &str, callee: &Caller) -> Ring {
        self.calls += 1;
        Ring::dialled(self.calls, self.phone(extension).clone(), callee.clone())
    }

    /// What is heard of the phones where nothing rings: that they are on, and registered.
    pub fn started(&self) -> Vec<Heard> {
        let events = [Event::SetupCompleted, Event::Registered];
        let of_phone = |phone: &Phone| events.map(|event| Heard::of_phone(phone, event));
        self.phones.iter().flat_map(of_phone).collect()
    }

    /// The bytes of a request, as the phone sends it; nothing where no address is set for the event.
    pub fn request(&self, heard: &Heard) -> Option<Vec<u8>> {
        let url = self.urls.of_event(heard.event)?;
        Some(self.habits.request(url, heard))
    }

    /// Sends one after another, in this order or as the habits have it, and gives the answers.
    ///
    /// # Errors
    /// Where the other side cannot be reached or answers nothing that is HTTP.
    pub async fn send(&self, heard: &[Heard]) -> io::Result<Vec<Answer>> {
        let mut answers = Vec::new();
        for request in self.requests(heard) {
            answers.push(wire::exchange(self.at, &request).await?);
        }
        Ok(answers)
    }

    /// Sends all of it at the same moment, as an office does in an alarm.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_at_once(&self, heard: &[Heard]) -> io::Result<Vec<Answer>> {
        let requests = self.requests(heard);
        let exchanges = requests
            .iter()
            .map(|request| wire::exchange(self.at, request));
        futures::future::try_join_all(exchanges).await
    }

    fn requests(&self, heard: &[Heard]) -> Vec<Vec<u8>> {
        let mut requests: Vec<Vec<u8>> = heard
            .iter()
            .filter_map(|heard| self.request(heard))
            .collect();
        if self.habits.out_of_order {
            requests.reverse();
        }
        let times = if self.habits.twice { 2 } else { 1 };
        let of_one = |request: Vec<u8>| std::iter::repeat_n(request, times);
        requests.into_iter().flat_map(of_one).collect()
    }
}
