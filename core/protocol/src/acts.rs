// SPDX-License-Identifier: MIT OR Apache-2.0
//! What hosts do: acts that carry their own proof, from the signature back to the host key that invitations name.
//!
//! The server applies an act and passes it on; clients believe the act and not the server. Knows no cryptography:
//! whoever checks brings it along.

mod breakouts;
mod in_force;
mod new_link;

use serde::{Deserialize, Serialize};

use crate::{MeetingId, Mode, ParticipantId, TrackKind, decode, encode, limits, mls::HostGrant};

pub use breakouts::{AssignedToRoom, BREAKOUT_ROOMS, BreakoutRoom, Breakouts};
pub use in_force::{ActsInForce, Settings, Stale};
pub use new_link::{Belonging, EARLIER_BYTES, NewLink, SEALED_SECRET_BYTES};

/// What somebody is in a meeting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everybody else.
    #[default]
    Participant,
    /// Promoted by a host: runs the meeting.
    CoHost,
    /// Holds the host key, or was made host by one who does: leads the meeting.
    Host,
}

/// What the hosts let participants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that hosts see")]
pub struct Permissions {
    /// Switch the microphone on.
    pub may_unmute: bool,
    /// Switch the camera on.
    pub may_start_video: bool,
    /// Share a screen.
    pub may_share_screen: bool,
    /// Write in the chat.
    pub may_chat: bool,
    /// Change the own name.
    pub may_rename: bool,
    /// Record on the own device.
    pub may_record: bool,
}

impl Permissions {
    /// Everything.
    pub const ALL: Self = Self {
        may_unmute: true,
        may_start_video: true,
        may_share_screen: true,
        may_chat: true,
        may_rename: true,
        may_record: true,
    };
    /// Nothing.
    pub const NONE: Self = Self {
        may_unmute: false,
        may_start_video: false,
        may_share_screen: false,
        may_chat: false,
        may_rename: false,
        may_record: false,
    };

    /// Returns whether a track of this kind may be switched on.
    pub const fn allows_track(&self, kind: TrackKind) -> bool {
        match kind {
            TrackKind::Microphone => self.may_unmute,
            TrackKind::Camera => self.may_start_video,
            TrackKind::Screen | TrackKind::ScreenAudio => self.may_share_screen,
        }
    }
}

impl Default for Permissions {
    fn default() -> Self {
        Self::ALL
    }
}

/// An act of a host or co-host. Signed in CBOR: see [`SignedAct`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostAct {
    /// Higher than that of every act that the signer knows, so that an old one cannot come back.
    pub counter: u64,
    /// What.
    pub kind: ActKind,
}

/// What a host or co-host does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Nobody new comes in, or again somebody.
    SetLock {
        /// Whether the meeting is locked.
        on: bool,
    },
    /// Newcomers wait until somebody admits them, or come straight in.
    SetLobby {
        /// Whether they wait.
        on: bool,
    },
    /// What participants may do.
    SetPermissions {
        /// From here on.
        permissions: Permissions,
    },
    /// Stops tracks. Whoever may can switch them on again.
    Mute {
        /// Whose; `None`: everybody's who is no host and no co-host.
        participant: Option<ParticipantId>,
        /// Which.
        kinds: Vec<TrackKind>,
    },
    /// Asks somebody to switch the microphone on.
    AskToUnmute {
        /// Whom.
        participant: ParticipantId,
    },
    /// Whom everybody sees large.
    Spotlight {
        /// `None`: nobody in particular.
        participant: Option<ParticipantId>,
    },
    /// Makes somebody host or co-host, or takes that away.
    SetRole {
        /// Whose role, for those who show it.
        participant: ParticipantId,
        /// Whose role, for those who check it: a stay key, 32 bytes.
        #[serde(with = "serde_bytes")]
        stay_key: Vec<u8>,
        /// The role.
        role: Role,
    },
    /// Gives somebody another name.
    Rename {
        /// Whom.
        participant: ParticipantId,
        /// Sealed under the link secret; in standard meetings UTF-8. At most [`SEALED_BYTES`].
        #[serde(with = "serde_bytes")]
        name: Vec<u8>,
    },
    /// Stops everything but the hosts' media, closes the chat, locks the meeting and switches the lobby on; or lets
    /// people begin again.
    Suspend {
        /// Whether everything stops. Lock and lobby stay when it ends.
        on: bool,
    },
    /// Lets people in from the lobby.
    Admit {
        /// At most [`limits::PARTICIPANTS`].
        admitted: Vec<Admitted>,
    },
    /// Sends somebody away from the lobby.
    TurnAway {
        /// Whom.
        participant: ParticipantId,
    },
    /// Says something to those in the lobby.
    LobbyMessage {
        /// Sealed under the link secret; in standard meetings UTF-8. At most [`SEALED_BYTES`].
        #[serde(with = "serde_bytes")]
        text: Vec<u8>,
    },
    /// Sends somebody away for good.
    Remove {
        /// Whom.
        participant: ParticipantId,
    },
    /// Sends somebody away, and keeps it out: who it is to the server, and its stay.
    KeepOut {
        /// Whom.
        participant: ParticipantId,
        /// Whom, in leaves: 32 bytes.
        #[serde(with = "serde_bytes")]
        stay_key: Vec<u8>,
        /// Its name, for the list of those kept out: sealed under the link secret; in standard meetings UTF-8. At most
        /// [`SEALED_BYTES`].
        #[serde(with = "serde_bytes")]
        name: Vec<u8>,
    },
    /// Lets somebody in again who was kept out.
    LetBack {
        /// Whom: 32 bytes.
        #[serde(with = "serde_bytes")]
        stay_key: Vec<u8>,
    },
    /// Replaces the link secret: newcomers prove the new one, and those who belong find it in here.
    NewLink(NewLink),
    /// Opens breakout rooms, changes them, or closes them and calls everybody back.
    Breakouts(Breakouts),
    /// Ends the meeting for everybody.
    End,
}

