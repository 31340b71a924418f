// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signalling for the peer connection: offers, answers, which line carries whom, what is sent and wanted.

use e2ee::{KeyUpdate, SlotSource};
use protocol::{
    ClientMessage, Mode, Redacted, Timestamp, TrackKind, TrackSource, limits,
    message::{PublishedMid, VideoRequest},
};

use crate::{
    command::{Directive, Output, PublishedLine, VideoWish},
    session::{Fence, Session},
    view::NoticeCode,
};

impl Session {
    /// Asks the media side for a new peer connection.
    pub(crate) fn start_transport(&mut self) {
        let transport = self.media.start_transport();
        self.output(Output::Media(Directive::NewTransport { transport }));
    }

    pub(crate) fn handle_offer(&mut self, transport: u32, sdp: String, publish: Vec<PublishedLine>) {
        if self.media.is_current(transport) && self.connection.is_open() {
            self.send(&ClientMessage::Offer {
                transport,
                sdp: Redacted(sdp),
                publish: publish
                    .into_iter()
                    .map(|line| PublishedMid {
                        mid: line.mid,
                        kind: line.kind,
                    })
                    .collect(),
            });
        }
    }

    pub(crate) fn handle_transport_failed(&mut self, now: Timestamp, transport: u32) {
        if self.media.is_current(transport) {
            self.media.handle_failed(now);
            // What broke the media may have broken the WebSocket, which takes longer to notice.
            self.ask(Fence::Alive);
            self.connection.handle_asked(now);
        }
    }

    pub(crate) fn handle_set_tracks(&mut self, mut active: Vec<TrackKind>) {
        let (may, before) = (self.own_permissions(), self.media.active().to_vec());
        let wished = active.len();
        active.retain(|kind| before.contains(kind) || may.allows_track(*kind));
        if active.len() < wished {
            self.notice(NoticeCode::NotAllowed, None);
        }
        if self.media.set_active(active) {
            self.send_tracks();
        }
    }

    pub(crate) fn handle_subscribe(&mut self, videos: &[VideoWish]) {
        let videos = videos
            .iter()
            .take(limits::VIDEO_SLOTS)
            .map(|wish| VideoRequest {
                source: wish.source,
                height: wish.height,
            })
            .collect();
        self.media.set_wanted(videos);
        self.send_subscription();
    }

    /// Tells the server exactly which tracks are on; after a reconnect the same as before.
    pub(crate) fn send_tracks(&mut self) {
        let active = self.media.active().to_vec();
        if self.connection.is_open() {
            self.send(&ClientMessage::SetTracks { active });
        }
    }

    pub(crate) fn send_subscription(&mut self) {
        if let Some(videos) = self.media.wanted().map(<[VideoRequest]>::to_vec)
            && self.connection.is_open()
        {
            self.send(&ClientMessage::Subscribe { videos });
        }
    }

    pub(crate) fn handle_answer(&mut self, transport: u32, sdp: String) {
        if self.media.is_current(transport) {
            self.media.handle_answered();
            self.output(Output::Media(Directive::Answer { transport, sdp }));
        }
    }

    pub(crate) fn handle_slot_changed(&mut self, transport: u32, mid: String, source: Option<TrackSource>) {
        if self.media.is_current(transport) && mid.len() <= MID_BYTES {
            self.media.assign(mid.clone(), source);
            self.assign_slots();
            self.output(Output::Media(Directive::Slot {
                transport,
                mid,
                source,
            }));
        }
    }

    /// Tells the frame side whose frames each line may carry, wherever that changed: by a new source, or because a
    /// source has another leaf.
    pub(crate) fn assign_slots(&mut self) {
        let transport = self.media.transport();
        let sources: Vec<(String, Option<SlotSource>)> = self
            .media
            .slots()
            .map(|(mid, source)| (mid.to_owned(), source.and_then(|source| self.slot_source(source))))
            .collect();
        for (mid, source) in sources {
            if self.media.note_assignment(&mid, source) {
                self.update_keys(&KeyUpdate::AssignSlot {
                    transport,
                    mid,
                    source,
                });
            }
        }
    }

    fn slot_source(&self, source: TrackSource) -> Option<SlotSource> {
        let index = match self.link.mode() {
            Mode::E2ee => self.group.leaf_of(source.participant)?,
            Mode::Standard => source.participant.0,
        };
        Some(SlotSource {
            index,
            kind: source.kind,
        })
    }
}

// RFC 9143 sets no bound, browsers use one or two digits; the server cannot make the client keep more.
const MID_BYTES: usize = 32;
