// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links, and the secrets of new meetings.

use js_sys::Uint8Array;
use protocol::{MeetingLink, Mode, link::HostPart};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::convert;

/// Takes a link apart.
///
/// # Errors
/// Throws `not_a_link`, `missing_secret` or `damaged_secret`.
#[wasm_bindgen(js_name = readLink, unchecked_return_type = "LinkParts")]
pub fn read_link(link: &str) -> Result<JsValue, JsValue> {
    let link = parse(link)?;
    let host_seed = match &link.host {
        HostPart::KeySeed(seed) => Uint8Array::from(seed.as_slice()).into(),
        HostPart::Fingerprint(_) => JsValue::UNDEFINED,
    };
    Ok(convert::object([
        ("meeting", link.meeting.to_string().into()),
        ("mode", mode_name(link.mode()).into()),
        ("invitation", e2ee::invitation(&link).to_string().into()),
        ("hostSeed", host_seed),
    ]))
}

/// Joins an invitation and the seed of the host key; `undefined` if the invitation is for another host key.
#[wasm_bindgen(js_name = hostLink)]
pub fn host_link(invitation: &str, seed: &[u8]) -> Option<String> {
    let invitation = MeetingLink::parse(invitation).ok()?;
    let link = MeetingLink {
        host: HostPart::KeySeed(seed.try_into().ok()?),
        ..invitation.clone()
    };
    (e2ee::host_fingerprint(&link) == e2ee::host_fingerprint(&invitation)).then(|| link.to_string())
}

/// The secrets of a meeting that the server has yet to give an id.
#[wasm_bindgen]
pub struct NewMeeting(e2ee::NewMeeting);

#[wasm_bindgen]
impl NewMeeting {
    /// Draws the secrets from 32 random bytes; `mode` is `e2ee` or `standard`.
    ///
    /// # Errors
    /// Throws `mode` or `seed_length`.
    #[wasm_bindgen(constructor)]
    pub fn new(mode: &str, seed: &[u8]) -> Result<Self, JsValue> {
        let mode = [Mode::E2ee, Mode::Standard]
            .into_iter()
            .find(|known| mode_name(*known) == mode);
        let mode = mode.ok_or_else(|| JsValue::from_str("mode"))?;
        let mut rng = ChaCha20Rng::from_seed(convert::seed(seed)?);
        Ok(Self(e2ee::NewMeeting::generate(&mut rng, mode)))
    }

    /// Returns the body of `POST /api/meetings`.
    #[wasm_bindgen(js_name = requestBody)]
    pub fn request_body(&self) -> String {
        serde_json::to_string(&self.0.request()).expect("a request always encodes")
    }

    /// Returns path and fragment of the link to share; `undefined` if `meeting` is no meeting id.
    pub fn invitation(&self, meeting: &str) -> Option<String> {
        Some(e2ee::invitation(&self.0.link(meeting.parse().ok()?)).to_string())
    }

    /// Returns the seed of the host key.
    #[wasm_bindgen(js_name = hostSeed)]
    pub fn host_seed(&self) -> Vec<u8> {
        match self.0.link(protocol::MeetingId::new([0; 16])).host {
            HostPart::KeySeed(seed) => seed.to_vec(),
            HostPart::Fingerprint(_) => Vec::new(),
        }
    }
}

pub(crate) fn parse(link: &str) -> Result<MeetingLink, JsValue> {
    MeetingLink::parse(link).map_err(|error| JsValue::from_str(convert::link_error_code(error)))
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::E2ee => "e2ee",
        Mode::Standard => "standard",
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a link says; `invitation` is path and fragment of the link to share. */
export interface LinkParts {
  meeting: string;
  mode: "e2ee" | "standard";
  invitation: string;
  hostSeed?: Uint8Array<ArrayBuffer>;
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_host_seed_and_its_invitation_make_the_host_link() {
        let meeting = new_meeting("e2ee", 1);
        let invitation = meeting.invitation(ID).expect("an id");
        let host = host_link(&invitation, &meeting.host_seed()).expect("the same meeting");
        assert!(host.contains("#h.") && invitation.contains("#e."));
        let (host, invitation) = (MeetingLink::parse(&host), MeetingLink::parse(&invitation));
        assert!(e2ee::invitation(&host.expect("a link")) == invitation.expect("a link"));
    }

    #[test]
    fn another_meetings_host_seed_makes_nobody_host() {
        let invitation = new_meeting("standard", 1).invitation(ID).expect("an id");
        assert!(host_link(&invitation, &new_meeting("standard", 2).host_seed()).is_none());
        assert!(host_link(&invitation, &[1, 2, 3]).is_none());
    }

    #[test]
    fn a_body_asks_for_the_mode_that_the_link_binds() {
        for (mode, fragment) in [("e2ee", "#e."), ("standard", "#s.")] {
            let meeting = new_meeting(mode, 3);
            assert!(meeting.request_body().contains(&format!(r#""mode":"{mode}""#)));
            assert!(meeting.invitation(ID).expect("an id").contains(fragment));
        }
        assert!(new_meeting("e2ee", 3).invitation("no id").is_none());
    }

    fn new_meeting(mode: &str, seed: u8) -> NewMeeting {
        NewMeeting::new(mode, &[seed; 32]).expect("a mode and a seed")
    }
}