impl ActKind {
    /// Returns whether it takes a host, and a co-host is not enough.
    pub const fn is_for_hosts_only(&self) -> bool {
        matches!(self, Self::SetRole { .. } | Self::NewLink { .. } | Self::End)
    }

    fn is_acceptable(&self) -> bool {
        match self {
            Self::SetRole { stay_key, .. } => stay_key.len() == KEY_BYTES,
            Self::Rename { name, .. } => name.len() <= SEALED_BYTES,
            Self::LobbyMessage { text } => text.len() <= SEALED_BYTES,
            Self::Admit { admitted } => {
                admitted.len() <= limits::PARTICIPANTS
                    && admitted
                        .iter()
                        .all(|admitted| admitted.stay_key.len() == KEY_BYTES)
            }
            Self::Mute { kinds, .. } => kinds.len() <= TrackKind::ALL.len(),
            Self::NewLink(new) => new.is_acceptable(),
            Self::KeepOut { stay_key, name, .. } => stay_key.len() == KEY_BYTES && name.len() <= SEALED_BYTES,
            Self::LetBack { stay_key } => stay_key.len() == KEY_BYTES,
            Self::Breakouts(breakouts) => breakouts.is_acceptable(),
            Self::SetLock { .. }
            | Self::SetLobby { .. }
            | Self::SetPermissions { .. }
            | Self::AskToUnmute { .. }
            | Self::Spotlight { .. }
            | Self::Suspend { .. }
            | Self::TurnAway { .. }
            | Self::Remove { .. }
            | Self::End => true,
        }
    }
}

/// Somebody who may come in from the lobby, with every leaf of this stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// Who, says the server.
    pub participant: ParticipantId,
    /// Who, in leaves: 32 bytes.
    #[serde(with = "serde_bytes")]
    pub stay_key: Vec<u8>,
}

/// An act as it travels: everything that is needed to check it, whether or not its signer is still there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedAct {
    /// A [`HostAct`] in CBOR, as it was signed.
    #[serde(with = "serde_bytes")]
    pub act: Vec<u8>,
    /// The signer's stay key: Ed25519, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// By that key over [`act_message`], 64 bytes.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
    /// Why that key may act.
    pub authority: Authority,
}

impl std::fmt::Debug for SignedAct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedAct({} bytes)", self.act.len())
    }
}

/// Why a stay key may act.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The host key signed [`stay_grant_message`] for it.
    HostKey(HostGrant),
    /// A host gave it a role: an [`ActKind::SetRole`].
    Role(Box<SignedAct>),
}

/// An act whose proof holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedAct {
    /// The act.
    pub act: HostAct,
    /// Who signed: a stay key.
    pub key: [u8; KEY_BYTES],
    /// As what it was signed.
    pub role: Role,
    /// Whether a role was given for it, which can be taken away again.
    pub is_by_role: bool,
}

/// Why an act is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActFault {
    /// No act of this version, or over a limit.
    #[error("malformed act")]
    Malformed,
    /// Not signed by the key that it names.
    #[error("act not signed by its key")]
    Unsigned,
    /// Signed by somebody whom no host empowered, or not to this.
    #[error("act not by a host")]
    NotByHost,
}

/// What acts are held against: which meeting, whose host key, and the cryptography.
#[derive(Debug, Clone, Copy)]
pub struct ActJudge {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Of the meeting.
    pub mode: Mode,
    /// SHA-256 of the host's public key.
    pub host_fingerprint: [u8; 32],
    /// Whether a key's Ed25519 signature over a message holds.
    pub verify: fn(key: &[u8], message: &[u8], signature: &[u8]) -> bool,
    /// SHA-256.
    pub sha256: fn(&[u8]) -> [u8; 32],
}

impl ActJudge {
    /// Follows an act's proof to the host key.
    ///
    /// # Errors
    /// [`ActFault`] says where it breaks.
    pub fn check(&self, signed: &SignedAct) -> Result<CheckedAct, ActFault> {
        self.check_link(signed, LONGEST_CHAIN)
    }

