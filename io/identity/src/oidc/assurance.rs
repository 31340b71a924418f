// SPDX-License-Identifier: MIT OR Apache-2.0
//! How well an identity was checked (OpenID Connect for Identity Assurance 1.0): the verification is kept, the claims that
//! it verified are never read.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};

/// How a provider checked somebody's identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// By whose rules, such as `eidas`.
    pub trust_framework: String,
    /// How well by those rules, such as `substantial`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance_level: Option<String>,
    /// When, as in `2026-05-01T12:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl Verification {
    /// Returns the level as the numbers of NIST SP 800-63A: 1 is little more than a word, 2 a checked document, 3 somebody
    /// who was seen. What is not known here counts for nothing.
    pub(super) fn assurance(&self) -> u8 {
        let level = self
            .assurance_level
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let framework = self.trust_framework.to_ascii_lowercase();
        match (framework.as_str(), level.as_str()) {
            ("eidas", "low") => 1,
            ("eidas", "substantial") => 2,
            ("eidas", "high") => 3,
            ("nist_800_63a", "ial1" | "1") => 1,
            ("nist_800_63a", "ial2" | "2") => 2,
            ("nist_800_63a", "ial3" | "3") => 3,
            ("uk_diatf", "low") => 1,
            ("uk_diatf", "medium") => 2,
            ("uk_diatf", "high" | "very_high") => 3,
            // Laws against money laundering ask for a document and name no level.
            ("de_aml" | "jp_aml", _) => 2,
            _ => 0,
        }
    }

    fn is_sane(&self) -> bool {
        [
            Some(&self.trust_framework),
            self.assurance_level.as_ref(),
            self.time.as_ref(),
        ]
        .into_iter()
        .flatten()
        .all(|text| text.len() <= MAX_TEXT && !text.chars().any(char::is_control))
    }
}

/// What is read of a token or of user information beside the standard claims.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ExtraClaims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified_claims: Option<VerifiedClaims>,
}

impl AdditionalClaims for ExtraClaims {}

impl ExtraClaims {
    /// Returns the verification that says the most.
    pub(super) fn verification(&self) -> Option<&Verification> {
        let verifications: &[OneVerification] = match &self.verified_claims {
            None => &[],
            Some(VerifiedClaims::One(one)) => std::slice::from_ref(one),
            Some(VerifiedClaims::Many(many)) => many,
        };
        let sane = verifications
            .iter()
            .map(|one| &one.verification)
            .filter(|one| one.is_sane());
        sane.max_by_key(|one| one.assurance())
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum VerifiedClaims {
    One(OneVerification),
    Many(Vec<OneVerification>),
}

/// The element `claims` beside it is skipped by the parser.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OneVerification {
    verification: Verification,
}

// Names of frameworks and levels are words, times are 25 characters.
const MAX_TEXT: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_known_frameworks_become_numbers_and_others_nothing() {
        check("eidas", Some("low"), 1);
        check("eidas", Some("substantial"), 2);
        check("eIDAS", Some("High"), 3);
        check("eidas", Some("very high"), 0);
        check("eidas", None, 0);
        check("nist_800_63A", Some("ial2"), 2);
        check("uk_diatf", Some("very_high"), 3);
        check("de_aml", None, 2);
        check("my_own_rules", Some("high"), 0);
    }

    #[test]
    fn the_verified_claims_themselves_are_gone_after_reading() {
        let text = r#"{"verified_claims":{"verification":{"trust_framework":"eidas","assurance_level":"high",
            "evidence":[{"type":"document","serial_number":"L01X00T47"}]},
            "claims":{"given_name":"Erika","birthdate":"1964-08-12"}}}"#;
        let claims: ExtraClaims = serde_json::from_str(text).expect("well formed");
        assert_eq!(claims.verification().expect("one of them").assurance(), 3);
        let kept = serde_json::to_string(&claims).expect("JSON");
        let shown = format!("{claims:?}");
        for personal in ["Erika", "1964", "L01X00T47"] {
            assert!(!kept.contains(personal) && !shown.contains(personal));
        }
    }

    #[test]
    fn of_several_verifications_the_strongest_is_taken() {
        let text = r#"{"verified_claims":[{"verification":{"trust_framework":"eidas","assurance_level":"low"}},
            {"verification":{"trust_framework":"eidas","assurance_level":"substantial","time":"2026-05-01T12:00Z"}}]}"#;
        let claims: ExtraClaims = serde_json::from_str(text).expect("well formed");
        assert_eq!(
            claims.verification().expect("one of them").time.as_deref(),
            Some("2026-05-01T12:00Z")
        );
    }

    #[track_caller]
    fn check(trust_framework: &str, assurance_level: Option<&str>, expected: u8) {
        let verification = Verification {
            trust_framework: trust_framework.to_owned(),
            assurance_level: assurance_level.map(str::to_owned),
            time: None,
        };
        assert_eq!(verification.assurance(), expected, "{verification:?}");
    }
}
