// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who gets which source in which slot, and which layer of it.

use std::time::{Duration, Instant};

use protocol::{ParticipantId, TrackKind, TrackSource, limits};
use str0m::bwe::Bitrate;
use tracing::debug;

use crate::{
    SfuEvent,
    allocator::{self, MayRise, Wish},
    egress::{Slot, Urgency},
    meeting::Meeting,
    offer::AUDIO_SLOTS,
    peer::Peer,
    shortage::Shortage,
    slots::{self, AudioCandidate},
};

impl Meeting {
    /// Gives every peer's slots the sources that they should carry.
    pub(crate) fn assign_slots(&mut self, now: Instant) {
        let candidates = self.audio_candidates();
        for subscriber in self.ids(|peer| peer.transport.is_some()) {
            self.assign_slots_of(now, subscriber, &candidates);
        }
        self.forget_tracks();
    }

    /// Gives one peer's slots the videos that they should carry; what it wishes concerns nobody else.
    pub(crate) fn assign_videos_of(&mut self, now: Instant, subscriber: ParticipantId) {
        let candidates = self.audio_candidates();
        self.assign_video(now, subscriber);
        self.ask_for_slots(subscriber, &candidates);
        self.allocate(now, subscriber);
        self.forget_tracks();
    }

    fn assign_slots_of(&mut self, now: Instant, subscriber: ParticipantId, candidates: &[AudioCandidate]) {
        let others = candidates
            .iter()
            .copied()
            .filter(|candidate| candidate.source.participant != subscriber);
        self.assign_audio(now, subscriber, others.collect());
        self.assign_video(now, subscriber);
        self.ask_for_slots(subscriber, candidates);
        self.allocate(now, subscriber);
    }

    fn forget_tracks(&mut self) {
        let Self { peers, tracks, .. } = self;
        tracks.retain(|source, track| {
            !track.subscribers.is_empty()
                || peers
                    .get(&source.participant)
                    .is_some_and(|peer| peer.announces(source.kind))
        });
    }

    fn audio_candidates(&self) -> Vec<AudioCandidate> {
        let mut candidates = Vec::new();
        for (&participant, peer) in &self.peers {
            let is_speaking = self.speakers.current().contains(&participant);
            for (kind, is_candidate) in [
                // A muted microphone keeps its slot while there are enough, so that its first word is heard.
                (TrackKind::Microphone, peer.announces(TrackKind::Microphone)),
                (TrackKind::ScreenAudio, peer.sends(TrackKind::ScreenAudio)),
            ] {
                if is_candidate {
                    let source = TrackSource { participant, kind };
                    candidates.push(AudioCandidate {
                        source,
                        is_speaking,
                        is_active: peer.active.contains(&kind),
                    });
                }
            }
        }
        candidates
    }

    fn assign_audio(&mut self, now: Instant, subscriber: ParticipantId, candidates: Vec<AudioCandidate>) {
        let Some(transport) = self
            .peers
            .get(&subscriber)
            .and_then(|peer| peer.transport.as_ref())
        else {
            return;
        };
        let before: Vec<_> = transport.audio_slots.iter().map(|slot| slot.source).collect();
        let after = slots::assign_audio(&before, candidates);
        self.change_slots(now, subscriber, Medium::Audio, &before, &after);
    }

    fn assign_video(&mut self, now: Instant, subscriber: ParticipantId) {
        let wanted: Vec<_> = self.wanted_videos(subscriber);
        let Some(peer) = self.peers.get_mut(&subscriber) else {
            return;
        };
        let videos = peer.videos.clone();
        let Some(transport) = peer.transport.as_mut() else {
            return;
        };
        let before: Vec<_> = transport.video_slots.iter().map(|slot| slot.source).collect();
        let after = slots::assign(&before, &wanted);
        self.change_slots(now, subscriber, Medium::Video, &before, &after);
        let Some(transport) = self
            .peers
            .get_mut(&subscriber)
            .and_then(|peer| peer.transport.as_mut())
        else {
            return;
        };
        for slot in &mut transport.video_slots {
            let video = videos.iter().find(|video| Some(video.source) == slot.source);
            slot.height = video.map_or(0, |video| video.height);
        }
    }

