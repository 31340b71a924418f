// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an account is: its standing, its plan, the identity bindings that were verified, and the rules about them.
//!
//! Pure: time and randomness are arguments. Knows nothing of databases, mail or HTTP, and does not decide who may do what
//! (that is `policy`).

mod address;
mod code;
mod domain_record;
mod facts;
mod limit;
mod mac;
mod payment;
pub mod rules;
mod sitting;
mod standing;
mod subject;
mod time;
mod token;
mod voucher;

pub use address::{EmailAddress, NotADomain, NotAPhoneNumber, NotAnEmailAddress, PhoneNumber, parse_domain};
pub use code::{CODE_GUESSES, CODE_VALID_FOR, CeremonyId, Code, NotACeremonyId};
pub use domain_record::{RECORD_CHECKED_EVERY, RECORD_LAPSES_AFTER, has_lapsed};
pub use facts::{BindingKind, Plan, PlanLimits, Standing};
pub use limit::{LimitRule, LimitScope, LimitState, Wait, network_key, site_key};
pub use mac::{CodeMac, LimitKey, MacKey, SubjectMac};
pub use payment::{PaymentEvent, PaymentFacts, PaymentKind, PaymentRecord};
pub use sitting::{SITTING_ENDS_AFTER, Sitting};
pub use standing::StandingRecord;
pub use subject::{Subject, binding_valid_for};
pub use time::UnixTime;
pub use token::{
    FRESH_FOR, NotASessionToken, SESSION_IDLE_FOR, SESSION_LIVES_FOR, SESSION_USE_NOTED_AFTER, SessionToken,
    TokenHash, is_fresh,
};
pub use voucher::{
    NotAVoucherCode, VOUCHER_SLOTS, VOUCHER_VALID_FOR, VoucherCode, VoucherHash, VoucherState, free_slots,
};
