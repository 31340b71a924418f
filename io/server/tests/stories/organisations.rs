// SPDX-License-Identifier: MIT OR Apache-2.0
//! A domain is an organisation's for as long as its DNS says so, by a name server that says what it is told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use account::{BindingKind, UnixTime};
use incamera_server::ServerConfig;
use protocol::http::{OrganisationClaim, VoucherMade};
use store::Found;
use tokio::{net::UdpSocket, time::timeout};

use crate::{
    people::{Person, now},
    support::World,
};

#[tokio::test]
async fn who_lets_a_domain_go_speaks_for_it_no_longer() {
    let zone = Zone::serve().await;
    let world = World::with(ServerConfig {
        resolver: Some(zone.address),
        ..ServerConfig::default()
    })
    .await;
    let ana = world.account("ana@example.org").await;
    let ben = world.account("ben@example.com").await;
    let domain = Some("{\"domain\":\"example.org\"}");
    let claimed = world
        .ask(Some(&ana), "POST", "/api/account/organisations", domain)
        .await;
    let claim = claimed.json::<OrganisationClaim>();
    assert!(!check(&world, &ana).await, "there is no record yet");
    zone.say(Some(&claim.record_value));
    assert!(check(&world, &ana).await);
    assert!(is_bound(&world, &ana, BindingKind::Organisation).await);
    let made = world.ask(Some(&ana), "POST", "/api/account/vouchers", None).await;
    let code = format!("{{\"code\":\"{}\"}}", made.json::<VoucherMade>().code.0);
    let used = world
        .ask(Some(&ben), "POST", "/api/account/bindings/voucher", Some(&code))
        .await;
    assert_eq!(used.status, 200, "{}", used.body());

    // As if it had been missing for weeks. At a start, the records that are due are looked for.
    let missing_since = UnixTime(now().0 - 30 * 24 * 3600);
    let note = world
        .store
        .note_record("example.org", Found::NoRecord, missing_since);
    assert!(!note.await.expect("the database answers"));
    let world = world.restart().await;
    let yesterday = UnixTime(now().0 - 24 * 3600);
    until(async || {
        world
            .store
            .records_to_check(yesterday, 1)
            .await
            .expect("an answer")
            .is_empty()
    })
    .await;
    assert!(
        is_bound(&world, &ana, BindingKind::Organisation).await,
        "the record is back"
    );

    let note = world
        .store
        .note_record("example.org", Found::NoRecord, missing_since);
    assert!(!note.await.expect("the database answers"));
    zone.say(None);
    let world = world.restart().await;
    until(async || !is_bound(&world, &ben, BindingKind::Voucher).await).await;
    assert!(!is_bound(&world, &ana, BindingKind::Organisation).await);
    zone.say(Some(&claim.record_value));
    assert!(
        check(&world, &ana).await,
        "who has the domain again proves it again"
    );
}

/// Waits until something is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("in time");
}

async fn check(world: &World, person: &Person) -> bool {
    let path = "/api/account/organisations/example.org/check";
    let checked = world.ask(Some(person), "POST", path, None).await;
    checked.json::<OrganisationClaim>().is_proven
}

async fn is_bound(world: &World, person: &Person, kind: BindingKind) -> bool {
    let account = world.store.account(person.id).await.expect("an answer");
    account.expect("an account").binding_kinds(now()).contains(&kind)
}

/// A name server.
struct Zone {
    address: SocketAddr,
    text: Arc<Mutex<Option<String>>>,
}

impl Zone {
    async fn serve() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let address = socket.local_addr().expect("a bound socket");
        let text = Arc::new(Mutex::new(None::<String>));
        let said = Arc::clone(&text);
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let text = said.lock().expect("nobody panicked").clone();
                let answer = answer(&buffer[..length], text.as_deref());
                socket.send_to(&answer, from).await.expect("the resolver listens");
            }
        });
        Self { address, text }
    }

    fn say(&self, text: Option<&str>) {
        *self.text.lock().expect("nobody panicked") = text.map(String::from);
    }
}

/// Answers a query (RFC 1035, section 4) with one TXT record, or with none.
fn answer(query: &[u8], text: Option<&str>) -> Vec<u8> {
    let name = query[12..]
        .iter()
        .position(|length| *length == 0)
        .expect("a name");
    let question = &query[12..12 + name + 5];
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(text.is_some()), 0, 0, 0, 0]);
    answer.extend(question);
    if let Some(text) = text {
        let length = u8::try_from(text.len()).expect("a short text");
        // The name again, TXT, IN, kept for no time.
        answer.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, length + 1, length]);
        answer.extend(text.as_bytes());
    }
    answer
}

// Far longer than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
