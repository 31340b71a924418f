// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meetings of an account.

use incamera_store::{MeetingDetails, Store, StoreError, StoredMeeting};
use protocol::{AccountId, MeetingId, Mode, Redacted};

use crate::support::{NOW, id, later, new_store, register};

#[tokio::test]
async fn an_owner_lists_changes_and_deletes_meetings_and_nobody_else_does() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    create(&store, ada, 1, 0).await.expect("no other");
    create(&store, ada, 2, 1).await.expect("one other");
    store.create_meeting(&meeting(3)).await.expect("a guest's");
    let details = MeetingDetails {
        title: Some(Redacted(String::from("Board"))),
        starts_at: Some(later(3600)),
        minutes: Some(45),
        has_lobby: true,
        people: Some(12),
    };
    for (owner, meeting) in [(bob, 1), (ada, 3), (ada, 4)] {
        let changed = store.change_meeting(owner, meeting_id(meeting), &details).await;
        assert!(matches!(changed, Err(StoreError::UnknownMeeting)), "{changed:?}");
        let deleted = store.delete_meeting(owner, meeting_id(meeting)).await;
        assert!(matches!(deleted, Err(StoreError::UnknownMeeting)), "{deleted:?}");
    }
    store
        .change_meeting(ada, meeting_id(1), &details)
        .await
        .expect("one's own");
    let stored = store
        .meeting(meeting_id(1))
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!((stored.owner, stored.details), (Some(ada), details));
    store.delete_meeting(ada, meeting_id(2)).await.expect("one's own");
    let own = store.meetings_of(ada, 10).await.expect("a working database");
    assert_eq!(
        own.into_iter().map(|meeting| meeting.id).collect::<Vec<_>>(),
        [meeting_id(1)]
    );
    assert_eq!(store.meetings_of(bob, 10).await.expect("a working database"), []);
}

#[tokio::test]
async fn meetings_made_at_once_do_not_get_past_what_was_decided_for_one() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    create(&store, ada, 100, 0).await.expect("no other");
    let attempts = (0..12_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { create(&store, ada, number, 1).await })
    });
    let mut made = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.expect("no panic") {
            Ok(()) => made += 1,
            Err(error) => assert!(matches!(error, StoreError::OpenMeetingsChanged), "{error:?}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(store.open_meetings(ada).await.expect("a working database"), 2);
    store
        .end_meeting(meeting_id(100), NOW)
        .await
        .expect("it was made");
    assert_eq!(
        store.open_meetings(ada).await.expect("a working database"),
        1,
        "one that has ended is not open"
    );
}

#[tokio::test]
async fn nobody_who_does_not_exist_owns_a_meeting() {
    let (_directory, store) = new_store().await;
    let made = create(&store, id(9), 1, 0).await;
    assert!(matches!(made, Err(StoreError::UnknownAccount)), "{made:?}");
}

async fn create(store: &Store, owner: AccountId, number: u8, open_seen: u32) -> Result<(), StoreError> {
    store
        .create_owned_meeting(&meeting(number), owner, open_seen)
        .await
}

fn meeting(number: u8) -> StoredMeeting {
    StoredMeeting {
        id: meeting_id(number),
        mode: Mode::Standard,
        host_key: None,
        admission_key: None,
        created_at: NOW,
        ended_at: None,
        owner: None,
        details: MeetingDetails::default(),
    }
}

fn meeting_id(number: u8) -> MeetingId {
    MeetingId::new([number; 16])
}
