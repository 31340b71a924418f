// SPDX-License-Identifier: MIT OR Apache-2.0
//! The operator's console.

use incamera_server::ServerConfig;
use protocol::{
    ErrorCode,
    http::{
        AccountPage, AuditEntry, ConfigurationEntry, DeniedEntry, LiveMeetings, Mailbox, OperatorAccount,
    },
};

use crate::support::World;

#[tokio::test]
async fn accounts_are_found_by_id_address_and_name_page_by_page() {
    let world = World::new().await;
    let operator = world.operator().await;
    for number in 0..60 {
        world.account(&format!("person{number}@example.org")).await;
    }
    let page = async |query: &str| {
        let path = format!("/api/operator/accounts{query}");
        world
            .ask(Some(&operator), "GET", &path, None)
            .await
            .json::<AccountPage>()
    };
    let first = page("").await;
    let rest = page(&format!(
        "?after={}",
        first.next.as_deref().expect("a second page")
    ))
    .await;
    assert_eq!(
        (first.accounts.len(), rest.accounts.len(), rest.next),
        (50, 11, None)
    );
    let found = page("?search=person7@example.org").await;
    assert_eq!(found.accounts.len(), 1);
    let id = found.accounts.first().expect("one").id;
    assert_eq!(page(&format!("?search={id}")).await.accounts.len(), 1);
    assert_eq!(page("?search=nobody@example.org").await.accounts.len(), 0);
}

#[tokio::test]
async fn a_banned_address_does_not_come_back_until_the_ban_is_lifted() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let ana = world.sign_in("ana@example.org").await;
    let path = format!("/api/operator/accounts/{}/standing", ana.id);
    let body = "{\"standing\":\"terminated\",\"reason\":\"An example.\"}";
    let shown = world.ask(Some(&operator), "PUT", &path, Some(body)).await;
    assert_eq!(
        shown.json::<OperatorAccount>().account.reason.as_deref(),
        Some("An example.")
    );
    let mails = world
        .ask(Some(&operator), "GET", "/api/operator/mail", None)
        .await
        .json::<Mailbox>();
    assert!(
        mails
            .mails
            .iter()
            .any(|mail| mail.to.0 == "ana@example.org" && mail.text.0.contains("An example."))
    );
    // Erasing the account does not lift the ban.
    assert_eq!(
        world.ask(Some(&ana), "DELETE", "/api/account", None).await.status,
        204
    );
    let ceremony = world.begin("ana@example.org").await;
    let refused = world
        .finish(&ceremony, &world.code("ana@example.org").await)
        .await;
    refused.check_problem(403, ErrorCode::NotAllowed);
    let denied = world
        .ask(Some(&operator), "GET", "/api/operator/denied", None)
        .await;
    assert!(!denied.body().contains("ana@"));
    let denied = denied.json::<Vec<DeniedEntry>>();
    let path = format!("/api/operator/denied/{}", denied.first().expect("a ban").id);
    assert_eq!(
        world.ask(Some(&operator), "DELETE", &path, None).await.status,
        204
    );
    world.sign_in("ana@example.org").await;
}

#[tokio::test]
async fn what_operators_do_is_written_down_without_addresses() {
    let world = World::new().await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    let path = format!("/api/operator/accounts/{}", ana.id);
    world
        .ask(
            Some(&operator),
            "PUT",
            &format!("{path}/plan"),
            Some("{\"plan\":\"paid\"}"),
        )
        .await;
    world
        .ask(Some(&operator), "POST", &format!("{path}/bindings/voucher"), None)
        .await;
    let audit = world
        .ask(Some(&operator), "GET", "/api/operator/audit", None)
        .await;
    assert!(!audit.body().contains("ana@example.org"));
    let audit = audit.json::<Vec<AuditEntry>>();
    let about_ana = audit.iter().filter(|entry| entry.subject == Some(ana.id));
    let by_operator = about_ana.filter(|entry| entry.actor == Some(operator.id));
    assert_eq!(by_operator.count(), 2, "{audit:?}");
}

#[tokio::test]
async fn the_console_counts_meetings_and_shows_settings() {
    let shown = ConfigurationEntry {
        key: String::from("name"),
        value: String::from("Ours"),
    };
    let world = World::with(ServerConfig {
        shown: vec![shown.clone()],
        ..crate::support::open_to_all()
    })
    .await;
    let operator = world.operator().await;
    let meeting = world.create_meeting("standard").await;
    let (mut client, _) = world.join(meeting, None).await;
    client.check_alive().await;
    let response = world
        .ask(Some(&operator), "GET", "/api/operator/meetings", None)
        .await;
    assert!(!response.body().contains(&meeting.to_string()));
    let counts = response.json::<LiveMeetings>();
    assert_eq!((counts.live, counts.participants, counts.connections), (1, 1, 1));
    let settings = world
        .ask(Some(&operator), "GET", "/api/operator/configuration", None)
        .await;
    assert_eq!(settings.json::<Vec<ConfigurationEntry>>(), [shown]);
}
