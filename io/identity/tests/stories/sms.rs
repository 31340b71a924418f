// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages to the operator's gateway.

use std::{sync::Arc, time::Duration};

use account::PhoneNumber;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse as _, Response},
    routing::post,
};
use incamera_identity::{Secret, SmsConfig, SmsConfigError, SmsError, SmsGateway};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Mutex};

#[tokio::test]
async fn a_message_reaches_the_gateway_with_its_secret() {
    let gateway = Gateway::start().await;
    let sms = SmsGateway::new(&config(&gateway.url("/taken"))).expect("a configuration that works");
    sms.send(&phone("+49 1512 3456789"), "482913 is your code")
        .await
        .expect("the gateway takes it");
    let heard = gateway.heard.lock().await;
    let expected =
        json!({"to": "+4915123456789", "text": "482913 is your code", "authorization": "Bearer hush"});
    assert_eq!(*heard, [expected]);
    assert_eq!((sms.stats().sent, sms.stats().failed), (1, 0));
}

#[tokio::test]
async fn countries_that_are_not_listed_are_refused_before_anything_is_sent() {
    let gateway = Gateway::start().await;
    let sms = SmsGateway::new(&config(&gateway.url("/taken"))).expect("a configuration that works");
    assert_eq!(sms.prefix(&phone("+4915123456789")), Ok("+49"));
    assert_eq!(sms.prefix(&phone("+436641234567")), Ok("+43664"));
    for stranger in ["+15551234567", "+43155512345", "+882161234567"] {
        assert_eq!(
            sms.send(&phone(stranger), "hello").await,
            Err(SmsError::CountryNotAllowed),
            "{stranger}"
        );
    }
    assert!(gateway.heard.lock().await.is_empty());
}

#[tokio::test]
async fn a_gateway_that_refuses_stalls_redirects_or_is_gone_is_told_apart() {
    let gateway = Gateway::start().await;
    check(&gateway.url("/refused"), SmsError::Refused(402)).await;
    check(&gateway.url("/redirected"), SmsError::Refused(307)).await;
    check(&gateway.url("/stalled"), SmsError::Timeout).await;
    check(&gateway.url("/flood"), SmsError::Unreachable).await;
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port")
        .local_addr()
        .expect("a bound socket");
    check(&format!("http://{gone}/"), SmsError::Unreachable).await;
    assert!(
        gateway.heard.lock().await.is_empty(),
        "nothing follows a redirect"
    );
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let refused = |config: SmsConfig| SmsGateway::new(&config).err().expect("it cannot work");
    assert!(matches!(
        refused(config("http://sms.example.org/")),
        SmsConfigError::Url
    ));
    let everywhere = SmsConfig {
        prefixes: vec![String::from("+")],
        ..config("https://sms.example.org/")
    };
    assert!(matches!(refused(everywhere), SmsConfigError::Prefixes));
    let nowhere = SmsConfig {
        prefixes: Vec::new(),
        ..config("https://sms.example.org/")
    };
    assert!(matches!(refused(nowhere), SmsConfigError::Prefixes));
    let injected = SmsConfig {
        bearer: Some(Secret::new(String::from("a\r\nb: c"))),
        ..config("https://sms.example.org/")
    };
    assert!(matches!(refused(injected), SmsConfigError::BadSecret));
}

struct Gateway {
    address: std::net::SocketAddr,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Gateway {
    async fn start() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let app = Router::new()
            .route("/taken", post(taken))
            .route("/refused", post(StatusCode::PAYMENT_REQUIRED))
            .route(
                "/redirected",
                post((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/taken")])),
            )
            .route("/flood", post(vec![b'x'; 10_000_000]))
            .route("/stalled", post(std::future::pending::<Response>))
            .with_state(heard.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, heard }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn taken(
    State(heard): State<Arc<Mutex<Vec<Value>>>>,
    headers: HeaderMap,
    Json(mut body): Json<Value>,
) -> Response {
    body["authorization"] = Value::from(headers["authorization"].to_str().expect("text"));
    heard.lock().await.push(body);
    StatusCode::NO_CONTENT.into_response()
}

async fn check(url: &str, expected: SmsError) {
    let sms = SmsGateway::with_timeout(&config(url), Duration::from_millis(500))
        .expect("a configuration that works");
    assert_eq!(
        sms.send(&phone("+4915123456789"), "hello").await,
        Err(expected),
        "{url}"
    );
    assert_eq!((sms.stats().sent, sms.stats().failed), (0, 1));
}

fn config(url: &str) -> SmsConfig {
    SmsConfig {
        url: url.to_owned(),
        bearer: Some(Secret::new(String::from("hush"))),
        bearer_file: None,
        prefixes: ["+49", "+43664"].map(String::from).into(),
    }
}

fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).expect("a phone number")
}
