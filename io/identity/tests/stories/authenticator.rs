// SPDX-License-Identifier: MIT OR Apache-2.0
//! An authenticator in software (WebAuthn, sections 6.1 and 6.5) that can be made to misbehave.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

pub(crate) struct Authenticator {
    pub(crate) origin: &'static str,
    pub(crate) rp_id: &'static str,
    /// Whether it asks for a finger or a number.
    pub(crate) verifies_people: bool,
    pub(crate) counter: u32,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) user_handle: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Authenticator {
    pub(crate) fn new(credential_id: &[u8]) -> Self {
        Self {
            origin: "https://meet.example.org",
            rp_id: "meet.example.org",
            verifies_people: true,
            counter: 1,
            credential_id: credential_id.to_vec(),
            user_handle: Vec::new(),
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("the system has randomness"),
        }
    }

    /// Makes a passkey as the options want, and answers as a browser does.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        self.user_handle = URL_SAFE_NO_PAD
            .decode(options["user"]["id"].as_str().expect("a text"))
            .expect("base64url");
        let mut data = self.authenticator_data(ATTESTED);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(
            &u16::try_from(self.credential_id.len())
                .expect("a short id")
                .to_be_bytes(),
        );
        data.extend_from_slice(&self.credential_id);
        ciborium::into_writer(&self.public_key(), &mut data).expect("CBOR goes into memory");
        let mut attestation = Vec::new();
        let object = Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from("none")),
            (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
            (Cbor::from("authData"), Cbor::from(data)),
        ]);
        ciborium::into_writer(&object, &mut attestation).expect("CBOR goes into memory");
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        self.credential(json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            "transports": ["internal"],
        }))
    }

    /// Signs in as the options want.
    pub(crate) fn assert(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &options["publicKey"]["challenge"]);
        let data = self.authenticator_data(0);
        let signed = [
            data.as_slice(),
            digest::digest(&digest::SHA256, &client_data).as_ref(),
        ]
        .concat();
        let signature = self
            .key
            .sign(&SystemRandom::new(), &signed)
            .expect("the key signs");
        self.credential(json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.user_handle),
        }))
    }

    fn credential(&self, response: Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(&self.credential_id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {},
            "authenticatorAttachment": "platform"})
    }

    fn client_data(&self, type_: &str, challenge: &Value) -> Vec<u8> {
        let data =
            json!({"type": type_, "challenge": challenge, "origin": self.origin, "crossOrigin": false});
        serde_json::to_vec(&data).expect("JSON")
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let flags = flags | PRESENT | if self.verifies_people { VERIFIED } else { 0 };
        let mut data = digest::digest(&digest::SHA256, self.rp_id.as_bytes())
            .as_ref()
            .to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// RFC 9053, section 7.1.1.
    fn public_key(&self) -> Cbor {
        let point = self.key.public_key().as_ref();
        Cbor::Map(vec![
            (Cbor::from(1), Cbor::from(2)),
            (Cbor::from(3), Cbor::from(-7)),
            (Cbor::from(-1), Cbor::from(1)),
            (Cbor::from(-2), Cbor::from(point[1..33].to_vec())),
            (Cbor::from(-3), Cbor::from(point[33..65].to_vec())),
        ])
    }
}

// WebAuthn, section 6.1.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;
