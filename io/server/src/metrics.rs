// SPDX-License-Identifier: MIT OR Apache-2.0
//! Counters for operators. No meeting, no person and no address is told apart.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use protocol::ErrorCode;

/// What the web side counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) connections: Gauge,
    pub(crate) live_meetings: Gauge,
    pub(crate) participants: Gauge,
    pub(crate) meetings_created: Counter,
    pub(crate) meeting_panics: Counter,
    pub(crate) messages_received: Counter,
    pub(crate) messages_sent: Counter,
    pub(crate) slow_consumers: Counter,
    pub(crate) store_failures: Counter,
    pub(crate) sign_ins: Counter,
    pub(crate) policy_changes: Counter,
    pub(crate) policy_refusals: Counter,
    refusals_by_code: Mutex<BTreeMap<&'static str, u64>>,
    requests_by_status: Mutex<BTreeMap<u16, u64>>,
}

/// Only goes up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Goes up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    pub(crate) fn add(&self, change: i64) {
        self.0.fetch_add(change, Relaxed);
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.0.load(Relaxed)).unwrap_or_default()
    }
}

impl Metrics {
    pub(crate) fn count_refusal(&self, code: ErrorCode) {
        count(&self.refusals_by_code, code.as_str());
    }

    pub(crate) fn count_request(&self, status: u16) {
        count(&self.requests_by_status, status);
    }

    /// Writes the Prometheus text format, version 0.0.4.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        let gauges = [
            ("connections", "Open WebSockets.", &self.connections),
            (
                "live_meetings",
                "Meetings that somebody is in.",
                &self.live_meetings,
            ),
            ("participants", "People in meetings.", &self.participants),
        ];
        for (name, help, gauge) in gauges {
            head(&mut text, name, "gauge", help);
            line(&mut text, name, "", gauge.0.load(Relaxed));
        }
        let counters = [
            (
                "meetings_created_total",
                "Meetings created.",
                &self.meetings_created,
            ),
            (
                "meeting_panics_total",
                "Meetings closed by a fault of the server.",
                &self.meeting_panics,
            ),
            (
                "messages_received_total",
                "Signalling messages received.",
                &self.messages_received,
            ),
            (
                "messages_sent_total",
                "Signalling messages sent.",
                &self.messages_sent,
            ),
            (
                "slow_consumers_total",
                "Connections closed because they did not keep up.",
                &self.slow_consumers,
            ),
            (
                "store_failures_total",
                "Writes that the database refused.",
                &self.store_failures,
            ),
            ("sign_ins_total", "Sign-ins that succeeded.", &self.sign_ins),
            (
                "policy_changes_total",
                "Changes of the policy file that came into force.",
                &self.policy_changes,
            ),
            (
                "policy_refusals_total",
                "Changes of the policy file that were refused.",
                &self.policy_refusals,
            ),
        ];
        for (name, help, counter) in counters {
            head(&mut text, name, "counter", help);
            line(&mut text, name, "", counter.0.load(Relaxed));
        }
        head(
            &mut text,
            "refusals_total",
            "counter",
            "Refused connections and messages, by code.",
        );
        for (code, refusals) in &*self
            .refusals_by_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            line(
                &mut text,
                "refusals_total",
                &format!("{{code=\"{code}\"}}"),
                *refusals,
            );
        }
        head(
            &mut text,
            "http_requests_total",
            "counter",
            "HTTP requests, by status.",
        );
        for (status, requests) in &*self
            .requests_by_status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            line(
                &mut text,
                "http_requests_total",
                &format!("{{status=\"{status}\"}}"),
                *requests,
            );
        }
        text
    }
}

fn count<K: Ord>(counts: &Mutex<BTreeMap<K, u64>>, key: K) {
    *counts
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(key)
        .or_default() += 1;
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    writeln!(
        text,
        "# HELP incamera_{name} {help}\n# TYPE incamera_{name} {kind}"
    )
    .expect("writing to memory");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    writeln!(text, "incamera_{name}{labels} {value}").expect("writing to memory");
}
