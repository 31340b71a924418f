// SPDX-License-Identifier: MIT OR Apache-2.0
//! Trying, before a call, whether media reach the server and come back.

use serde::{Deserialize, Serialize};

use crate::Redacted;

/// Body of `POST /api/connection-tests`: two peer connections of one client. What the first sends, the second gets.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct ConnectionTest {
    /// The SDP offer of the one that sends sound.
    #[ts(as = "String")]
    pub sending: Redacted<String>,
    /// The `mid` of the m-line that carries it.
    pub mid: String,
    /// The SDP offer of the one that receives it.
    #[ts(as = "String")]
    pub receiving: Redacted<String>,
}

/// Answer to `POST /api/connection-tests`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct ConnectionTestAnswer {
    /// The SDP answer to the one that sends, with all candidates.
    #[ts(as = "String")]
    pub sending: Redacted<String>,
    /// The SDP answer to the one that receives.
    #[ts(as = "String")]
    pub receiving: Redacted<String>,
    /// After how many seconds the server closes both.
    pub seconds: u32,
}
