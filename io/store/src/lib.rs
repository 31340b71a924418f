// SPDX-License-Identifier: MIT OR Apache-2.0
//! What outlives the server process: accounts, meetings, the state of live ones, the installation's secrets. All SQL is here.
//!
//! What must not happen twice or at once is one transaction. Knows nothing of what the state of a live meeting means, decides
//! nothing about who may do what, and makes no randomness and no time.

mod accounts;
mod audit;
mod bindings;
mod ceremonies;
mod erase;
mod error;
mod export;
mod ids;
mod instance;
mod invitations;
mod limits;
mod live;
mod mails;
mod meetings;
mod open;
mod operator;
mod organisations;
mod passkeys;
mod payments;
mod row;
mod sessions;
mod standing;
mod vouchers;

pub use account::UnixTime;

pub use accounts::{AccountSearch, NewAccount, StoredAccount};
pub use audit::{AuditAction, AuditEntry, StoredAudit};
pub use bindings::{By, NewBinding, StoredBinding};
pub use ceremonies::{Ceremony, Guess, Guessed, NewCeremony, Purpose};
pub use erase::Erased;
pub use error::StoreError;
pub use ids::{BindingId, DeniedId, InvitationId, MailId, PasskeyId, SessionId, VoucherId};
pub use instance::InstanceSecret;
pub use invitations::StoredInvitation;
pub use live::Occupancy;
pub use mails::{NewMail, StoredMail};
pub use meetings::{MeetingDetails, StoredMeeting};
pub use open::Store;
pub use organisations::{Found, Proof, StoredClaim, StoredOrganisation};
pub use passkeys::{NewPasskey, StoredPasskey};
pub use payments::PaymentOutcome;
pub use sessions::{NewSession, SignedIn, StoredSession};
pub use standing::StoredDenied;
pub use vouchers::StoredVoucher;
