// SPDX-License-Identifier: MIT OR Apache-2.0
//! What actors do, each with the facts that are the act's own and not the actor's.

use account::BindingKind;
use protocol::Mode;

use crate::facts::{MeetingFacts, Plans, Role};

/// What an actor wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See what the instance says about itself to everybody, and whether one is signed in.
    SeeInstance,
    /// Read the policy.
    SeePolicy,
    /// Try whether media reach the server from here, and come back.
    TestConnection,
    /// Sign in, from the first request to the last. Guests begin; what ends it is asked as the account.
    SignIn,
    /// Become an account.
    Register(Registration),
    /// See, export and erase the own account and what belongs to it, sign out, end sessions.
    UseAccount,
    /// Change the own account's name or passkeys, remove bindings and vouchers.
    ChangeAccount,
    /// Add a binding to the own account.
    AddBinding {
        /// Of which kind.
        kind: BindingKind,
        /// Whether the subject stands on the deny list.
        is_denied: bool,
    },
    /// Give out a voucher.
    Vouch {
        /// Vouchers of the account that count against its slots: given out, used, or lost to a ban.
        used: u32,
        /// How many an account has.
        slots: u32,
    },
    /// Create a meeting.
    HostMeeting(Hosting),
    /// See the public facts of a meeting whose id one has.
    SeeMeeting(MeetingFacts),
    /// Change, end or delete a meeting outside of it.
    ManageMeeting {
        /// Which.
        meeting: MeetingFacts,
        /// Whether the actor's account made it.
        is_own: bool,
    },
    /// Join a meeting, by way of its lobby if it has one.
    JoinMeeting(Joining),
    /// Go past the lobby.
    PassLobby(Joining),
    /// Do something in a meeting that one is in.
    InMeeting(InMeeting),
    /// Use the operator's console.
    ManageAccounts,
    /// Read the metrics.
    ViewMetrics {
        /// Whether the request comes from the same machine, past no proxy.
        is_local: bool,
    },
    /// Tell of a payment, as payment providers do.
    ReportPayment {
        /// Whether the report carries the provider's signature, and is no replay.
        is_signed: bool,
    },
}

impl Action {
    /// The names of all actions, in the order of the schema.
    pub const NAMES: [&'static str; 35] = [
        "SeeInstance",
        "SeePolicy",
        "TestConnection",
        "SignIn",
        "Register",
        "UseAccount",
        "ChangeAccount",
        "AddBinding",
        "Vouch",
        "HostMeeting",
        "SeeMeeting",
        "ManageMeeting",
        "JoinMeeting",
        "PassLobby",
        "ManageAccounts",
        "ViewMetrics",
        "ReportPayment",
        "TakePart",
        "Unmute",
        "StartVideo",
        "ShareScreen",
        "Chat",
        "Rename",
        "RecordLocally",
        "AdmitParticipant",
        "MuteParticipant",
        "RemoveParticipant",
        "RenameParticipant",
        "LockMeeting",
        "ChangeSettings",
        "SuspendMeeting",
        "OpenBreakouts",
        "ChangeRole",
        "RotateLink",
        "EndMeeting",
    ];

    /// Returns the name as it stands in the policy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SeeInstance => "SeeInstance",
            Self::SeePolicy => "SeePolicy",
            Self::TestConnection => "TestConnection",
            Self::SignIn => "SignIn",
            Self::Register(_) => "Register",
            Self::UseAccount => "UseAccount",
            Self::ChangeAccount => "ChangeAccount",
            Self::AddBinding { .. } => "AddBinding",
            Self::Vouch { .. } => "Vouch",
            Self::HostMeeting(_) => "HostMeeting",
            Self::SeeMeeting(_) => "SeeMeeting",
            Self::ManageMeeting { .. } => "ManageMeeting",
            Self::JoinMeeting(_) => "JoinMeeting",
            Self::PassLobby(_) => "PassLobby",
            Self::InMeeting(one) => one.act.name(),
            Self::ManageAccounts => "ManageAccounts",
            Self::ViewMetrics { .. } => "ViewMetrics",
            Self::ReportPayment { .. } => "ReportPayment",
        }
    }
}

