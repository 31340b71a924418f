// SPDX-License-Identifier: MIT OR Apache-2.0
//! An SDP offer becomes published tracks and slots.

use protocol::{TrackKind, limits, message::PublishedMid};
use str0m::{
    Rtc,
    change::SdpOffer,
    format::Codec,
    media::{Mid, Pt},
};

use crate::{
    OfferRefusal,
    egress::Slot,
    sdp::without_foreign_parts,
    transport::{Transport, contained},
};

/// An offer that passed every check that needs no str0m.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    sdp: &'a str,
    published: Vec<(Mid, TrackKind)>,
    audio_slots: Vec<Mid>,
    video_slots: Vec<Mid>,
}

impl<'a> Offer<'a> {
    /// Reads an offer.
    pub(crate) fn parse(sdp: &'a str, publish: &[PublishedMid]) -> Result<Self, OfferRefusal> {
        if sdp.len() > limits::SDP_BYTES {
            return Err(OfferRefusal::TooLarge);
        }
        let lines = media_lines(sdp)?;
        let mut published: Vec<(Mid, TrackKind)> = Vec::new();
        for PublishedMid { mid, kind } in publish {
            let mid = Mid::from(mid.as_str());
            let line = lines
                .iter()
                .find(|line| line.mid == mid)
                .ok_or(OfferRefusal::WrongPublish)?;
            let is_twice = published
                .iter()
                .any(|&(other_mid, other_kind)| other_mid == mid || other_kind == *kind);
            if is_twice || line.is_video != kind.is_video() || !line.sends {
                return Err(OfferRefusal::WrongPublish);
            }
            published.push((mid, *kind));
        }
        let receives =
            |line: &&MediaLine| line.receives && !published.iter().any(|&(mid, _)| mid == line.mid);
        let slots = |is_video| {
            lines
                .iter()
                .filter(receives)
                .filter(move |line| line.is_video == is_video)
        };
        let audio_slots = slots(false).map(|line| line.mid).collect();
        let video_slots = slots(true).map(|line| line.mid).collect();
        Ok(Self {
            sdp,
            published,
            audio_slots,
            video_slots,
        })
    }

    /// Negotiates the offer on `transport` and returns the answer. A transport on which this failed is of no use.
    pub(crate) fn accept(self, transport: &mut Transport) -> Result<String, OfferRefusal> {
        let rtc = &mut transport.rtc;
        let slots_before = [&transport.audio_slots, &transport.video_slots];
        for slot in slots_before.into_iter().flatten() {
            slot.declare_unopened(rtc);
        }
        let answer = contained(|| {
            let offer = SdpOffer::from_sdp_string(&without_foreign_parts(self.sdp))
                .map_err(|_| OfferRefusal::Malformed)?;
            rtc.sdp_api()
                .accept_offer(offer)
                .map_err(|_| OfferRefusal::Malformed)
        })
        .map_err(|_| OfferRefusal::Malformed)??
        .to_sdp_string();
        let of_video = |is_video| {
            let published = self
                .published
                .iter()
                .filter(move |(_, kind)| kind.is_video() == is_video);
            published.map(|&(mid, _)| mid).chain(
                if is_video {
                    &self.video_slots
                } else {
                    &self.audio_slots
                }
                .clone(),
            )
        };
        transport.vp9 = payload_type(rtc, Codec::Vp9, of_video(true).collect())?;
        transport.opus = payload_type(rtc, Codec::Opus, of_video(false).collect())?;
        renew(rtc, &mut transport.audio_slots, &self.audio_slots)?;
        renew(rtc, &mut transport.video_slots, &self.video_slots)?;
        // str0m probes the bandwidth with padding under SSRC 0, on a video line if a stream of one is there. On an audio line
        // Chromium would take it for the voice, and play silence from then on.
        if let Some(probed) = transport.video_slots.first_mut() {
            probed.open(rtc);
        }
        let slots = [&transport.audio_slots, &transport.video_slots];
        for slot in slots.into_iter().flatten() {
            slot.withdraw_unopened(rtc);
        }
        transport.ingress.set_published(self.published);
        Ok(answer)
    }
}

/// Returns the number that the connection gives `codec`; `None` if no m-line needs it.
fn payload_type(rtc: &Rtc, codec: Codec, mids: Vec<Mid>) -> Result<Option<Pt>, OfferRefusal> {
    if mids.is_empty() {
        return Ok(None);
    }
    let params = rtc
        .codec_config()
        .params()
        .iter()
        .find(|params| params.spec().codec == codec);
    let pt = params.map(|params| params.pt()).ok_or(OfferRefusal::NoCodec)?;
    let is_everywhere = mids.into_iter().all(|mid| {
        rtc.media(mid)
            .is_some_and(|media| media.remote_pts().contains(&pt))
    });
    if is_everywhere {
        Ok(Some(pt))
    } else {
        Err(OfferRefusal::NoCodec)
    }
}

