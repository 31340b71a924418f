// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meetings of an account: its own, and nobody else's.

use account::PlanLimits;
use incamera_server::ServerConfig;
use policy::Plans;
use protocol::{
    ErrorCode,
    http::{MeetingInfo, OwnMeeting, Problem},
};

use crate::support::World;

#[tokio::test]
async fn ones_meetings_are_listed_changed_ended_and_deleted() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    let body = "{\"mode\":\"standard\",\"title\":\" Monday \",\"starts_at\":2000000000,\"minutes\":45,\"has_lobby\":true}";
    let made = world.ask(Some(&ana), "POST", "/api/meetings", Some(body)).await;
    let made = made.json::<MeetingInfo>();
    assert!(made.has_lobby && !made.is_ended);
    let listed = world
        .ask(Some(&ana), "GET", "/api/meetings", None)
        .await
        .json::<Vec<OwnMeeting>>();
    let [meeting] = listed.as_slice() else {
        panic!("{listed:?}");
    };
    assert_eq!(
        meeting.title.as_ref().map(|title| title.0.as_str()),
        Some("Monday")
    );
    assert_eq!(
        (meeting.starts_at, meeting.minutes, meeting.people),
        (Some(2_000_000_000), Some(45), 250)
    );
    let path = format!("/api/meetings/{}", made.id);
    let changed = world
        .ask(
            Some(&ana),
            "PATCH",
            &path,
            Some("{\"title\":\"\",\"minutes\":60}"),
        )
        .await;
    let changed = changed.json::<OwnMeeting>();
    assert_eq!(
        (changed.title, changed.minutes, changed.has_lobby),
        (None, Some(60), true)
    );
    let ended = world
        .ask(Some(&ana), "POST", &format!("{path}/end"), None)
        .await
        .json::<OwnMeeting>();
    assert!(ended.is_ended);
    assert_eq!(world.ask(Some(&ana), "DELETE", &path, None).await.status, 204);
    world
        .ask(Some(&ana), "DELETE", &path, None)
        .await
        .check_problem(404, ErrorCode::UnknownMeeting);
    assert_eq!(
        world.ask(Some(&ana), "GET", "/api/meetings", None).await.body(),
        "[]"
    );
}

#[tokio::test]
async fn a_planned_time_is_taken_away_again() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    let body = "{\"mode\":\"standard\",\"starts_at\":2000000000,\"minutes\":45}";
    let made = world.ask(Some(&ana), "POST", "/api/meetings", Some(body)).await;
    let path = format!("/api/meetings/{}", made.json::<MeetingInfo>().id);
    for (change, expected) in [
        ("{}", (Some(2_000_000_000), Some(45))),
        ("{\"starts_at\":null}", (None, Some(45))),
        ("{\"minutes\":null}", (None, None)),
        (
            "{\"starts_at\":2000000060,\"minutes\":30}",
            (Some(2_000_000_060), Some(30)),
        ),
        ("{\"starts_at\":null,\"minutes\":null}", (None, None)),
    ] {
        let changed = world.ask(Some(&ana), "PATCH", &path, Some(change)).await;
        let changed = changed.json::<OwnMeeting>();
        assert_eq!((changed.starts_at, changed.minutes), expected, "{change}");
    }
}

#[tokio::test]
async fn the_lobby_of_an_open_meeting_is_its_hosts() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    let body = "{\"mode\":\"standard\"}";
    let made = world.ask(Some(&ana), "POST", "/api/meetings", Some(body)).await;
    let meeting = made.json::<MeetingInfo>().id;
    let path = format!("/api/meetings/{meeting}");
    let change = async |body: &str| world.ask(Some(&ana), "PATCH", &path, Some(body)).await;
    let (mut guest, _) = world.join(meeting, None).await;
    let refused = change("{\"title\":\"Monday\",\"has_lobby\":true}").await;
    refused.check_problem(409, ErrorCode::Conflict);
    assert!(refused.json::<Problem>().message.contains("hosts"));
    let listed = world.ask(Some(&ana), "GET", "/api/meetings", None).await;
    let listed = listed.json::<Vec<OwnMeeting>>();
    assert!(listed[0].is_live && !listed[0].has_lobby && listed[0].title.is_none());
    assert_eq!(
        change("{\"has_lobby\":false}").await.status,
        200,
        "it is so already"
    );
    guest.say(&protocol::ClientMessage::Leave).await;
    guest.closed().await;
    // Its place is kept for nobody, so that the meeting is over in a moment.
    while change("{\"has_lobby\":true}").await.status == 409 {
        tokio::task::yield_now().await;
    }
    assert!(world.get(&path).await.json::<MeetingInfo>().has_lobby);
}

