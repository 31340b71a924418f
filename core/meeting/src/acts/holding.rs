// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tracks that a host stopped: not one packet more is forwarded, whatever the client does.

use policy::Role;
use protocol::{ParticipantId, ServerMessage, TrackKind};

use crate::Meeting;

impl Meeting {
    /// Stops those of the tracks that are on.
    pub(crate) fn hold_tracks(&mut self, id: ParticipantId, kinds: &[TrackKind]) {
        let peer = self.peer(id);
        let Some(participant) = self.roster.get_mut(&id) else {
            return;
        };
        let Some(command) = participant.media.hold_tracks(peer, kinds) else {
            return;
        };
        if let Some(command) = command {
            self.media(command);
        }
        let entry = self.entry(id);
        self.broadcast(&ServerMessage::RosterChanged { entry });
    }

    /// Stops these tracks of everybody who is no host and no co-host.
    pub(crate) fn hold_everybody(&mut self, kinds: &[TrackKind]) {
        let everybody: Vec<ParticipantId> = self.roster.keys().copied().collect();
        for id in everybody {
            if self.role(id) == Role::Participant {
                self.hold_tracks(id, kinds);
            }
        }
    }
}