/// Adds the slots of `mids` that are new; those that were there keep what they carry.
fn renew(rtc: &mut Rtc, slots: &mut Vec<Slot>, mids: &[Mid]) -> Result<(), OfferRefusal> {
    // No client takes a slot away. If one did and gave it back, its packets would be numbered from the beginning, under
    // the same SRTP key.
    if slots.iter().any(|slot| !mids.contains(&slot.mid)) {
        return Err(OfferRefusal::Malformed);
    }
    for &mid in mids {
        if slots.iter().any(|slot| slot.mid == mid) {
            continue;
        }
        let mut api = rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).ok_or(OfferRefusal::Malformed)?;
        slots.push(Slot::new(mid, stream.ssrc(), stream.rtx()));
    }
    Ok(())
}

#[derive(Debug)]
struct MediaLine {
    mid: Mid,
    is_video: bool,
    sends: bool,
    receives: bool,
}

/// Reads of each audio and video m-line what str0m does not tell: its mid and direction (RFC 8866, section 6.7).
fn media_lines(sdp: &str) -> Result<Vec<MediaLine>, OfferRefusal> {
    let mut lines = Vec::new();
    for section in sdp.split("\nm=").skip(1) {
        if lines.len() >= MEDIA_LINES {
            return Err(OfferRefusal::TooLarge);
        }
        let is_video = section.starts_with("video ");
        if !is_video && !section.starts_with("audio ") {
            continue;
        }
        let mut mid = None;
        let (mut sends, mut receives) = (true, true);
        for attribute in section
            .lines()
            .filter_map(|line| line.trim_end().strip_prefix("a="))
        {
            match attribute {
                "sendonly" => receives = false,
                "recvonly" => sends = false,
                "inactive" => (sends, receives) = (false, false),
                _ => mid = attribute.strip_prefix("mid:").map(Mid::from).or(mid),
            }
        }
        let mid = mid.ok_or(OfferRefusal::Malformed)?;
        if lines.iter().any(|line: &MediaLine| line.mid == mid) {
            return Err(OfferRefusal::Malformed);
        }
        lines.push(MediaLine {
            mid,
            is_video,
            sends,
            receives,
        });
    }
    if lines.is_empty() {
        Err(OfferRefusal::Malformed)
    } else {
        Ok(lines)
    }
}

/// Audio slots that a peer is asked for at most: more voices at once than anybody can follow.
pub(crate) const AUDIO_SLOTS: usize = 16;

// Four tracks, all slots, and a few that a browser keeps of the past.
const MEDIA_LINES: usize = limits::VIDEO_SLOTS + AUDIO_SLOTS + 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_receiving_lines_are_told_apart() {
        let sdp = offer(&[
            ("audio", "0", "sendonly"),
            ("video", "1", "sendonly"),
            ("video", "2", "recvonly"),
        ]);
        let offer = Offer::parse(
            &sdp,
            &[
                publish("0", TrackKind::Microphone),
                publish("1", TrackKind::Camera),
            ],
        )
        .expect("is right");
        assert_eq!(offer.published.len(), 2);
        assert_eq!(
            (offer.audio_slots.len(), offer.video_slots.as_slice()),
            (0, &["2".into()][..])
        );
    }

    #[test]
    fn publishing_what_is_not_offered_is_refused() {
        let sdp = offer(&[("audio", "0", "sendonly"), ("video", "1", "recvonly")]);
        for wrong in [
            vec![publish("7", TrackKind::Camera)],
            vec![publish("0", TrackKind::Camera)],
            vec![publish("1", TrackKind::Camera)],
            vec![
                publish("0", TrackKind::Microphone),
                publish("0", TrackKind::ScreenAudio),
            ],
        ] {
            assert_eq!(Offer::parse(&sdp, &wrong).err(), Some(OfferRefusal::WrongPublish));
        }
    }

    #[test]
    fn endless_and_empty_offers_are_refused() {
        assert_eq!(
            Offer::parse(&"v".repeat(limits::SDP_BYTES + 1), &[]).err(),
            Some(OfferRefusal::TooLarge)
        );
        assert_eq!(Offer::parse("v=0\r\n", &[]).err(), Some(OfferRefusal::Malformed));
        let mids: Vec<_> = (0..200).map(|mid| mid.to_string()).collect();
        let lines: Vec<_> = mids
            .iter()
            .map(|mid| ("video", mid.as_str(), "recvonly"))
            .collect();
        assert_eq!(
            Offer::parse(&offer(&lines), &[]).err(),
            Some(OfferRefusal::TooLarge)
        );
    }

    fn publish(mid: &str, kind: TrackKind) -> PublishedMid {
        PublishedMid {
            mid: mid.to_owned(),
            kind,
        }
    }

    fn offer(lines: &[(&str, &str, &str)]) -> String {
        let line = |(medium, mid, direction): &(&str, &str, &str)| {
            format!("m={medium} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na={direction}\r\n")
        };
        format!("v=0\r\n{}", lines.iter().map(line).collect::<String>())
    }
}
