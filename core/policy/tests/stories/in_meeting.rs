// SPDX-License-Identifier: MIT OR Apache-2.0
//! Coming to a meeting, and acting in it.

use account::{BindingKind, Standing};
use incamera_policy::{AccountFacts, Act, Action, Actor, Joining, MeetingFacts, Permissions, Role};
use protocol::Mode;

use super::support::{act, allowed, default_policy, denied, denied_by, joining, meeting, with};

#[test]
fn a_guest_joins_by_link_and_takes_part() {
    let policy = default_policy();
    allowed(&policy, &Actor::Guest, &Action::SeeMeeting(meeting()));
    allowed(&policy, &Actor::Guest, &Action::JoinMeeting(joining(meeting())));
    allowed(&policy, &Actor::Guest, &Action::PassLobby(joining(meeting())));
    for one in [
        Act::TakePart,
        Act::Unmute,
        Act::StartVideo,
        Act::ShareScreen,
        Act::Chat,
    ] {
        allowed(&policy, &Actor::Guest, &act(one, Role::Participant, meeting()));
    }
}

#[test]
fn a_suspended_account_joins_as_anybody_may_and_acts_as_no_host() {
    let policy = default_policy();
    let actor = Actor::Account(AccountFacts {
        standing: Standing::Suspended,
        ..with(&[BindingKind::Email])
    });
    allowed(&policy, &actor, &Action::JoinMeeting(joining(meeting())));
    allowed(&policy, &actor, &act(Act::Chat, Role::Participant, meeting()));
    for one in [Act::LockMeeting, Act::EndMeeting] {
        assert_eq!(
            denied_by(&policy, &actor, &act(one, Role::Host, meeting())),
            "suspended-accounts-host-nothing"
        );
    }
}

#[test]
fn nobody_joins_a_meeting_of_a_suspended_account() {
    let policy = default_policy();
    for (standing, may_join) in [
        (Standing::Good, true),
        (Standing::Limited, true),
        (Standing::Suspended, false),
        (Standing::Terminated, false),
    ] {
        let of = MeetingFacts::new(Mode::E2ee, Some(standing), 10);
        let holder = Joining {
            has_host_key: true,
            ..joining(of)
        };
        assert_eq!(
            policy.allows(&Actor::Guest, &Action::JoinMeeting(holder)),
            may_join
        );
    }
}

#[test]
fn full_locked_and_refusing_meetings_stay_closed() {
    let policy = default_policy();
    let locked = MeetingFacts {
        is_locked: true,
        ..meeting()
    };
    let full = Joining {
        people_now: 10,
        ..joining(meeting())
    };
    let removed = Joining {
        is_kept_out: true,
        ..joining(meeting())
    };
    for (attempt, rule) in [
        (full, "full-meetings-stay-closed"),
        (removed, "removed-people-stay-out"),
        (joining(locked), "locked-meetings-stay-closed"),
    ] {
        assert_eq!(
            denied_by(&policy, &Actor::Guest, &Action::JoinMeeting(attempt)),
            rule
        );
        assert_eq!(
            denied_by(&policy, &Actor::Guest, &Action::PassLobby(attempt)),
            rule
        );
    }
    let host = Joining {
        has_host_key: true,
        ..joining(locked)
    };
    allowed(&policy, &Actor::Guest, &Action::JoinMeeting(host));
}

#[test]
fn a_lobby_holds_everybody_but_hosts() {
    let policy = default_policy();
    let knocking = joining(MeetingFacts {
        has_lobby: true,
        ..meeting()
    });
    allowed(&policy, &Actor::Guest, &Action::JoinMeeting(knocking));
    assert_eq!(
        denied_by(&policy, &Actor::Guest, &Action::PassLobby(knocking)),
        "the-lobby-waits-for-a-host"
    );
    // The server cannot vouch for the account that made an end-to-end meeting: only the host key counts.
    let owner = Joining {
        is_own: true,
        ..knocking
    };
    denied(&policy, &Actor::Account(with(&[])), &Action::PassLobby(owner));
    let host = Joining {
        has_host_key: true,
        ..knocking
    };
    allowed(&policy, &Actor::Guest, &Action::PassLobby(host));
}