    /// What the subscriber wants to see and somebody sends.
    fn wanted_videos(&self, subscriber: ParticipantId) -> Vec<TrackSource> {
        let Some(peer) = self.peers.get(&subscriber) else {
            return Vec::new();
        };
        let is_sent = |source: &TrackSource| {
            source.participant != subscriber
                && self
                    .peers
                    .get(&source.participant)
                    .is_some_and(|publisher| publisher.sends(source.kind))
        };
        peer.videos
            .iter()
            .map(|video| video.source)
            .filter(is_sent)
            .collect()
    }

    fn change_slots(
        &mut self,
        now: Instant,
        subscriber: ParticipantId,
        medium: Medium,
        before: &[Option<TrackSource>],
        after: &[Option<TrackSource>],
    ) {
        let peer = self.key(subscriber);
        for (index, (&old, &new)) in before.iter().zip(after).enumerate() {
            if old == new {
                continue;
            }
            if let Some(track) = old.and_then(|old| self.tracks.get_mut(&old)) {
                track
                    .subscribers
                    .retain(|&subscription| subscription != (subscriber, index));
            }
            let Some(transport) = self
                .peers
                .get_mut(&subscriber)
                .and_then(|peer| peer.transport.as_mut())
            else {
                return;
            };
            let number = transport.number;
            let slot = &mut medium.slots(transport)[index];
            slot.set_source(now, new);
            let mid = slot.mid.to_string();
            if let Some(new) = new {
                self.tracks
                    .entry(new)
                    .or_default()
                    .subscribers
                    .push((subscriber, index));
            }
            self.emit(SfuEvent::SlotChanged {
                peer,
                transport: number,
                mid,
                source: new,
            });
        }
    }

    /// Finds the subscriptions again after a negotiation that may have moved slots.
    pub(crate) fn resubscribe(&mut self, subscriber: ParticipantId) {
        for track in self.tracks.values_mut() {
            track.subscribers.retain(|&(other, _)| other != subscriber);
        }
        let Some(transport) = self
            .peers
            .get(&subscriber)
            .and_then(|peer| peer.transport.as_ref())
        else {
            return;
        };
        for slots in [&transport.audio_slots, &transport.video_slots] {
            for (index, source) in slots
                .iter()
                .enumerate()
                .filter_map(|(index, slot)| Some((index, slot.source?)))
            {
                self.tracks
                    .entry(source)
                    .or_default()
                    .subscribers
                    .push((subscriber, index));
            }
        }
    }

    fn ask_for_slots(&mut self, subscriber: ParticipantId, candidates: &[AudioCandidate]) {
        // Those who are muted take what slots there are; most of a large meeting never says a word.
        let audible =
            |candidate: &&AudioCandidate| candidate.is_active && candidate.source.participant != subscriber;
        let audio_sources = candidates.iter().filter(audible).count();
        let videos = self.wanted_videos(subscriber).len();
        let Some(transport) = self
            .peers
            .get_mut(&subscriber)
            .and_then(|peer| peer.transport.as_mut())
        else {
            return;
        };
        let (has_audio, has_video) = (transport.audio_slots.len(), transport.video_slots.len());
        let audio = slots_for(has_audio, audio_sources, AUDIO_SLOTS);
        let video = slots_for(has_video, videos, limits::VIDEO_SLOTS);
        let wanted = (
            u16::try_from(audio).unwrap_or(u16::MAX),
            u16::try_from(video).unwrap_or(u16::MAX),
        );
        if (audio > has_audio || video > has_video) && transport.slots_asked != wanted {
            transport.slots_asked = wanted;
            let peer = self.key(subscriber);
            self.emit(SfuEvent::MoreSlots {
                peer,
                audio: wanted.0,
                video: wanted.1,
            });
        }
    }

