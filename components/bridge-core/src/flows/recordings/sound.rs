//! The beginning of a recording: which format it is in, whether browsers play that, and how long the file is.

use serde::{Deserialize, Serialize};

/// The format of a recording. The name says nothing: some firmware calls every file `.wav`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// WAV in a codec that browsers play, or whose codec is not said.
    #[default]
    Wave,
    /// WAV in a codec that browsers do not play, by its format tag (RFC 2361): 0x02 and 0x11 are ADPCM, 0x31 is GSM.
    Coded(u16),
    /// MPEG audio, such as MP3.
    Mpeg,
    /// Ogg.
    Ogg,
    /// FLAC.
    Flac,
    /// AMR, which browsers do not play.
    Amr,
}

impl Format {
    /// The format of a file that begins with `first`.
    pub fn of(first: &[u8]) -> Self {
        match first {
            [b'O', b'g', b'g', b'S', ..] => Self::Ogg,
            [b'f', b'L', b'a', b'C', ..] => Self::Flac,
            [b'#', b'!', b'A', b'M', b'R', ..] => Self::Amr,
            [b'R', b'I' | b'F', b'F' | b'6', b'F' | b'4', ..] => {
                let coded = tag(first).filter(|tag| !PLAYED_TAGS.contains(tag));
                coded.map_or(Self::Wave, Self::Coded)
            }
            _ => Self::Mpeg,
        }
    }

    /// The media type; a WAV with a codec of its own says which (RFC 2361).
    pub fn media_type(self) -> String {
        match self {
            Self::Wave => "audio/wav".to_owned(),
            Self::Coded(tag) => format!("audio/vnd.wave; codec={tag:x}"),
            Self::Mpeg => "audio/mpeg".to_owned(),
            Self::Ogg => "audio/ogg".to_owned(),
            Self::Flac => "audio/flac".to_owned(),
            Self::Amr => "audio/amr".to_owned(),
        }
    }

    /// How names of such files end.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Wave | Self::Coded(_) => "wav",
            Self::Mpeg => "mp3",
            Self::Ogg => "ogg",
            Self::Flac => "flac",
            Self::Amr => "amr",
        }
    }
}

/// Size of the whole file in bytes as its RIFF header has it; nothing where the header is cut off, or was never completed: a device writes it
/// when the recording ends, and until then 0 or the largest number.
pub fn total_bytes(first: &[u8]) -> Option<u64> {
    let riff_size = number(first, 4)?;
    let is_riff = first.starts_with(b"RIFF") && first.get(8..12)? == b"WAVE";
    let is_complete = (LEAST_RIFF_SIZE..STREAMING_SIZE).contains(&riff_size);
    let data_size = chunk(first, *b"data").map(|(_, size)| size);
    let has_samples = data_size.is_none_or(|size| size != 0 && size <= riff_size);
    (is_riff && is_complete && has_samples).then(|| u64::from(riff_size) + 8)
}

/// Whether a WAV file says that its recording has not ended: a device that died wrote it like this as well.
pub fn is_unfinished(first: &[u8]) -> bool {
    let is_open = |size: u32| size == 0 || size >= STREAMING_SIZE;
    let data = chunk(first, *b"data").map(|(_, size)| size);
    first.starts_with(b"RIFF")
        && (number(first, 4).is_some_and(is_open) || data.is_some_and(is_open))
}

/// Puts the sizes in the header of a WAV file of `total` bytes right where they are those of a recording that has not ended, or more than there
/// is: players would stop at once, or wait for what never comes.
pub fn mend(first: &mut [u8], total: u64) {
    if !first.starts_with(b"RIFF") {
        return;
    }
    let Some((begin, size)) = chunk(first, *b"data") else {
        return;
    };
    let Some(samples) = total.checked_sub(begin as u64) else {
        return;
    };
    let (Ok(samples), Ok(rest)) = (u32::try_from(samples), u32::try_from(total - 8)) else {
        return;
    };
    let is_wrong = size == 0 || size > samples;
    if is_wrong {
        first[begin - 4..begin].copy_from_slice(&samples.to_le_bytes());
    }
    if is_wrong || number(first, 4).is_some_and(|size| size > rest || size < LEAST_RIFF_SIZE) {
        first[4..8].copy_from_slice(&rest.to_le_bytes());
    }
}

