// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one bot has sent, received and missed, counted; becomes the JSON report.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use protocol::{ParticipantId, TrackKind, TrackSource};
use serde::Serialize;
use session::View;

/// Counts of one bot.
pub(crate) struct Tally {
    started_at: Instant,
    joined_after: Option<Duration>,
    media_after: Option<Duration>,
    sent: BTreeMap<TrackKind, u64>,
    received: BTreeMap<TrackSource, Received>,
    unsent: BTreeMap<&'static str, u64>,
    dropped: BTreeMap<&'static str, u64>,
    keyframe_requests: u64,
    epochs: u64,
    send_keys_at: Vec<Instant>,
    /// Whoever was ever there: at the end many are gone.
    names: BTreeMap<ParticipantId, String>,
}

#[derive(Default)]
struct Received {
    opened: u64,
    decodable: u64,
    keyframes: u64,
    dropped: BTreeMap<&'static str, u64>,
    pictures: BTreeMap<u8, u64>,
    unknown_frames: u64,
    first_after: Option<Duration>,
    last_after: Option<Duration>,
    has_reference: bool,
}

/// What is known of a frame that was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenedFrame {
    /// Whether it needs no frame before it.
    pub(crate) is_keyframe: bool,
    /// Whether frames before it were lost for good.
    pub(crate) is_after_loss: bool,
    /// The number of the clip that holds this frame, if one does.
    pub(crate) picture: Option<u8>,
}

impl Tally {
    /// Starts counting.
    pub(crate) const fn start(now: Instant) -> Self {
        Self {
            started_at: now,
            joined_after: None,
            media_after: None,
            sent: BTreeMap::new(),
            received: BTreeMap::new(),
            unsent: BTreeMap::new(),
            dropped: BTreeMap::new(),
            keyframe_requests: 0,
            epochs: 0,
            send_keys_at: Vec::new(),
            names: BTreeMap::new(),
        }
    }

    /// Notes that the bot is in the meeting, with keys.
    pub(crate) fn note_joined(&mut self, now: Instant) {
        self.joined_after.get_or_insert(now - self.started_at);
    }

    /// Returns whether the bot ever was in the meeting.
    pub(crate) const fn has_joined(&self) -> bool {
        self.joined_after.is_some()
    }

    /// Notes that the peer connection stands.
    pub(crate) fn note_media(&mut self, now: Instant) {
        self.media_after.get_or_insert(now - self.started_at);
    }

    /// Returns whether a peer connection ever stood.
    pub(crate) const fn had_media(&self) -> bool {
        self.media_after.is_some()
    }

    /// Notes who is there.
    pub(crate) fn note_names(&mut self, view: &View) {
        for other in view.participants.iter().filter(|other| !other.name.is_empty()) {
            self.names.insert(other.participant, other.name.clone());
        }
    }

    /// Notes a new key epoch.
    pub(crate) const fn note_epoch(&mut self) {
        self.epochs += 1;
    }

    /// Notes that frames are sealed with a new key from here on.
    pub(crate) fn note_send_key(&mut self, now: Instant) {
        self.send_keys_at.push(now);
    }

    /// Returns when the bot first got a new key to seal with after `start`.
    pub(crate) fn send_key_after(&self, start: Instant) -> Option<Instant> {
        self.send_keys_at.iter().copied().find(|&at| at > start)
    }

    /// Notes that somebody asked for a keyframe.
    pub(crate) const fn note_keyframe_request(&mut self) {
        self.keyframe_requests += 1;
    }

    /// Notes a frame that was sealed and handed to the transport.
    pub(crate) fn note_sent(&mut self, kind: TrackKind) {
        *self.sent.entry(kind).or_default() += 1;
    }

    /// Notes a frame that was not sealed.
    pub(crate) fn note_unsent(&mut self, reason: &'static str) {
        *self.unsent.entry(reason).or_default() += 1;
    }

    /// Notes a frame that was not opened.
    pub(crate) fn note_dropped(&mut self, source: Option<TrackSource>, reason: &'static str) {
        *self.dropped.entry(reason).or_default() += 1;
        if let Some(source) = source {
            let received = self.received.entry(source).or_default();
            *received.dropped.entry(reason).or_default() += 1;
            received.has_reference = false;
        }
    }

    /// Notes a frame that was opened. Returns whether a decoder could show or play it.
    pub(crate) fn note_opened(&mut self, now: Instant, source: TrackSource, frame: OpenedFrame) -> bool {
        let after = now - self.started_at;
        let received = self.received.entry(source).or_default();
        received.opened += 1;
        received.keyframes += u64::from(frame.is_keyframe && source.kind.is_video());
        if frame.is_after_loss {
            received.has_reference = false;
        }
        received.has_reference |= frame.is_keyframe;
        match frame.picture {
            Some(number) => *received.pictures.entry(number).or_default() += 1,
            None => received.unknown_frames += 1,
        }
        if received.has_reference {
            received.decodable += 1;
            received.first_after.get_or_insert(after);
            received.last_after = Some(after);
        }
        received.has_reference
    }

