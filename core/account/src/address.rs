// SPDX-License-Identifier: MIT OR Apache-2.0
//! E-mail addresses, domains and phone numbers in the one form in which they are compared.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// An e-mail address in lower case, its domain in ASCII. Strict: what many relays would refuse is refused here.
///
/// What a provider does behind the address (`+tag`, dots that it ignores) is its own affair: two such addresses are two.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Reads an address as a person types it. The local part is a dot-atom of ASCII (RFC 5321, section 4.1.2): no quotes, no
    /// comments, no address literals.
    ///
    /// # Errors
    /// [`NotAnEmailAddress`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotAnEmailAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(NotAnEmailAddress)?;
        let is_local = local.len() <= LOCAL_BYTES
            && local
                .split('.')
                .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext));
        let domain = parse_domain(domain).map_err(|_| NotAnEmailAddress)?;
        if !is_local || local.len() + 1 + domain.len() > ADDRESS_BYTES {
            return Err(NotAnEmailAddress);
        }
        Ok(Self {
            text: format!("{}@{domain}", local.to_ascii_lowercase()),
            at: local.len(),
        })
    }

    /// Returns the whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns what stands after the `@`.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([redacted])")
    }
}

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnEmailAddress;

/// Returns the domain in lower case and ASCII (UTS 46). It has at least two labels, the last of which is no number.
///
/// # Errors
/// [`NotADomain`] if it cannot be a domain of the public DNS.
pub fn parse_domain(text: &str) -> Result<String, NotADomain> {
    if text.len() > DOMAIN_TEXT_BYTES {
        return Err(NotADomain);
    }
    let domain = Uts46::new()
        .to_ascii(
            text.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::Check,
            DnsLength::Verify,
        )
        .map_err(|_| NotADomain)?;
    let (_, last) = domain.rsplit_once('.').ok_or(NotADomain)?;
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotADomain);
    }
    Ok(domain.into_owned())
}

/// A text that is no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain")]
pub struct NotADomain;

/// A phone number in E.164: a plus and up to fifteen digits. The number itself is never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number as a person types it, with its country code.
    ///
    /// # Errors
    /// [`NotAPhoneNumber`] if the plus is missing, or it is too short, too long, or holds what no phone number does.
    pub fn parse(text: &str) -> Result<Self, NotAPhoneNumber> {
        let digits = text.trim().strip_prefix('+').ok_or(NotAPhoneNumber)?;
        let mut number = String::from("+");
        for character in digits.chars() {
            match character {
                '0'..='9' => number.push(character),
                ' ' | '-' | '(' | ')' | '/' | '.' | '\u{a0}' => {}
                _ => return Err(NotAPhoneNumber),
            }
            if number.len() > 1 + PHONE_DIGITS_MOST {
                return Err(NotAPhoneNumber);
            }
        }
        // No country code begins with a zero (ITU-T E.164, section 6): `+0049` is a national form with a plus before it.
        if number.len() < 1 + PHONE_DIGITS_LEAST || number.starts_with("+0") {
            return Err(NotAPhoneNumber);
        }
        Ok(Self(number))
    }

    /// Returns it as in `+4915123456789`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what its owner knows it by and nobody else: the last two digits.
    pub fn mask(&self) -> String {
        format!("…{}", &self.0[self.0.len() - 2..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber([redacted])")
    }
}

/// A text that is no phone number with its country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number with its country code")]
pub struct NotAPhoneNumber;

/// RFC 5322, section 3.2.3.
const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

// RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 (a path of 256 with its two brackets).
const LOCAL_BYTES: usize = 64;
const ADDRESS_BYTES: usize = 254;

// A domain of 253 bytes in ASCII is shorter in Unicode; this only bounds the work on what cannot be one.
const DOMAIN_TEXT_BYTES: usize = 512;

// ITU-T E.164: at most fifteen. The shortest subscriber numbers with a country code have seven.
const PHONE_DIGITS_MOST: usize = 15;
const PHONE_DIGITS_LEAST: usize = 7;