/// The format tag; that of the sub-format where it is extensible.
fn tag(first: &[u8]) -> Option<u16> {
    let (begin, _) = chunk(first, *b"fmt ")?;
    let at = |at: usize| {
        let bytes = first.get(begin + at..begin + at + 2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    match at(0)? {
        EXTENSIBLE => at(24),
        tag => Some(tag),
    }
}

/// Where the contents of the first chunk of this name begin, and how long they say they are.
fn chunk(first: &[u8], name: [u8; 4]) -> Option<(usize, u32)> {
    let mut at = 12_usize;
    loop {
        let found = first.get(at..at.checked_add(4)?)?;
        let size = number(first, at + 4)?;
        let begin = at + 8;
        if found == name {
            return Some((begin, size));
        }
        let end = begin.checked_add(usize::try_from(size).ok()?)?;
        // Chunks begin at even places, but not every writer knows it; what fills up an odd one is no name.
        let even = end.checked_add(end % 2)?;
        at = if is_named(first, end) { end } else { even };
    }
}

fn is_named(first: &[u8], at: usize) -> bool {
    let name = at.checked_add(4).and_then(|end| first.get(at..end));
    name.is_some_and(|name| {
        name.iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
    })
}

fn number(first: &[u8], at: usize) -> Option<u32> {
    let bytes = first.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Bytes of a recording that are looked at: the chunks before the samples rarely take more.
pub(super) const LOOK_BYTES: usize = 1024;
/// What browsers play in a WAV file: PCM, floating point, A-law, \u{b5}-law.
const PLAYED_TAGS: [u16; 4] = [1, 3, 6, 7];
/// The format tag that says that another one follows.
const EXTENSIBLE: u16 = 0xFFFE;
/// What a header without a single sample counts.
const LEAST_RIFF_SIZE: u32 = 36;
/// From here on a size is one that was written before the recording ended: 0x7FFFFFFF, 0xFFFFFFFF and a little less are seen.
const STREAMING_SIZE: u32 = 0x7FFF_0000;

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a `fmt ` chunk with `tag`, `between`, and a `data` chunk, that claims these sizes.
    fn file(tag: u16, between: &[u8], riff_size: u32, data_size: u32) -> Vec<u8> {
        let mut file = b"RIFF".to_vec();
        file.extend(riff_size.to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend(tag.to_le_bytes());
        file.extend([0; 14]);
        file.extend(between);
        file.extend(b"data");
        file.extend(data_size.to_le_bytes());
        file
    }

    fn header(riff_size: u32, data_size: u32) -> Vec<u8> {
        file(1, b"", riff_size, data_size)
    }

    #[test]
    fn the_header_says_how_long_the_file_is_once_it_is_complete() {
        assert_eq!(total_bytes(&header(36 + 16_000, 16_000)), Some(16_044));
        for streaming in [
            0,
            36,
            0x7FFF_FFFF,
            0x7FFF_FFFF - 36,
            u32::MAX,
            u32::MAX - 36,
        ] {
            assert_eq!(
                total_bytes(&header(streaming, streaming.saturating_sub(36))),
                None
            );
        }
        assert_eq!(total_bytes(&header(16_036, u32::MAX)), None);
        assert_eq!(total_bytes(b"RIFF"), None);
        assert_eq!(total_bytes(b"{\"response\":{},\"status\":-16}"), None);
    }

    #[test]
    fn a_chunk_that_claims_to_be_endless_is_no_trap() {
        let mut header = header(16_036, 16_000);
        header[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(total_bytes(&header), Some(16_044));
        mend(&mut header, 16_044);
    }

    #[test]
    fn sizes_of_a_recording_that_had_not_ended_are_put_right() {
        // With nothing before the samples, with an even chunk, with an odd one, and with an odd one that is not filled up.
        for between in [
            &b""[..],
            b"LIST\x04\0\0\0abcd",
            b"LIST\x03\0\0\0abc\0",
            b"LIST\x03\0\0\0abc",
        ] {
            let samples = 44 - 8 + between.len();
            let total = 44 + between.len() as u64 + 16_000;
            for claim in [0, 17_000, 0x7FFF_FFFF, u32::MAX - 36, u32::MAX] {
                let mut mended = file(1, between, claim, claim);
                mend(&mut mended, total);
                let expected = file(1, between, u32::try_from(samples).unwrap() + 16_000, 16_000);
                assert_eq!(mended, expected, "{between:?} {claim}");
            }
        }
    }

    #[test]
    fn a_header_that_is_right_or_cut_off_is_left_alone() {
        let right = header(36 + 16_000, 16_000);
        // What comes behind the samples is not theirs.
        for (file, total) in [
            (right.clone(), 16_044),
            (right, 17_000),
            (b"RIFF\0\0\0\0WAVEfm".to_vec(), 99),
        ] {
            let mut mended = file.clone();
            mend(&mut mended, total);
            assert_eq!(mended, file);
        }
    }

    #[test]
    fn the_format_is_what_the_file_says() {
        let check = |first: &[u8], expected: Format| assert_eq!(Format::of(first), expected);
        for tag in PLAYED_TAGS {
            check(&file(tag, b"", 36, 0), Format::Wave);
        }
        for tag in [0x02, 0x11, 0x31, 0x55] {
            check(&file(tag, b"", 36, 0), Format::Coded(tag));
        }
        let mut extensible = file(EXTENSIBLE, b"", 36, 0);
        extensible[16..20].copy_from_slice(&40_u32.to_le_bytes());
        extensible.splice(36..36, [0; 24]);
        extensible[44] = 0x31;
        check(&extensible, Format::Coded(0x31));
        extensible[44] = 1;
        check(&extensible, Format::Wave);
        check(b"RIFF\0\0\0\0WAVE", Format::Wave);
        check(b"ID3\x04\0\0\0\0\0\0\0\0", Format::Mpeg);
        check(b"OggS\0\0\0\0\0\0\0\0", Format::Ogg);
        check(b"fLaC\0\0\0\0\0\0\0\0", Format::Flac);
        assert_eq!(Format::Coded(0x31).media_type(), "audio/vnd.wave; codec=31");
    }
}
