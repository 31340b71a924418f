// SPDX-License-Identifier: MIT OR Apache-2.0
//! Anybody can write to the socket. Junk is counted and dropped, and the call goes on.

use std::{net::SocketAddr, time::Duration};

use incamera_sfu::{DropReason, OfferRefusal, SfuCommand, SfuEvent};
use protocol::{Redacted, TrackKind, message::PublishedMid};
use str0m::net::Protocol;

use crate::world::{MEETING, World, key, server};

#[test]
fn junk_from_strangers_is_dropped() {
    let mut world = call();
    let mut random = Random(1);
    for round in 0..20_000_u32 {
        let length = random.below(2000);
        let mut junk: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        // Half of it looks like STUN, DTLS, RTP or RTCP at first sight.
        if round % 2 == 0
            && let Some(first) = junk.first_mut()
        {
            *first = [0, 1, 22, 128, 144, 129][random.below(6)];
        }
        let stranger = SocketAddr::from(([203, 0, 113, random.byte()], 9000));
        world
            .sfu
            .handle_datagram(world.now, Protocol::Udp, stranger, server(), &junk);
    }
    let stats = world.sfu.stats();
    let dropped = [DropReason::TooLarge, DropReason::NotWebRtc, DropReason::Unknown]
        .map(|reason| stats.dropped(reason));
    assert_eq!(dropped.iter().sum::<u64>(), 20_000, "{stats:?}");
    assert_eq!(world.sfu.census(), (1, 2), "strangers take no room");
    assert_call_goes_on(&mut world);
}

#[test]
fn junk_from_the_address_of_a_peer_is_dropped() {
    let mut world = call();
    let mut random = Random(2);
    let peer = world.clients[&1].address;
    for _ in 0..20_000 {
        let length = random.below(1500) + 1;
        let mut junk: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        junk[0] = [0, 1, 22, 20, 23, 128, 144, 129, 191][random.below(9)];
        if let Some(second) = junk.get_mut(1) {
            *second = [96, 98, 101, 111, 200, 201, 205, 206, random.byte()][random.below(9)];
        }
        world
            .sfu
            .handle_datagram(world.now, Protocol::Udp, peer, server(), &junk);
    }
    assert_eq!(world.sfu.census(), (1, 2));
    assert_call_goes_on(&mut world);
}

#[test]
fn damaged_datagrams_are_dropped() {
    let mut world = call();
    let mut random = Random(3);
    for _ in 0..2000 {
        world.run_for(Duration::from_millis(1));
        let client = world.clients[&1].address;
        // What the server sends, cut or changed, thrown back at it.
        let length = world.sent.last().map_or(0, |&(_, length)| length);
        let mut datagram = vec![128; length.max(1)];
        for _ in 0..8 {
            let at = random.below(datagram.len());
            datagram[at] = random.byte();
        }
        datagram.truncate(random.below(datagram.len()) + 1);
        world
            .sfu
            .handle_datagram(world.now, Protocol::Udp, client, server(), &datagram);
    }
    assert_call_goes_on(&mut world);
}

#[test]
fn foreign_ufrag_does_not_bind_an_address() {
    let mut world = call();
    let stranger = SocketAddr::from(([203, 0, 113, 5], 9000));
    let ufrag = "03zzzzzzzz";
    let username = format!("{ufrag}:abcd");
    let mut message = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    message.extend([9; 12]);
    message.extend([0, 6, 0, u8::try_from(username.len()).expect("is short")]);
    message.extend(username.as_bytes());
    while !message.len().is_multiple_of(4) {
        message.push(0);
    }
    // PRIORITY, and a MESSAGE-INTEGRITY that nobody could know.
    message.extend([0, 0x24, 0, 4, 0, 0, 0, 1]);
    message.extend([0, 8, 0, 20]);
    message.extend([9; 20]);
    let length = u16::try_from(message.len() - 20).expect("is short");
    message[2..4].copy_from_slice(&length.to_be_bytes());
    let before = world.sfu.stats().dropped(DropReason::Unknown);
    world
        .sfu
        .handle_datagram(world.now, Protocol::Udp, stranger, server(), &message);
    assert_eq!(world.sfu.stats().dropped(DropReason::Unknown), before + 1);
    assert_call_goes_on(&mut world);
}

#[test]
fn senseless_offers_are_refused() {
    let mut world = call();
    let real = world.clients[&1].published();
    let endless = "a=mid:1\r\n".repeat(100_000);
    for (sdp, publish, reason) in [
        ("", vec![], OfferRefusal::Malformed),
        (
            "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n",
            vec![],
            OfferRefusal::Malformed,
        ),
        (
            "\u{0}\u{ffff}\nm=video \na=mid:\u{1f600}\n",
            vec![],
            OfferRefusal::Malformed,
        ),
        (&endless, vec![], OfferRefusal::TooLarge),
        (
            "v=0\r\nm=audio 9 X 1\r\na=mid:0\r\n",
            real,
            OfferRefusal::WrongPublish,
        ),
    ] {
        world.command(SfuCommand::Offer {
            peer: key(3),
            transport: 1,
            sdp: Redacted(sdp.to_owned()),
            publish,
        });
        let refused = SfuEvent::OfferRefused {
            peer: key(3),
            transport: 1,
            reason,
        };
        assert!(
            world.events.contains(&refused),
            "{reason:?}: {:?}",
            world.events.last()
        );
        world.events.clear();
    }
    assert_call_goes_on(&mut world);
}

#[test]
fn mutated_offers_are_accepted_or_refused() {
    let mut world = call();
    let (client, offer) = crate::client::Client::new(world.now, 9, 1, 2, 2);
    let publish: Vec<PublishedMid> = client.published();
    let mut random = Random(4);
    for transport in 1..300 {
        let mut bytes = offer.clone().into_bytes();
        for _ in 0..random.below(6) + 1 {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = b' ' + random.byte() % 95,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"\r\n=:0129 "[random.below(9)]),
            }
        }
        let sdp = Redacted(String::from_utf8_lossy(&bytes).into_owned());
        world.command(SfuCommand::Offer {
            peer: key(9),
            transport,
            sdp,
            publish: publish.clone(),
        });
    }
    assert!(
        !world
            .events
            .contains(&SfuEvent::MeetingFailed { meeting: MEETING })
    );
    world.command(SfuCommand::RemovePeer { peer: key(9) });
    assert_eq!(world.sfu.census(), (1, 2));
    assert_call_goes_on(&mut world);
}

#[track_caller]
fn assert_call_goes_on(world: &mut World) {
    let before = world.received(2, 1, TrackKind::Microphone).len();
    world.run_for(Duration::from_secs(1));
    let heard = world.received(2, 1, TrackKind::Microphone).len() - before;
    assert!(heard > 40, "only {heard} packets in a second");
    assert!(
        !world
            .events
            .contains(&SfuEvent::MeetingFailed { meeting: MEETING })
    );
}

fn call() -> World {
    let mut world = World::new(70);
    world.join(1);
    world.join(2);
    world.client(1).voice = Some(-30);
    world.run_for(Duration::from_millis(500));
    world
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}