#[tokio::test]
async fn another_accounts_meeting_is_one_that_does_not_exist() {
    let world = World::with(ServerConfig::default()).await;
    let (ana, ben) = (
        world.account("ana@example.org").await,
        world.account("ben@example.org").await,
    );
    let body = "{\"mode\":\"standard\",\"title\":\"Secret plan\"}";
    let made = world
        .ask(Some(&ana), "POST", "/api/meetings", Some(body))
        .await
        .json::<MeetingInfo>();
    let path = format!("/api/meetings/{}", made.id);
    let unknown = world
        .ask(Some(&ben), "DELETE", "/api/meetings/AAAAAAAAAAAAAAAAAAAAAA", None)
        .await;
    for person in [None, Some(&ben)] {
        for (method, path) in [
            ("DELETE", path.clone()),
            ("PATCH", path.clone()),
            ("POST", format!("{path}/end")),
        ] {
            let response = world.ask(person, method, &path, Some("{}")).await;
            assert_eq!(
                (response.status, response.body()),
                (404, unknown.body()),
                "{method}"
            );
        }
        let seen = world.ask(person, "GET", &path, None).await;
        assert_eq!(seen.status, 200, "whoever has the link sees that there is one");
        assert!(!seen.body().contains("Secret plan"));
    }
    assert_eq!(
        world.ask(Some(&ben), "GET", "/api/meetings", None).await.body(),
        "[]"
    );
    assert!(!world.get(&path).await.body().contains("\"is_ended\":true"));
}

#[tokio::test]
async fn who_may_host_what_is_said_with_what_would_unlock_it() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    let refused = world
        .ask(None, "POST", "/api/meetings", Some("{\"mode\":\"standard\"}"))
        .await;
    refused.check_problem(403, ErrorCode::NotAllowed);
    let denial = refused.json::<Problem>().denial.expect("why");
    assert_eq!(
        denial.unlocked_by.first(),
        Some(&vec![String::from("account"), String::from("email")])
    );
    let refused = world
        .ask(Some(&ana), "POST", "/api/meetings", Some("{\"mode\":\"e2ee\"}"))
        .await;
    let denial = refused.json::<Problem>().denial.expect("why");
    for binding in ["phone", "organisation", "payment", "voucher"] {
        assert!(
            denial.unlocked_by.contains(&vec![String::from(binding)]),
            "{denial:?}"
        );
    }
    let operator = world.operator().await;
    let vouch = format!("/api/operator/accounts/{}/bindings/voucher", ana.id);
    assert_eq!(world.ask(Some(&operator), "POST", &vouch, None).await.status, 200);
    let allowed = world
        .ask(Some(&ana), "POST", "/api/meetings", Some("{\"mode\":\"e2ee\"}"))
        .await;
    assert_eq!(allowed.status, 201);
}

#[tokio::test]
async fn a_plan_holds_so_many_meetings_people_and_minutes() {
    let free = PlanLimits {
        people: 10,
        minutes: 40,
        open_meetings: 2,
    };
    let paid = PlanLimits {
        people: 100,
        minutes: 0,
        open_meetings: 10,
    };
    let world = World::with(ServerConfig {
        plans: Plans { free, paid },
        ..ServerConfig::default()
    })
    .await;
    let ana = world.account("ana@example.org").await;
    let make = async |extra: &str| {
        let body = format!("{{\"mode\":\"standard\"{extra}}}");
        world.ask(Some(&ana), "POST", "/api/meetings", Some(&body)).await
    };
    for extra in [",\"people\":11", ",\"minutes\":41"] {
        let refused = make(extra).await;
        refused.check_problem(403, ErrorCode::NotAllowed);
        let denial = refused.json::<Problem>().denial.expect("why");
        assert_eq!(denial.unlocked_by, [[String::from("paid_plan")]]);
    }
    let first = make("").await.json::<MeetingInfo>();
    make("").await.json::<MeetingInfo>();
    make("").await.check_problem(403, ErrorCode::NotAllowed);
    let path = format!("/api/meetings/{}", first.id);
    world
        .ask(Some(&ana), "PATCH", &path, Some("{\"minutes\":41}"))
        .await
        .check_problem(403, ErrorCode::NotAllowed);
    assert_eq!(
        world
            .ask(Some(&ana), "PATCH", &path, Some("{\"minutes\":40}"))
            .await
            .status,
        200
    );
    let end = format!("{path}/end");
    assert_eq!(world.ask(Some(&ana), "POST", &end, None).await.status, 200);
    make("").await.json::<MeetingInfo>();
    let operator = world.operator().await;
    let plan = format!("/api/operator/accounts/{}/plan", ana.id);
    assert_eq!(
        world
            .ask(Some(&operator), "PUT", &plan, Some("{\"plan\":\"paid\"}"))
            .await
            .status,
        200
    );
    make(",\"people\":100,\"minutes\":600")
        .await
        .json::<MeetingInfo>();
}