/// How somebody becomes an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration {
    /// What proved who it is.
    pub by: Proof,
    /// Whether the operator invited the e-mail address.
    pub is_invited: bool,
    /// Whether the subject stands on the deny list.
    pub is_denied: bool,
}

/// What a new account is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// A code sent to an e-mail address.
    Email,
    /// An OpenID provider that the operator configured.
    Oidc,
    /// The one-time link that the first start printed.
    OperatorLink,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Email, Self::Oidc, Self::OperatorLink];

    /// Returns the name as it stands in the policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Oidc => "oidc",
            Self::OperatorLink => "operator_link",
        }
    }
}

/// A meeting to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hosting {
    /// Where its keys come from.
    pub mode: Mode,
    /// For how many people.
    pub people: u32,
    /// For how many minutes; 0 for no end.
    pub minutes: u32,
    /// Meetings of the account that have not ended, without this one; 0 for guests.
    pub open_meetings: u32,
    /// What each plan holds.
    pub plans: Plans,
}

/// Somebody who comes to a meeting. Who comes back to a place that was kept joins nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joining {
    /// Which meeting.
    pub meeting: MeetingFacts,
    /// People who are in it.
    pub people_now: u32,
    /// Whether the actor's account made it.
    pub is_own: bool,
    /// Whether the actor proved to hold the host key.
    pub has_host_key: bool,
    /// Whether a host removed the actor and keeps it out.
    pub is_kept_out: bool,
}

/// An act in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InMeeting {
    /// What.
    pub act: Act,
    /// What the actor is in the meeting.
    pub role: Role,
    /// Which meeting.
    pub meeting: MeetingFacts,
}

/// What people do in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Signal, receive, send MLS messages, react, leave.
    TakePart,
    /// Switch the own microphone on.
    Unmute,
    /// Switch the own camera on.
    StartVideo,
    /// Share the own screen.
    ShareScreen,
    /// Write in the chat.
    Chat,
    /// Change the own name.
    Rename,
    /// Record on the own device.
    RecordLocally,
    /// Let somebody in who waits in the lobby.
    AdmitParticipant,
    /// Stop somebody's microphone, camera or screen.
    MuteParticipant {
        /// What the other one is.
        target: Role,
    },
    /// Remove somebody.
    RemoveParticipant {
        /// What the other one is.
        target: Role,
    },
    /// Change somebody else's name.
    RenameParticipant {
        /// What the other one is.
        target: Role,
    },
    /// Lock the meeting, or open it again.
    LockMeeting,
    /// Switch the lobby, or what participants may do, on or off.
    ChangeSettings,
    /// Stop everything, or begin again piece by piece.
    SuspendMeeting,
    /// Open, change and close breakout rooms.
    OpenBreakouts,
    /// Change somebody's role.
    ChangeRole {
        /// What the other one is.
        target: Role,
        /// What it is to become.
        to: Role,
    },
    /// Replace the link's secret.
    RotateLink,
    /// End the meeting for everyone.
    EndMeeting,
}

impl Act {
    /// Returns the name as it stands in the policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TakePart => "TakePart",
            Self::Unmute => "Unmute",
            Self::StartVideo => "StartVideo",
            Self::ShareScreen => "ShareScreen",
            Self::Chat => "Chat",
            Self::Rename => "Rename",
            Self::RecordLocally => "RecordLocally",
            Self::AdmitParticipant => "AdmitParticipant",
            Self::MuteParticipant { .. } => "MuteParticipant",
            Self::RemoveParticipant { .. } => "RemoveParticipant",
            Self::RenameParticipant { .. } => "RenameParticipant",
            Self::LockMeeting => "LockMeeting",
            Self::ChangeSettings => "ChangeSettings",
            Self::SuspendMeeting => "SuspendMeeting",
            Self::OpenBreakouts => "OpenBreakouts",
            Self::ChangeRole { .. } => "ChangeRole",
            Self::RotateLink => "RotateLink",
            Self::EndMeeting => "EndMeeting",
        }
    }
}
