// SPDX-License-Identifier: MIT OR Apache-2.0
//! Events of the payment provider, forged, old and real.

use account::{PaymentEvent, PaymentKind, UnixTime};
use aws_lc_rs::hmac;
use incamera_identity::{PaymentError, PaymentWebhook, Secret};
use protocol::{AccountId, Redacted};
use serde_json::{Value, json};

#[test]
fn a_signed_event_is_read() {
    let object = json!({"object": "checkout.session", "id": "cs_1", "customer": "cus_1", "payment_status": "paid",
        "client_reference_id": account().to_string(), "subscription": "sub_1", "amount_total": 900});
    let expected = PaymentEvent {
        id: String::from("evt_1"),
        at: UnixTime(NOW.0 - 5),
        customer: Redacted(String::from("cus_1")),
        subscription: Some(Redacted(String::from("sub_1"))),
        account: Some(account()),
        kind: PaymentKind::CheckoutCompleted,
    };
    assert_eq!(read("checkout.session.completed", &object), Ok(Some(expected)));
}

#[test]
fn every_kind_that_changes_a_plan_is_told_apart() {
    let end = NOW.0 + 1000;
    let grace = 3 * 24 * 60 * 60;
    let active = |until| Some(PaymentKind::SubscriptionActive { until });
    let until = active(Some(UnixTime(end + grace)));
    check_subscription(
        "created",
        json!({"status": "active", "current_period_end": end}),
        until,
    );
    let items = json!({"data": [{"current_period_end": end}]});
    check_subscription("updated", json!({"status": "trialing", "items": items}), until);
    check_subscription("updated", json!({"status": "active"}), active(None));
    check_subscription(
        "updated",
        json!({"status": "canceled"}),
        Some(PaymentKind::SubscriptionEnded),
    );
    check_subscription(
        "updated",
        json!({"status": "unpaid"}),
        Some(PaymentKind::SubscriptionEnded),
    );
    check_subscription("updated", json!({"status": "past_due"}), None);
    check_subscription("created", json!({"status": "incomplete"}), None);
    check_subscription(
        "deleted",
        json!({"status": "canceled"}),
        Some(PaymentKind::SubscriptionEnded),
    );
    check("invoice.paid", json!({}), Some(PaymentKind::PaymentSucceeded));
    check(
        "invoice.payment_failed",
        json!({}),
        Some(PaymentKind::PaymentFailed),
    );
    check(
        "charge.refunded",
        json!({"refunded": true}),
        Some(PaymentKind::Refunded),
    );
    check("charge.refunded", json!({"refunded": false}), None);
    for nothing in ["unpaid", "no_payment_required"] {
        check(
            "checkout.session.completed",
            json!({ "payment_status": nothing }),
            Some(PaymentKind::CheckoutUnpaid),
        );
    }
    check("invoice.paid", json!({"amount_paid": 0}), None);
    check("customer.created", json!({}), None);
    check("an.event.of.next.year", json!({"customer": "cus_1"}), None);
}

#[test]
fn an_account_and_a_subscription_are_found_where_the_provider_puts_them() {
    let metadata = json!({"account": account().to_string()});
    let details = json!({"metadata": metadata, "subscription": "sub_1"});
    for object in [
        json!({"customer": {"id": "cus_1", "object": "customer"}, "metadata": metadata, "subscription": "sub_1"}),
        json!({"customer": "cus_1", "subscription_details": details}),
        json!({"customer": "cus_1", "metadata": {}, "parent": {"subscription_details": details}}),
    ] {
        let event = read("invoice.paid", &object)
            .expect("a signed event")
            .expect("an event that is followed");
        assert_eq!(event.account, Some(account()), "{object}");
        assert_eq!(
            event.subscription,
            Some(Redacted(String::from("sub_1"))),
            "{object}"
        );
    }
    let foreign = json!({"customer": "cus_1", "client_reference_id": "order-7"});
    assert_eq!(
        read("invoice.paid", &foreign)
            .expect("a signed event")
            .expect("an event that is followed")
            .account,
        None
    );
}

