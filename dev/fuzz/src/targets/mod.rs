// SPDX-License-Identifier: MIT OR Apache-2.0
//! The targets, by name.

pub(crate) mod meeting;
pub(crate) mod mls;
pub(crate) mod rtp;
pub(crate) mod session;
pub(crate) mod sframe;
pub(crate) mod signalling;

/// A parser, or a state machine behind one.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What `cargo xtask fuzz` and the corpus folders call it.
    pub name: &'static str,
    /// Feeds it one input. Panics if the input breaks something.
    pub run: fn(&[u8]),
    /// How many mutations a test run affords: about a second's worth.
    pub mutations: usize,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "client_message",
        run: signalling::client_message,
        mutations: 20_000,
    },
    Target {
        name: "server_message",
        run: signalling::server_message,
        mutations: 20_000,
    },
    Target {
        name: "http_body",
        run: signalling::http_body,
        mutations: 20_000,
    },
    Target {
        name: "meeting_link",
        run: signalling::meeting_link,
        mutations: 20_000,
    },
    Target {
        name: "sframe_header",
        run: sframe::header,
        mutations: 20_000,
    },
    Target {
        name: "sframe_frame",
        run: sframe::frame,
        mutations: 5_000,
    },
    Target {
        name: "key_update",
        run: sframe::key_update,
        mutations: 20_000,
    },
    Target {
        name: "vp9_descriptor",
        run: rtp::vp9_descriptor,
        mutations: 20_000,
    },
    Target {
        name: "sdp_offer",
        run: rtp::sdp_offer,
        mutations: 400,
    },
    Target {
        name: "datagram",
        run: rtp::datagram,
        mutations: 5_000,
    },
    Target {
        name: "meeting",
        run: meeting::meeting,
        mutations: 2_000,
    },
    Target {
        name: "session",
        run: session::session,
        mutations: 2_000,
    },
    Target {
        name: "mls_binding",
        run: mls::binding,
        mutations: 20_000,
    },
    Target {
        name: "mls_message",
        run: mls::message,
        mutations: 1_000,
    },
];

/// Returns the target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
