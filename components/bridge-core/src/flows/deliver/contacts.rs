//! Whose numbers a page's calls are: looked up all at once, and made where nobody has them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::journal::UNSEEN;
use super::reading::SetAside;
use crate::config::Server;
use crate::flows::reach::Odoo;
use crate::flows::report::count;
use calls::cdr::{self, Call, CallId, Direction, Outcome};
use calls::contacts::{Candidate, Contacts, Made, Match, Standing};
use calls::language::Language;
use calls::phone::{self, End, Number, Numbering, Party, Unreadable};
use odoo_client::directory::{self, Directory, Holder, Wanted};
use odoo_client::made;
use odoo_client::number::{self, Assigned};
use odoo_client::partner::{self, NewContact};
use odoo_client::{OdooError, Reaction, journal};
use ports::World;

/// How a server's numbers are read and what becomes of those that nobody has.
pub(crate) struct Book<'a> {
    server: &'a Server,
    /// What was read already: the same few callers come many times, and reading a number takes some µs.
    read: RefCell<HashMap<(String, End), Party>>,
    /// How numbers are looked for, by number: all the ways to write one take longer still.
    wanted: RefCell<HashMap<String, Wanted>>,
}

/// The standings of numbers, by number.
type Standings = HashMap<String, Standing>;

/// What was found out about the contacts of some calls.
#[derive(Default)]
pub(crate) struct Found {
    /// One for each call, in their order.
    pub(crate) standings: Vec<Standing>,
    pub(crate) created: u32,
    pub(crate) refused: Vec<SetAside>,
}

