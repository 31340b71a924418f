// SPDX-License-Identifier: MIT OR Apache-2.0
//! A peer whose DTLS agrees on anything but AEAD_AES_256_GCM gets no media, and none of its media is taken.

use std::time::{Duration, Instant};

use incamera_sfu::{LostReason, SfuConfig, SfuEvent};
use protocol::TrackKind;
use str0m::crypto::{
    CryptoError, CryptoProvider,
    dtls::{
        DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
        SrtpProfile,
    },
    from_feature_flags,
};

use crate::world::{World, instant, key, server};

#[test]
fn weak_srtp_is_refused() {
    for profile in [SrtpProfile::AEAD_AES_128_GCM, SrtpProfile::AES128_CM_SHA1_80] {
        let mut world = world(profile);
        world.offer(1, 1, 1);
        world.set_tracks(1, &[TrackKind::Microphone]);
        world.client(1).voice = Some(-20);
        world.run_for(Duration::from_secs(3));
        let lost = SfuEvent::PeerLost {
            peer: key(1),
            transport: 1,
            reason: LostReason::WeakSrtp,
        };
        assert!(world.events.contains(&lost), "{profile}: {:?}", world.events);
        assert!(!world.is_connected(1), "{profile} never counts as connected");
        assert!(world.clients[&1].is_closed, "the client is told");
        let stats = world.sfu.stats();
        assert_eq!((stats.weak_srtp, stats.rtp_in, stats.rtp_forwarded), (1, 0, 0));
        assert_eq!(world.sfu.census().1, 0);
    }
}

#[test]
fn strong_srtp_is_accepted_the_same_way() {
    let mut world = world(SrtpProfile::AEAD_AES_256_GCM);
    world.join(1);
    assert_eq!(world.sfu.stats().weak_srtp, 0);
}

/// A world whose server negotiates as ever, and reports `profile` as the outcome.
fn world(profile: SrtpProfile) -> World {
    let inner = from_feature_flags();
    let provider: &'static Pretender = Box::leak(Box::new(Pretender {
        inner: inner.dtls_provider,
        profile,
    }));
    let mut config = SfuConfig::new(0, vec![server()], vec![]);
    config.crypto = CryptoProvider {
        dtls_provider: provider,
        ..inner
    };
    World::with_config(110, instant(), config)
}

#[derive(Debug)]
struct Pretender {
    inner: &'static dyn DtlsProvider,
    profile: SrtpProfile,
}

impl DtlsProvider for Pretender {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        self.inner.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        dtls_version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let inner = self.inner.new_dtls(cert, now, dtls_version, mtu)?;
        Ok(Box::new(PretendingInstance {
            inner,
            profile: self.profile,
        }))
    }
}

#[derive(Debug)]
struct PretendingInstance {
    inner: Box<dyn DtlsInstance>,
    profile: SrtpProfile,
}

impl DtlsInstance for PretendingInstance {
    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, _) = output {
            return DtlsOutput::KeyingMaterial(material, self.profile);
        }
        output
    }

    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}
