// SPDX-License-Identifier: MIT OR Apache-2.0
//! People with browsers: a session's cookie, and what the mailbox says.

use account::{EmailAddress, MacKey, SessionToken, Subject, UnixTime};
use protocol::{
    AccountId, Redacted,
    http::{Ceremony, Session, SignedInBy},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde::de::DeserializeOwned;
use store::{InstanceSecret, NewAccount, NewBinding, NewSession};

use crate::support::{Response, World};

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) id: AccountId,
    token: String,
}

impl Person {
    /// Returns the header's value.
    pub(crate) fn cookie(&self) -> String {
        format!("incamera_session={}", self.token)
    }

    /// Returns what nobody else is to see.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl World {
    /// Sends what a page sends, in somebody's session or in none.
    pub(crate) async fn ask(
        &self,
        person: Option<&Person>,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Response {
        let cookie = person.map(Person::cookie);
        let mut headers = Vec::new();
        if method != "GET" {
            headers.push(("content-type", "application/json"));
        }
        if let Some(cookie) = &cookie {
            headers.push(("cookie", cookie));
        }
        let line = format!("{method} {path} HTTP/1.1");
        self.request(&line, &headers, body.unwrap_or_default().as_bytes())
            .await
    }

    /// Becomes the operator with the link that the start printed.
    pub(crate) async fn operator(&self) -> Person {
        let token = self.operator_token().expect("nobody is the operator yet");
        let body = format!("{{\"token\":\"{token}\"}}");
        let response = self.ask(None, "POST", "/api/sign-in/operator", Some(&body)).await;
        signed_in(&response)
    }

    /// Signs in with a code sent to `email`, and becomes an account if need be.
    pub(crate) async fn sign_in(&self, email: &str) -> Person {
        let ceremony = self.begin(email).await;
        let code = self.code(&email.to_lowercase()).await;
        signed_in(&self.finish(&ceremony, &code).await)
    }

    /// Asks for a code, and returns the ceremony.
    pub(crate) async fn begin(&self, email: &str) -> String {
        let body = format!("{{\"email\":\"{email}\"}}");
        let response = self
            .ask(None, "POST", "/api/sign-in/email/begin", Some(&body))
            .await;
        assert_eq!(response.status, 202, "{}", response.body());
        response.json::<Ceremony>().ceremony.0
    }

    /// Sends a code back.
    pub(crate) async fn finish(&self, ceremony: &str, code: &str) -> Response {
        let body = format!("{{\"ceremony\":\"{ceremony}\",\"code\":\"{code}\",\"name\":\"Ana\"}}");
        self.ask(None, "POST", "/api/sign-in/email/finish", Some(&body))
            .await
    }

    /// Reads the youngest code that was sent to `email`.
    pub(crate) async fn code(&self, email: &str) -> String {
        let mails = self.store.mails(UnixTime(0)).await.expect("the database answers");
        let mail = mails.into_iter().find(|mail| mail.to.0 == email).expect("a mail");
        let mut words = mail.text.0.split_whitespace();
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
        words.find(is_code).expect("a code").to_owned()
    }

    /// Makes an account with an e-mail address and a session of it, past all doors.
    pub(crate) async fn account(&self, email: &str) -> Person {
        let mut rng = StdRng::from_os_rng();
        let id = AccountId::new(rng.random());
        let address = EmailAddress::parse(email).expect("an address");
        let account = NewAccount {
            id,
            name: Redacted(String::from("Ana")),
            bindings: vec![NewBinding::email(&self.macs().await, &address)],
        };
        self.store.register(&account, now()).await.expect("a new account");
        self.session_of(id).await
    }

    /// Opens a session of an account, past all doors.
    pub(crate) async fn session_of(&self, id: AccountId) -> Person {
        self.session_since(id, now()).await
    }

    /// Opens a session of an account as if it had been at `at`.
    pub(crate) async fn session_since(&self, id: AccountId, at: UnixTime) -> Person {
        let token = SessionToken::random(&mut StdRng::from_os_rng());
        let session = NewSession {
            token: token.hash(),
            account: id,
            by: SignedInBy::Email,
            device: Redacted(String::from("a test")),
        };
        self.store
            .open_session(&session, at)
            .await
            .expect("a known account");
        let token = token.to_text();
        Person { id, token }
    }

    /// Returns the key of the installation's MACs.
    pub(crate) async fn macs(&self) -> MacKey {
        let key = self.store.instance_secret(InstanceSecret::Mac, [0; 32]).await;
        MacKey::new(key.expect("the server made it"))
    }

    /// Returns the MAC of an address.
    pub(crate) async fn subject(&self, email: &str) -> account::SubjectMac {
        let address = EmailAddress::parse(email).expect("an address");
        self.macs().await.subject(&Subject::email(&address))
    }
}

impl Response {
    /// Reads the body.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body()))
    }
}

/// Reads who a sign-in made one.
#[track_caller]
pub(crate) fn signed_in(response: &Response) -> Person {
    assert_eq!(response.status, 200, "{}", response.body());
    let cookie = response.header("set-cookie").expect("a session");
    let token = cookie
        .strip_prefix("incamera_session=")
        .and_then(|rest| rest.split(';').next())
        .expect("a token");
    let account = response.json::<Session>().account.expect("an account");
    let (id, token) = (account.id, token.to_owned());
    Person { id, token }
}

/// Returns the time by the wall clock.
pub(crate) fn now() -> UnixTime {
    let since_1970 = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    UnixTime(i64::try_from(since_1970.as_secs()).expect("before the sun is gone"))
}
