// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why the store did not do as asked.

use std::path::PathBuf;

/// The world failed, as the operator can mend it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be made or written.
    #[error("cannot write to the data directory {}", directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a database, or is damaged.
    #[error("{} is not a usable database: move it away or restore a backup", file.display())]
    Corrupt {
        /// Which.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The database was written by a newer version, or a migration failed.
    #[error("cannot bring {} to this version", file.display())]
    Migration {
        /// Which.
        file: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The database did not answer a query.
    #[error("the database failed")]
    Query(#[from] sqlx::Error),
    /// A meeting with this id exists.
    #[error("the meeting exists already")]
    MeetingExists,
    /// No meeting with this id exists.
    #[error("no such meeting")]
    UnknownMeeting,
    /// No account with this id exists.
    #[error("no such account")]
    UnknownAccount,
    /// Another account has a binding of this subject.
    #[error("the subject is bound to another account")]
    SubjectTaken,
    /// Somebody was banned with this subject.
    #[error("the subject is denied")]
    SubjectDenied,
    /// The account has no such binding.
    #[error("no such binding")]
    UnknownBinding,
    /// The account has no such passkey.
    #[error("no such passkey")]
    UnknownPasskey,
    /// The passkey is known already.
    #[error("the passkey is known already")]
    PasskeyExists,
    /// Without it, nobody could sign in to the account any more.
    #[error("the last way to sign in")]
    LastWayIn,
    /// The account has as many of these as it may.
    #[error("too many of them")]
    TooMany,
    /// The account has no such session.
    #[error("no such session")]
    UnknownSession,
    /// No such voucher, or it was used, withdrawn, or is too old.
    #[error("no such voucher")]
    UnknownVoucher,
    /// The account is vouched for already.
    #[error("vouched for already")]
    AlreadyVouched,
    /// Nobody vouches for themselves.
    #[error("one's own voucher")]
    OwnVoucher,
    /// The account vouches for as many people as it may.
    #[error("no voucher left")]
    NoFreeSlot,
    /// No such invitation.
    #[error("no such invitation")]
    UnknownInvitation,
    /// No such organisation.
    #[error("no such organisation")]
    UnknownOrganisation,
    /// No such entry in the list of those who may not come back.
    #[error("no such denied subject")]
    UnknownDenied,
    /// The number of the owner's open meetings is another than the caller saw: to be decided again.
    #[error("the number of open meetings has changed")]
    OpenMeetingsChanged,
}
