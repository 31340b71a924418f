// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meeting links: `https://host/m/<id>#<fragment>`. The fragment never reaches a server.
//!
//! The fragment is a letter, a dot and base64url: `e` and `h` are the invitation and the host link of an end-to-end
//! meeting (link secret, then host fingerprint or host key seed), `s` and `t` those of a standard meeting (host
//! fingerprint or host key seed; after a host replaced the link, 16 bytes of pass before it). The letter binds the mode, so
//! no server flag can lower it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::MeetingId;

/// How a meeting's media keys come about; fixed when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub enum Mode {
    /// An MLS group of the participants' devices; the server holds no key.
    #[serde(rename = "e2ee")]
    E2ee,
    /// The server mints the key and hands it to those it admits.
    #[serde(rename = "standard")]
    Standard,
}

impl Mode {
    /// Returns the byte by which key derivations, signatures and AAD bind the mode.
    pub const fn label_byte(self) -> u8 {
        match self {
            Self::E2ee => b'e',
            Self::Standard => b's',
        }
    }
}

/// What a link says: the meeting, its mode, and what the fragment holds. Has no `Debug`: the fragment is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct MeetingLink {
    /// Which meeting.
    pub meeting: MeetingId,
    /// The 256-bit link secret; present exactly in end-to-end meetings.
    pub secret: Option<[u8; 32]>,
    /// What lets its holder into a standard meeting whose link was replaced; never in an end-to-end one.
    pub pass: Option<[u8; 16]>,
    /// Who is host, or the means to be one.
    pub host: HostPart,
}

/// What a link says about the host.
#[derive(Clone, PartialEq, Eq)]
pub enum HostPart {
    /// An invitation: SHA-256 of the host's public key.
    Fingerprint([u8; 32]),
    /// The host link: the seed of the host's Ed25519 key.
    KeySeed([u8; 32]),
}

impl MeetingLink {
    /// Parses a whole link, or its path and fragment.
    ///
    /// # Errors
    /// [`LinkError`] says which part is missing or wrong.
    pub fn parse(link: &str) -> Result<Self, LinkError> {
        let (address, fragment) = link.trim().split_once('#').unwrap_or_else(|| (link.trim(), ""));
        let path = address
            .split_once('?')
            .map_or(address, |(path, _)| path)
            .trim_end_matches('/');
        let (before, id) = path.rsplit_once('/').ok_or(LinkError::NotALink)?;
        if before != "m" && !before.ends_with("/m") {
            return Err(LinkError::NotALink);
        }
        let meeting = id.parse().map_err(|_| LinkError::NotALink)?;
        Self::from_fragment(meeting, fragment)
    }

    /// Joins a meeting id and the fragment without its `#`.
    ///
    /// # Errors
    /// [`LinkError::MissingSecret`] if it is empty, [`LinkError::BadSecret`] if it is cut short or mistyped.
    pub fn from_fragment(meeting: MeetingId, fragment: &str) -> Result<Self, LinkError> {
        if fragment.is_empty() {
            return Err(LinkError::MissingSecret);
        }
        let (kind, text) = fragment.split_once('.').ok_or(LinkError::BadSecret)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| LinkError::BadSecret)?;
        let (before, host) = bytes.split_last_chunk::<32>().ok_or(LinkError::BadSecret)?;
        // No length is one of both modes: another letter does not make a link of the other mode.
        let (secret, pass) = match (kind, before.len()) {
            ("e" | "h", 32) => (before.try_into().ok(), None),
            ("s" | "t", 0) => (None, None),
            ("s" | "t", 16) => (None, before.try_into().ok()),
            (_, _) => return Err(LinkError::BadSecret),
        };
        let host = *host;
        let host = if matches!(kind, "h" | "t") {
            HostPart::KeySeed(host)
        } else {
            HostPart::Fingerprint(host)
        };
        Ok(Self {
            meeting,
            secret,
            pass,
            host,
        })
    }

    /// Returns the mode that the link binds.
    pub const fn mode(&self) -> Mode {
        if self.secret.is_some() {
            Mode::E2ee
        } else {
            Mode::Standard
        }
    }

    /// Returns the fragment without its `#`.
    pub fn fragment(&self) -> String {
        let (kind, host) = match (&self.host, self.mode()) {
            (HostPart::Fingerprint(bytes), Mode::E2ee) => ("e", bytes),
            (HostPart::KeySeed(bytes), Mode::E2ee) => ("h", bytes),
            (HostPart::Fingerprint(bytes), Mode::Standard) => ("s", bytes),
            (HostPart::KeySeed(bytes), Mode::Standard) => ("t", bytes),
        };
        let mut bytes = self.secret.map_or_else(Vec::new, |secret| secret.to_vec());
        bytes.extend_from_slice(self.pass.as_ref().map_or(&[], <[u8; 16]>::as_slice));
        bytes.extend_from_slice(host);
        format!("{kind}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Why a link leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No `/m/<id>` in it.
    #[error("not a meeting link")]
    NotALink,
    /// Nothing behind a `#`.
    #[error("the link lacks its secret")]
    MissingSecret,
    /// Something behind the `#` that is no secret: cut short or mistyped.
    #[error("the link's secret is damaged")]
    BadSecret,
}

impl fmt::Display for MeetingLink {
    /// Writes path and fragment, to be put behind `https://host`. The result is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/m/{}#{}", self.meeting, self.fragment())
    }
}
