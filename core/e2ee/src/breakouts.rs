// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a breakout room is bound to the meeting that it is of: its secret comes from the meeting's, and its host is the
//! meeting's host.

use hkdf::Hkdf;
use protocol::{MeetingId, MeetingLink};
use sha2::Sha512;

/// Returns the link of a breakout room: of its own meeting id, and otherwise the same as `link` for whoever has that. It is
/// never shown; who may come in is not for the link to say.
pub fn breakout_link(link: &MeetingLink, room: MeetingId) -> MeetingLink {
    MeetingLink {
        meeting: room,
        secret: link.secret.as_ref().map(|secret| {
            let mut derived = [0; 32];
            Hkdf::<Sha512>::new(None, secret)
                .expand_multi_info(
                    &[b"Incamera 1 breakout", link.meeting.as_bytes(), room.as_bytes()],
                    &mut derived,
                )
                .expect("shorter than HKDF's limit");
            derived
        }),
        // Who comes in is asked for the stay key.
        pass: None,
        host: link.host.clone(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::Mode;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;
    use crate::{NewMeeting, host_key, invitation};

    const MEETING: MeetingId = MeetingId::new([7; 16]);
    const ROOM: MeetingId = MeetingId::new([8; 16]);

    #[test]
    fn a_room_has_its_own_secret_and_the_meetings_host() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MEETING);
        let room = breakout_link(&link, ROOM);
        assert!(room.mode() == Mode::E2ee && room.secret != link.secret);
        assert!(
            invitation(&room) == breakout_link(&invitation(&link), ROOM),
            "everybody comes to the same"
        );
        assert!(
            host_key(&room).is_some_and(|key| {
                key.public_key() == host_key(&link).expect("a host link").public_key()
            })
        );
        assert!(breakout_link(&link, MeetingId::new([9; 16])).secret != room.secret);
        let other = MeetingLink {
            meeting: MeetingId::new([6; 16]),
            ..link
        };
        assert!(
            breakout_link(&other, ROOM).secret != room.secret,
            "of another meeting"
        );
    }

    #[test]
    fn a_room_of_a_standard_meeting_is_a_standard_one() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let link = NewMeeting::generate(&mut rng, Mode::Standard).link(MEETING);
        assert!(breakout_link(&link, ROOM).mode() == Mode::Standard);
    }
}
