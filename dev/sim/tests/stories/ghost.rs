// SPDX-License-Identifier: MIT OR Apache-2.0
//! Makes what no client of ours would: an external commit without the link's secret.

use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, CredentialType, CredentialWithKey, Extension, ExtensionType,
    Extensions, LeafNodeParameters, MlsGroup, MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _,
    PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProtocolVersion, RatchetTreeIn, UnknownExtension,
    tls_codec::Deserialize as _,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use protocol::{
    ClientMessage, ParticipantId, encode,
    message::GroupState,
    mls::{GROUP_BINDING_EXTENSION, LEAF_BINDING_EXTENSION, LeafBinding},
};

/// Joins `state` as `participant` with a proof that is made up.
pub(crate) fn join(state: &GroupState, participant: ParticipantId) -> ClientMessage {
    let provider = OpenMlsRustCrypto::default();
    let key = SignatureKeyPair::new(SUITE.signature_algorithm()).expect("keys can be made");
    let credential = CredentialWithKey {
        credential: BasicCredential::new(participant.0.to_be_bytes().to_vec()).into(),
        signature_key: key.public().to_vec().into(),
    };
    let binding = LeafBinding {
        participant,
        admission_proof: vec![0; 32],
        host_grant: None,
        identity: None,
        stay: None,
        whisper_key: Vec::new(),
    };
    let binding = Extension::Unknown(LEAF_BINDING_EXTENSION, UnknownExtension(encode(&binding)));
    let own = [
        ExtensionType::Unknown(LEAF_BINDING_EXTENSION),
        ExtensionType::Unknown(GROUP_BINDING_EXTENSION),
    ];
    let capabilities = Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[SUITE]),
        Some(&own),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    );
    let leaf = LeafNodeParameters::builder()
        .with_capabilities(capabilities)
        .with_extensions(Extensions::from_vec(vec![binding]).expect("one extension"))
        .build();
    let message = MlsMessageIn::tls_deserialize_exact(&state.group_info).expect("the server's GroupInfo");
    let MlsMessageBodyIn::GroupInfo(group_info) = message.extract() else {
        panic!("a group state holds a GroupInfo");
    };
    let tree = RatchetTreeIn::tls_deserialize_exact(&state.ratchet_tree).expect("the server's tree");
    let config = openmls::prelude::MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .build();
    let (_, bundle) = MlsGroup::external_commit_builder()
        .with_config(config)
        .skip_lifetime_validation()
        .with_ratchet_tree(tree)
        .build_group(&provider, group_info, credential)
        .expect("the group can be joined")
        .leaf_node_parameters(leaf)
        .load_psks(provider.storage())
        .expect("no PSK")
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build(provider.rand(), provider.crypto(), &key, |_| true)
        .expect("the commit can be built")
        .finalize(&provider)
        .expect("the commit can be finalised");
    let commit = bundle.commit().to_bytes().expect("a commit serialises");
    let group_info = bundle
        .into_group_info_msg()
        .expect("it was asked for")
        .to_bytes()
        .expect("it serialises");
    ClientMessage::Commit {
        epoch: state.epoch,
        commit,
        group_info,
    }
}

const SUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519;
