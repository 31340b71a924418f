// SPDX-License-Identifier: MIT OR Apache-2.0
//! What binds a leaf to a participant and the link secret, and a group to a meeting and its mode.

use std::collections::BTreeSet;

use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, Credential, CredentialType, Extension, ExtensionType,
    Extensions, ExternalSender, GroupContext, LeafNode, ProtocolVersion, RequiredCapabilitiesExtension,
    UnknownExtension,
};
use protocol::{
    MeetingId, Mode, ParticipantId,
    acts::LeafStay,
    identity::SignedStatement,
    mls::{GROUP_BINDING_EXTENSION, GroupBinding, HostGrant, LEAF_BINDING_EXTENSION, LeafBinding},
};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::{
    IdentityIssuer, JoinError, LeafIdentity, MemberConfig,
    identity::{self, Verdict},
    verified::{Verified, What},
    whisper,
};
use crate::{
    acts::is_stay_bound,
    meeting::{host_fingerprint, host_key, is_valid_grant},
};

/// What a member holds every leaf and the group against. Has no `Debug`.
pub(super) struct Expectations {
    pub(super) meeting: MeetingId,
    admission_key: Zeroizing<[u8; 32]>,
    host_fingerprint: [u8; 32],
    external_sender: Vec<u8>,
    issuer: Option<IdentityIssuer>,
    pub(super) verified: Verified,
    /// The stays that need not prove the link's secret: it was replaced after they came, and a host vouched for them.
    belonging: BTreeSet<[u8; 32]>,
    /// Those of them whose leaves get in no more: hosts removed them since.
    removed: BTreeSet<[u8; 32]>,
    /// The leaves that proved an earlier secret of the link when it was the present one.
    proved_before: BTreeSet<Vec<u8>>,
}

/// Why a leaf may not be in the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafFault {
    /// No binding, or a credential that says something else.
    Unbound,
    /// Its proof is not from somebody who has the link.
    Unproven,
    /// It claims to be a host and is none.
    FalseHost,
}

/// Whose leaf, and whether it acts for the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeafOwner {
    pub(super) participant: ParticipantId,
    pub(super) is_host: bool,
    pub(super) stay_key: Option<[u8; 32]>,
}

impl Expectations {
    pub(super) fn new(config: &MemberConfig) -> Result<Self, JoinError> {
        let secret = config.link.secret.as_ref().ok_or(JoinError::WrongMode)?;
        Ok(Self {
            meeting: config.link.meeting,
            admission_key: admission_key(secret, config.link.meeting),
            host_fingerprint: host_fingerprint(&config.link),
            external_sender: config.external_sender.clone(),
            issuer: config.issuer,
            verified: Verified::default(),
            belonging: config.belonging.clone(),
            removed: BTreeSet::new(),
            proved_before: BTreeSet::new(),
        })
    }

    /// Makes the binding of an own leaf.
    pub(super) fn bind_leaf(&self, config: &MemberConfig) -> LeafBinding {
        let leaf_key = &config.leaf_key.public();
        let host_grant = host_key(&config.link).map(|key| key.grant(self.meeting, Mode::E2ee, leaf_key));
        let identity = config.identity.clone().filter(|identity| {
            let identity = identity::check(self.issuer.as_ref(), self.meeting, leaf_key, Some(identity));
            matches!(identity, LeafIdentity::Known(_))
        });
        LeafBinding {
            participant: config.participant,
            admission_proof: self.proof(leaf_key).finalize().into_bytes().to_vec(),
            host_grant,
            identity,
            stay: config.stay.clone(),
            whisper_key: whisper::public_key(&config.leaf_key, self.meeting),
        }
    }

    /// Checks credential, admission proof and host grant of a leaf.
    pub(super) fn check_leaf(&self, leaf: &LeafNode) -> Result<LeafOwner, LeafFault> {
        self.read_leaf(leaf).map(|(owner, _)| owner)
    }

    /// Checks the leaf of somebody who comes: that it was in the group once, when another secret held, is nothing to it, nor
    /// that a host vouched for somebody whom a host removed since.
    pub(super) fn check_coming(&self, leaf: &LeafNode) -> Result<LeafOwner, LeafFault> {
        let owner = self.check_leaf(leaf)?;
        let leaf_key = leaf.signature_key().as_slice();
        let binding = leaf_binding(leaf).ok_or(LeafFault::Unbound)?;
        let was_removed = owner.stay_key.is_some_and(|key| self.removed.contains(&key));
        let is_good =
            self.is_proven(leaf_key, &binding) || (self.is_vouched_for(leaf_key, &binding) && !was_removed);
        is_good.then_some(owner).ok_or(LeafFault::Unproven)
    }

