// SPDX-License-Identifier: MIT OR Apache-2.0
//! What `e2ee` and `delivery` must agree on inside MLS messages: extensions, credential, labels.

use serde::{Deserialize, Serialize};

use crate::{MeetingId, Mode, ParticipantId, acts::LeafStay, identity::SignedStatement};

/// MLS ciphersuite `MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519` (provisional code point).
pub const CIPHERSUITE: u16 = 0x004E;

/// Extension type of [`LeafBinding`] in a leaf node (private-use range of RFC 9420, section 17.3).
pub const LEAF_BINDING_EXTENSION: u16 = 0xF1C0;

/// Extension type of [`GroupBinding`] in the group context.
pub const GROUP_BINDING_EXTENSION: u16 = 0xF1C1;

/// In every leaf node, in CBOR: why this leaf may be in the group. Signed with the leaf, so it can be checked by a
/// joiner who has not seen the commit that brought the leaf in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafBinding {
    /// Whose leaf. The basic credential's identity is the same number, 4 bytes big-endian.
    pub participant: ParticipantId,
    /// HMAC-SHA-256 over (meeting, mode, leaf signature key) under a key derived from the link secret.
    #[serde(with = "serde_bytes")]
    pub admission_proof: Vec<u8>,
    /// Present on a host's leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_grant: Option<HostGrant>,
    /// Present on the leaf of somebody with an account. A statement that is none makes its owner a guest, and no ghost:
    /// who may be in the group is for the admission proof to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<SignedStatement>,
    /// Whose stay the leaf belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<LeafStay>,
    /// X25519 public key, 32 bytes, to which the others seal what only its owner is to read.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Vec::is_empty")]
    pub whisper_key: Vec<u8>,
}

/// The host key's word that a leaf acts for the host.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostGrant {
    /// Ed25519 public key, 32 bytes; its SHA-256 is the fingerprint in the link.
    #[serde(with = "serde_bytes")]
    pub host_key: Vec<u8>,
    /// Ed25519 signature by the host key over [`host_grant_message`], 64 bytes.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// In the group context, in CBOR: which meeting, and how it is encrypted. A group that says otherwise is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupBinding {
    /// The meeting's id.
    pub meeting: MeetingId,
    /// Always [`Mode::E2ee`]: there is no MLS group in a standard meeting.
    pub mode: Mode,
    /// SHA-256 of the host's public key, 32 bytes; all zero in a meeting without a host.
    #[serde(with = "serde_bytes")]
    pub host_fingerprint: Vec<u8>,
}

/// Returns what the host key signs to make a leaf a host's.
pub fn host_grant_message(meeting: MeetingId, mode: Mode, leaf_signature_key: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 host grant", meeting, mode, leaf_signature_key)
}

/// Returns what a host signs to prove itself to the server: the server's challenge, under another label.
pub fn host_challenge_message(meeting: MeetingId, mode: Mode, challenge: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 host challenge", meeting, mode, challenge)
}

/// Returns what whoever has the link secret signs to prove that to the server: the server's challenge.
pub fn admission_challenge_message(meeting: MeetingId, mode: Mode, challenge: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 admission challenge", meeting, mode, challenge)
}

/// Returns what a host's leaf (or, in a standard meeting, the host key) signs to end the meeting.
pub fn end_meeting_message(meeting: MeetingId, mode: Mode) -> Vec<u8> {
    labelled(b"Incamera 1 end meeting", meeting, mode, &[])
}

/// Returns what a member's leaf key signs to refuse a commit. `commit_hash` is the commit's SHA-256.
pub fn commit_refusal_message(meeting: MeetingId, epoch: u64, commit_hash: &[u8]) -> Vec<u8> {
    let mut data = epoch.to_be_bytes().to_vec();
    data.extend_from_slice(commit_hash);
    labelled(b"Incamera 1 commit refusal", meeting, Mode::E2ee, &data)
}

fn labelled(label: &[u8], meeting: MeetingId, mode: Mode, data: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(label.len() + 18 + data.len());
    message.push(u8::try_from(label.len()).expect("labels are short"));
    message.extend_from_slice(label);
    message.push(mode.label_byte());
    message.extend_from_slice(meeting.as_bytes());
    message.extend_from_slice(data);
    message
}