#[test]
fn participants_do_what_the_hosts_permit() {
    let everything = Permissions::ALL;
    for (one, participants, rule) in [
        (
            Act::Unmute,
            Permissions {
                may_unmute: false,
                ..everything
            },
            "hosts-closed-microphones",
        ),
        (
            Act::StartVideo,
            Permissions {
                may_start_video: false,
                ..everything
            },
            "hosts-closed-cameras",
        ),
        (
            Act::ShareScreen,
            Permissions {
                may_share_screen: false,
                ..everything
            },
            "hosts-keep-the-screen",
        ),
        (
            Act::Chat,
            Permissions {
                may_chat: false,
                ..everything
            },
            "hosts-closed-the-chat",
        ),
        (
            Act::Rename,
            Permissions {
                may_rename: false,
                ..everything
            },
            "hosts-keep-names",
        ),
        (
            Act::RecordLocally,
            Permissions {
                may_record: false,
                ..everything
            },
            "hosts-allow-no-recording",
        ),
    ] {
        let policy = default_policy();
        let closed = MeetingFacts {
            participants,
            ..meeting()
        };
        let asked = |role, place| act(one, role, place);
        allowed(&policy, &Actor::Guest, &asked(Role::Participant, meeting()));
        assert_eq!(
            denied_by(&policy, &Actor::Guest, &asked(Role::Participant, closed)),
            rule
        );
        for role in [Role::Host, Role::CoHost] {
            allowed(&policy, &Actor::Guest, &asked(role, closed));
        }
    }
}

#[test]
fn a_suspended_meeting_leaves_people_in_it_and_nothing_for_them_to_send() {
    let policy = default_policy();
    let stopped = MeetingFacts {
        is_suspended: true,
        ..meeting()
    };
    allowed(
        &policy,
        &Actor::Guest,
        &act(Act::TakePart, Role::Participant, stopped),
    );
    for one in [Act::Unmute, Act::StartVideo, Act::ShareScreen, Act::Chat] {
        denied(&policy, &Actor::Guest, &act(one, Role::Participant, stopped));
        allowed(&policy, &Actor::Guest, &act(one, Role::Host, stopped));
    }
}

#[test]
fn co_hosts_run_the_meeting_but_neither_lead_it_nor_act_on_hosts() {
    let policy = default_policy();
    let asked = |one| act(one, Role::CoHost, meeting());
    for one in [
        Act::AdmitParticipant,
        Act::LockMeeting,
        Act::SuspendMeeting,
        Act::RemoveParticipant { target: Role::CoHost },
    ] {
        allowed(&policy, &Actor::Guest, &asked(one));
    }
    for one in [
        Act::EndMeeting,
        Act::RotateLink,
        Act::ChangeRole {
            target: Role::Participant,
            to: Role::CoHost,
        },
    ] {
        assert_eq!(
            denied_by(&policy, &Actor::Guest, &asked(one)),
            "hosts-lead-the-meeting"
        );
    }
    let remove_host = Act::RemoveParticipant { target: Role::Host };
    assert_eq!(
        denied_by(&policy, &Actor::Guest, &asked(remove_host)),
        "co-hosts-do-not-act-on-hosts"
    );
}

#[test]
fn a_meeting_is_managed_by_the_account_that_made_it() {
    let policy = default_policy();
    let manage = |is_own| Action::ManageMeeting {
        meeting: meeting(),
        is_own,
    };
    allowed(&policy, &Actor::Account(with(&[])), &manage(true));
    denied(&policy, &Actor::Account(with(&BindingKind::ALL)), &manage(false));
    denied(&policy, &Actor::Guest, &manage(true));
}
