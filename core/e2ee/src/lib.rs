// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant's keys: the MLS group, the frame keys that follow from it, the safety code.
//!
//! Client only. Draws no randomness of its own but for OpenMLS's HPKE encapsulations, which come from the operating
//! system inside its provider; does no I/O and reads no clock.
//!
//! Key types have no `Debug`; what may be printed has, by the same test:
//! ```
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::SafetyCode>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::BaseKey>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::KeyUpdate>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::HostKey>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::LeafKey>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::Member>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::FrameSide>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::sframe::FrameKey>();
//! ```
//! ```compile_fail
//! fn debug<T: std::fmt::Debug>() {}
//! debug::<incamera_e2ee::StandardKeys>();
//! ```

mod acts;
mod breakouts;
pub mod frames;
mod meeting;
pub mod member;
mod new_link;
mod safety;
pub mod sframe;
mod standard;

pub use acts::{StayKey, act_judge, open_for_link, seal_for_link};
pub use breakouts::breakout_link;
pub use frames::{BaseKey, FrameSide, KeyHandle, KeyUpdate, OpenDrop, SealDrop, SlotSource};
pub use meeting::{HostKey, NewMeeting, host_fingerprint, host_key, invitation, prove_admission};
pub use member::{
    ApplicationMessage, ApplicationRefusal, CommitBundle, CommitRefusal, IdentityIssuer, JoinError,
    LeafIdentity, LeafKey, Member, MemberConfig, MemberError, Merged, ProposalRefusal, RollbackError,
    RoomRule, RosterMember, SignedProfile, SignedRefusal, room_ticket,
};
pub use new_link::{EarlierSeals, earlier_seals, new_link, renewed_link, take_new_link};
pub use safety::{Emoji, SafetyCode};
pub use standard::StandardKeys;

/// Clients move their session between threads; nothing here may stand in the way.
const _: fn() = || {
    fn assert_send<T: Send>() {}
    assert_send::<Member>();
    assert_send::<FrameSide>();
    assert_send::<StandardKeys>();
};
