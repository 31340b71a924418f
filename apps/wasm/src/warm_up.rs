// SPDX-License-Identifier: MIT OR Apache-2.0
//! Spends the costs of first use before they are felt.

use std::collections::BTreeSet;

use e2ee::{LeafKey, Member, MemberConfig, NewMeeting};
use protocol::{MeetingId, Mode, ParticipantId};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use wasm_bindgen::prelude::wasm_bindgen;

/// Makes a group of one and throws it away: the key code runs several times slower until the browser has optimised it.
#[wasm_bindgen(js_name = warmUp)]
pub fn warm_up() {
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MeetingId::new([0; 16]));
    let config = MemberConfig {
        link,
        participant: ParticipantId(1),
        external_sender: EXTERNAL_SENDER.to_vec(),
        leaf_key: LeafKey::generate(&mut rng),
        identity: None,
        issuer: None,
        stay: None,
        belonging: BTreeSet::new(),
    };
    if let Ok((member, _)) = Member::create(&config, &mut rng) {
        let _ = (member.key_updates_after_joining(), member.safety_code());
    }
}

// The base point of Ed25519: a public key of nobody.
const EXTERNAL_SENDER: [u8; 32] = {
    let mut key = [0x66; 32];
    key[0] = 0x58;
    key
};
