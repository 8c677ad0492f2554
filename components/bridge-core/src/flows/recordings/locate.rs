//! Finds a recording on the UCM: place after place, until one answers with audio.

use http::{Response, header};

use super::refusal::Refusal;
use super::{Facts, Ticket, sound};
use crate::config::Server;
use crate::state::key;
use calls::cdr::base_name;
use ports::{Download, HttpError, KeyValue, Pieces, World};
use ucm_client::Dialect;
use ucm_client::{
    Client, Operation, RECORDING_MARK_BYTES, RecordingFolder, RecordingPlace, Saved, Step, UcmError,
};

/// A recording whose audio has begun to come.
#[derive(Debug)]
pub struct Opened<B> {
    /// What is known of the file now.
    pub facts: Facts,
    /// Whether it is shorter than the UCM has said, or says itself that it has not ended.
    pub is_partial: bool,
    /// Its first bytes.
    pub first: Vec<u8>,
    /// What comes after them. Dropping it frees the UCM.
    pub rest: B,
}

/// Asks the UCM for the file of `ticket`, in the places where it may be; `known` says where it was the last time.
///
/// # Errors
/// [`Refusal`] when it is nowhere, or when the UCM cannot be asked.
pub async fn locate<W: World + Download>(
    world: &W,
    server: &Server,
    ticket: &Ticket,
    known: Option<&Facts>,
) -> Result<Opened<W::Body>, Refusal> {
    let mut client = Client::new(server.account(), load(world, server)).with_wait_budget(PATIENCE);
    let mut missing = None;
    let mut opened = None;
    for place in places(ticket, server.dialect, known) {
        match ask(world, &mut client, server, place.clone()).await {
            Ok(reply) => {
                opened = Some((place, reply));
                break;
            }
            Err(error @ UcmError::NoSuchItem { .. }) => missing = Some(error),
            Err(error) => {
                keep(world, server, &client);
                return Err(error.into());
            }
        }
    }
    keep(world, server, &client);
    match (opened, missing) {
        (Some((place, reply)), _) => Ok(reply.opened(&place, ticket, known)),
        (None, _) => Err(Refusal::missing(ticket, world.now())),
    }
}

