//! The audio: found, cut to the range asked for, passed on.

use std::time::Duration;

use bridge_core::config::{ListeningConfig, Server};
use bridge_core::flows::recordings::answer::{self, Answer};
use bridge_core::flows::recordings::slots::Place;
use bridge_core::flows::recordings::{
    self, Address, Facts, Opened, Refusal, Seen, Ticket, Why, locate,
};
use bridge_core::state::{self, key, listens};
use bridge_spin::{Asked, Ended, Incoming, Reply, Sent, Spin, unique};
use http::header;
use ports::{Clock as _, StoreError};

use crate::{Admitted, admit, pages};

/// Answers with the audio that `link` opens.
pub(crate) async fn answer(request: &Asked, link: &str, reply: Reply) {
    let heard = match admit(request, link) {
        Ok(admitted) => {
            let heard = Listening::new(request, &admitted).answer(reply).await;
            heard.map_err(|(refusal, reply)| (refusal.about(Some(admitted.ticket)), reply))
        }
        Err(refusal) => Err((refusal, reply)),
    };
    if let Err((refusal, reply)) = heard {
        let wants_page = request
            .header(&header::ACCEPT)
            .is_some_and(|accept| accept.contains("text/html"));
        let answer = match wants_page {
            true => pages::refused(request, &refusal),
            false => pages::problem(&refusal),
        };
        reply.send(answer);
    }
}

/// One request of one listener.
struct Listening<'a> {
    world: Spin,
    request: &'a Asked,
    config: &'a ListeningConfig,
    server: &'a Server,
    address: &'a Address<'a>,
    ticket: &'a Ticket,
    mark: &'a str,
    /// Whether the file may still grow, as of when it is asked for: a long one may be passed on for longer than that.
    may_grow: bool,
}

impl<'a> Listening<'a> {
    fn new(request: &'a Asked, admitted: &'a Admitted<'_>) -> Self {
        let Admitted {
            config,
            server,
            address,
            ticket,
            mark,
        } = admitted;
        let world = Spin::default();
        let may_grow = ticket.may_grow(world.now());
        Self {
            world,
            request,
            config,
            server,
            address,
            ticket,
            mark,
            may_grow,
        }
    }

    /// What is known answers by itself where that is enough: probes of players cost the UCM nothing. Of a file that grows, or whose length nobody
    /// has said, it never is.
    async fn answer(self, reply: Reply) -> Result<(), (Refusal, Reply)> {
        let known = self.seen().of(self.ticket).cloned();
        let is_whole = |facts: &&Facts| !self.may_grow && facts.total.is_some();
        if let Some(facts) = known.as_ref().filter(is_whole) {
            let answer = self.decide(facts);
            let head = facts.head();
            let needed = answer.take.map(|take| answer.skip.saturating_add(take));
            if answer.take == Some(0) || needed.is_some_and(|needed| needed <= head.len() as u64) {
                let sent = self.send(reply, answer, head, None, None);
                self.log(&sent);
                return Ok(());
            }
        }
        let mut place = match self.take_place().await {
            Ok(place) => place,
            Err(refusal) => return Err((refusal, reply)),
        };
        let opened = locate(&self.world, self.server, self.ticket, known.as_ref()).await;
        let result = match opened {
            Ok(opened) => self.play(opened, reply, place.as_mut()),
            Err(refusal) => Err((refusal, reply)),
        };
        if let Some(place) = place {
            place.free(&self.world);
        }
        result
    }

    /// Passes on what was found. Nothing is heard that could not be recorded before.
    fn play(
        &self,
        opened: Opened<Incoming>,
        reply: Reply,
        place: Option<&mut Place>,
    ) -> Result<(), (Refusal, Reply)> {
        self.remember(opened.facts.clone());
        let answer = self.decide(&opened.facts);
        let Opened {
            facts, first, rest, ..
        } = opened;
        if answer.take == Some(0) {
            // Without a body there is nothing more to ask of the UCM.
            drop(rest);
            let sent = self.send(reply, answer, first, None, None);
            self.log(&sent);
            return Ok(());
        }
        let mut record = match self.begin_record() {
            Ok(record) => record,
            Err(error) => return Err((error.into(), reply)),
        };
        let sent = self.send(reply, answer, first, Some(rest), place);
        self.log(&sent);
        self.end_record(&mut record, &sent);
        // Once it was heard to its end, it is known where that is: from then on it can be sought.
        let is_end = !self.may_grow && matches!(sent.ended, Ended::Complete);
        if facts.total.is_none() && is_end {
            self.remember(facts.with_total(sent.bytes));
        }
        Ok(())
    }

