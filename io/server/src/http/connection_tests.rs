// SPDX-License-Identifier: MIT OR Apache-2.0
//! `POST /api/connection-tests`: a meeting of one person's two peer connections, for seconds, that nobody else can join.
//!
//! It takes the road of every call (ICE, DTLS, SRTP, the worker of a meeting), so that what it says is true. It knows no
//! account, is written nowhere, and what is sent in it goes to whoever sent it and to nobody else.

use std::time::{Duration, Instant};

use axum::{Json, extract::State};
use media::MediaHandle;
use policy::Action;
use protocol::{
    MeetingId, ParticipantId, Redacted, TrackKind,
    http::{ConnectionTest, ConnectionTestAnswer},
    message::PublishedMid,
};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use sfu::{PeerKey, SfuCommand, SfuEvent};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::sleep,
};

use crate::{asker::Asker, http::body::Body, problem::ApiError, shared::Shared};

/// Answers both offers, and lets media pass until both are closed or the time is over.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<ConnectionTest>,
) -> Result<Json<ConnectionTestAnswer>, ApiError> {
    asker.ask(&shared, &Action::TestConnection)?;
    shared
        .connection_tests
        .accept(Instant::now(), asker.address)
        .map_err(ApiError::too_often)?;
    let place = shared
        .test_places
        .clone()
        .try_acquire_owned()
        .map_err(|_| ApiError::unavailable("too many connections are being tested"))?;
    let (answer, answered) = oneshot::channel();
    let rehearsal = Rehearsal::begin(shared.media.clone(), place, request);
    // In a task of its own, so that it ends in its time whatever becomes of this request.
    tokio::spawn(rehearsal.run(answer));
    answered
        .await
        .map(Json)
        .map_err(|_| ApiError::malformed("an offer is not one of a connection test"))
}

/// One test. What it holds at the media server is gone when it is dropped.
struct Rehearsal {
    media: MediaHandle,
    meeting: MeetingId,
    events: mpsc::UnboundedReceiver<SfuEvent>,
    _place: OwnedSemaphorePermit,
}

impl Rehearsal {
    fn begin(media: MediaHandle, place: OwnedSemaphorePermit, test: ConnectionTest) -> Self {
        let mut id = [0; 16];
        StdRng::from_os_rng().fill_bytes(&mut id);
        let meeting = MeetingId::new(id);
        let events = media.attach(meeting);
        let [sender, receiver] = [SENDER, RECEIVER].map(|participant| PeerKey { meeting, participant });
        media.send(SfuCommand::SetTracks {
            peer: sender,
            active: vec![TrackKind::Microphone],
        });
        let publish = PublishedMid {
            mid: test.mid,
            kind: TrackKind::Microphone,
        };
        for (peer, sdp, publish) in [
            (sender, test.sending, vec![publish]),
            (receiver, test.receiving, vec![]),
        ] {
            media.send(SfuCommand::Offer {
                peer,
                transport: 1,
                sdp,
                publish,
            });
        }
        Self {
            media,
            meeting,
            events,
            _place: place,
        }
    }

    async fn run(mut self, answer: oneshot::Sender<ConnectionTestAnswer>) {
        let is_over = sleep(TEST_FOR);
        tokio::pin!(is_over);
        let mut answer = Some(answer);
        let (mut sending, mut receiving): (Option<Redacted<String>>, Option<Redacted<String>>) = (None, None);
        let mut open = 2_u32;
        while open > 0 {
            let event = tokio::select! {
                () = &mut is_over => return,
                event = self.events.recv() => event,
            };
            match event {
                Some(SfuEvent::Answer { peer, sdp, .. }) if peer.participant == SENDER => sending = Some(sdp),
                Some(SfuEvent::Answer { sdp, .. }) => receiving = Some(sdp),
                Some(SfuEvent::PeerLost { .. }) => open -= 1,
                Some(SfuEvent::OfferRefused { .. } | SfuEvent::MeetingFailed { .. }) | None => return,
                Some(
                    SfuEvent::PeerConnected { .. }
                    | SfuEvent::SlotChanged { .. }
                    | SfuEvent::MoreSlots { .. }
                    | SfuEvent::Speakers { .. }
                    | SfuEvent::KeyframeWanted { .. },
                ) => {}
            }
            if sending.is_none() || receiving.is_none() {
                continue;
            }
            if let (Some(answer), Some(sending), Some(receiving)) =
                (answer.take(), sending.clone(), receiving.clone())
            {
                let seconds = u32::try_from(TEST_FOR.as_secs()).expect("seconds");
                let answered = answer.send(ConnectionTestAnswer {
                    sending,
                    receiving,
                    seconds,
                });
                if answered.is_err() {
                    return;
                }
            }
        }
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.media.send(SfuCommand::RemoveMeeting {
            meeting: self.meeting,
        });
    }
}

const SENDER: ParticipantId = ParticipantId(1);
const RECEIVER: ParticipantId = ParticipantId(2);

/// How long a test lasts at most. Connecting over a poor network takes five seconds, and loss shows in a few more; what
/// runs longer is a call.
const TEST_FOR: Duration = Duration::from_secs(20);

/// Tests of one address (IPv6: one /64) per minute, and as many at once: a person's try takes two, one for UDP and one for
/// TCP, and a class that follows the same advice sits behind one address.
pub(crate) const TESTS_PER_MINUTE: u32 = 40;

/// Tests at a time, of everybody. Each costs two transports and a hundred small packets per second, a thousandth of a core.
pub(crate) const TEST_PLACES: usize = 64;
