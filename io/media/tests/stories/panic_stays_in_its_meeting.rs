// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting that panics is lost. Another one on the same worker does not notice, and the first can begin anew.

use protocol::MeetingId;
use sfu::{SfuCommand, SfuEvent};

use crate::client::{Client, run_until, start};

#[tokio::test]
async fn panic_stays_in_its_meeting() {
    let media = start(1);
    let [failing, other] = [1, 2].map(|byte| MeetingId::new([byte; 16]));
    let (mut failing_events, mut other_events) = (media.attach(failing), media.attach(other));
    let mut failing_clients = [
        Client::over_udp(&media, failing, 1).await,
        Client::over_udp(&media, failing, 2).await,
    ];
    let mut clients = [
        Client::over_udp(&media, other, 1).await,
        Client::over_udp(&media, other, 2).await,
    ];
    run_until(&mut failing_clients, &mut failing_events, |clients| {
        clients.iter().all(|client| client.heard > 5)
    })
    .await;
    run_until(&mut clients, &mut other_events, |clients| {
        clients.iter().all(|client| client.heard > 5)
    })
    .await;

    media.send(SfuCommand::Crash { meeting: failing });
    let before = clients.iter().map(|client| client.heard).min().unwrap_or(0);
    let seen = run_until(&mut clients, &mut other_events, |clients| {
        clients.iter().all(|client| client.heard > before + 20) && media.stats().meetings_failed == 1
    });
    assert_eq!(seen.await, [], "nothing happened in the other meeting");
    let mut failed = false;
    while let Ok(event) = failing_events.try_recv() {
        failed |= event == SfuEvent::MeetingFailed { meeting: failing };
    }
    assert!(failed);
    assert_eq!((media.stats().meetings, media.stats().peers), (1, 2));

    let mut again = [
        Client::over_udp(&media, failing, 1).await,
        Client::over_udp(&media, failing, 2).await,
    ];
    run_until(&mut again, &mut failing_events, |clients| {
        clients.iter().all(|client| client.heard > 5)
    })
    .await;
}
