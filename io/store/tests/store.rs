// SPDX-License-Identifier: MIT OR Apache-2.0
//! What any store must hold to, on a real file.

use std::{fs, path::Path};

use account::Sitting;
use incamera_store::{InstanceSecret, MeetingDetails, Occupancy, Store, StoreError, StoredMeeting, UnixTime};
use protocol::{MeetingId, Mode};
use tempfile::TempDir;

const ID: MeetingId = MeetingId::new([7; 16]);

#[tokio::test]
async fn a_meeting_comes_back_as_it_was_stored() {
    let (_directory, store) = new_store().await;
    for (id, mode, host_key) in [(1, Mode::E2ee, Some([9; 32])), (2, Mode::Standard, None)] {
        let meeting = StoredMeeting {
            id: MeetingId::new([id; 16]),
            mode,
            host_key,
            admission_key: host_key.map(|_| [8; 32]),
            created_at: UnixTime(1_700_000_000),
            ended_at: None,
            owner: None,
            details: MeetingDetails::default(),
        };
        store.create_meeting(&meeting).await.expect("a new id");
        let stored = store.meeting(meeting.id).await.expect("a working database");
        assert_eq!(stored, Some(meeting));
    }
    assert_eq!(store.meeting(ID).await.expect("a working database"), None);
}

#[tokio::test]
async fn an_id_is_taken_once() {
    let (_directory, store) = new_store().await;
    store.create_meeting(&meeting()).await.expect("a new id");
    let again = store.create_meeting(&meeting()).await;
    assert!(matches!(again, Err(StoreError::MeetingExists)), "{again:?}");
}

#[tokio::test]
async fn meetings_and_live_state_and_secrets_survive_a_restart() {
    let (directory, store) = new_store().await;
    store.create_meeting(&meeting()).await.expect("a new id");
    store
        .save_live_state(ID, Occupancy::Occupied, b"first")
        .await
        .expect("a known meeting");
    store
        .save_live_state(ID, Occupancy::Occupied, b"second")
        .await
        .expect("a known meeting");
    let secret = store
        .instance_secret(InstanceSecret::Resume, [1; 32])
        .await
        .expect("a working database");
    store.close().await;

    let store = open(directory.path()).await;
    assert_eq!(
        store.meeting(ID).await.expect("a working database"),
        Some(meeting())
    );
    let state = store.live_state(ID).await.expect("a working database");
    assert_eq!(state.as_deref(), Some(b"second".as_slice()));
    let later = store.instance_secret(InstanceSecret::Resume, [2; 32]).await;
    assert_eq!(later.expect("a working database"), secret);
}

#[tokio::test]
async fn each_secret_is_its_own() {
    let (_directory, store) = new_store().await;
    let resume = store.instance_secret(InstanceSecret::Resume, [1; 32]).await;
    let sender = store
        .instance_secret(InstanceSecret::ExternalSender, [2; 32])
        .await;
    assert_eq!(resume.expect("a working database"), [1; 32]);
    assert_eq!(sender.expect("a working database"), [2; 32]);
}

#[tokio::test]
async fn ending_a_meeting_forgets_its_live_state_and_keeps_the_first_time() {
    let (_directory, store) = new_store().await;
    store.create_meeting(&meeting()).await.expect("a new id");
    store
        .save_live_state(ID, Occupancy::Occupied, b"state")
        .await
        .expect("a known meeting");
    store.end_meeting(ID, UnixTime(5)).await.expect("a known meeting");
    store.end_meeting(ID, UnixTime(6)).await.expect("a known meeting");
    let stored = store.meeting(ID).await.expect("a working database");
    assert_eq!(stored.and_then(|meeting| meeting.ended_at), Some(UnixTime(5)));
    assert_eq!(store.live_state(ID).await.expect("a working database"), None);
}

#[tokio::test]
async fn a_meeting_that_does_not_exist_has_no_state_and_no_end() {
    let (_directory, store) = new_store().await;
    let saved = store.save_live_state(ID, Occupancy::Occupied, b"state").await;
    assert!(matches!(saved, Err(StoreError::UnknownMeeting)), "{saved:?}");
    let ended = store.end_meeting(ID, UnixTime(5)).await;
    assert!(matches!(ended, Err(StoreError::UnknownMeeting)), "{ended:?}");
    assert_eq!(store.live_state(ID).await.expect("a working database"), None);
}

