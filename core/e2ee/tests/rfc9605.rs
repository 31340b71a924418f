// SPDX-License-Identifier: MIT OR Apache-2.0
//! The test vectors of RFC 9605, appendix C, in both directions.

use incamera_e2ee::sframe::{FrameKey, Header};
use serde_json::Value;

#[test]
fn every_header_vector_encodes_and_decodes() {
    let vectors = vectors();
    let headers = vectors["header"].as_array().expect("a list");
    assert_eq!(headers.len(), 289);
    for vector in headers {
        let header = Header {
            kid: number(vector, "kid"),
            ctr: number(vector, "ctr"),
        };
        let encoded = bytes(vector, "encoded");
        assert_eq!(header.encode(), encoded, "{vector}");
        assert_eq!(Header::decode(&encoded), Ok((header, encoded.len())), "{vector}");
    }
}

#[test]
fn the_vector_of_our_suite_seals_and_opens() {
    let vectors = vectors();
    let [vector] = vectors["sframe"].as_array().expect("a list").as_slice() else {
        panic!("one vector")
    };
    assert_eq!(number(vector, "cipher_suite"), 5);
    let (kid, ctr) = (number(vector, "kid"), number(vector, "ctr"));
    let key = FrameKey::derive(&bytes(vector, "base_key"), kid);
    assert_eq!(key.key_bytes().as_slice(), bytes(vector, "sframe_key"));
    assert_eq!(key.nonce(0).as_slice(), bytes(vector, "sframe_salt"));
    assert_eq!(key.nonce(ctr).as_slice(), bytes(vector, "nonce"));

    let header = Header { kid, ctr }.encode();
    let aad = [header.clone(), bytes(vector, "metadata")].concat();
    assert_eq!(aad, bytes(vector, "aad"));
    let plaintext = bytes(vector, "pt");
    let mut sealed = [header.clone(), plaintext.clone()].concat();
    key.seal_in_place(ctr, &aad, &mut sealed, header.len());
    assert_eq!(sealed, bytes(vector, "ct"));
    assert_eq!(key.open(ctr, &aad, &sealed[header.len()..]), Ok(plaintext));
    assert!(key.open(ctr + 1, &aad, &sealed[header.len()..]).is_err());
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../testdata/rfc9605.json")).expect("the vectors are JSON")
}

fn number(vector: &Value, field: &str) -> u64 {
    vector[field].as_u64().expect("a number")
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let text = vector[field].as_str().expect("hex digits");
    let digits = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16));
    digits.collect::<Result<_, _>>().expect("hex digits")
}