impl<'a> Book<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self {
            server,
            read: RefCell::default(),
            wanted: RefCell::default(),
        }
    }

    /// Gets ready to look up the contacts of a call.
    pub(crate) fn prepare(&self, call: &Call) {
        if let Some(number) = self.number(call) {
            self.wanted(&number);
        }
    }

    fn wanted(&self, number: &Number) -> Wanted {
        let e164 = number.to_string();
        if let Some(wanted) = self.wanted.borrow().get(&e164) {
            return wanted.clone();
        }
        let wanted = Wanted::new(number);
        self.wanted.borrow_mut().insert(e164, wanted.clone());
        wanted
    }

    /// What is looked for where a call has `number`; where the rules of today read none in it, it as it is.
    pub(crate) fn wanted_as(&self, number: &str) -> Wanted {
        match self.read_among(number, End::Dialled, &[]) {
            Party::Outside(number) => self.wanted(&number),
            _ => Wanted {
                e164: number.to_owned(),
                national: Vec::new(),
                aliases: Vec::new(),
            },
        }
    }

    /// Whose numbers these are.
    pub(crate) const fn server(&self) -> &'a Server {
        self.server
    }

    /// The outside party's number, if it is one.
    pub(crate) fn number(&self, call: &Call) -> Option<Number> {
        match self.party(call)? {
            Party::Outside(number) => Some(number),
            _ => None,
        }
    }

    fn party(&self, call: &Call) -> Option<Party> {
        let raw = &call.remote.as_ref()?.number;
        if let Some(party) = self.beyond_outside_line(call, raw) {
            return Some(party);
        }
        let end = match call.direction {
            Direction::Outbound => End::Dialled,
            Direction::Inbound | Direction::External | Direction::Internal => End::Outside,
        };
        let seen = (raw.clone(), end);
        if let Some(party) = self.read.borrow().get(&seen) {
            return Some(party.clone());
        }
        let party = self.read_among(raw, end, &[]);
        // The extensions of the call decide only where the number as a whole is none.
        if matches!(party, Party::Unreadable { .. }) {
            return Some(self.read_among(raw, end, &extensions(call)));
        }
        self.read.borrow_mut().insert(seen, party.clone());
        Some(party)
    }

    /// Whom the office called by `raw`, the digits for an outside line taken off.
    ///
    /// Redialling and dialling out of Odoo leave them out. A number that begins with them by chance is none without its beginning, and then
    /// it is read whole; but not where the call failed: there it may be what somebody misdialled.
    fn beyond_outside_line(&self, call: &Call, raw: &str) -> Option<Party> {
        let digits = Some(&self.server.outside_line).filter(|digits| !digits.is_empty())?;
        let number = raw.trim().strip_prefix(digits.as_str())?;
        let number = number.trim_start_matches([' ', '-', '.', ',']);
        if call.direction != Direction::Outbound || number.is_empty() {
            return None;
        }
        let party = self.read_among(number, End::Dialled, &[]);
        let is_read = matches!(party, Party::Outside(_) | Party::Short(_));
        (is_read || call.outcome == Outcome::Failed).then_some(party)
    }

    fn read_among(&self, raw: &str, end: End, extensions: &[&str]) -> Party {
        let country = self.server.country;
        let numbering = Numbering {
            country,
            extensions,
        };
        phone::read(raw, end, &numbering)
    }

    /// What is to be said of each call's contact.
    pub(crate) async fn look_up<'c, W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        calls: impl Iterator<Item = &'c Call>,
    ) -> Result<Found, OdooError> {
        let mut found = Found::default();
        let asked: Vec<(&CallId, Asked)> = calls.map(|call| (&call.id, self.ask(call))).collect();
        let mut numbers = BTreeMap::<String, Wish<'_>>::new();
        for (call, asked) in &asked {
            if let Asked::Number(number, name) = asked {
                numbers
                    .entry(number.to_string())
                    .or_insert_with(|| Wish::new(self.wanted(number), call))
                    .call_it(name);
            }
        }
        let known = if numbers.is_empty() {
            Standings::new()
        } else {
            self.resolve(odoo, numbers, &mut found).await?
        };
        found.standings = asked
            .into_iter()
            .map(|(_, asked)| asked.standing(&known))
            .collect();
        Ok(found)
    }

    /// Whose these numbers in E.164 are, each with one of its calls.
    pub(crate) async fn whose<'c, W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        numbers: impl Iterator<Item = (&'c CallId, &'c str)>,
    ) -> Result<HashMap<String, Standing>, OdooError> {
        let mut wishes = BTreeMap::new();
        for (call, number) in numbers {
            if let Party::Outside(number) = self.read_among(number, End::Dialled, &[]) {
                wishes.insert(number.to_string(), Wish::new(self.wanted(&number), call));
            }
        }
        if wishes.is_empty() {
            return Ok(Standings::new());
        }
        self.resolve(odoo, wishes, &mut Found::default()).await
    }

    fn ask(&self, call: &Call) -> Asked {
        match self.party(call) {
            None | Some(Party::Extension(_)) => Asked::Settled(Standing::Internal),
            Some(Party::Withheld) => Asked::Settled(Standing::Withheld),
            Some(Party::Short(_)) => Asked::Settled(Standing::Short),
            Some(Party::Text(_)) => Asked::Settled(Standing::Unreadable(Unreadable::Text)),
            Some(Party::Unreadable { reason, .. }) => Asked::Settled(Standing::Unreadable(reason)),
            Some(Party::Outside(number)) => Asked::Number(number, name(call)),
        }
    }

    async fn resolve<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        mut unknown: BTreeMap<String, Wish<'_>>,
        found: &mut Found,
    ) -> Result<Standings, OdooError> {
        let mut standings = assigned(odoo, &unknown, self.server.company).await?;
        unknown.retain(|e164, _| !standings.contains_key(e164));
        if unknown.is_empty() {
            return Ok(standings);
        }
        // Later looks are for contacts that another writer made between the look before and the creation.
        for look in 1..=LOOKS {
            odoo.let_a_replica_catch_up(look - 1).await;
            for (e164, standing) in self.search(odoo, &mut unknown).await? {
                unknown.remove(&e164);
                standings.insert(e164, standing);
            }
            if unknown.is_empty() {
                return Ok(standings);
            }
            let mut made = Standings::new();
            let ended = self.make(odoo, &unknown, look, &mut made, found);
            match ended.await {
                // The next look sees what was there already.
                Err(error) if error.reaction() == Reaction::SearchAgain => {}
                ended => ended?,
            }
            unknown.retain(|e164, _| !made.contains_key(e164));
            standings.extend(made);
            if unknown.is_empty() {
                return Ok(standings);
            }
        }
        // Nobody knows whose these are: that nobody has them is not said without saying why.
        for (e164, wish) in unknown {
            let why = UNSEEN.to_owned();
            found.refused.push(refusal(&e164, Some(wish.call), why));
            standings.insert(e164, Standing::Unknown);
        }
        Ok(standings)
    }

    /// The numbers about which something is certain; the others are left for [`Book::make`], with the key to make a contact under.
    async fn search<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        numbers: &mut BTreeMap<String, Wish<'_>>,
    ) -> Result<Vec<(String, Standing)>, OdooError> {
        let wanted: Vec<Wanted> = numbers.values().map(|wish| wish.wanted.clone()).collect();
        let e164: Vec<&str> = wanted.iter().flat_map(Wanted::in_full).collect();
        let company = self.server.company;
        let made = odoo.call(&made::find(&e164, company)).await?;
        let candidates = candidates(odoo, &wanted, &made).await?;
        let contacts = Contacts::new(&candidates, &made, self.server.country, company);
        let mut certain = Vec::new();
        for (e164, wish) in numbers {
            let standing = match contacts.decide(e164) {
                Match::One(id) => Standing::Matched(id),
                Match::Many(ids) => Standing::Ambiguous(ids),
                Match::KeyTaken { id, reason } => Standing::KeyTaken { id, reason },
                Match::None { .. } if self.is_excluded(&wish.wanted) => Standing::Excluded,
                Match::None { .. } if !self.server.create_contacts => Standing::Unknown,
                Match::None { key } => {
                    wish.key = key;
                    continue;
                }
            };
            certain.push((e164.clone(), standing));
        }
        Ok(certain)
    }

    /// Whether the settings say never to make a contact of this number, however it is written.
    fn is_excluded(&self, wanted: &Wanted) -> bool {
        wanted
            .in_full()
            .any(|written| self.server.excludes(written))
    }

    /// Makes contacts of `numbers`. From the second `look` on, one that is there and is not found takes no other along.
    async fn make<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        numbers: &BTreeMap<String, Wish<'_>>,
        look: u32,
        made: &mut Standings,
        found: &mut Found,
    ) -> Result<(), OdooError> {
        let language = odoo.language().await?;
        let wishes = numbers.values();
        let contacts = wishes.map(|wish| wish.contact(self.server, language));
        let contacts: Vec<NewContact> = contacts.collect();
        for batch in contacts.chunks(partner::CREATE_BATCH) {
            match odoo.call(&partner::create(batch)).await {
                Ok(ids) => made.extend(created(batch, &ids, found)),
                Err(error) => match error.reaction() {
                    Reaction::SearchAgain if look == 1 => return Err(error),
                    Reaction::SkipRow | Reaction::SearchAgain => {
                        self.make_singly(odoo, batch, numbers, made, found).await?;
                    }
                    _ => return Err(error),
                },
            }
        }
        Ok(())
    }

    /// One by one. A rule of this Odoo refuses one of them: the call then goes into the journal without a contact, and the
    /// refusal is shown. What somebody has made since it was looked for is left to the next look.
    async fn make_singly<W: World>(
        &self,
        odoo: &Odoo<'_, W>,
        contacts: &[NewContact],
        numbers: &BTreeMap<String, Wish<'_>>,
        made: &mut Standings,
        found: &mut Found,
    ) -> Result<(), OdooError> {
        for contact in contacts {
            let alone = std::slice::from_ref(contact);
            match odoo.call(&partner::create(alone)).await {
                Ok(ids) => made.extend(created(alone, &ids, found)),
                Err(error) if error.reaction() == Reaction::SearchAgain => {}
                Err(error) if error.reaction() == Reaction::SkipRow => {
                    let id = numbers.get(&contact.e164).map(|wish| wish.call);
                    let refused = refusal(&contact.e164, id, error.in_full());
                    found.refused.push(refused);
                    made.insert(contact.e164.clone(), Standing::Unknown);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The numbers that a person has assigned to a contact: nothing else is asked of them.
async fn assigned<W: World>(
    odoo: &Odoo<'_, W>,
    numbers: &BTreeMap<String, Wish<'_>>,
    company: Option<i64>,
) -> Result<Standings, OdooError> {
    let mut read_as = HashMap::<&str, &str>::new();
    for wish in numbers.values() {
        let e164 = wish.wanted.e164.as_str();
        read_as.extend(
            wish.wanted
                .aliases
                .iter()
                .map(|alias| (alias.as_str(), e164)),
        );
        read_as.insert(e164, e164);
    }
    let mut written: Vec<&str> = read_as.keys().copied().collect();
    written.sort_unstable();
    let assigned = match odoo.call(&number::find(&written, company)).await {
        Ok(assigned) => assigned,
        // The module in this Odoo is an earlier one, in which nobody could assign a number yet.
        Err(OdooError::NoModel { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let standing = |number: Assigned| {
        let contact = number.contact?;
        let id = number.id;
        Some((
            (*read_as.get(number.e164.as_str())?).to_owned(),
            Standing::Assigned {
                contact,
                number: id,
            },
        ))
    };
    Ok(assigned.into_iter().filter_map(standing).collect())
}

/// The contacts that may have one of the numbers, or were made for one.
pub(crate) async fn candidates<W: World>(
    odoo: &Odoo<'_, W>,
    wanted: &[Wanted],
    made: &[Made],
) -> Result<Vec<Candidate>, OdooError> {
    let known: Vec<i64> = made.iter().filter_map(|made| made.contact).collect();
    holders(odoo, &odoo.directory().await?, wanted, &known).await
}

/// The records that may have one of the numbers, or are known already.
pub(crate) async fn holders<W: World, T: Holder>(
    odoo: &Odoo<'_, W>,
    directory: &Directory<T>,
    wanted: &[Wanted],
    known: &[T::Known],
) -> Result<Vec<T>, OdooError> {
    let found = odoo.call(&directory.find(wanted, known)).await?;
    if !directory::is_cut(wanted, known, &found) {
        return Ok(found);
    }
    let mut found = Vec::new();
    for call in directory.by_text(wanted, known) {
        found.extend(odoo.call(&call).await?);
    }
    let odd = |last| directory.odd(last);
    let odd = odoo.all(directory::ODD_BATCH, odd, T::id);
    found.extend(odd.await?);
    Ok(found)
}

/// The extensions that took part: what is left of a number behind one of our own must be one of them.
fn extensions(call: &Call) -> Vec<&str> {
    let parts = call
        .legs
        .iter()
        .flat_map(|leg| [&leg.channel_ext, &leg.dst_channel_ext, &leg.dst_answer]);
    let numeric = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut extensions: Vec<&str> = parts.map(String::as_str).filter(numeric).collect();
    extensions.sort_unstable();
    extensions.dedup();
    extensions
}

fn created(contacts: &[NewContact], ids: &[i64], found: &mut Found) -> Vec<(String, Standing)> {
    found.created += count(ids.len());
    contacts
        .iter()
        .zip(ids)
        .map(|(contact, id)| (contact.e164.clone(), Standing::Created(*id)))
        .collect()
}

/// Names the call, which is in the journal without its contact: trying it again looks for the contact once more.
fn refusal(e164: &str, call: Option<&CallId>, reason: String) -> SetAside {
    let uid = call.map(journal::key);
    SetAside {
        session: call.map(|call| call.session.clone()),
        reason,
        payload: json!({ "x_uid": uid, "x_number": e164 }).to_string(),
        kept: false,
    }
}

/// What a call asks of the contacts.
enum Asked {
    /// Nothing: it is clear without them.
    Settled(Standing),
    /// Whose number this is, and the name shown with it.
    Number(Number, Option<String>),
}

impl Asked {
    fn standing(self, known: &Standings) -> Standing {
        match self {
            Self::Settled(standing) => standing,
            Self::Number(number, _) => known
                .get(&number.to_string())
                .cloned()
                .unwrap_or(Standing::Unknown),
        }
    }
}

/// A number to be found, how it was called, and one of its calls.
struct Wish<'a> {
    wanted: Wanted,
    /// What a contact is made under, once it is clear that there is none.
    key: String,
    name: Option<String>,
    call: &'a CallId,
}

impl<'a> Wish<'a> {
    fn new(wanted: Wanted, call: &'a CallId) -> Self {
        Self {
            call,
            key: wanted.e164.clone(),
            wanted,
            name: None,
        }
    }

    fn call_it(&mut self, name: &Option<String>) {
        if self.name.is_none() {
            self.name.clone_from(name);
        }
    }

    fn contact(&self, server: &Server, language: Language) -> NewContact {
        NewContact {
            e164: self.wanted.e164.clone(),
            key: self.key.clone(),
            name: self.name.clone(),
            server_name: server.name.clone(),
            language,
        }
    }
}

/// The name that an outside caller showed: who is called shows none, and what a network shows in its place is no name.
pub(crate) fn name(call: &Call) -> Option<String> {
    let remote = call
        .remote
        .as_ref()
        .filter(|_| call.direction != Direction::Outbound)?;
    cdr::is_name(&remote.name).then(|| remote.name.clone())
}

/// How often the numbers are looked up when other writers make the same contacts.
const LOOKS: u32 = 3;
