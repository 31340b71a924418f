// SPDX-License-Identifier: MIT OR Apache-2.0
//! The SFrame header: which key, which counter (RFC 9605, section 4.3).
#![warn(clippy::indexing_slicing)]

/// Key id and counter of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// KID: which key.
    pub kid: u64,
    /// CTR: which frame under that key.
    pub ctr: u64,
}

/// Bytes that are no SFrame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The frame ends within the header.
    #[error("frame ends within its header")]
    Truncated,
    /// A field has more bytes than its value needs (RFC 9605, section 4.3 wants the shortest form).
    #[error("header is not in its shortest form")]
    NotMinimal,
}

impl Header {
    /// Encodes the header in its shortest form, at most 17 bytes.
    pub fn encode(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MAX_BYTES);
        bytes.push(config_bits(self.kid) << 4 | config_bits(self.ctr));
        push_field(&mut bytes, self.kid);
        push_field(&mut bytes, self.ctr);
        bytes
    }

    /// Decodes the header in front of `frame` and returns it with its length in bytes.
    ///
    /// # Errors
    /// [`HeaderError`] if the bytes are no header in its shortest form.
    pub fn decode(frame: &[u8]) -> Result<(Self, usize), HeaderError> {
        let (&config, mut rest) = frame.split_first().ok_or(HeaderError::Truncated)?;
        let kid = read_field(&mut rest, config >> 4)?;
        let ctr = read_field(&mut rest, config & 0x0F)?;
        Ok((Self { kid, ctr }, frame.len() - rest.len()))
    }
}

// The value itself below 8; else the extension bit and the number of bytes less one.
fn config_bits(value: u64) -> u8 {
    match u8::try_from(value) {
        Ok(value @ 0..=7) => value,
        Ok(_) | Err(_) => EXTENDED | (field_bytes(value) - 1),
    }
}

fn field_bytes(value: u64) -> u8 {
    8 - u8::try_from(value.leading_zeros() / 8).expect("at most 8")
}

fn push_field(bytes: &mut Vec<u8>, value: u64) {
    if value > 7 {
        bytes.extend(
            value
                .to_be_bytes()
                .into_iter()
                .skip(usize::from(8 - field_bytes(value))),
        );
    }
}

fn read_field(rest: &mut &[u8], config: u8) -> Result<u64, HeaderError> {
    if config & EXTENDED == 0 {
        return Ok(u64::from(config));
    }
    let length = usize::from(config & 7) + 1;
    let (field, after) = rest.split_at_checked(length).ok_or(HeaderError::Truncated)?;
    *rest = after;
    let value = field.iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
    if value <= 7 || usize::from(field_bytes(value)) != length {
        return Err(HeaderError::NotMinimal);
    }
    Ok(value)
}

const EXTENDED: u8 = 0b1000;
const MAX_BYTES: usize = 17;

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test that slices wrongly fails")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_values_fit_in_one_byte() {
        assert_eq!(Header { kid: 0, ctr: 0 }.encode(), [0x00]);
        assert_eq!(Header { kid: 7, ctr: 7 }.encode(), [0x77]);
    }

    #[test]
    fn a_longer_form_than_needed_is_refused() {
        assert_eq!(Header::decode(&[0x80, 0x07]), Err(HeaderError::NotMinimal));
        assert_eq!(Header::decode(&[0x90, 0x00, 0x80]), Err(HeaderError::NotMinimal));
        assert_eq!(Header::decode(&[0x08, 0x00]), Err(HeaderError::NotMinimal));
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = Header {
            kid: u64::MAX,
            ctr: u64::MAX,
        }
        .encode();
        assert_eq!(bytes.len(), MAX_BYTES);
        for length in 0..bytes.len() {
            assert_eq!(
                Header::decode(&bytes[..length]),
                Err(HeaderError::Truncated),
                "{length} bytes"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes(kid: u64, kid_bits in 0..64u32, ctr: u64, ctr_bits in 0..64u32, payload: Vec<u8>) {
            let header = Header { kid: kid >> kid_bits, ctr: ctr >> ctr_bits };
            let mut bytes = header.encode();
            let length = bytes.len();
            bytes.extend(payload);
            prop_assert_eq!(Header::decode(&bytes), Ok((header, length)));
        }

        #[test]
        fn a_header_has_one_encoding(bytes: Vec<u8>) {
            if let Ok((header, length)) = Header::decode(&bytes) {
                prop_assert_eq!(header.encode(), &bytes[..length]);
            }
        }
    }
}
