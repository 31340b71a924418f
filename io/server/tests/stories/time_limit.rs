// SPDX-License-Identifier: MIT OR Apache-2.0
//! A plan's minutes: counted over moments in which nobody is there, and over restarts.

use account::{PlanLimits, SITTING_ENDS_AFTER, Sitting, UnixTime};
use incamera_server::ServerConfig;
use policy::Plans;
use protocol::{ClientMessage, ErrorCode, MeetingId, ServerMessage, http::MeetingInfo};

use crate::{
    people::{Person, now},
    support::{Client, World, hello},
};

#[tokio::test]
async fn the_minutes_do_not_begin_anew_when_the_last_person_leaves_or_the_server_restarts() {
    let world = limited().await;
    let ana = world.account("ana@example.org").await;
    let meeting = host(&world, &ana).await;
    let (mut guest, _) = world.join(meeting, None).await;
    guest.check_alive().await;
    assert_eq!(sitting(&world, meeting).await.emptied_at, None);
    leave(&world, meeting, &mut guest).await;
    // As if it had begun half an hour ago.
    let began_at = UnixTime(now().0 - 30 * 60);
    let emptied_at = Some(UnixTime(now().0 - 60));
    let half = Sitting { began_at, emptied_at };
    world
        .store
        .save_sitting(meeting, half)
        .await
        .expect("a known meeting");
    let world = world.restart().await;
    let (mut guest, _) = world.join(meeting, None).await;
    guest.check_alive().await;
    let here = Sitting {
        began_at,
        emptied_at: None,
    };
    assert_eq!(sitting(&world, meeting).await, here);

    let world = world.restart().await;
    assert_eq!(guest.closed().await, Some(1012));
    let (mut guest, _) = world.join(meeting, None).await;
    guest.check_alive().await;
    assert_eq!(sitting(&world, meeting).await, here);

    // As if it had begun long ago.
    leave(&world, meeting, &mut guest).await;
    let long_ago = UnixTime(now().0 - 41 * 60);
    let emptied_at = Some(UnixTime(now().0 - 60));
    let over = Sitting {
        began_at: long_ago,
        emptied_at,
    };
    world
        .store
        .save_sitting(meeting, over)
        .await
        .expect("a known meeting");
    let world = world.restart().await;
    check_refused(&world, meeting).await;
    check_refused(&world, meeting).await;
    assert_eq!(sitting(&world, meeting).await, over, "knocking puts nothing off");
}

#[tokio::test]
async fn after_a_break_the_minutes_begin_anew() {
    let world = limited().await;
    let ana = world.account("ana@example.org").await;
    let meeting = host(&world, &ana).await;
    let (mut guest, _) = world.join(meeting, None).await;
    leave(&world, meeting, &mut guest).await;
    let break_began = now().0 - i64::try_from(SITTING_ENDS_AFTER.as_secs()).expect("minutes");
    let before = Sitting {
        began_at: UnixTime(now().0 - 60 * 60),
        emptied_at: Some(UnixTime(break_began)),
    };
    world
        .store
        .save_sitting(meeting, before)
        .await
        .expect("a known meeting");
    let world = world.restart().await;
    let (mut guest, _) = world.join(meeting, None).await;
    guest.check_alive().await;
    assert!(sitting(&world, meeting).await.began_at > UnixTime(break_began));
}

#[tokio::test]
async fn what_a_meeting_holds_follows_its_owners_plan_of_today() {
    let world = limited().await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    set_plan(&world, &operator, &ana, "paid").await;
    let body = "{\"mode\":\"standard\",\"people\":3,\"minutes\":600}";
    let made = world.ask(Some(&ana), "POST", "/api/meetings", Some(body)).await;
    let meeting = made.json::<MeetingInfo>().id;
    let (mut first, _) = world.join(meeting, None).await;
    let (mut second, _) = world.join(meeting, None).await;
    let (mut third, _) = world.join(meeting, None).await;
    set_plan(&world, &operator, &ana, "free").await;
    for guest in [&mut first, &mut second, &mut third] {
        guest.check_alive().await;
    }
    leave_one(&mut third).await;
    let mut late = world.connect().await;
    late.say(&hello(meeting, None)).await;
    late.check_refused(ErrorCode::MeetingFull).await;
    set_plan(&world, &operator, &ana, "paid").await;
    world.join(meeting, None).await;
}

/// A server on whose free plan a meeting has 40 minutes and two people.
async fn limited() -> World {
    let free = PlanLimits {
        people: 2,
        minutes: 40,
        open_meetings: 10,
    };
    let paid = PlanLimits {
        people: 100,
        minutes: 0,
        open_meetings: 10,
    };
    World::with(ServerConfig {
        plans: Plans { free, paid },
        ..ServerConfig::default()
    })
    .await
}

async fn host(world: &World, person: &Person) -> MeetingId {
    let body = "{\"mode\":\"standard\"}";
    let made = world.ask(Some(person), "POST", "/api/meetings", Some(body)).await;
    made.json::<MeetingInfo>().id
}

async fn set_plan(world: &World, operator: &Person, person: &Person, plan: &str) {
    let path = format!("/api/operator/accounts/{}/plan", person.id);
    let body = format!("{{\"plan\":\"{plan}\"}}");
    let set = world.ask(Some(operator), "PUT", &path, Some(&body)).await;
    assert_eq!(set.status, 200, "{}", set.body());
}

async fn sitting(world: &World, meeting: MeetingId) -> Sitting {
    let sitting = world.store.sitting(meeting).await;
    sitting
        .expect("the database answers")
        .expect("somebody was there")
}

async fn leave_one(client: &mut Client) {
    client.say(&ClientMessage::Leave).await;
    client.closed().await;
}

/// Leaves, and waits until the server has noted that nobody is there.
async fn leave(world: &World, meeting: MeetingId, client: &mut Client) {
    leave_one(client).await;
    while sitting(world, meeting).await.emptied_at.is_none() {
        tokio::task::yield_now().await;
    }
}

async fn check_refused(world: &World, meeting: MeetingId) {
    let mut late = world.connect().await;
    late.say(&hello(meeting, None)).await;
    let code = ErrorCode::TimeLimit;
    assert_eq!(late.next().await, Some(ServerMessage::Refused { code }));
}
