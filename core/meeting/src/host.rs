// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is host: whoever proves the Ed25519 key that was registered when the meeting was created.

use ed25519_dalek::{Signature, VerifyingKey};
use protocol::{MeetingId, Mode, message::HostProof, mls};

/// Checks a hello's host proof against the meeting's registered key and this connection's challenge.
pub(crate) fn is_host(
    meeting: MeetingId,
    mode: Mode,
    host_key: Option<&[u8; 32]>,
    challenge: &[u8; 32],
    proof: &HostProof,
) -> bool {
    let Some(host_key) = host_key else {
        return false;
    };
    proof.host_key == host_key
        && verify(
            host_key,
            &mls::host_challenge_message(meeting, mode, challenge),
            &proof.signature,
        )
}

/// Returns whether `signature` is `key`'s over `message`. A key or signature of the wrong form is no signature.
pub(crate) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = <&[u8; 32]>::try_from(key) else {
        return false;
    };
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(key), Signature::from_slice(signature)) else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}
