//! `recapi` and `getRecordInfosByCall`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::super::device::State;
use super::super::query::{Params, value};
use super::super::recording::{FileDir, Player, Recording};
use super::super::render::cell;
use super::super::switches::{RecordingName, Recordings, Switches};
use super::super::wire::{self, AppStatus, Body, failure, status, success};

/// The device cuts longer file names.
const NAME_MAX_CHARS: usize = 256;
/// The directories that a client may ask for.
const DIRECTORIES: [&str; 4] = ["monitor", "meetme", "queue", "voicemail/default"];

/// What the arguments of `recapi` lead to.
pub(crate) enum Found {
    /// A list of directories or files.
    List(String),
    /// One file.
    File(Recording),
    /// Several files, as an archive.
    Files(Vec<Recording>),
    /// The recordings are there, but the web interface answers.
    Page,
    /// Nothing, and the status that says so.
    Nothing(i64),
}

/// `recapi` of the new API: failures are JSON with HTTP status 200.
pub(crate) fn answer(state: &State, params: &Params) -> Response<Body> {
    match find(state, params) {
        Found::Nothing(status) => failure(status),
        found => deliver(found, state),
    }
}

/// `getRecordInfosByCall`: the recordings of a row, parted by commas.
pub(crate) fn infos_by_call(state: &State, params: &Params) -> Response<Body> {
    let id = value(params, "id").and_then(|id| id.parse().ok());
    match id.and_then(|id| state.store.leg_by_acct_id(id)) {
        None => failure(status::INVALID_VALUE),
        Some(leg) => {
            let names: Vec<_> = leg.recordings.iter().map(|r| r.name.as_str()).collect();
            success(json!({ "recordfiles": names.join(",") }))
        }
    }
}

/// Looks for what `filedir` and `filename` name.
pub(crate) fn find(state: &State, params: &Params) -> Found {
    let given = |name| value(params, name).filter(|text| !text.is_empty());
    let (dir, names) = (given("filedir"), given("filename"));
    let Some(names) = names else {
        return list(state, dir);
    };
    let dir = match dir.unwrap_or("monitor") {
        "monitor" => FileDir::Monitor,
        "queue" => FileDir::Queue,
        "meetme" => FileDir::Meetme,
        _ => return Found::Nothing(status::NO_SUCH_ITEM),
    };
    let mut files: Vec<Recording> = names
        .split('@')
        .filter_map(|name| known_name(name, &state.switches))
        .filter_map(|name| state.store.recording(dir, &name))
        .cloned()
        .collect();
    match (state.switches.recordings, files.len()) {
        (_, 0) | (Recordings::Missing, _) => Found::Nothing(status::NO_SUCH_ITEM),
        (Recordings::MissingMinus25, _) => Found::Nothing(status::FAILED_TO_UPDATE),
        (Recordings::Html, _) => Found::Page,
        (Recordings::Present, 1) if !names.contains('@') => Found::File(files.swap_remove(0)),
        (Recordings::Present, _) => Found::Files(files),
    }
}

/// The base name that a client's `name` stands for. Names with a space or `..` are skipped.
fn known_name(name: &str, switches: &Switches) -> Option<String> {
    let name: String = name.chars().take(NAME_MAX_CHARS).collect();
    if name.is_empty() || name.contains(' ') || name.contains("..") {
        return None;
    }
    let (has_directory, base) = match name.split_once('/') {
        Some((_, base)) => (true, base.to_owned()),
        None => (false, name),
    };
    match switches.recording_name {
        RecordingName::Base if has_directory => None,
        RecordingName::WithDirectory if !has_directory => None,
        _ => Some(base),
    }
}

fn list(state: &State, dir: Option<&str>) -> Found {
    let Some(dir) = dir else {
        let rows: String = DIRECTORIES.iter().map(|dir| format!("{dir}\r\n")).collect();
        return Found::List(format!("directory\r\n{rows}"));
    };
    let files = match dir {
        "monitor" => state.store.recordings(FileDir::Monitor),
        "queue" => state.store.recordings(FileDir::Queue),
        "meetme" => state.store.recordings(FileDir::Meetme),
        known if DIRECTORIES.contains(&known) => Vec::new(),
        _ => return Found::Nothing(status::NO_SUCH_ITEM),
    };
    let rows: String = files
        .iter()
        .enumerate()
        .map(|(n, file)| format!("{},{},{}\r\n", n + 1, cell(&file.name), file.size_bytes()))
        .collect();
    Found::List(format!("id,filename,size\r\n{rows}"))
}

/// The answer with what was found.
pub(crate) fn deliver(found: Found, state: &State) -> Response<Body> {
    match found {
        Found::List(text) => wire::answer(StatusCode::OK, "text/csv", text),
        Found::File(recording) => audio(&recording, state),
        Found::Files(recordings) => archive(&recordings),
        Found::Page => wire::web_page(),
        Found::Nothing(_) => wire::answer(StatusCode::NOT_FOUND, "text/html", "404 Not Found\n"),
    }
}

/// One recording that is being read out; dropped when all of it is, or when its reader goes away.
struct Download(Arc<AtomicUsize>);

impl Download {
    fn begin(state: &State) -> Self {
        state.downloads.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(&state.downloads))
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn audio(recording: &Recording, state: &State) -> Response<Body> {
    let switches = &state.switches;
    let size = recording.size_bytes();
    let begun = (
        Player::new(recording).beginning_as(switches.recording_form),
        0,
        Download::begin(state),
    );
    let pieces = stream::unfold(begun, |(player, from, download)| async move {
        let piece = player.piece(from, usize::MAX);
        let next = from + piece.len() as u64;
        let piece = (!piece.is_empty()).then(|| Ok::<_, io::Error>(Frame::data(piece)))?;
        Some((piece, (player, next, download)))
    });
    let mut response = Response::new(StreamBody::new(pieces).boxed_unsync());
    let headers = response.headers_mut();
    // Of the web server, which has no use for it here either.
    headers.insert(
        SET_COOKIE,
        HeaderValue::from_static("TRACKID=0123456789abcdef; Path=/"),
    );
    if switches.content_length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    if let Ok(content_type) = HeaderValue::from_str(&switches.content_type)
        && !content_type.is_empty()
    {
        headers.insert(CONTENT_TYPE, content_type);
    }
    response
}

/// A tar named after the first recording's time, with every file that was found.
fn archive(recordings: &[Recording]) -> Response<Body> {
    let Ok(bytes) = tar(recordings) else {
        return wire::answer(StatusCode::INTERNAL_SERVER_ERROR, "text/html", "");
    };
    let stamp = recordings
        .first()
        .map_or(0, |recording| recording.started.timestamp());
    let mut response = wire::answer(StatusCode::OK, "application/x-tar", bytes);
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{stamp}.tar\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response.extensions_mut().insert(AppStatus(0));
    response
}

fn tar(recordings: &[Recording]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for recording in recordings {
        let mut header = tar::Header::new_gnu();
        header.set_size(recording.size_bytes());
        header.set_mode(0o644);
        header.set_mtime(recording.started.timestamp().unsigned_abs());
        archive.append_data(&mut header, &recording.name, &recording.bytes()[..])?;
    }
    archive.into_inner()
}
