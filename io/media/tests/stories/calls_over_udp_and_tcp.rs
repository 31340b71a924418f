// SPDX-License-Identifier: MIT OR Apache-2.0
//! People hear each other, whatever carries their packets and whichever worker owns their meeting.

use protocol::MeetingId;
use sfu::SfuCommand;

use crate::client::{Client, key, run_until, start};

#[tokio::test]
async fn two_people_hear_each_other_over_udp() {
    let media = start(1);
    let meeting = MeetingId::new([1; 16]);
    let mut events = media.attach(meeting);
    let mut clients = [
        Client::over_udp(&media, meeting, 1).await,
        Client::over_udp(&media, meeting, 2).await,
    ];
    run_until(&mut clients, &mut events, |clients| {
        clients.iter().all(|client| client.heard > 20)
    })
    .await;
    let stats = media.stats();
    assert_eq!((stats.meetings, stats.peers), (1, 2));
    assert!(
        stats.rtp_forwarded >= 40 && stats.packets_in > 40 && stats.packets_out > 40,
        "{stats:?}"
    );
    assert!(stats.sends <= stats.packets_out);
    assert!(
        media
            .stats()
            .render_prometheus()
            .contains("incamera_media_peers 2\n")
    );
}

#[tokio::test]
async fn ice_tcp_and_udp_meet() {
    let media = start(3);
    // One meeting on each worker: the first two bytes of the id choose it.
    for worker in 0..3 {
        let mut id = [9; 16];
        id[..2].copy_from_slice(&[0, worker]);
        let meeting = MeetingId::new(id);
        let mut events = media.attach(meeting);
        let mut clients = [
            Client::over_tcp(&media, meeting, 1).await,
            Client::over_udp(&media, meeting, 2).await,
        ];
        run_until(&mut clients, &mut events, |clients| {
            clients.iter().all(|client| client.heard > 20)
        })
        .await;
        let answer = clients[0].answer.as_deref().expect("was answered");
        let udp = media.udp_addresses()[usize::from(worker)];
        assert!(
            answer.contains(&format!(" {} ", udp.port())),
            "the candidate is the worker's own port"
        );
        assert!(answer.contains("tcptype passive") && answer.contains("a=ice-lite"));
    }
    assert_eq!((media.stats().meetings, media.stats().peers), (3, 6));
}

#[tokio::test]
async fn removed_peer_is_forgotten() {
    let media = start(1);
    let meeting = MeetingId::new([2; 16]);
    let mut events = media.attach(meeting);
    let mut clients = [
        Client::over_udp(&media, meeting, 1).await,
        Client::over_udp(&media, meeting, 2).await,
    ];
    run_until(&mut clients, &mut events, |clients| {
        clients.iter().all(|client| client.heard > 5)
    })
    .await;
    media.send(SfuCommand::RemovePeer {
        peer: key(meeting, 1),
    });
    run_until(&mut clients[1..], &mut events, |_| media.stats().peers == 1).await;
    media.send(SfuCommand::RemoveMeeting { meeting });
    run_until(&mut clients[1..], &mut events, |_| media.stats().meetings == 0).await;
}
