//! Pushed legs on their way from the inbox into Odoo: the same calls, contacts and writes as the poll's.
//!
//! The webhook brings in what has just come ([`deliver`]); every tick brings in what was left ([`drain`]). Both read parcels in the order in
//! which they came, many at once, and delete them once Odoo has confirmed. Doing it twice does nothing more.

use std::collections::HashSet;
use std::time::Duration;

use crate::config::{Config, Server};
use crate::flows::deliver::followup;
use crate::flows::deliver::journal;
use crate::flows::deliver::journal::Written;
use crate::flows::deliver::known::Known;
use crate::flows::deliver::reading::{Reading, Seen, SetAside};
use crate::flows::letters;
use crate::flows::reach::Odoo;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::timed::{PUSHED, Timed};
use crate::flows::report::count;
use crate::flows::report::{PushReport, Status};
use crate::state::inbox::{self, Parcel, Slot};
use crate::state::{self, Added, DeadLetter, DeadLetters, Lease, Place, key, pushes};
use calls::cdr::{Call, Leg};
use ports::{Clock as _, StoreError, World};

/// What becomes of a push of `server`, for the Odoo at `place`, that has been answered: whether it is brought in by this instance. Where another
/// one is at work already, it takes this push with it; so it is for every push while Odoo is left alone.
pub fn falls_to_deliver(world: &impl World, place: &Place, server: &str) -> bool {
    let now = world.now();
    let lease = key::of(server, key::What::PushLease);
    if let Ok(None) = Lease::held(world, &lease, now) {
        return true;
    }
    // Nobody waits for this one any more, so it tidies where pushes come faster than they are brought in. A failure has lost nothing.
    if world.unique().is_multiple_of(inbox::ONE_IN) {
        _ = inbox::tidy(world, place, server, now);
    }
    false
}

/// Brings in what waits, right after a push.
///
/// Whatever is not delivered here, for whichever reason, the next tick delivers: there is nothing to report to the sender, who has been
/// answered.
pub async fn deliver(world: &impl World, config: &Config, server: &Server) -> Option<PushReport> {
    let world = &Timed::new(world, config.run_budget);
    let lease = || key::of(&server.id, key::What::PushLease);
    if !world.take_lease(lease()).ok()? {
        return None;
    }
    let mut drain = Drain::new(world, config, server, None);
    loop {
        // The legs of a call come within moments of one another: together they are one write.
        world.sleep(GATHER).await;
        drain.run().await;
        if drain.failed.is_some() {
            // Odoo is not asked by every push that comes meanwhile.
            world.rest(PAUSE).ok()?;
            break;
        }
        world.give_lease_back().ok()?;
        // What came between the last look and the end of the lease was left to this instance.
        if !world.has(BATCH) || drain.fresh().ok()?.is_empty() || !world.take_lease(lease()).ok()? {
            break;
        }
    }
    Some(drain.report())
}

/// Brings in what waits, at a tick or when asked; what Odoo refuses is set aside. Nothing to report where nothing waits.
pub(crate) async fn drain(
    world: &Timed<'_, impl World>,
    config: &Config,
    server: &Server,
) -> Result<Option<PushReport>, StoreError> {
    let world = &world.until(PUSHED);
    // The poll's lease: they do not get in one another's way.
    if !world.take_lease(key::of(&server.id, key::What::Lease))? {
        return Ok(None);
    }
    let letters = DeadLetters::load(world, &config.place(), &server.id)?;
    let mut drain = Drain::new(world, config, server, Some(letters));
    drain.run().await;
    if drain.failed.is_some() {
        inbox::fold(world, &drain.place, &server.id)?;
    }
    world.give_lease_back()?;
    Ok(Some(drain.report()))
}

/// One look through the inbox of a server.
struct Drain<'a, W> {
    world: &'a W,
    place: Place,
    odoo: Odoo<'a, W>,
    known: Known<'a>,
    server: &'a Server,
    /// Where refusals go; without it, a parcel with one is left to the tick.
    letters: Option<DeadLetters>,
    left: HashSet<Slot>,
    /// Whether parcels were brought in to their end, so that there are fewer.
    has_moved: bool,
    failed: Option<Failure>,
    legs: u32,
    written: Written,
    dead_letters: u32,
}

impl<'a, W: World> Drain<'a, W> {
    fn new(
        world: &'a W,
        config: &'a Config,
        server: &'a Server,
        letters: Option<DeadLetters>,
    ) -> Self {
        Self {
            world,
            place: config.place(),
            odoo: Odoo::remembering(world, &config.odoo),
            known: Known::new(server, &config.links, world.now()),
            server,
            letters,
            left: HashSet::new(),
            has_moved: false,
            failed: None,
            legs: 0,
            written: Written::default(),
            dead_letters: 0,
        }
    }

    async fn run(&mut self) {
        let walked = self.walk().await;
        let letters = self.letters.as_mut();
        let followed_up = followup::settle(self.world, &self.odoo, self.server, letters).await;
        self.dead_letters += followed_up.as_ref().copied().unwrap_or_default();
        self.failed = walked.and(followed_up.map(drop)).err();
    }

