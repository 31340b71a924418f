// SPDX-License-Identifier: MIT OR Apache-2.0
//! One client: a real session and a real frame side, and what they last showed.

use std::collections::BTreeMap;

use e2ee::{FrameSide, OpenDrop, SealDrop};
use protocol::{ConnectionId, MeetingId, MeetingLink, ResumeToken, Timestamp, TrackKind, TrackSource};
use session::{Session, SessionConfig, View};

use crate::{network::Link, relay::mid_of};

/// One client of a [`crate::World`], counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub usize);

pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) link: MeetingLink,
    /// If this is a session in a breakout room: in which.
    pub(crate) room: Option<MeetingId>,
    /// And beside which session.
    pub(crate) parent: Option<ClientId>,
    pub(crate) way: Link,
    pub(crate) session: Session,
    pub(crate) frames: FrameSide,
    pub(crate) connection: Option<ConnectionId>,
    /// Counts the connections that it wished for; the answer to an older wish is for nobody.
    pub(crate) attempt: u64,
    pub(crate) view: Option<Box<View>>,
    pub(crate) resume: Option<ResumeToken>,
    pub(crate) transport: Option<u32>,
    pub(crate) slots: BTreeMap<String, TrackSource>,
    /// Whether the story wants it in the meeting.
    pub(crate) is_wanted: bool,
    /// Whether the network carries anything from or to it.
    pub(crate) is_online: bool,
    /// Whether its process runs.
    pub(crate) is_running: bool,
    pub(crate) keyframes: u32,
}

impl Client {
    pub(crate) fn new(now: Timestamp, seed: [u8; 32], name: &str, link: MeetingLink, way: Link) -> Self {
        let config = SessionConfig {
            link: link.clone(),
            name: name.to_owned(),
            resume: None,
            active: vec![TrackKind::Microphone],
        };
        Self {
            name: name.to_owned(),
            link,
            room: None,
            parent: None,
            way,
            session: Session::new(now, seed, config),
            frames: FrameSide::new(),
            connection: None,
            attempt: 0,
            view: None,
            resume: None,
            transport: None,
            slots: BTreeMap::new(),
            is_wanted: true,
            is_online: true,
            is_running: true,
            keyframes: 0,
        }
    }

    /// Begins anew as a reloaded page does: nothing is left but the resume token.
    pub(crate) fn reload(&mut self, now: Timestamp, seed: [u8; 32]) {
        let config = SessionConfig {
            link: self.link.clone(),
            name: self.name.clone(),
            resume: self.resume.clone(),
            active: vec![TrackKind::Microphone],
        };
        self.session = Session::new(now, seed, config);
        self.frames = FrameSide::new();
        self.connection = None;
        self.view = None;
        self.transport = None;
        self.slots.clear();
    }

    pub(crate) fn seal(&mut self, kind: TrackKind, frame: &[u8]) -> Result<Vec<u8>, SealDrop> {
        self.frames.seal(kind, frame)
    }

    /// Opens a frame that the server sends through the slot of `source`.
    pub(crate) fn open(
        &mut self,
        now: Timestamp,
        source: TrackSource,
        frame: &[u8],
    ) -> Result<Vec<u8>, OpenDrop> {
        let transport = self.transport.unwrap_or_default();
        self.frames.open(now, transport, &mid_of(source), frame)
    }
}
