// SPDX-License-Identifier: MIT OR Apache-2.0
//! The peer connection as signalling sees it: its number, what its receiving lines carry, what is sent and wanted.

use std::{collections::BTreeMap, time::Duration};

use e2ee::SlotSource;
use protocol::{Timestamp, TrackKind, TrackSource, message::VideoRequest};

/// The media wishes of a stay and the lines of its current transport.
pub(crate) struct Media {
    transport: u32,
    sources_by_mid: BTreeMap<String, Option<TrackSource>>,
    /// What the frame side was told about each line.
    assigned_by_mid: BTreeMap<String, Option<SlotSource>>,
    active: Vec<TrackKind>,
    wanted: Option<Vec<VideoRequest>>,
    restart_at: Option<Timestamp>,
    failures: u32,
}

impl Media {
    /// `first_transport` is the number before the first: a reloaded page must not reuse its predecessor's.
    pub(crate) fn new(first_transport: u32, mut active: Vec<TrackKind>) -> Self {
        normalise(&mut active);
        Self {
            transport: first_transport,
            sources_by_mid: BTreeMap::new(),
            assigned_by_mid: BTreeMap::new(),
            active,
            wanted: None,
            restart_at: None,
            failures: 0,
        }
    }

    /// Begins a new transport and returns its number.
    pub(crate) fn start_transport(&mut self) -> u32 {
        self.transport = self.transport.wrapping_add(1);
        self.sources_by_mid.clear();
        self.assigned_by_mid.clear();
        self.restart_at = None;
        self.transport
    }

    pub(crate) fn is_current(&self, transport: u32) -> bool {
        self.transport == transport
    }

    pub(crate) fn transport(&self) -> u32 {
        self.transport
    }

    pub(crate) fn active(&self) -> &[TrackKind] {
        &self.active
    }

    /// Replaces the tracks that are on; returns whether that changes anything.
    pub(crate) fn set_active(&mut self, mut active: Vec<TrackKind>) -> bool {
        normalise(&mut active);
        let is_change = self.active != active;
        self.active = active;
        is_change
    }

    pub(crate) fn wanted(&self) -> Option<&[VideoRequest]> {
        self.wanted.as_deref()
    }

    pub(crate) fn set_wanted(&mut self, wanted: Vec<VideoRequest>) {
        self.wanted = Some(wanted);
    }

    /// Notes what a line carries.
    pub(crate) fn assign(&mut self, mid: String, source: Option<TrackSource>) {
        if self.sources_by_mid.len() < LINES || self.sources_by_mid.contains_key(&mid) {
            self.sources_by_mid.insert(mid, source);
        }
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = (&str, Option<TrackSource>)> {
        self.sources_by_mid
            .iter()
            .map(|(mid, source)| (mid.as_str(), *source))
    }

    /// Notes what the frame side is to be told about a line; returns whether that is news.
    pub(crate) fn note_assignment(&mut self, mid: &str, source: Option<SlotSource>) -> bool {
        if self.assigned_by_mid.get(mid) == Some(&source) {
            return false;
        }
        self.assigned_by_mid.insert(mid.to_owned(), source);
        true
    }

    /// The frame side begins anew and must be told everything again.
    pub(crate) fn forget_assignments(&mut self) {
        self.assigned_by_mid.clear();
    }

    /// Notes an answer: the transport lives.
    pub(crate) fn handle_answered(&mut self) {
        self.failures = 0;
    }

    /// Plans a new transport after the current one failed.
    pub(crate) fn handle_failed(&mut self, now: Timestamp) {
        if self.restart_at.is_none() {
            self.restart_at = Some(now + RESTART_AFTER * (1 << self.failures.min(RESTART_DOUBLINGS)));
            self.failures += 1;
        }
    }

    /// Returns whether to begin a new transport now.
    pub(crate) fn poll_restart(&mut self, now: Timestamp) -> bool {
        self.restart_at.take_if(|at| *at <= now).is_some()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.restart_at
    }
}

fn normalise(active: &mut Vec<TrackKind>) {
    active.sort_unstable();
    active.dedup();
}

// A failed transport is usually a changed network: the first new one may go at once, later ones wait up to 8 s.
const RESTART_AFTER: Duration = Duration::from_millis(250);
const RESTART_DOUBLINGS: u32 = 5;

// Audio and video slots together stay below this in any client of ours.
const LINES: usize = 256;
