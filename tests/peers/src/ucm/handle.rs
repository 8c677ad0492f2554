//! The handle by which a test starts a device, moves its time, breaks it, and asks what really happened.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::task::JoinHandle;

use super::api::dial::Dialled;
use super::clock::Clock;
use super::country::Country;
use super::device::Device;
use super::fault::Fault;
use super::leg::FieldSet;
use super::log::{self, Request};
use super::month::Traffic;
use super::office::{self, Office};
use super::push::{self, Push};
use super::recording::{FileDir, Recording};
use super::scenario::{Call, Truth};
use super::server;
use super::server::tls::Certificates;
use super::switches::Switches;
use crate::port::Port;

/// A running simulated UCM; it stops when it is dropped.
///
/// ```no_run
/// # async fn example() -> std::io::Result<()> {
/// use peers::ucm::{Call, Scenario, Ucm};
///
/// let now = "2024-05-30T12:00:00Z".parse().expect("a moment");
/// let ucm = Ucm::builder().now(now).start().await?;
/// ucm.add_call(&Call::new(Scenario::Answered, now));
/// ucm.advance(std::time::Duration::from_secs(120));
/// assert_eq!(ucm.truth().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Ucm {
    device: Arc<Device>,
    http: Port,
    https: Port,
    certificates: Arc<Certificates>,
    push: Option<Push>,
    pusher: Option<JoinHandle<()>>,
}

/// How a device is to be when it starts.
#[derive(Debug, Clone)]
pub struct Builder {
    country: Country,
    zone: Option<Tz>,
    extensions: usize,
    switches: Switches,
    username: String,
    password: String,
    now: Option<DateTime<Utc>>,
    first_acct_id: u64,
    traffic: Option<Traffic>,
    calls: Vec<Call>,
    push: Option<Push>,
    ports: (u16, u16),
    bind: Ipv4Addr,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            country: Country::Fr,
            zone: None,
            extensions: office::EXTENSIONS,
            switches: Switches::default(),
            username: "cdrapi".to_owned(),
            password: "cdrapi123".to_owned(),
            now: None,
            first_acct_id: 1,
            traffic: None,
            calls: Vec::new(),
            push: None,
            ports: (0, 0),
            bind: Ipv4Addr::LOCALHOST,
        }
    }
}

impl Builder {
    /// In this country (France otherwise), whose usual zone it keeps.
    pub fn country(mut self, country: Country) -> Self {
        self.country = country;
        self
    }

    /// In this zone, by its IANA name.
    ///
    /// # Panics
    /// When there is no such zone.
    pub fn zone(mut self, name: &str) -> Self {
        let zone = name.parse();
        self.zone = Some(zone.unwrap_or_else(|_| panic!("no time zone is called {name}")));
        self
    }

    /// With so many extensions (fourteen otherwise, 5,000 at most).
    pub fn extensions(mut self, extensions: usize) -> Self {
        self.extensions = extensions;
        self
    }

    /// With the fields of this firmware.
    pub fn field_set(mut self, field_set: FieldSet) -> Self {
        self.switches.field_set = field_set;
        self
    }

    /// With these switches from the start.
    pub fn switches(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(&mut self.switches);
        self
    }

    /// With this API user.
    pub fn credentials(mut self, username: &str, password: &str) -> Self {
        username.clone_into(&mut self.username);
        password.clone_into(&mut self.password);
        self
    }

