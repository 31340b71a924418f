// SPDX-License-Identifier: MIT OR Apache-2.0
//! Ogg (RFC 3533), the container of the committed voices, as far as one Opus stream (RFC 7845) needs it.

use anyhow::{Context as _, ensure};

/// Returns the Opus packets of an Ogg file in order, without the two header packets.
///
/// # Errors
/// When the file is not Ogg with Opus in it, or ends in the middle of a page.
pub(crate) fn read(file: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut packets = Vec::new();
    let mut packet = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let (header, after) = rest
            .split_at_checked(PAGE_HEADER_BYTES)
            .context("Ogg page header cut short")?;
        ensure!(header.starts_with(b"OggS"), "not an Ogg page");
        let (lacing, mut after) = after
            .split_at_checked(usize::from(header[PAGE_HEADER_BYTES - 1]))
            .context("Ogg segment table cut short")?;
        for &bytes in lacing {
            let (segment, next) = after
                .split_at_checked(usize::from(bytes))
                .context("Ogg segment cut short")?;
            packet.extend_from_slice(segment);
            after = next;
            // A segment of 255 bytes says that the packet goes on in the next one (RFC 3533, section 6).
            if bytes < u8::MAX {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = after;
    }
    ensure!(
        packets.first().is_some_and(|head| head.starts_with(b"OpusHead")),
        "not Opus"
    );
    ensure!(
        packets.get(1).is_some_and(|tags| tags.starts_with(b"OpusTags")),
        "no Opus tags"
    );
    Ok(packets.split_off(2))
}

const PAGE_HEADER_BYTES: usize = 27;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_may_run_over_several_segments() {
        let long = vec![7; 300];
        let file = page(&[b"OpusHead", b"OpusTags", &long, b"x"]);
        assert_eq!(read(&file).expect("well formed"), [long, b"x".to_vec()]);
    }

    #[test]
    fn other_streams_are_refused() {
        assert!(read(&page(&[b"\x01vorbis", b"x"])).is_err());
        assert!(read(b"RIFF").is_err());
        assert!(read(&[]).is_err());
    }

    fn page(packets: &[&[u8]]) -> Vec<u8> {
        let mut lacing = Vec::new();
        for packet in packets {
            lacing.extend(std::iter::repeat_n(255, packet.len() / 255));
            lacing.push(u8::try_from(packet.len() % 255).expect("below 255"));
        }
        let mut page = b"OggS".to_vec();
        page.resize(PAGE_HEADER_BYTES - 1, 0);
        page.push(u8::try_from(lacing.len()).expect("few packets"));
        page.extend(lacing);
        page.extend(packets.concat());
        page
    }
}