    fn is_proven(&self, leaf_key: &[u8], binding: &LeafBinding) -> bool {
        let proof = self.proof(leaf_key);
        proof.verify_slice(&binding.admission_proof).is_ok()
    }

    /// Returns whether the leaf is the stay's that it names.
    pub(super) fn is_bound(&self, stay: &LeafStay, leaf_key: &[u8]) -> bool {
        self.verified
            .check(What::Stay, &stay.key, leaf_key, &stay.signature, || {
                is_stay_bound(stay, self.meeting, leaf_key)
            })
    }

    fn is_granted(&self, grant: &HostGrant, leaf_key: &[u8]) -> bool {
        self.verified
            .check(What::Grant, &grant.host_key, leaf_key, &grant.signature, || {
                is_valid_grant(grant, self.meeting, Mode::E2ee, &self.host_fingerprint, leaf_key)
            })
    }

    fn is_vouched_for(&self, leaf_key: &[u8], binding: &LeafBinding) -> bool {
        binding.stay.as_ref().is_some_and(|stay| {
            let key = <[u8; 32]>::try_from(stay.key.as_slice());
            key.is_ok_and(|key| self.belonging.contains(&key)) && self.is_bound(stay, leaf_key)
        })
    }

    /// Holds newcomers to another secret; `proved` are the leaves that proved one before it.
    pub(super) fn replace_secret(&mut self, secret: &[u8; 32], proved: impl Iterator<Item = Vec<u8>>) {
        self.admission_key = admission_key(secret, self.meeting);
        self.proved_before = proved.collect();
    }

    /// Takes the stays that a host vouches for.
    pub(super) fn set_belonging(&mut self, belonging: BTreeSet<[u8; 32]>) {
        self.belonging = belonging;
    }

    /// Takes the stays that nobody vouches for any more.
    pub(super) fn set_removed(&mut self, removed: BTreeSet<[u8; 32]>) {
        self.removed = removed;
    }

    /// Checks as [`Self::check_leaf`] does, and that the leaf wears its own stay: what nobody checked when it came is found
    /// by whoever comes next.
    pub(super) fn check_member(&self, leaf: &LeafNode) -> Result<LeafOwner, LeafFault> {
        let owner = self.check_leaf(leaf)?;
        let stay = leaf_binding(leaf).and_then(|binding| binding.stay);
        let is_its_own = stay.is_none_or(|stay| self.is_bound(&stay, leaf.signature_key().as_slice()));
        is_its_own.then_some(owner).ok_or(LeafFault::Unbound)
    }

    /// Checks as [`Self::check_leaf`] does, and returns the leaf's statement about its owner, which was not checked.
    pub(super) fn read_leaf(
        &self,
        leaf: &LeafNode,
    ) -> Result<(LeafOwner, Option<SignedStatement>), LeafFault> {
        let leaf_key = leaf.signature_key().as_slice();
        let binding = leaf_binding(leaf).ok_or(LeafFault::Unbound)?;
        if participant_of(leaf.credential()) != Some(binding.participant) {
            return Err(LeafFault::Unbound);
        }
        let is_good = self.is_proven(leaf_key, &binding)
            || self.proved_before.contains(leaf_key)
            || self.is_vouched_for(leaf_key, &binding);
        if !is_good {
            return Err(LeafFault::Unproven);
        }
        let is_host = match &binding.host_grant {
            Some(grant) if self.is_granted(grant, leaf_key) => true,
            Some(_) => return Err(LeafFault::FalseHost),
            None => false,
        };
        let owner = LeafOwner {
            participant: binding.participant,
            is_host,
            stay_key: binding.stay.and_then(|stay| <[u8; 32]>::try_from(stay.key).ok()),
        };
        Ok((owner, binding.identity))
    }

    /// Checks a leaf's statement about its owner; `known` is what was found about the leaf before.
    pub(super) fn judge(
        &self,
        leaf_key: &[u8],
        statement: Option<SignedStatement>,
        known: Option<Verdict>,
    ) -> Verdict {
        Verdict::of(self.issuer.as_ref(), self.meeting, leaf_key, statement, known)
    }

