//! The UCM's side of a run: page after page of its records.

use crate::config::Server;
use crate::flows::deliver::reading::Reading;
use crate::flows::reach::failure::Failure;
use crate::flows::reach::ucm;
use crate::state::key;
use ports::{StoreError, World};
use ucm_client::{Answer, Client, Operation, Page, PageRequest, Room, Saved, UcmError};

/// The dialogue with one UCM.
pub(crate) struct Reader<'a, W> {
    world: &'a W,
    server: &'a Server,
    client: Client,
    requests: u32,
}

impl<'a, W: World> Reader<'a, W> {
    /// Goes on with the session of the run before. Whoever `tries_again` also tries an account that the UCM has refused.
    pub(crate) fn open(
        world: &'a W,
        server: &'a Server,
        tries_again: bool,
    ) -> Result<Self, StoreError> {
        let saved = world
            .get(&key::of(&server.id, key::What::Session))?
            .and_then(|bytes| Saved::from_bytes(&bytes).ok());
        let mut client = Client::new(server.account(), saved);
        if tries_again {
            client.release();
        }
        Ok(Self {
            world,
            server,
            client,
            requests: 0,
        })
    }

    /// One page of the UCM's records, and what it says.
    pub(crate) async fn page(&mut self, request: PageRequest) -> Result<(Page, Reading), Failure> {
        let operation = Operation::CdrPage(request);
        let (id, requests) = (&self.server.id, &mut self.requests);
        let answer = ucm::ask(self.world, &mut self.client, id, operation, requests).await?;
        match answer? {
            Answer::Page(page) => {
                let reading = Reading::of(&page, self.server);
                Ok((page, reading))
            }
            _ => Err(UcmError::NothingBegun.into()),
        }
    }

    /// Whether pages are counted by offset on this device.
    pub(crate) fn pages_by_offset(&self) -> bool {
        self.client.pages_by_offset()
    }

    /// How many records a page of this device is known to have room for.
    pub(crate) fn room(&self) -> Room {
        self.client.room().clone()
    }

    /// Keeps what a walk has learnt of that.
    pub(crate) fn learn_room(&mut self, room: &Room) -> Result<(), StoreError> {
        if self.client.room() == room {
            return Ok(());
        }
        self.client.learn_room(room.clone());
        ucm::keep(self.world, &self.client, &self.server.id)
    }

    /// Requests sent so far.
    pub(crate) const fn requests(&self) -> u32 {
        self.requests
    }
}
