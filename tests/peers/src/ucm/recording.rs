//! Recordings: their names, and audio made on the fly that is the same at every reading.

use bytes::{BufMut, Bytes, BytesMut};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::switches::RecordingForm;

/// Samples per second of every recording: WAV, PCM s16le, mono.
const RATE_HZ: u32 = 8_000;
/// Bytes per second of audio.
const BYTES_PER_SEC: u64 = 16_000;
/// Bytes of the RIFF header before the samples.
const HEADER_BYTES: u64 = 44;
/// Most bytes of a recording that are given at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// Where the device keeps a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileDir {
    /// Automatic recordings of calls and ring groups.
    Monitor,
    /// Recordings made by a queue.
    Queue,
    /// Recordings of conference rooms.
    Meetme,
}

impl FileDir {
    /// The name that `filedir` uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::Queue => "queue",
            Self::Meetme => "meetme",
        }
    }
}

/// One recorded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The directory it is kept in.
    pub dir: FileDir,
    /// `YYYY-MM`, device-local.
    pub month: String,
    /// `auto-….wav` or `q6500-….wav`, without the sub-directory.
    pub name: String,
    /// Seconds of audio.
    pub secs: u32,
    /// When the recording began.
    pub started: DateTime<Utc>,
}

impl Recording {
    pub(crate) fn new(
        dir: FileDir,
        name: String,
        started: DateTime<Utc>,
        secs: u32,
        zone: Tz,
    ) -> Self {
        let month = started.with_timezone(&zone).format("%Y-%m").to_string();
        Self {
            dir,
            month,
            name,
            secs,
            started,
        }
    }

    /// The segment of `recordfiles`: `2024-05/auto-….wav@`.
    pub fn listed(&self) -> String {
        format!("{}/{}@", self.month, self.name)
    }

    /// Size of the WAV file in bytes.
    pub fn size_bytes(&self) -> u64 {
        HEADER_BYTES + u64::from(self.secs) * BYTES_PER_SEC
    }

    /// The bytes `from..` of the file, at most `max` of them, and none past its end.
    pub fn read(&self, from: u64, max: usize) -> Bytes {
        let (player, end) = (Player::new(self), from.saturating_add(max as u64));
        let mut out =
            BytesMut::with_capacity(self.size_bytes().min(end).saturating_sub(from) as usize);
        loop {
            let at = from + out.len() as u64;
            let piece = player.piece(at, end.saturating_sub(at) as usize);
            if piece.is_empty() {
                return out.freeze();
            }
            out.put(piece);
        }
    }

    /// The whole file.
    pub fn bytes(&self) -> Bytes {
        self.read(0, self.size_bytes() as usize)
    }

    fn header(&self) -> [u8; HEADER_BYTES as usize] {
        let data = self.secs * BYTES_PER_SEC as u32;
        let mut header = [0; HEADER_BYTES as usize];
        let mut out = &mut header[..];
        out.put_slice(b"RIFF");
        out.put_u32_le(data + HEADER_BYTES as u32 - 8);
        out.put_slice(b"WAVEfmt ");
        out.put_u32_le(16);
        out.put_u16_le(1); // PCM
        out.put_u16_le(1); // mono
        out.put_u32_le(RATE_HZ);
        out.put_u32_le(BYTES_PER_SEC as u32);
        out.put_u16_le(2); // bytes per frame
        out.put_u16_le(16); // bits per sample
        out.put_slice(b"data");
        out.put_u32_le(data);
        header
    }

    fn period_samples(&self) -> u64 {
        let sum: u64 = self.name.bytes().map(u64::from).sum();
        20 + sum % 40
    }
}

/// Reads a recording out, of any length, without ever holding it.
///
/// The audio is a quiet triangle wave whose pitch follows from the file's name, so that two recordings differ and one recording reads the
/// same every time. Some whole cycles of it are made once; every piece is a stretch of them.
#[derive(Debug)]
pub(crate) struct Player {
    header: Bytes,
    cycles: Bytes,
    cycle_bytes: u64,
    size_bytes: u64,
}

impl Player {
    /// Puts another beginning before the samples.
    pub(crate) fn beginning_as(mut self, form: RecordingForm) -> Self {
        let mut header = self.header.to_vec();
        match form {
            RecordingForm::Pcm => {}
            RecordingForm::Endless | RecordingForm::Sizeless => {
                let size = if form == RecordingForm::Endless {
                    0xFF
                } else {
                    0
                };
                header[4..8].fill(size);
                header[40..44].fill(size);
            }
            RecordingForm::Gsm => header[20] = 0x31,
            RecordingForm::Mpeg => header[..4].copy_from_slice(b"ID3\x04"),
        }
        self.header = header.into();
        self
    }

    pub(crate) fn new(recording: &Recording) -> Self {
        let period = recording.period_samples();
        let cycle: Vec<u8> = (0..2 * period).map(|at| sample_byte(at, period)).collect();
        Self {
            header: Bytes::copy_from_slice(&recording.header()),
            cycles: cycle.repeat(PIECE_BYTES / cycle.len() + 2).into(),
            cycle_bytes: 2 * period,
            size_bytes: recording.size_bytes(),
        }
    }

    /// A stretch that begins at `from`, at most `max` bytes long; empty at the end.
    pub(crate) fn piece(&self, from: u64, max: usize) -> Bytes {
        let left = self.size_bytes.saturating_sub(from).min(max as u64) as usize;
        if from < HEADER_BYTES {
            let rest = self.header.slice(from as usize..);
            return rest.slice(..left.min(rest.len()));
        }
        let at = ((from - HEADER_BYTES) % self.cycle_bytes) as usize;
        self.cycles.slice(at..at + left.min(PIECE_BYTES))
    }
}

/// One byte of the little-endian sample stream.
fn sample_byte(at: u64, period: u64) -> u8 {
    let phase = (at / 2) % period;
    let height = phase.min(period - phase) as i16 * 100 - 1_000;
    height.to_le_bytes()[(at % 2) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> Recording {
        let started = DateTime::from_timestamp(1_717_090_910, 0).expect("a valid epoch");
        let name = "auto-1717090910-1001-2100.wav".to_owned();
        Recording::new(FileDir::Monitor, name, started, 3, Tz::UTC)
    }

    #[test]
    fn size_is_header_and_sixteen_thousand_bytes_a_second() {
        let wav = recording().bytes();
        assert_eq!(wav.len(), 44 + 3 * 16_000);
        assert_eq!(&wav[..4], b"RIFF");
        assert_eq!(&wav[8..16], b"WAVEfmt ");
        assert_eq!(wav[40..44], 48_000_u32.to_le_bytes());
    }

    #[test]
    fn reading_in_pieces_gives_the_same_bytes() {
        let recording = recording();
        let pieces: Vec<u8> = (0..)
            .map(|n| recording.read(n * 1_001, 1_001))
            .take_while(|piece| !piece.is_empty())
            .flatten()
            .collect();
        assert_eq!(pieces, recording.bytes());
    }
}