    /// Chooses the layers of one subscriber, and asks for the keyframes that it needs.
    pub(crate) fn allocate(&mut self, now: Instant, subscriber: ParticipantId) {
        let Self { peers, tracks, .. } = self;
        let Some(peer) = peers.get_mut(&subscriber) else {
            return;
        };
        let Peer {
            videos,
            transport: Some(transport),
            ..
        } = peer
        else {
            return;
        };
        if !transport.is_connected() {
            return;
        }
        let slot_of = |source| {
            transport
                .video_slots
                .iter()
                .position(|slot: &Slot| slot.source == Some(source))
        };
        let indices: Vec<usize> = videos.iter().filter_map(|video| slot_of(video.source)).collect();
        let wishes: Vec<Wish> = indices
            .iter()
            .map(|&index| {
                let slot = &transport.video_slots[index];
                let layers = slot
                    .source
                    .and_then(|source| tracks.get(&source))
                    .map(|track| track.offers(now));
                Wish {
                    height: slot.height,
                    layers: layers.unwrap_or_default(),
                    current: slot.target(),
                }
            })
            .collect();
        let audio: u64 = transport
            .audio_slots
            .iter()
            .filter_map(|slot| tracks.get(&slot.source?))
            .map(|track| track.audio_bitrate().as_u64())
            .sum();
        let least = allocator::least(&wishes);
        let budget = |estimate: Bitrate| Bitrate::bps(estimate.as_u64().saturating_sub(audio));
        let is_short = budget(transport.estimate) < least;
        let shortage = transport.shortage.judge(now, is_short, transport.is_congested);
        if shortage == Shortage::Retry {
            let enough = Bitrate::bps(allocator::with_headroom(least).as_u64() + audio);
            debug!(%subscriber, estimate = %transport.estimate, %enough, "estimation begins anew");
            transport.restart_estimation(enough.max(transport.estimate));
        }
        let budget = budget(transport.estimate);
        let may_rise = if now >= transport.up_not_before {
            MayRise::Yes
        } else {
            MayRise::No
        };
        let allocation = allocator::allocate(&wishes, budget, may_rise, shortage);
        let before: Vec<_> = wishes.iter().map(|wish| wish.current).collect();
        let after: Vec<_> = allocation.grants.iter().map(|grant| grant.layer).collect();
        if before != after {
            let estimate = transport.estimate;
            debug!(%subscriber, %estimate, audio, ?shortage, ?before, ?after, "layers change");
        }
        let mut wanted = Vec::new();
        for ((&index, wish), grant) in indices.iter().zip(&wishes).zip(&allocation.grants) {
            let slot = &mut transport.video_slots[index];
            if grant.layer < wish.current && grant.urgency == Urgency::Now {
                transport.up_not_before = now + RISE_AFTER_FALL;
            }
            slot.set_target(now, grant.layer, grant.urgency);
            slot.set_temporal(grant.temporal);
            if let Some((source, layer)) = slot.source.zip(slot.poll_keyframe(now)) {
                wanted.push((source, layer));
            }
        }
        let desired = Bitrate::bps(allocation.desired.as_u64() + audio);
        let is_told = transport.set_desired_bitrate(desired.max(SOUGHT_AT_LEAST));
        for (source, layer) in wanted {
            self.request_keyframe(now, source, layer);
        }
        if is_told || shortage == Shortage::Retry {
            self.mark_dirty(subscriber);
        }
    }
}

/// Returns how many slots carry `sources`, if there may be `most`. Those that are missing come several at a time.
fn slots_for(present: usize, sources: usize, most: usize) -> usize {
    if sources <= present {
        return present;
    }
    present.max(sources.next_multiple_of(SLOTS_STEP).min(most))
}

#[derive(Debug, Clone, Copy)]
enum Medium {
    Audio,
    Video,
}

impl Medium {
    fn slots(self, transport: &mut crate::transport::Transport) -> &mut Vec<Slot> {
        match self {
            Self::Audio => &mut transport.audio_slots,
            Self::Video => &mut transport.video_slots,
        }
    }
}

// A negotiation costs both sides milliseconds, and while a crowd comes in everybody would have one per newcomer. Slots
// that nobody needs yet cost a few hundred bytes each.
const SLOTS_STEP: usize = 4;

// What is looked for even if nobody wants so much at the time: a tile that is enlarged then has its large layer at the
// next keyframe. Probing for it takes 15 ms every few seconds.
const SOUGHT_AT_LEAST: Bitrate = Bitrate::kbps(2500);

// After the link proved too narrow, the estimate recovers before the queue on the way has emptied.
const RISE_AFTER_FALL: Duration = Duration::from_secs(3);