    fn decide(&self, facts: &Facts) -> Answer {
        let asked = answer::Asked {
            method: &self.request.method,
            query: &self.request.query,
            headers: &self.request.headers,
            slice_bytes: self.config.slice_bytes,
            mark: self.mark,
            may_grow: self.may_grow,
        };
        answer::answer(&asked, self.ticket, facts, &self.server.id)
    }

    fn send(
        &self,
        reply: Reply,
        answer: Answer,
        first: Vec<u8>,
        rest: Option<Incoming>,
        mut place: Option<&mut Place>,
    ) -> Sent {
        let Answer { head, skip, take } = answer;
        let on_tick = || {
            if let Some(place) = &mut place {
                place.renew(&self.world, self.world.now());
            }
        };
        reply.stream(head, first, rest, skip, take, on_tick)
    }

    /// One of the places of this UCM, after waiting a little for one. A store that fails limits nobody.
    async fn take_place(&self) -> Result<Option<Place>, Refusal> {
        let (most, holder) = (self.config.listeners, unique());
        for _ in 0..TRIES {
            let now = self.world.now();
            match Place::take(&self.world, &self.server.id, most, holder, now) {
                Ok(None) => self.world.sleep(PAUSE).await,
                Ok(place) => return Ok(place),
                Err(_) => return Ok(None),
            }
        }
        Err(Why::Crowded { most }.into())
    }

    fn seen(&self) -> Seen {
        state::load(&self.world, &self.seen_key())
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// Keeps `facts` for who asks next. What there is of a file that grows is soon no more the whole.
    fn remember(&self, facts: Facts) {
        let facts = match self.may_grow {
            true => facts.place_alone(),
            false => facts,
        };
        let mut seen = self.seen();
        if seen.note(self.ticket, facts) {
            // What is lost is found again.
            _ = state::save(&self.world, &self.seen_key(), &seen);
        }
    }

    fn seen_key(&self) -> String {
        key::of(&self.server.id, key::What::Recordings)
    }

    fn begin_record(&self) -> Result<listens::Open, StoreError> {
        let (query, now) = (&self.request.query, self.world.now());
        let listen = recordings::listen(self.address, self.ticket, self.mark, query, now);
        listens::begin(&self.world, &self.server.id, unique(), listen)
    }

    /// Where the end cannot be recorded, or nothing be folded, the beginning still is.
    fn end_record(&self, record: &mut listens::Open, sent: &Sent) {
        let now = self.world.now();
        _ = record.end(&self.world, now, sent.bytes);
        if record.falls_to_fold() {
            _ = listens::fold(&self.world, &self.server.id, now);
        }
    }

    /// One line for every answer. Who it was is not known; which file, only to who has the UCM's list of files, and the secret of the links.
    fn log(&self, sent: &Sent) {
        let ended = match &sent.ended {
            Ended::Complete => "complete".to_owned(),
            Ended::ClientGone => "listener left".to_owned(),
            Ended::SourceShort => "the UCM sent less than it said".to_owned(),
            Ended::SourceFailed(error) => format!("the UCM failed: {error}"),
        };
        let line = serde_json::json!({
            "event": "listen",
            "at": self.world.now().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "server": self.server.id,
            "recording": self.mark,
            "method": self.request.method.as_str(),
            "bytes": sent.bytes,
            "ended": ended,
        });
        println!("{line}");
    }
}

/// How often a place is looked for before the listener is told to come again.
const TRIES: u32 = 8;

/// Between two looks: players give places back within a second or two when somebody seeks.
const PAUSE: Duration = Duration::from_millis(500);
