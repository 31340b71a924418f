// SPDX-License-Identifier: MIT OR Apache-2.0
//! The languages in which people are written to.

use serde::{Deserialize, Serialize};

/// A language that the texts exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Returns the language that an `Accept-Language` header likes best (RFC 9110, section 12.5.4), English if it knows
    /// none of ours.
    pub fn of(accept_language: &str) -> Self {
        let mut best = (Self::default(), 0);
        for range in accept_language.split(',').take(MAX_RANGES) {
            let (tag, parameter) = range.split_once(';').unwrap_or((range, ""));
            let language = match tag
                .trim()
                .split('-')
                .next()
                .map(str::to_ascii_lowercase)
                .as_deref()
            {
                Some("en") => Self::English,
                Some("de") => Self::German,
                Some("fr") => Self::French,
                Some("es") => Self::Spanish,
                _ => continue,
            };
            let weight = match parameter.trim().strip_prefix("q=") {
                None => 1000,
                Some(text) => text
                    .parse::<f32>()
                    .map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32),
            };
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }
}

// Browsers send fewer than ten.
const MAX_RANGES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_that_exists_is_taken() {
        check("", Language::English);
        check("de", Language::German);
        check("de-AT,de;q=0.9,en;q=0.8", Language::German);
        check("it,en;q=0.5,de;q=0.7", Language::German);
        check("en-GB, de;q=0.9", Language::English);
        check("fr-CH, it", Language::French);
        check("es-419,es;q=0.9", Language::Spanish);
        check("nl, it", Language::English);
        check("de;q=0, en;q=0.1", Language::English);
        check("de;q=nonsense,;;;,en;q=0.1", Language::English);
    }

    #[track_caller]
    fn check(header: &str, expected: Language) {
        assert_eq!(Language::of(header), expected, "{header:?}");
    }
}
