// SPDX-License-Identifier: MIT OR Apache-2.0
//! The policies that come with the server.

use std::{fmt, str::FromStr};

/// A policy that comes with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Preset {
    /// Anyone hosts anything.
    Open,
    /// Accounts host that the operator invited.
    PrivateInstance,
    /// One strong binding for end-to-end encrypted meetings, any binding for standard ones.
    #[default]
    VerifiedE2ee,
    /// End-to-end encrypted meetings for organisations and the paid plan.
    OrganisationOnly,
}

impl Preset {
    /// All of them, most permissive first.
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::VerifiedE2ee,
        Self::OrganisationOnly,
        Self::PrivateInstance,
    ];

    /// Returns the name as it stands in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PrivateInstance => "private-instance",
            Self::VerifiedE2ee => "verified-e2ee",
            Self::OrganisationOnly => "organisation-only",
        }
    }

    /// Returns the whole policy.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Open => concat!(
                include_str!("../presets/base.cedar"),
                include_str!("../presets/open.cedar")
            ),
            Self::PrivateInstance => concat!(
                include_str!("../presets/base.cedar"),
                include_str!("../presets/private-instance.cedar")
            ),
            Self::VerifiedE2ee => concat!(
                include_str!("../presets/base.cedar"),
                include_str!("../presets/verified-e2ee.cedar")
            ),
            Self::OrganisationOnly => concat!(
                include_str!("../presets/base.cedar"),
                include_str!("../presets/organisation-only.cedar")
            ),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str() == name)
            .ok_or(UnknownPreset)
    }
}

/// The name is none of a preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such preset; there are open, verified-e2ee, organisation-only and private-instance")]
pub struct UnknownPreset;
