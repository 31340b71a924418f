// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who asks: the one door between an HTTP request and the policy.
//!
//! A handler that takes an [`Asker`] has been through the checks that keep other pages' requests out; what the asker may do,
//! it learns from [`Asker::ask`] and its like, and nowhere else.

use std::{net::IpAddr, time::Instant};

use account::{SessionToken, Standing, UnixTime, is_fresh};
use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap,
        header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, ORIGIN, USER_AGENT},
        request::Parts,
    },
};
use identity::Language;
use policy::{AccountFacts, Action, Actor, Decision, Denial};
use protocol::{ErrorCode, http};
use store::{SignedIn, StoredAccount};

use crate::{
    accept::Ends,
    address,
    clock::Clock,
    cookie::{self, Security},
    device,
    problem::ApiError,
    shared::Shared,
};

/// Whoever sent a request.
pub(crate) struct Asker {
    pub(crate) now: UnixTime,
    pub(crate) address: IpAddr,
    /// Whether the request comes from the same machine, past no proxy.
    pub(crate) is_local: bool,
    pub(crate) language: Language,
    /// Browser and system, as people call them.
    pub(crate) device: String,
    /// What cookies may travel over.
    pub(crate) security: Security,
    signed_in: Option<SignedIn>,
}

impl FromRequestParts<Shared> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        if !parts.method.is_safe() {
            check_page(headers, &shared.origins)?;
        }
        let ends = *parts
            .extensions
            .get::<Ends>()
            .expect("every request is accepted with its ends");
        let address = address::client(ends, headers, &shared.config.trusted_proxies);
        if let Err(wait) = shared.requests.accept(Instant::now(), address) {
            return Err(ApiError::too_often(wait));
        }
        let now = Clock::unix_now();
        let token = cookie::SESSION
            .read(headers)
            .and_then(|text| SessionToken::parse(text).ok());
        let signed_in = match token {
            Some(token) => shared.store.signed_in(&token.hash(), now).await?,
            None => None,
        };
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        Ok(Self {
            now,
            address,
            is_local: address::is_local(ends, headers),
            language: Language::of(text(ACCEPT_LANGUAGE).unwrap_or_default()),
            device: device::name(text(USER_AGENT).unwrap_or_default()),
            security: Security::of(headers),
            signed_in,
        })
    }
}

impl Asker {
    /// Asks the policy.
    ///
    /// # Errors
    /// [`ApiError::Denied`] if it says no.
    pub(crate) fn ask(&self, shared: &Shared, action: &Action) -> Result<(), ApiError> {
        ask(shared, &self.actor(), action)
    }

    /// Asks the policy, and returns whose session it is.
    ///
    /// # Errors
    /// [`ApiError::Denied`] if it says no, or lets guests do what needs an account to be done with.
    pub(crate) fn ask_account(&self, shared: &Shared, action: &Action) -> Result<&SignedIn, ApiError> {
        self.ask(shared, action)?;
        self.signed_in.as_ref().ok_or_else(|| ApiError::Denied {
            code: ErrorCode::NotAllowed,
            denial: http::Denial {
                rule: None,
                reason: String::from("This needs an account."),
                unlocked_by: vec![vec![String::from(policy::Unlock::Account.as_str())]],
            },
        })
    }

    /// Asks the policy, and returns whose session it is if they signed in within minutes: for acts that whoever finds an
    /// unlocked computer should not get to do.
    ///
    /// # Errors
    /// As [`Self::ask_account`]; [`ErrorCode::FreshSignInNeeded`].
    pub(crate) fn ask_fresh_account(&self, shared: &Shared, action: &Action) -> Result<&SignedIn, ApiError> {
        let signed_in = self.ask_account(shared, action)?;
        if self.is_fresh() {
            Ok(signed_in)
        } else {
            Err(ApiError::fresh_sign_in_needed())
        }
    }

    /// Returns whose session it is, to show it to them.
    pub(crate) const fn signed_in(&self) -> Option<&SignedIn> {
        self.signed_in.as_ref()
    }

    /// Returns whether they signed in within minutes.
    pub(crate) fn is_fresh(&self) -> bool {
        self.signed_in
            .as_ref()
            .is_some_and(|signed_in| is_fresh(signed_in.session.auth_time, self.now))
    }

    /// Describes the asker to the policy.
    pub(crate) fn actor(&self) -> Actor {
        self.signed_in
            .as_ref()
            .map_or(Actor::Guest, |signed_in| actor(&signed_in.account, self.now))
    }
}

