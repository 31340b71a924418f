// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who or what an identity binding is about, before it becomes a keyed MAC.

use std::time::Duration;

use crate::{BindingKind, EmailAddress, PhoneNumber, VoucherCode};

/// The subject of an identity binding, normalised: two that mean the same are equal. Never kept; see
/// [`crate::MacKey::subject`].
pub struct Subject {
    kind: BindingKind,
    issuer: String,
    name: Vec<u8>,
}

impl Subject {
    /// Makes the subject of a verified e-mail address.
    pub fn email(address: &EmailAddress) -> Self {
        Self::new(BindingKind::Email, "", address.as_str().as_bytes())
    }

    /// Makes the subject of a verified phone number.
    pub fn phone(number: &PhoneNumber) -> Self {
        Self::new(BindingKind::Phone, "", number.as_str().as_bytes())
    }

    /// Makes the subject that an OpenID provider vouches for. Both are compared byte by byte (OpenID Connect Core 1.0, sections
    /// 2 and 5.7).
    pub fn oidc(issuer: &str, subject: &str) -> Self {
        Self::new(BindingKind::Oidc, issuer, subject.as_bytes())
    }

    /// Makes the subject of a payment provider's customer.
    pub fn payment(provider: &str, customer: &str) -> Self {
        Self::new(BindingKind::Payment, provider, customer.as_bytes())
    }

    /// Makes the subject of a voucher: the voucher.
    pub fn voucher(code: &VoucherCode) -> Self {
        Self::new(BindingKind::Voucher, "", code.hash().as_bytes())
    }

    /// Makes the subject of a voucher that the operator gave without a code: `account` is whom it is for.
    pub fn voucher_of_operator(account: protocol::AccountId) -> Self {
        Self::new(BindingKind::Voucher, "operator", account.as_bytes())
    }

    /// Returns what kind of binding it is for.
    pub const fn kind(&self) -> BindingKind {
        self.kind
    }

    pub(crate) fn fields(&self) -> [&[u8]; 3] {
        [self.kind.as_str().as_bytes(), self.issuer.as_bytes(), &self.name]
    }

    fn new(kind: BindingKind, issuer: &str, name: &[u8]) -> Self {
        Self {
            kind,
            issuer: String::from(issuer),
            name: name.to_vec(),
        }
    }
}

/// Returns for how long a binding of this kind counts before it has to be shown again; none for as long as nothing else ends it.
pub const fn binding_valid_for(kind: BindingKind) -> Option<Duration> {
    match kind {
        // Numbers come to other people, and people leave organisations and the institution whose provider knew them.
        BindingKind::Phone | BindingKind::Oidc | BindingKind::Organisation => {
            Some(Duration::from_secs(365 * 24 * 3600))
        }
        BindingKind::Email | BindingKind::Payment | BindingKind::Voucher => None,
    }
}