    /// Returns how many frames of `source` a decoder could have shown or played.
    pub(crate) fn decodable(&self, source: TrackSource) -> u64 {
        self.received
            .get(&source)
            .map_or(0, |received| received.decodable)
    }

    /// Returns whose frames came, and when the last one did that a decoder could have shown or played.
    pub(crate) fn last_decodable(&self) -> impl Iterator<Item = (TrackSource, Instant)> {
        let received = self.received.iter();
        received.filter_map(|(&source, received)| Some((source, self.started_at + received.last_after?)))
    }

    /// Returns how many frames of each track were opened so far.
    pub(crate) fn opened(&self) -> Vec<OpenedCount> {
        let counts = self.received.iter().map(|(source, received)| OpenedCount {
            participant: source.participant,
            kind: source.kind,
            opened: received.opened,
        });
        counts.collect()
    }

    /// Writes the report.
    pub(crate) fn report(&self, name: &str, view: Option<&View>, problem: Option<String>) -> Report {
        let received = self.received.iter().map(|(source, received)| ReceivedReport {
            participant: source.participant,
            name: self.names.get(&source.participant).cloned(),
            kind: source.kind,
            opened: received.opened,
            decodable: received.decodable,
            keyframes: received.keyframes,
            pictures: received.pictures.clone(),
            unknown_frames: received.unknown_frames,
            dropped: received.dropped.clone(),
            first_after_ms: received.first_after.map(millis),
            last_after_ms: received.last_after.map(millis),
        });
        Report {
            name: name.to_owned(),
            is_ok: problem.is_none(),
            problem,
            joined_after_ms: self.joined_after.map(millis),
            media_after_ms: self.media_after.map(millis),
            epochs: self.epochs,
            keyframe_requests: self.keyframe_requests,
            sent: self.sent.clone(),
            unsent: self.unsent.clone(),
            dropped: self.dropped.clone(),
            received: received.collect(),
            view: view.cloned(),
        }
    }
}

/// How many frames of a track were opened.
#[derive(Serialize)]
pub(crate) struct OpenedCount {
    participant: ParticipantId,
    kind: TrackKind,
    opened: u64,
}

/// One bot's report.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) is_ok: bool,
    pub(crate) problem: Option<String>,
    joined_after_ms: Option<u64>,
    media_after_ms: Option<u64>,
    epochs: u64,
    keyframe_requests: u64,
    sent: BTreeMap<TrackKind, u64>,
    unsent: BTreeMap<&'static str, u64>,
    dropped: BTreeMap<&'static str, u64>,
    received: Vec<ReceivedReport>,
    view: Option<View>,
}

impl Report {
    /// Returns one line for a person.
    pub(crate) fn summary(&self) -> String {
        let sent: u64 = self.sent.values().sum();
        let opened: u64 = self.received.iter().map(|received| received.opened).sum();
        let dropped: u64 = self.dropped.values().sum();
        format!(
            "{}: {sent} frames sent, {opened} opened, {dropped} dropped",
            self.name
        )
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceivedReport {
    participant: ParticipantId,
    name: Option<String>,
    kind: TrackKind,
    opened: u64,
    decodable: u64,
    keyframes: u64,
    pictures: BTreeMap<u8, u64>,
    unknown_frames: u64,
    dropped: BTreeMap<&'static str, u64>,
    first_after_ms: Option<u64>,
    last_after_ms: Option<u64>,
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: TrackSource = TrackSource {
        participant: ParticipantId(2),
        kind: TrackKind::Camera,
    };

    #[test]
    fn pictures_count_as_decodable_from_the_first_keyframe_on() {
        check(
            &[(false, false), (true, false), (false, false)],
            &[false, true, true],
        );
    }

    #[test]
    fn after_a_loss_only_a_keyframe_helps() {
        check(
            &[(true, false), (false, true), (false, false), (true, false)],
            &[true, false, false, true],
        );
    }

    #[test]
    fn a_frame_that_did_not_open_breaks_the_chain() {
        let now = Instant::now();
        let mut tally = Tally::start(now);
        assert!(tally.note_opened(now, CAMERA, frame(true, false)));
        tally.note_dropped(Some(CAMERA), "not_authentic");
        assert!(!tally.note_opened(now, CAMERA, frame(false, false)));
        assert_eq!(tally.decodable(CAMERA), 1);
    }

    #[track_caller]
    fn check(frames: &[(bool, bool)], expected: &[bool]) {
        let now = Instant::now();
        let mut tally = Tally::start(now);
        let decodable: Vec<bool> = frames
            .iter()
            .map(|&(is_keyframe, is_after_loss)| {
                tally.note_opened(now, CAMERA, frame(is_keyframe, is_after_loss))
            })
            .collect();
        assert_eq!(decodable, expected);
    }

    fn frame(is_keyframe: bool, is_after_loss: bool) -> OpenedFrame {
        OpenedFrame {
            is_keyframe,
            is_after_loss,
            picture: None,
        }
    }
}
