// SPDX-License-Identifier: MIT OR Apache-2.0
//! IVF, the container of the committed VP9 layers: a 32-byte header, then frames behind 12-byte headers.

use anyhow::{Context as _, ensure};

/// Returns the frames of an IVF file in order.
///
/// # Errors
/// When the file is not IVF, not VP9, or ends in the middle of a frame.
pub(crate) fn read(file: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    ensure!(file.get(..4) == Some(b"DKIF".as_slice()), "not an IVF file");
    ensure!(file.get(8..12) == Some(b"VP90".as_slice()), "not VP9");
    let header_bytes = u16::from_le_bytes([file[6], file[7]]);
    let mut rest = file
        .get(usize::from(header_bytes)..)
        .context("IVF header cut short")?;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let (header, after) = rest
            .split_at_checked(FRAME_HEADER_BYTES)
            .context("IVF frame header cut short")?;
        let bytes = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        let (frame, after) = after
            .split_at_checked(usize::try_from(bytes)?)
            .context("IVF frame cut short")?;
        frames.push(frame.to_vec());
        rest = after;
    }
    Ok(frames)
}

const FRAME_HEADER_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_were_put_in() {
        assert_eq!(
            read(&file(&[&[1, 2, 3], &[4]])).expect("well formed"),
            [vec![1, 2, 3], vec![4]]
        );
    }

    #[test]
    fn every_cut_through_a_frame_is_an_error() {
        let whole = file(&[&[1, 2, 3]]);
        for end in (0..whole.len()).filter(|&end| end != 32) {
            assert!(read(&whole[..end]).is_err(), "cut at {end} was accepted");
        }
    }

    fn file(frames: &[&[u8]]) -> Vec<u8> {
        let mut file = b"DKIF\0\0\x20\0VP90".to_vec();
        file.resize(32, 0);
        for frame in frames {
            file.extend_from_slice(&u32::try_from(frame.len()).expect("short").to_le_bytes());
            file.extend_from_slice(&[0; 8]);
            file.extend_from_slice(frame);
        }
        file
    }
}