    /// Checks the group context of a group that the server says is the meeting's.
    pub(super) fn check_group(&self, context: &GroupContext) -> Result<(), JoinError> {
        if context.ciphersuite() != CIPHERSUITE || context.group_id().as_slice() != self.meeting.as_bytes() {
            return Err(JoinError::WrongMeeting);
        }
        let binding = context.extensions().unknown(GROUP_BINDING_EXTENSION);
        let binding: GroupBinding = binding
            .and_then(|binding| protocol::decode(&binding.0).ok())
            .ok_or(JoinError::BadGroup)?;
        if binding.mode != Mode::E2ee {
            return Err(JoinError::WrongMode);
        }
        if binding.meeting != self.meeting {
            return Err(JoinError::WrongMeeting);
        }
        if binding.host_fingerprint != self.host_fingerprint {
            return Err(JoinError::WrongHost);
        }
        if context.extensions() != &self.group_extensions(Mode::E2ee)? {
            return Err(JoinError::BadGroup);
        }
        Ok(())
    }

    /// Returns the only extensions that the group context may have.
    pub(super) fn group_extensions(&self, mode: Mode) -> Result<Extensions<GroupContext>, JoinError> {
        let binding = GroupBinding {
            meeting: self.meeting,
            mode,
            host_fingerprint: self.host_fingerprint.to_vec(),
        };
        let required = RequiredCapabilitiesExtension::new(&OWN_EXTENSIONS, &[], &[CredentialType::Basic]);
        let sender = BasicCredential::new(EXTERNAL_SENDER_IDENTITY.to_vec());
        let sender = ExternalSender::new(self.external_sender.clone().into(), sender.into());
        Extensions::from_vec(vec![
            Extension::RequiredCapabilities(required),
            Extension::ExternalSenders(vec![sender]),
            Extension::Unknown(
                GROUP_BINDING_EXTENSION,
                UnknownExtension(protocol::encode(&binding)),
            ),
        ])
        .map_err(|_| JoinError::Internal)
    }

    pub(super) const fn host_fingerprint(&self) -> &[u8; 32] {
        &self.host_fingerprint
    }

    fn proof(&self, leaf_key: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.admission_key.as_slice()).expect("HMAC takes any key");
        mac.update(b"Incamera 1 admission proof");
        mac.update(&[Mode::E2ee.label_byte()]);
        mac.update(self.meeting.as_bytes());
        mac.update(leaf_key);
        mac
    }
}

pub(super) fn leaf_extensions(binding: &LeafBinding) -> Result<Extensions<LeafNode>, JoinError> {
    let extension = Extension::Unknown(
        LEAF_BINDING_EXTENSION,
        UnknownExtension(protocol::encode(binding)),
    );
    Extensions::from_vec(vec![extension]).map_err(|_| JoinError::Internal)
}

pub(super) fn leaf_binding(leaf: &LeafNode) -> Option<LeafBinding> {
    protocol::decode(&leaf.extensions().unknown(LEAF_BINDING_EXTENSION)?.0).ok()
}

pub(super) fn capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[CIPHERSUITE]),
        Some(&OWN_EXTENSIONS),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    )
}

pub(super) fn credential(participant: ParticipantId) -> Credential {
    BasicCredential::new(participant.0.to_be_bytes().to_vec()).into()
}

pub(super) fn participant_of(credential: &Credential) -> Option<ParticipantId> {
    let basic = BasicCredential::try_from(credential.clone()).ok()?;
    Some(ParticipantId(u32::from_be_bytes(
        basic.identity().try_into().ok()?,
    )))
}

fn admission_key(secret: &[u8; 32], meeting: MeetingId) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha512>::new(None, secret)
        .expand_multi_info(
            &[
                b"Incamera 1 admission key",
                &[Mode::E2ee.label_byte()],
                meeting.as_bytes(),
            ],
            key.as_mut_slice(),
        )
        .expect("shorter than HKDF's limit");
    key
}

pub(super) const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519;
const OWN_EXTENSIONS: [ExtensionType; 2] = [
    ExtensionType::Unknown(LEAF_BINDING_EXTENSION),
    ExtensionType::Unknown(GROUP_BINDING_EXTENSION),
];
const EXTERNAL_SENDER_IDENTITY: &[u8] = b"delivery";
