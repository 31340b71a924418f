// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever connects without being asked gets no answer, and is cut off.

use std::{net::Ipv4Addr, time::Duration};

use protocol::MeetingId;
use sfu::DropReason;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use crate::client::{Client, run_until, start};

#[tokio::test]
async fn junk_on_either_socket_disturbs_nobody() {
    let media = start(1);
    let meeting = MeetingId::new([3; 16]);
    let mut events = media.attach(meeting);
    let mut clients = [
        Client::over_udp(&media, meeting, 1).await,
        Client::over_tcp(&media, meeting, 2).await,
    ];
    run_until(&mut clients, &mut events, |clients| {
        clients.iter().all(|client| client.heard > 5)
    })
    .await;
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback");
    for length in [0, 1, 19, 20, 1200, 1500, 9000] {
        for first in [0, 1, 22, 128, 255] {
            let junk = vec![first; length];
            stranger
                .send_to(&junk, media.udp_addresses()[0])
                .await
                .expect("sends");
        }
    }
    let before = clients[0].heard;
    run_until(&mut clients, &mut events, |clients| {
        let dropped: u64 = DropReason::ALL
            .into_iter()
            .map(|reason| media.stats().dropped(reason))
            .sum();
        clients[0].heard > before + 20 && dropped >= 30
    })
    .await;
    let mut buffer = [0; 16];
    let answer = timeout(Duration::from_millis(1), stranger.recv(&mut buffer)).await;
    assert!(answer.is_err(), "a stranger gets no answer");
}

#[tokio::test]
async fn tcp_connection_without_a_known_ufrag_is_closed() {
    let media = start(1);
    for bytes in [
        &[0xff, 0xff, 1, 2, 3][..],
        &[0, 3, 1, 2, 3],
        b"GET / HTTP/1.1\r\n\r\n",
        &[0, 0],
    ] {
        let mut stream = TcpStream::connect(media.tcp_address())
            .await
            .expect("the server listens");
        stream.write_all(bytes).await.expect("sends");
        let mut rest = Vec::new();
        let closed = timeout(Duration::from_secs(4), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "closed at once, not after a timeout: {bytes:?}");
        assert!(rest.is_empty(), "{rest:?}");
    }
    assert_eq!(media.stats().tcp_connections, 0);
}

#[tokio::test]
async fn shut_down_server_listens_no_more() {
    let media = start(2);
    let address = media.tcp_address();
    media.shutdown();
    let closed = timeout(Duration::from_secs(5), async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    });
    assert!(closed.await.is_ok());
}