    /// Batch after batch until nothing is there that could be delivered, or another one would not fit into the time.
    async fn walk(&mut self) -> Result<(), Failure> {
        loop {
            let fresh = self.fresh()?;
            if fresh.is_empty() {
                return Ok(());
            }
            let mut rest = fresh.as_slice();
            while !rest.is_empty() {
                let slots = inbox::batch(rest);
                self.batch(slots).await?;
                rest = &rest[slots.len()..];
                if !self.world.has(BATCH) {
                    return Ok(());
                }
            }
        }
    }

    /// The parcels that are there and were not left before, in the order in which they came.
    fn fresh(&self) -> Result<Vec<Slot>, StoreError> {
        let mut slots = inbox::of_server(&self.world.keys()?, &self.place, &self.server.id);
        slots.retain(|slot| !self.left.contains(slot));
        Ok(slots)
    }

    /// Legs become calls, calls find their contacts, and Odoo gets what it does not have yet; then the parcels go.
    async fn batch(&mut self, slots: &[Slot]) -> Result<(), Failure> {
        let (mut done, mut legs, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut came = Vec::new();
        for slot in slots {
            match state::load::<Parcel>(self.world, slot.key())? {
                Some(parcel) => {
                    came.extend((!parcel.legs.is_empty()).then_some(parcel.at));
                    legs.extend(parcel.legs);
                    unread.extend(parcel.unread);
                    done.push(slot);
                }
                // Delivered by another instance meanwhile, or of a version that this one does not know.
                None => drop(self.left.insert(slot.clone())),
            }
        }
        self.legs += count(legs.len());
        let at = self.world.now();
        let refused = self.write(legs).await?;
        unread.extend(refused.into_iter().map(|refused| refused.letter(at)));
        if let (Some(first), Some(last)) = (came.iter().min(), came.iter().max()) {
            pushes::note(self.world, &self.server.id, *first, *last)?;
        }
        if !self.set_aside(unread)? {
            self.left.extend(done.into_iter().cloned());
            return Ok(());
        }
        for slot in done {
            self.world.delete(slot.key())?;
        }
        self.has_moved = true;
        Ok(())
    }

    /// Writes the calls of `legs`, and gives what could not be placed or was refused.
    async fn write(&mut self, legs: Vec<Leg>) -> Result<Vec<SetAside>, Failure> {
        let Reading {
            calls,
            mut set_aside,
            ..
        } = Reading::of_legs(legs, self.server);
        let calls: Vec<&Call> = calls.iter().map(|Seen { call, .. }| call).collect();
        if calls.is_empty() {
            return Ok(set_aside);
        }
        self.odoo.confirm().await?;
        let writing = journal::write(&self.odoo, &self.known, &calls, None);
        let written = followup::noted(self.world, &self.odoo, self.server, writing).await?;
        self.written.new += written.new;
        self.written.changed += written.changed;
        if let Some(kept) = &mut self.letters {
            letters::settle(kept, written.delivered(&calls));
        }
        set_aside.extend(written.refused);
        Ok(set_aside)
    }

    /// Sets `letters` aside, and says whether that was done: right after a push it is left to the tick.
    fn set_aside(&mut self, letters: Vec<DeadLetter>) -> Result<bool, Failure> {
        let Some(kept) = &mut self.letters else {
            return Ok(letters.is_empty());
        };
        for letter in letters {
            match kept.add(letter) {
                Added::New => self.dead_letters += 1,
                Added::Known => {}
                Added::Full => return Err(Failure::TooManyDeadLetters(kept.len())),
            }
        }
        kept.save(self.world, &self.place, &self.server.id)?;
        Ok(true)
    }

    fn report(&self) -> PushReport {
        let keys = self.world.keys().unwrap_or_default();
        let waiting = inbox::of_server(&keys, &self.place, &self.server.id).len();
        let last_push_at = pushes::last_at(self.world, &self.server.id);
        let status = match &self.failed {
            Some(failure) => failure.status(self.has_moved),
            None if waiting > 0 => Status::MoreToCome,
            None => Status::Complete,
        };
        PushReport {
            server: self.server.id.clone(),
            status,
            detail: self.failed.as_ref().map(ToString::to_string),
            legs: self.legs,
            calls_new: self.written.new,
            calls_changed: self.written.changed,
            dead_letters: self.dead_letters,
            waiting: count(waiting),
            last_push_at: last_push_at.ok().flatten(),
        }
    }
}

/// What has to be left for another batch, and for following it up.
const BATCH: Duration = Duration::from_secs(5);
/// How long Odoo is left alone by pushes after one of them did not reach it: the next tick asks it anyway.
const PAUSE: Duration = Duration::from_secs(20);
/// How long the first push of a call waits for its other legs.
const GATHER: Duration = Duration::from_millis(200);
