// SPDX-License-Identifier: MIT OR Apache-2.0
//! SRTP is AEAD_AES_256_GCM, or the peer is refused.
//!
//! str0m has no setting for SRTP profiles. Its DTLS is therefore wrapped: keying material for any other profile never
//! reaches str0m, which sees the handshake end with `close_notify` in its place.

use std::time::Instant;

use str0m::crypto::{
    CryptoError, CryptoProvider,
    dtls::{
        DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
        SrtpProfile,
    },
};

/// Returns `inner` with its DTLS restricted to AEAD_AES_256_GCM. Allocates for the life of the process: once per worker.
pub(crate) fn strong_srtp_only(inner: &CryptoProvider) -> CryptoProvider {
    let provider: &'static StrongSrtpOnly = Box::leak(Box::new(StrongSrtpOnly {
        inner: inner.dtls_provider,
    }));
    CryptoProvider {
        dtls_provider: provider,
        ..inner.clone()
    }
}

#[derive(Debug)]
struct StrongSrtpOnly {
    inner: &'static dyn DtlsProvider,
}

impl DtlsProvider for StrongSrtpOnly {
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
        Ok(Box::new(StrongInstance { inner }))
    }
}

#[derive(Debug)]
struct StrongInstance {
    inner: Box<dyn DtlsInstance>,
}

impl DtlsInstance for StrongInstance {
    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(_, profile) = &output
            && *profile != SrtpProfile::AEAD_AES_256_GCM
        {
            return DtlsOutput::CloseNotify;
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
