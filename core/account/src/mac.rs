// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is kept of a subject, a code or an address that must not be kept: a MAC under a key of this installation.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{CeremonyId, Code, LimitScope, Subject, UnixTime};

/// The installation's key of all MACs here. Without it, neither a phone number nor a code can be found by trying them all.
#[derive(Clone)]
pub struct MacKey(Zeroizing<[u8; 32]>);

impl MacKey {
    /// Makes the key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns by what a subject is found again.
    pub fn subject(&self, subject: &Subject) -> SubjectMac {
        let [kind, issuer, name] = subject.fields();
        SubjectMac(self.mac(b"subject", &[kind, issuer, name]))
    }

    /// Returns by what a code is recognised in its ceremony, and in no other.
    pub fn code(&self, ceremony: CeremonyId, code: &Code) -> CodeMac {
        CodeMac(self.mac(b"code", &[ceremony.as_bytes(), code.as_str().as_bytes()]))
    }

    /// Returns the key under which attempts of `who` are counted.
    pub fn limit(&self, scope: LimitScope, who: &[u8]) -> LimitKey {
        LimitKey(self.mac(b"limit", &[scope.as_str().as_bytes(), who]))
    }

    /// Returns the key under which attempts of `who` are counted on the day of `now`. What many share is never quiet for long
    /// enough to be forgotten: only another day begins anew.
    pub fn limit_of_day(&self, scope: LimitScope, who: &[u8], now: UnixTime) -> LimitKey {
        let day = now.0.div_euclid(DAY_SECONDS).to_be_bytes();
        LimitKey(self.mac(b"limit of a day", &[scope.as_str().as_bytes(), &day, who]))
    }

    /// Returns what an organisation's TXT record says: the same whoever asks, since what it proves is the domain's alone.
    pub fn organisation_record(&self, domain: &str) -> String {
        let mac = self.mac(b"organisation", &[domain.as_bytes()]);
        format!("incamera-verification={}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// HMAC-SHA-256 over the fields, each with its length before it, so that no two lists of fields are the same bytes.
    fn mac(&self, label: &[u8], fields: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        for field in [label].iter().chain(fields) {
            let length = u64::try_from(field.len()).expect("a length fits 64 bits");
            mac.update(&length.to_be_bytes());
            mac.update(field);
        }
        mac.finalize().into_bytes().into()
    }
}

/// What is kept of a [`Subject`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectMac([u8; 32]);

impl SubjectMac {
    /// Takes up what was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns what to keep.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What is kept of a [`Code`].
#[derive(Clone, Copy)]
pub struct CodeMac([u8; 32]);

impl CodeMac {
    /// Takes up what was kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns what to keep.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns whether both are of one code, in a time that does not tell how far they agree.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Under what attempts are counted: says of whom only to who knows the key and tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitKey([u8; 32]);

impl LimitKey {
    /// Returns what to keep.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Makes the key under which guesses at codes for one subject are counted, whoever guesses.
    pub fn of_subject(subject: &SubjectMac) -> Self {
        let hash = Sha256::new_with_prefix(b"guesses at a subject").chain_update(subject.0);
        Self(hash.finalize().into())
    }

    /// Makes the key under which guesses at codes for one subject are counted that come from where `network` says.
    pub fn of_subject_from(subject: &SubjectMac, network: &Self) -> Self {
        let hash = Sha256::new_with_prefix(b"guesses at a subject from a network");
        Self(
            hash.chain_update(subject.0)
                .chain_update(network.0)
                .finalize()
                .into(),
        )
    }
}

const DAY_SECONDS: i64 = 24 * 60 * 60;