    /// With a clock that stands still at this moment until it is moved; otherwise it is the machine's.
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.now = Some(now);
        self
    }

    /// With rows numbered from here on.
    pub fn first_acct_id(mut self, first: u64) -> Self {
        self.first_acct_id = first;
        self
    }

    /// With an office's month (or so) of calls, which end before now.
    pub fn traffic(mut self, traffic: Traffic) -> Self {
        self.traffic = Some(traffic);
        self
    }

    /// With these calls.
    pub fn calls(mut self, calls: impl IntoIterator<Item = Call>) -> Self {
        self.calls.extend(calls);
        self
    }

    /// Sending every leg to a server when it ends.
    pub fn push(mut self, push: Push) -> Self {
        self.push = Some(push);
        self
    }

    /// On these ports, for HTTP and HTTPS; 0 takes a free one.
    pub fn ports(mut self, http: u16, https: u16) -> Self {
        self.ports = (http, https);
        self
    }

    /// On another address than loopback.
    pub fn bind(mut self, address: Ipv4Addr) -> Self {
        self.bind = address;
        self
    }

    /// Starts the device.
    ///
    /// # Errors
    /// When a port is taken, or no certificate can be made.
    pub async fn start(self) -> io::Result<Ucm> {
        let device = Arc::new(self.device());
        let now = device.clock.now();
        if let Some(traffic) = &self.traffic {
            device.add_calls(&traffic.calls(&device.office, now));
        }
        device.add_calls(&self.calls);
        // What was over before the device started has been pushed long ago.
        device.state().to_push.clear();
        let certificates = Arc::new(Certificates::make()?);
        let (http, https) = self.ports;
        let with = Some(Arc::clone(&certificates));
        let http = server::open(&device, None, (self.bind, http)).await?;
        let https = server::open(&device, with, (self.bind, https)).await?;
        let pusher = self
            .push
            .clone()
            .map(|push| tokio::spawn(push::run(Arc::clone(&device), push)));
        Ok(Ucm {
            device,
            http,
            https,
            certificates,
            push: self.push,
            pusher,
        })
    }

    fn device(&self) -> Device {
        let clock = self.now.map_or_else(Clock::real, Clock::held_at);
        let zone = self.zone.unwrap_or_else(|| self.country.usual_zone());
        let office = Office::of(self.extensions, self.country, zone);
        let credentials = (self.username.clone(), self.password.clone());
        let device = Device::new(
            clock,
            office,
            credentials,
            self.first_acct_id,
            self.push.is_some(),
        );
        device.state().switches = self.switches.clone();
        device
    }
}

impl Ucm {
    /// A device to be described further.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:<port>`; the API's path is `/api`.
    pub fn url(&self) -> String {
        format!("http://{}", self.http.address())
    }

    /// `https://127.0.0.1:<port>`, under a certificate of [`Ucm::ca_pem`]'s authority.
    pub fn https_url(&self) -> String {
        format!("https://{}", self.https.address())
    }

    /// The authority's certificate, for the client's trust store.
    pub fn ca_pem(&self) -> &str {
        self.certificates.ca_pem()
    }

    /// The API user.
    pub fn username(&self) -> &str {
        &self.device.username
    }

    /// The API user's password.
    pub fn password(&self) -> &str {
        &self.device.password
    }

    /// The office behind the device.
    pub fn office(&self) -> &Office {
        &self.device.office
    }

    /// What really happened in every session whose rows are all there by now, oldest first.
    pub fn truth(&self) -> Vec<Truth> {
        self.device.state().store.truths(self.device.clock.now())
    }

    /// Every call that programs have asked the device for, in order.
    pub fn dialled(&self) -> Vec<Dialled> {
        self.device.state().dialled.clone()
    }

    /// How many legs have a row by now.
    pub fn rows(&self) -> usize {
        self.device.state().store.rows()
    }

    /// Every recording that the device has.
    pub fn recordings(&self) -> Vec<Recording> {
        let state = self.device.state();
        [FileDir::Monitor, FileDir::Queue, FileDir::Meetme]
            .into_iter()
            .flat_map(|dir| state.store.recordings(dir))
            .cloned()
            .collect()
    }

    /// How many recordings are being read out at this moment.
    pub fn downloads(&self) -> usize {
        self.device.state().downloads.load(Ordering::SeqCst)
    }

