//! The head of a WAV file, as far as it says how long the file is.

/// Size of the whole file in bytes as its RIFF header has it; nothing where the header is cut off, or was never completed: a device writes it
/// when the recording ends.
pub(super) fn total_bytes(first: &[u8]) -> Option<u64> {
    let riff_size = u32::from_le_bytes(first.get(4..8)?.try_into().ok()?);
    let is_riff = first.starts_with(b"RIFF") && first.get(8..12)? == b"WAVE";
    let is_complete = riff_size != u32::MAX && u64::from(riff_size) >= LEAST_RIFF_SIZE;
    (is_riff && is_complete && data_size(first) != Some(0)).then(|| u64::from(riff_size) + 8)
}

/// Size of the samples, if the head holds where they begin.
fn data_size(first: &[u8]) -> Option<u32> {
    let mut at = 12;
    loop {
        let chunk = first.get(at..at + 8)?;
        let size = u32::from_le_bytes(chunk[4..8].try_into().ok()?);
        if &chunk[..4] == b"data" {
            return Some(size);
        }
        // Chunks begin at even places.
        at = at.checked_add(8 + size as usize + size as usize % 2)?;
    }
}

/// What a header without a single sample counts.
const LEAST_RIFF_SIZE: u64 = 36;

#[cfg(test)]
mod tests {
    use super::total_bytes;

    fn header(riff_size: u32, data_size: u32) -> Vec<u8> {
        let mut header = b"RIFF".to_vec();
        header.extend(riff_size.to_le_bytes());
        header.extend(b"WAVEfmt ");
        header.extend(16_u32.to_le_bytes());
        header.extend([0; 16]);
        header.extend(b"data");
        header.extend(data_size.to_le_bytes());
        header
    }

    #[test]
    fn the_header_says_how_long_the_file_is_once_it_is_complete() {
        assert_eq!(total_bytes(&header(36 + 16_000, 16_000)), Some(16_044));
        assert_eq!(total_bytes(&header(0, 0)), None);
        assert_eq!(total_bytes(&header(36, 0)), None);
        assert_eq!(total_bytes(&header(u32::MAX, u32::MAX)), None);
        assert_eq!(total_bytes(b"RIFF"), None);
        assert_eq!(total_bytes(b"{\"response\":{},\"status\":-16}"), None);
    }

    #[test]
    fn a_chunk_that_claims_to_be_endless_is_no_trap() {
        let mut header = header(16_036, 16_000);
        header[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(total_bytes(&header), Some(16_044));
    }
}