#[test]
fn an_event_that_is_forged_changed_old_or_of_the_future_is_refused() {
    let body = event("invoice.paid", &json!({"customer": "cus_1"}));
    let webhook = webhook();
    let signed = |at: i64, key: &str| format!("t={at},v1={}", signature(at, &body, key));
    let good = signed(NOW.0, KEY);
    let verify = |header: &str, body: &[u8]| webhook.verify(header, body, NOW).map(|event| event.is_some());
    assert_eq!(verify(&good, &body), Ok(true));
    assert_eq!(
        verify(&signed(NOW.0, "another key"), &body),
        Err(PaymentError::WrongSignature)
    );
    let changed = String::from_utf8(body.clone())
        .expect("JSON is UTF-8")
        .replace("cus_1", "cus_2");
    assert_eq!(
        verify(&good, changed.as_bytes()),
        Err(PaymentError::WrongSignature)
    );
    let other_time = good.replace(&format!("t={}", NOW.0), &format!("t={}", NOW.0 + 1));
    assert_eq!(verify(&other_time, &body), Err(PaymentError::WrongSignature));
    assert_eq!(verify(&signed(NOW.0 - 300, KEY), &body), Ok(true));
    assert_eq!(
        verify(&signed(NOW.0 - 301, KEY), &body),
        Err(PaymentError::WrongTime)
    );
    assert_eq!(
        verify(&signed(NOW.0 + 301, KEY), &body),
        Err(PaymentError::WrongTime)
    );
    // While the operator changes the secret, the provider signs with both.
    let both = format!(
        "t={},v1={},v1={}",
        NOW.0,
        "0".repeat(64),
        signature(NOW.0, &body, KEY)
    );
    assert_eq!(verify(&both, &body), Ok(true));
    let weaker = good.replace("v1=", "v0=");
    assert_eq!(verify(&weaker, &body), Err(PaymentError::BadHeader));
}

#[test]
fn headers_and_bodies_of_any_kind_are_refused_in_words() {
    let hex = "0".repeat(64);
    let long = format!("t=1,v1={hex}").repeat(1000);
    for header in [
        "",
        "t",
        "t=,v1=",
        "v1=00",
        "t=1",
        "t=1,v1=zz",
        "t=1,v1=00",
        "t=-1,v1=",
        "=,=,=",
        long.as_str(),
    ] {
        assert_eq!(
            webhook().verify(header, b"{}", NOW),
            Err(PaymentError::BadHeader),
            "{header:.40}"
        );
    }
    for header in [
        format!("t=1,t=2,v1={hex}"),
        format!("t=99999999999999999999,v1={hex}"),
        format!("t=1,v1={}é", &hex[2..]),
    ] {
        assert_eq!(
            webhook().verify(&header, b"{}", NOW),
            Err(PaymentError::BadHeader),
            "{header}"
        );
    }
    let bodies: [&[u8]; 5] = [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        br#"{"id":"","type":"invoice.paid","created":1,"data":{"object":{"customer":"c"}}}"#,
    ];
    for body in bodies {
        let header = format!("t={},v1={}", NOW.0, signature(NOW.0, body, KEY));
        assert_eq!(webhook().verify(&header, body, NOW), Err(PaymentError::BadBody));
    }
    assert_eq!(
        webhook().verify("", &vec![b' '; 1_000_000], NOW),
        Err(PaymentError::TooLarge)
    );
}

#[track_caller]
fn check_subscription(what: &str, mut object: Value, expected: Option<PaymentKind>) {
    object["object"] = Value::from("subscription");
    object["id"] = Value::from("sub_1");
    object["customer"] = Value::from("cus_1");
    let event = read(&format!("customer.subscription.{what}"), &object).expect("a signed event");
    assert_eq!(event.as_ref().map(|event| event.kind), expected, "{object}");
    let subscription = event.and_then(|event| event.subscription);
    assert_eq!(subscription, expected.map(|_| Redacted(String::from("sub_1"))));
}

#[track_caller]
fn check(type_: &str, mut object: Value, expected: Option<PaymentKind>) {
    object["customer"] = Value::from("cus_1");
    assert_eq!(
        read(type_, &object)
            .expect("a signed event")
            .map(|event| event.kind),
        expected,
        "{type_} {object}"
    );
}

fn read(type_: &str, object: &Value) -> Result<Option<PaymentEvent>, PaymentError> {
    let body = event(type_, object);
    let header = format!("t={},v1={}", NOW.0, signature(NOW.0, &body, KEY));
    webhook().verify(&header, &body, NOW)
}

fn event(type_: &str, object: &Value) -> Vec<u8> {
    let event = json!({"id": "evt_1", "object": "event", "type": type_, "created": NOW.0 - 5, "livemode": false,
        "data": {"object": object, "previous_attributes": {}}});
    serde_json::to_vec(&event).expect("JSON")
}

fn signature(at: i64, body: &[u8], key: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, &[format!("{at}.").as_bytes(), body].concat());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn webhook() -> PaymentWebhook {
    PaymentWebhook::new(Secret::new(String::from(KEY)))
}

fn account() -> AccountId {
    AccountId::new([7; 16])
}

const KEY: &str = "whsec_test";
const NOW: UnixTime = UnixTime(1_790_000_000);