    /// Everything that was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.device.state().requests.clone()
    }

    /// How often an action (or, off the action API, a path) was asked for.
    pub fn count(&self, action: &str) -> usize {
        let state = self.device.state();
        log::count_by_action(&state.requests)
            .get(action)
            .copied()
            .unwrap_or(0)
    }

    /// Forgets what was asked so far.
    pub fn clear_requests(&self) {
        self.device.state().requests.clear();
    }

    /// The true time by which rows appear.
    pub fn now(&self) -> DateTime<Utc> {
        self.device.clock.now()
    }

    /// Holds the clock at this moment.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.device.clock.set(now);
        drop(self.device.state());
    }

    /// Moves the clock on, and holds it there.
    pub fn advance(&self, by: std::time::Duration) {
        self.device
            .clock
            .advance(TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX));
        drop(self.device.state());
    }

    /// A call takes place; its rows appear when it ends. Gives one truth a session.
    pub fn add_call(&self, call: &Call) -> Vec<Truth> {
        self.device.add_call(call)
    }

    /// Many calls take place.
    pub fn add_calls(&self, calls: &[Call]) {
        self.device.add_calls(calls);
    }

    /// Turns switches.
    pub fn switches(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.device.state().switches);
    }

    /// A fault strikes from now on, after those that were set before.
    pub fn fault(&self, fault: Fault) {
        self.device.state().faults.add(fault);
    }

    /// No fault strikes any longer.
    pub fn clear_faults(&self) {
        self.device.state().faults.clear();
    }

    /// The device restarts: nobody is logged in any longer.
    pub fn reboot(&self) {
        let mut state = self.device.state();
        state.sessions.forget();
        state.booted = self.device.clock.now();
    }

    /// All connections break, and new ones are refused.
    pub async fn down(&self) {
        self.http.down().await;
        self.https.down().await;
    }

    /// Connections are accepted again, on the same ports.
    ///
    /// # Errors
    /// When somebody else has taken a port meanwhile.
    pub async fn up(&self) -> io::Result<()> {
        self.http.up().await?;
        self.https.up().await
    }

    /// Presses the "Test" button of the push: an empty POST and a GET. Gives the two HTTP statuses.
    ///
    /// # Errors
    /// When there is no push, or its server cannot be reached.
    pub async fn push_test(&self) -> io::Result<(u16, u16)> {
        let push = self
            .push
            .as_ref()
            .ok_or_else(|| io::Error::other("no push is configured"))?;
        push::test(&self.device, push).await
    }

    /// Every leg that has a row by now, as it would be pushed: one record each, in JSON or XML.
    pub fn pushed_records(&self, as_xml: bool) -> Vec<String> {
        push::records(&self.device, as_xml)
    }

    /// Sends every leg that ends from now on to a server, as if somebody had just configured it.
    pub fn start_push(&mut self, push: Push) {
        self.stop_push();
        self.device.pushes.store(true, Ordering::SeqCst);
        let pusher = push::run(Arc::clone(&self.device), push.clone());
        self.pusher = Some(tokio::spawn(pusher));
        self.push = Some(push);
    }

    /// Sends nothing any more; what waits is kept.
    pub fn stop_push(&mut self) {
        self.device.pushes.store(false, Ordering::SeqCst);
        if let Some(pusher) = self.pusher.take() {
            pusher.abort();
        }
    }

    /// Has every leg that ends from now on wait to be pushed by whoever takes it ([`Ucm::take_pushes`]): the device itself sends nothing.
    pub fn hold_pushes(&mut self) {
        self.stop_push();
        self.device.pushes.store(true, Ordering::SeqCst);
    }

    /// The legs that have waited to be pushed, oldest first, as JSON records: they wait no longer.
    pub fn take_pushes(&self) -> Vec<String> {
        push::take_all(&self.device)
    }

    /// How many ended legs still wait to be pushed, or are just being sent.
    pub fn push_backlog(&self) -> usize {
        let state = self.device.state();
        state.to_push.len() + state.on_their_way
    }

    /// Stops the device; its ports are free when this returns.
    pub async fn stop(self) {
        self.down().await;
    }
}

impl Drop for Ucm {
    fn drop(&mut self) {
        if let Some(pusher) = self.pusher.take() {
            pusher.abort();
        }
    }
}
