// SPDX-License-Identifier: MIT OR Apache-2.0
//! The session state machine, driven by the session worker.

use js_sys::Uint8Array;
use protocol::ResumeToken;
use serde_json::from_str;
use session::{BreakoutEntry, Output, Session, SessionConfig};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use zeroize::Zeroize as _;

use crate::{
    convert::{self, milliseconds, object, timestamp},
    link,
};

/// One participant's stay. After each `handle` call, drain `pollOutput`, then ask `pollTimeout`.
#[wasm_bindgen]
pub struct WasmSession(Session);

#[wasm_bindgen]
impl WasmSession {
    /// Begins a stay; `active` is a JSON array of track kinds, `seed` 32 random bytes.
    ///
    /// # Errors
    /// Throws `not_a_link`, `missing_secret`, `damaged_secret`, `seed_length` or `malformed`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        now_ms: f64,
        seed: &[u8],
        link: &str,
        name: String,
        active: &str,
        resume: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let config = SessionConfig {
            link: link::parse(link)?,
            name,
            resume: resume.map(ResumeToken::new),
            active: from_str(active).map_err(malformed)?,
        };
        let mut seed = convert::seed(seed)?;
        let session = Session::new(timestamp(now_ms), seed, config);
        seed.zeroize();
        Ok(Self(session))
    }

    /// Begins a stay in a breakout room of the meeting that `link` leads to: `stay` is what the session there gave to be kept,
    /// `pass` what its view shows for the room, `resume` from an earlier session in the room.
    ///
    /// # Errors
    /// Throws what the constructor does, and `malformed` if `room` is no meeting id.
    #[wasm_bindgen(js_name = inBreakout)]
    #[expect(clippy::too_many_arguments, reason = "JavaScript has no struct to hand over")]
    pub fn in_breakout(
        now_ms: f64,
        seed: &[u8],
        link: &str,
        name: String,
        active: &str,
        resume: Option<Vec<u8>>,
        room: &str,
        stay: Vec<u8>,
        pass: String,
    ) -> Result<Self, JsValue> {
        let config = SessionConfig {
            link: link::parse(link)?,
            name,
            resume: resume.map(ResumeToken::new),
            active: from_str(active).map_err(malformed)?,
        };
        let entry = BreakoutEntry {
            room: room.parse().map_err(|_| JsValue::from_str("malformed"))?,
            stay: ResumeToken::new(stay),
            pass,
        };
        let mut seed = convert::seed(seed)?;
        let session = Session::in_breakout(timestamp(now_ms), seed, config, entry);
        seed.zeroize();
        Ok(Self(session))
    }

    /// The WebSocket is open.
    #[wasm_bindgen(js_name = handleConnected)]
    pub fn handle_connected(&mut self, now_ms: f64) {
        self.0.handle_connected(timestamp(now_ms));
    }

    /// The WebSocket is gone, or did not open.
    #[wasm_bindgen(js_name = handleDisconnected)]
    pub fn handle_disconnected(&mut self, now_ms: f64) {
        self.0.handle_disconnected(timestamp(now_ms));
    }

    /// A binary WebSocket message came.
    #[wasm_bindgen(js_name = handleMessage)]
    pub fn handle_message(&mut self, now_ms: f64, message: &[u8]) {
        self.0.handle_message(timestamp(now_ms), message);
    }

    /// The person or the media side wants something: a `Command` in JSON.
    ///
    /// # Errors
    /// Throws `malformed`.
    #[wasm_bindgen(js_name = handleCommand)]
    pub fn handle_command(&mut self, now_ms: f64, command: &str) -> Result<(), JsValue> {
        let command = from_str(command).map_err(malformed)?;
        self.0.handle_command(timestamp(now_ms), command);
        Ok(())
    }

    /// The time that `pollTimeout` gave has come.
    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&mut self, now_ms: f64) {
        self.0.handle_timeout(timestamp(now_ms));
    }

    /// Returns when to call `handleTimeout`, if ever.
    #[wasm_bindgen(js_name = pollTimeout)]
    pub fn poll_timeout(&self) -> Option<f64> {
        self.0.poll_timeout().map(milliseconds)
    }

    /// Returns what is to be done next, `undefined` when nothing is left.
    #[wasm_bindgen(js_name = pollOutput, unchecked_return_type = "Output | undefined")]
    pub fn poll_output(&mut self) -> JsValue {
        let Some(output) = self.0.poll_output() else {
            return JsValue::UNDEFINED;
        };
        match output {
            Output::Connect => object([("type", "connect".into())]),
            Output::Disconnect => object([("type", "disconnect".into())]),
            Output::Send(message) => with_bytes("send", &message),
            Output::Keys(mut update) => {
                let output = with_bytes("keys", &update);
                update.zeroize();
                output
            }
            Output::Resume(token) => with_bytes("resume", token.as_bytes()),
            Output::Media(directive) => with_json("media", serde_json::to_string(&directive)),
            Output::View(view) => with_json("view", serde_json::to_string(&view)),
        }
    }
}

fn with_bytes(kind: &str, bytes: &[u8]) -> JsValue {
    object([("type", kind.into()), ("bytes", Uint8Array::from(bytes).into())])
}

fn with_json(kind: &str, json: serde_json::Result<String>) -> JsValue {
    object([
        ("type", kind.into()),
        ("json", json.expect("views and directives always encode").into()),
    ])
}

fn malformed(_: serde_json::Error) -> JsValue {
    JsValue::from_str("malformed")
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the session wants done. `json` is a `Directive` or a `View`. */
export type Output =
  | { type: "connect" }
  | { type: "disconnect" }
  | { type: "send" | "keys" | "resume"; bytes: Uint8Array<ArrayBuffer> }
  | { type: "media" | "view"; json: string };
"#;