/// Where the file may be, the likeliest place first, each once.
fn places(ticket: &Ticket, dialect: Dialect, known: Option<&Facts>) -> Vec<RecordingPlace> {
    let base = base_name(&ticket.file);
    let folders = folders(ticket);
    // The legacy API is seen to want the month before the name, the HTTPS API to want the name alone.
    let with_month = match dialect {
        Dialect::Action => [false, true],
        Dialect::Legacy | Dialect::Rest => [true, false],
    };
    let all = with_month
        .into_iter()
        .flat_map(|with_month| folders.iter().map(move |folder| (*folder, with_month)));
    let mut places: Vec<RecordingPlace> = Vec::new();
    for (folder, with_month) in known.map(Facts::place).into_iter().chain(all) {
        let file = if with_month { &ticket.file } else { base };
        let place = RecordingPlace {
            // The REST face looks into the folders by itself.
            folder: if dialect == Dialect::Rest {
                RecordingFolder::Monitor
            } else {
                folder
            },
            file: file.to_owned(),
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// The folders that a file of this name may be in: names tell what made the recording. The UCM's own web pages look for every other name than
/// `auto-…` among those of conference rooms.
fn folders(ticket: &Ticket) -> Vec<RecordingFolder> {
    use RecordingFolder::{Emergency, Meetme, Monitor, Queue, Sca, Voicemail};
    let name = base_name(&ticket.file).to_ascii_lowercase();
    let is_queue_name =
        name.starts_with('q') && name[1..].starts_with(|c: char| c.is_ascii_digit());
    match name.as_str() {
        name if name.starts_with("auto-") && ticket.in_queue => vec![Queue, Monitor],
        name if name.starts_with("auto-") => vec![Monitor, Queue],
        _ if is_queue_name => vec![Queue, Monitor],
        name if name.starts_with("msg") => vec![Voicemail, Monitor],
        name if name.starts_with("emergency") => vec![Emergency, Monitor],
        name if name.starts_with("sca") => vec![Sca, Monitor],
        name if name.starts_with("meetme") => vec![Meetme, Monitor],
        _ if ticket.in_queue => vec![Queue, Monitor, Meetme],
        _ => vec![Meetme, Monitor, Queue, Emergency, Sca],
    }
}

/// The name of the folder that is asked first.
#[cfg(test)]
pub(crate) fn first_folder(ticket: &Ticket) -> &'static str {
    folders(ticket)[0].name()
}

/// An answer that is the recording.
struct Reply<B> {
    length: Option<u64>,
    first: Vec<u8>,
    rest: B,
}

impl<B> Reply<B> {
    fn opened(self, place: &RecordingPlace, ticket: &Ticket, known: Option<&Facts>) -> Opened<B> {
        let Self {
            length,
            mut first,
            rest,
        } = self;
        // The header is the file's own word, but some claim more than there is.
        let told = sound::total_bytes(&first)
            .map(|told| ticket.size_bytes.map_or(told, |size| told.min(size)));
        let total = length
            .or(told)
            .or(ticket.size_bytes)
            .or_else(|| known?.total);
        let is_short = total < ticket.size_bytes && total.is_some();
        let is_partial = is_short || sound::is_unfinished(&first);
        if let Some(total) = total {
            sound::mend(&mut first, total);
        }
        Opened {
            facts: Facts::new(place, total, &first),
            is_partial,
            first,
            rest,
        }
    }
}

/// Asks for the file at one place, signing in where that is needed.
async fn ask<W: World + Download>(
    world: &W,
    client: &mut Client,
    server: &Server,
    place: RecordingPlace,
) -> Result<Reply<W::Body>, UcmError> {
    client.end_by(world.end());
    client.begin(Operation::Recording(place));
    let mut reply = None;
    loop {
        match client.poll(world.now()) {
            Step::Send(request) => {
                let answer = world.open(request, client.timeouts()).await;
                reply = match answer {
                    Ok(answer) => look(world, client, answer).await,
                    Err(error) => {
                        client.handle(world.now(), Err(error));
                        None
                    }
                };
                if client.lacks_session()
                    && let Some(stored) = load(world, server)
                {
                    client.take_session(&stored, world.now());
                }
            }
            Step::Wait(pause) => world.sleep(pause).await,
            Step::Done(Err(error)) => return Err(error),
            Step::Done(Ok(_)) => return reply.ok_or(UcmError::NothingBegun),
        }
    }
}

/// Looks at the first bytes of an answer: audio is handed on, anything else goes to the client as a whole.
async fn look<W: World + Download>(
    world: &W,
    client: &mut Client,
    answer: Response<W::Body>,
) -> Option<Reply<W::Body>> {
    let (head, mut body) = answer.into_parts();
    let read = gather(&mut body, RECORDING_MARK_BYTES).await;
    if let Ok(first) = &read
        && client.is_recording(head.status, first)
    {
        client.handle_recording(world.now());
        let length = head.headers.get(header::CONTENT_LENGTH);
        let mut first = first.clone();
        // Where the rest fails it does so again for whoever reads on.
        let missing = sound::LOOK_BYTES.saturating_sub(first.len());
        if let Ok(more) = gather(&mut body, missing).await {
            first.extend(more);
        }
        return Some(Reply {
            length: length.and_then(|length| length.to_str().ok()?.parse().ok()),
            first,
            rest: body,
        });
    }
    let whole = match read {
        Ok(mut first) => match gather(&mut body, MOST_ANSWER_BYTES).await {
            Ok(rest) => {
                first.extend(rest);
                first.truncate(MOST_ANSWER_BYTES);
                Ok(Response::from_parts(head, first))
            }
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    client.handle(world.now(), whole);
    None
}

/// At least `wanted` bytes, or all there are.
async fn gather(body: &mut impl Pieces, wanted: usize) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    while bytes.len() < wanted {
        match body.next().await? {
            Some(piece) if bytes.is_empty() => bytes = piece,
            Some(piece) => bytes.extend(piece),
            None => break,
        }
    }
    Ok(bytes)
}

/// A store that fails costs a session, not the recording.
fn load(store: &impl KeyValue, server: &Server) -> Option<Saved> {
    let bytes = store.get(&key::of(&server.id, key::What::Session)).ok()??;
    Saved::from_bytes(&bytes).ok()
}

/// Keeps the session for the next listener and for the poll, which may have learned something meanwhile.
fn keep(store: &impl KeyValue, server: &Server, client: &Client) {
    if client.saved().is_some() {
        let saved = client.session_for(load(store, server));
        _ = store.set(&key::of(&server.id, key::What::Session), &saved.to_bytes());
    }
}

/// How long a listener is kept waiting for a device that is busy: a short failure is tried again, a device that asks for 15 s is left alone.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Most bytes read of an answer that is no recording: error messages and the web interface's page are far shorter.
const MOST_ANSWER_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(in_queue: bool, dialect: Dialect, file: &str) -> Vec<String> {
        let ticket = Ticket {
            file: file.into(),
            in_queue,
            number: 1,
            size_bytes: None,
            started_at: 0,
            ended_at: None,
            caller: String::new(),
            called: String::new(),
        };
        places(&ticket, dialect, None)
            .into_iter()
            .map(|place| format!("{} {}", place.folder.name(), place.file))
            .collect()
    }

    #[test]
    fn the_likeliest_place_comes_first_and_none_comes_twice() {
        assert_eq!(
            found(false, Dialect::Action, "2024-05/auto-1.wav"),
            [
                "monitor auto-1.wav",
                "queue auto-1.wav",
                "monitor 2024-05/auto-1.wav",
                "queue 2024-05/auto-1.wav"
            ]
        );
        assert_eq!(
            found(true, Dialect::Action, "auto-1.wav"),
            ["queue auto-1.wav", "monitor auto-1.wav"]
        );
        assert_eq!(
            found(false, Dialect::Rest, "2024-05/a.wav"),
            ["monitor 2024-05/a.wav", "monitor a.wav"]
        );
    }

    #[test]
    fn the_name_tells_the_folder() {
        for (file, folder) in [
            ("meetme-conf-rec-6300-1772445605.0-1.wav", "meetme"),
            ("2026-03/meetme-conf-rec-6300-1772445605.0-1.wav", "meetme"),
            ("6300-1772445605.wav", "meetme"),
            ("q6500-103-20260404-105835-1775293107.25-105.wav", "queue"),
            ("quick.wav", "meetme"),
            ("q", "meetme"),
            ("msg0001.wav", "voicemail/default"),
            ("emergency-1772445605.wav", "emergency"),
            ("sca-1772445605.wav", "sca"),
            ("auto-1772445605#203-1001-6400.wav", "monitor"),
        ] {
            let first = found(false, Dialect::Action, file).remove(0);
            assert_eq!(first, format!("{folder} {}", base_name(file)), "{file}");
        }
        assert_eq!(found(true, Dialect::Action, "x.wav")[0], "queue x.wav");
    }
}