/// Asks the policy in somebody's name.
///
/// # Errors
/// [`ApiError::Denied`] if it says no.
pub(crate) fn ask(shared: &Shared, actor: &Actor, action: &Action) -> Result<(), ApiError> {
    match shared.policy().decide(actor, action) {
        Decision::Allowed { .. } => Ok(()),
        Decision::Denied(denial) => {
            let code = match actor {
                Actor::Account(AccountFacts {
                    standing: Standing::Suspended | Standing::Terminated,
                    ..
                }) => ErrorCode::AccountSuspended,
                Actor::Account(_) | Actor::Guest => ErrorCode::NotAllowed,
            };
            Err(ApiError::Denied {
                code,
                denial: shown(&denial),
            })
        }
    }
}

/// Describes an account to the policy.
pub(crate) fn actor(account: &StoredAccount, now: UnixTime) -> Actor {
    Actor::Account(AccountFacts {
        standing: account.standing(now),
        plan: account.plan(now),
        bindings: account.binding_kinds(now),
        oidc_assurance: account.assurance(now),
        organisations: account.organisations(now),
        is_operator: account.is_operator,
        is_invited: account.is_invited,
    })
}

/// Puts a denial into the words of the interface.
pub(crate) fn shown(denial: &Denial) -> http::Denial {
    let sets = denial.unlocked_by.iter();
    http::Denial {
        rule: denial.rule.as_ref().map(ToString::to_string),
        reason: String::from(&*denial.reason),
        unlocked_by: sets
            .map(|set| set.iter().map(ToString::to_string).collect())
            .collect(),
    }
}

/// Refuses what other pages send in a visitor's name: forms, and scripts of other origins.
fn check_page(headers: &HeaderMap, also: &[String]) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_json = text(CONTENT_TYPE.as_str()).is_some_and(|kind| {
        let essence = kind.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    });
    if !is_json {
        return Err(ApiError::new(
            axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::Malformed,
            "the body must be application/json",
        ));
    }
    if is_own_origin(headers, also) {
        check_site(headers)
    } else {
        Err(ApiError::foreign_origin())
    }
}

/// Refuses what a page of another site makes a browser ask for. Whatever is no browser says no site.
///
/// # Errors
/// [`ErrorCode::ForeignOrigin`].
pub(crate) fn check_site(headers: &HeaderMap) -> Result<(), ApiError> {
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    match site {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(ApiError::foreign_origin()),
    }
}

/// Whether the page that asks is this server's, or one that the operator named. Whatever is no browser says no origin.
pub(crate) fn is_own_origin(headers: &HeaderMap, also: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let of_page = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    (of_page.is_some() && of_page == host) || also.iter().any(|allowed| allowed == origin)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_own_pages_and_named_ones_may_connect() {
        let check = |origin: Option<&'static str>, expected: bool| {
            let headers = headers(origin.map(|origin| ("origin", origin)));
            assert_eq!(is_own_origin(&headers, &named()), expected, "{origin:?}");
        };
        check(None, true);
        check(Some("http://meet.example:8080"), true);
        check(Some("https://meet.example:8080"), true);
        check(Some("https://named.example"), true);
        check(Some("https://meet.example"), false);
        check(Some("https://evil.example"), false);
        check(Some("https://meet.example:8080.evil.example"), false);
        check(Some("null"), false);
        check(Some("meet.example:8080"), false);
    }

    #[test]
    fn other_pages_write_nothing() {
        const JSON: (&str, &str) = ("content-type", "application/json");
        let check = |sent: &[(&'static str, &'static str)], expected: Option<ErrorCode>| {
            let refused = check_page(&headers(sent.iter().copied()), &named()).err();
            let code = refused.map(|error| error.code());
            assert_eq!(code, expected, "{sent:?}");
        };
        check(&[JSON], None);
        check(&[("content-type", "Application/JSON; charset=utf-8")], None);
        check(
            &[
                JSON,
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://meet.example:8080"),
            ],
            None,
        );
        check(&[JSON, ("sec-fetch-site", "none")], None);
        check(&[], Some(ErrorCode::Malformed));
        check(&[("content-type", "text/plain")], Some(ErrorCode::Malformed));
        check(
            &[("content-type", "application/jsonp")],
            Some(ErrorCode::Malformed),
        );
        check(
            &[JSON, ("sec-fetch-site", "same-site")],
            Some(ErrorCode::ForeignOrigin),
        );
        check(
            &[JSON, ("sec-fetch-site", "cross-site")],
            Some(ErrorCode::ForeignOrigin),
        );
        check(
            &[JSON, ("origin", "https://evil.example")],
            Some(ErrorCode::ForeignOrigin),
        );
        check(&[JSON, ("origin", "null")], Some(ErrorCode::ForeignOrigin));
    }

    fn headers(also: impl IntoIterator<Item = (&'static str, &'static str)>) -> HeaderMap {
        let host = [("host", "meet.example:8080")];
        host.into_iter()
            .chain(also)
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn named() -> [String; 1] {
        [String::from("https://named.example")]
    }
}
