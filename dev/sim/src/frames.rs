// SPDX-License-Identifier: MIT OR Apache-2.0
//! Frames: sealed by one client, opened by others, brought by an honest relay or by whoever writes the story.

use std::collections::BTreeMap;

use e2ee::{OpenDrop, SealDrop};
use protocol::{TrackKind, TrackSource};
use rand::Rng as _;
use session::Command;

use crate::{client::ClientId, world::World};

impl World {
    /// Seals one frame as `from`'s encoder gives it.
    ///
    /// # Errors
    /// [`SealDrop`] if it must not be sent.
    pub fn seal(&mut self, from: ClientId, kind: TrackKind, frame: &[u8]) -> Result<Vec<u8>, SealDrop> {
        self.clients[from.0].seal(kind, frame)
    }

    /// Has the server send a frame to `to` in the slot that carries `slot`'s track.
    ///
    /// # Errors
    /// [`OpenDrop`] if it does not reach the decoder.
    pub fn deliver(&mut self, to: ClientId, slot: TrackSource, frame: &[u8]) -> Result<Vec<u8>, OpenDrop> {
        let opened = self.clients[to.0].open(self.now, slot, frame);
        if self.clients[to.0].frames.poll_behind(self.now) {
            self.command(to, Command::KeysMissing);
        }
        opened
    }

    /// Sends one frame the way the server forwards it; returns who could see it and who could not.
    ///
    /// # Errors
    /// [`SealDrop`] if the sender's side dropped it.
    pub fn send_frame(
        &mut self,
        from: ClientId,
        kind: TrackKind,
    ) -> Result<BTreeMap<ClientId, Result<(), OpenDrop>>, SealDrop> {
        let frame: [u8; 64] = std::array::from_fn(|_| self.rng.random());
        let sealed = self.seal(from, kind, &frame)?;
        assert!(
            !sealed
                .windows(8)
                .any(|window| frame.windows(8).any(|plain| plain == window)),
            "plaintext goes out"
        );
        let Some(participant) = self.me(from) else {
            return Ok(BTreeMap::new());
        };
        let source = TrackSource { participant, kind };
        let mut seen = BTreeMap::new();
        let room = self.clients[from.0].room;
        for (receiver, transport) in self.server.relay_of(room).receivers(source) {
            let Some(id) = self.client_ids().find(|id| {
                let client = &self.clients[id.0];
                client.room == room
                    && client.transport == Some(transport)
                    && self.me(*id) == Some(receiver)
                    && client.is_running
            }) else {
                continue;
            };
            let opened = self
                .deliver(id, source, &sealed)
                .map(|opened| assert_eq!(opened, frame));
            seen.insert(id, opened);
        }
        Ok(seen)
    }

    /// Returns whether a frame of `from`'s microphone reaches `to` and opens there.
    pub fn hears(&mut self, to: ClientId, from: ClientId) -> bool {
        self.send_frame(from, TrackKind::Microphone)
            .is_ok_and(|seen| seen.get(&to) == Some(&Ok(())))
    }
}