    fn check_link(&self, signed: &SignedAct, links_left: usize) -> Result<CheckedAct, ActFault> {
        let links_left = links_left.checked_sub(1).ok_or(ActFault::NotByHost)?;
        let key = <[u8; KEY_BYTES]>::try_from(signed.key.as_slice()).map_err(|_| ActFault::Malformed)?;
        let message = act_message(self.meeting, self.mode, &signed.act);
        if !(self.verify)(&key, &message, &signed.signature) {
            return Err(ActFault::Unsigned);
        }
        let act: HostAct = decode(&signed.act).map_err(|_| ActFault::Malformed)?;
        if !act.kind.is_acceptable() {
            return Err(ActFault::Malformed);
        }
        let (role, is_by_role) = match &signed.authority {
            Authority::HostKey(grant) => (self.granted(grant, &key)?, false),
            Authority::Role(given) => (role_given(&self.check_link(given, links_left)?, &key)?, true),
        };
        let is_enough = match role {
            Role::Host => true,
            Role::CoHost => !act.kind.is_for_hosts_only(),
            Role::Participant => false,
        };
        if !is_enough {
            return Err(ActFault::NotByHost);
        }
        Ok(CheckedAct {
            act,
            key,
            role,
            is_by_role,
        })
    }

    fn granted(&self, grant: &HostGrant, key: &[u8]) -> Result<Role, ActFault> {
        let message = stay_grant_message(self.meeting, self.mode, key);
        let is_good = (self.sha256)(&grant.host_key) == self.host_fingerprint
            && (self.verify)(&grant.host_key, &message, &grant.signature);
        is_good.then_some(Role::Host).ok_or(ActFault::NotByHost)
    }
}

fn role_given(given: &CheckedAct, key: &[u8]) -> Result<Role, ActFault> {
    match &given.act.kind {
        ActKind::SetRole { stay_key, role, .. } if stay_key == key => Ok(*role),
        ActKind::SetRole { .. }
        | ActKind::SetLock { .. }
        | ActKind::SetLobby { .. }
        | ActKind::SetPermissions { .. }
        | ActKind::Mute { .. }
        | ActKind::AskToUnmute { .. }
        | ActKind::Spotlight { .. }
        | ActKind::Rename { .. }
        | ActKind::Suspend { .. }
        | ActKind::Admit { .. }
        | ActKind::TurnAway { .. }
        | ActKind::LobbyMessage { .. }
        | ActKind::Remove { .. }
        | ActKind::KeepOut { .. }
        | ActKind::LetBack { .. }
        | ActKind::NewLink { .. }
        | ActKind::Breakouts(_)
        | ActKind::End => Err(ActFault::NotByHost),
    }
}

/// That a client holds a stay key, over the connection's challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayProof {
    /// Ed25519 public key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// Over [`stay_challenge_message`], 64 bytes.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// Whose stay a leaf belongs to. A stay outlives its leaves: a reloaded page makes another leaf and keeps the stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafStay {
    /// Ed25519 public key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// Over [`stay_leaf_message`], 64 bytes: a key that was seen cannot be worn.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
    /// The [`ActKind::Admit`] that let the stay in, if it waited in the lobby.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission: Option<SignedAct>,
}

impl HostAct {
    /// Returns the bytes that [`SignedAct::act`] carries.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// Returns what a stay key signs to act.
pub fn act_message(meeting: MeetingId, mode: Mode, act: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 host act", meeting, mode, act)
}

/// Returns what the host key signs to let a stay key act for the host.
pub fn stay_grant_message(meeting: MeetingId, mode: Mode, stay_key: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 stay grant", meeting, mode, stay_key)
}

/// Returns what a stay key signs to prove itself to the server: the server's challenge.
pub fn stay_challenge_message(meeting: MeetingId, mode: Mode, challenge: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 stay challenge", meeting, mode, challenge)
}

/// Returns what a stay key signs to make a leaf its own.
pub fn stay_leaf_message(meeting: MeetingId, mode: Mode, leaf_key: &[u8]) -> Vec<u8> {
    labelled(b"Incamera 1 stay leaf", meeting, mode, leaf_key)
}

// As the labelled messages of `mls`.
fn labelled(label: &[u8], meeting: MeetingId, mode: Mode, data: &[u8]) -> Vec<u8> {
    let mut message = vec![u8::try_from(label.len()).expect("labels are short")];
    message.extend_from_slice(label);
    message.push(mode.label_byte());
    message.extend_from_slice(meeting.as_bytes());
    message.extend_from_slice(data);
    message
}

/// A sealed text in an act, in bytes: a name or a few sentences, and what sealing adds.
pub const SEALED_BYTES: usize = 1024;

/// An Ed25519 public key, in bytes.
pub const KEY_BYTES: usize = 32;

// The host key makes a host, who makes a host, who makes a co-host. Longer chains cost everybody a signature check each.
const LONGEST_CHAIN: usize = 4;