#[tokio::test]
async fn a_sitting_outlives_a_restart() {
    let (directory, store) = new_store().await;
    store.create_meeting(&meeting()).await.expect("a new id");
    let began_at = UnixTime(100);
    let sitting = Sitting::at(None, began_at).noted(true, began_at);
    store.save_sitting(ID, sitting).await.expect("a working database");
    assert_eq!(
        store.sitting(ID).await.expect("a working database"),
        None,
        "nobody was in it"
    );
    let saved = store.save_live_state(ID, Occupancy::Occupied, b"state").await;
    saved.expect("a known meeting");
    store.save_sitting(ID, sitting).await.expect("a working database");
    let saved = store.save_live_state(ID, Occupancy::Occupied, b"later").await;
    saved.expect("a known meeting");
    store.close().await;
    let store = Store::open(directory.path()).await.expect("the same directory");
    assert_eq!(
        store.sitting(ID).await.expect("a working database"),
        Some(sitting)
    );
    let emptied = sitting.noted(false, UnixTime(200));
    store.save_sitting(ID, emptied).await.expect("a working database");
    assert_eq!(
        store.sitting(ID).await.expect("a working database"),
        Some(emptied)
    );
}

#[tokio::test]
async fn meetings_with_people_in_them_are_found_after_a_restart() {
    let (directory, store) = new_store().await;
    let ids = [1, 2, 3].map(|number| MeetingId::new([number; 16]));
    for id in ids {
        store
            .create_meeting(&StoredMeeting { id, ..meeting() })
            .await
            .expect("a new id");
        store
            .save_live_state(id, Occupancy::Occupied, b"here")
            .await
            .expect("a known meeting");
    }
    store
        .save_live_state(ids[0], Occupancy::Empty, b"gone")
        .await
        .expect("a known meeting");
    store
        .end_meeting(ids[1], UnixTime(2))
        .await
        .expect("a known meeting");
    store.close().await;
    let store = open(directory.path()).await;
    assert_eq!(
        store.occupied_meetings().await.expect("a working database"),
        [ids[2]]
    );
    let empty = store.live_state(ids[0]).await.expect("a working database");
    assert_eq!(
        empty.as_deref(),
        Some(b"gone".as_slice()),
        "its numbers go on where they stood"
    );
}

#[tokio::test]
async fn many_meetings_may_write_at_once() {
    let (_directory, store) = new_store().await;
    let writers = (0..50_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let id = MeetingId::new([number; 16]);
            store.create_meeting(&StoredMeeting { id, ..meeting() }).await?;
            store
                .save_live_state(id, Occupancy::Empty, &[number; 100_000])
                .await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no panic").expect("every write is done");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_with_its_path() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("incamera.sqlite");
    fs::write(&file, [0x5A; 8192]).expect("a writable directory");
    let error = Store::open(directory.path()).await.expect_err("not a database");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("incamera.sqlite"), "{error}");
    assert_eq!(
        fs::read(&file).expect("still there"),
        [0x5A; 8192],
        "the file is left as it was"
    );
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let (directory, store) = new_store().await;
    for number in 0..40 {
        let id = MeetingId::new([number; 16]);
        store
            .create_meeting(&StoredMeeting { id, ..meeting() })
            .await
            .expect("a new id");
        store
            .save_live_state(id, Occupancy::Empty, &[number; 4000])
            .await
            .expect("a known meeting");
    }
    store.close().await;
    let file = directory.path().join("incamera.sqlite");
    let mut bytes = fs::read(&file).expect("the database");
    bytes[4096..].fill(0x5A);
    fs::write(&file, bytes).expect("a writable file");
    let error = Store::open(directory.path())
        .await
        .expect_err("a damaged database");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_made_is_refused_with_its_path() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").expect("a writable directory");
    let error = Store::open(&file.join("data"))
        .await
        .expect_err("not a directory");
    assert!(matches!(error, StoreError::Directory { .. }), "{error:?}");
    assert!(error.to_string().contains("file/data"), "{error}");
}

#[tokio::test]
#[cfg(unix)]
async fn nobody_else_on_the_machine_reads_the_secrets() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().expect("a temporary directory");
    let data = directory.path().join("data");
    open(&data).await;
    for path in [data.clone(), data.join("incamera.sqlite")] {
        let mode = fs::metadata(&path).expect("it was made").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

async fn new_store() -> (TempDir, Store) {
    let directory = TempDir::new().expect("a temporary directory");
    let store = open(directory.path()).await;
    (directory, store)
}

async fn open(directory: &Path) -> Store {
    Store::open(directory).await.expect("a writable directory")
}

fn meeting() -> StoredMeeting {
    StoredMeeting {
        id: ID,
        mode: Mode::E2ee,
        host_key: None,
        admission_key: None,
        created_at: UnixTime(1),
        ended_at: None,
        owner: None,
        details: MeetingDetails::default(),
    }
}
