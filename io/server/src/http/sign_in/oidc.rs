// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/sign-in/oidc/{provider}`: through a provider of the operator's choice and back. The same way, begun from the account
//! page, ties the provider to the account; never does a sign-in tie it to one that is there already.

use account::{BindingKind, CeremonyId};
use axum::{
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use identity::{Letter, OidcCallback, OidcError, OidcProof};
use policy::{Action, Proof};
use protocol::{
    AccountId,
    http::{ReturnQuery, SignedInBy},
};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{NewBinding, NewCeremony, Purpose};

use super::{open_session, register, step};
use crate::{
    asker::{Asker, check_site},
    cookie::{self, PROVIDER_WITHIN},
    http::{
        account::tell,
        url::{Path, Query},
    },
    problem::ApiError,
    shared::Shared,
};

/// What is kept while the browser is away.
#[derive(Clone)]
struct Journey {
    provider: String,
    return_to: String,
    ceremony: Vec<u8>,
}

impl Journey {
    fn to_bytes(&self) -> Vec<u8> {
        // Neither ids of providers nor paths have line ends.
        let head = format!("{}\n{}\n", self.provider, self.return_to);
        [head.as_bytes(), &self.ceremony].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
        let mut text = || String::from_utf8(parts.next()?.to_vec()).ok();
        let (provider, return_to) = (text()?, text()?);
        let ceremony = parts.next()?.to_vec();
        Some(Self {
            provider,
            return_to,
            ceremony,
        })
    }
}

/// Sends the browser to the provider.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    asker: Asker,
    Path(provider): Path<String>,
    Query(wish): Query<ReturnQuery>,
) -> Response {
    match step(&shared, &asker).await {
        // The turn is not kept while the provider is asked for its document.
        Ok(turn) => drop(turn),
        Err(error) => return back_to("/sign-in", &error),
    }
    let left = leave(&shared, &asker, &provider, own_path(&wish.return_to), None).await;
    left.unwrap_or_else(|error| back_to("/sign-in", &error))
}

/// Sends the browser of somebody signed in to the provider, to tie it to the account. Another site must not send it: with
/// its own account at the provider it would get a way in.
pub(crate) async fn begin_binding(
    State(shared): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    Path(provider): Path<String>,
) -> Response {
    if let Err(error) = check_site(&headers) {
        return back_to("/account", &error);
    }
    let action = Action::AddBinding {
        kind: BindingKind::Oidc,
        is_denied: false,
    };
    let account = match asker.ask_fresh_account(&shared, &action) {
        Ok(signed_in) => signed_in.account.id,
        Err(error) => return back_to("/account", &error),
    };
    let left = leave(&shared, &asker, &provider, "/account", Some(account)).await;
    left.unwrap_or_else(|error| back_to("/account", &error))
}

/// Takes the browser back.
pub(crate) async fn finish(
    State(shared): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(callback): Query<OidcCallback>,
) -> Response {
    let (journey, binds) = match resume(&shared, &asker, &headers, &provider, &callback).await {
        Ok(resumed) => resumed,
        Err(error) => return back_to("/sign-in", &error),
    };
    let arrived = match binds {
        Some(account) => bind(&shared, &asker, account, &journey, &callback).await,
        None => enter(&shared, &asker, &journey, &callback).await,
    };
    match arrived {
        Ok(mut cookies) => {
            cookies.append(SET_COOKIE, cookie::PROVIDER.clear(asker.security));
            (cookies, to(&journey.return_to)).into_response()
        }
        // What a person began while signed in is told on the page that they came from.
        Err(error) if binds.is_some() => back_to("/account", &error),
        Err(error) => back_to("/sign-in", &error),
    }
}

async fn leave(
    shared: &Shared,
    asker: &Asker,
    provider: &str,
    return_to: &str,
    account: Option<AccountId>,
) -> Result<Response, ApiError> {
    let id = CeremonyId::random(&mut StdRng::from_os_rng());
    let state = id.to_string();
    let errand = errand(shared).await?;
    let begun = {
        let (shared, provider, state, now) =
            (shared.clone(), String::from(provider), state.clone(), asker.now);
        aside(async move || shared.outside.providers.begin(&provider, &state, now).await).await
    };
    let begun = begun.map_err(|error| refused(&error))?;
    drop(errand);
    let journey = Journey {
        provider: String::from(provider),
        return_to: String::from(return_to),
        ceremony: begun.ceremony,
    };
    let ceremony = NewCeremony {
        id,
        purpose: if account.is_some() {
            Purpose::AddOidc
        } else {
            Purpose::SignInOidc
        },
        account,
        subject: None,
        code: None,
        state: journey.to_bytes(),
        expires_at: asker.now.plus(PROVIDER_WITHIN),
    };
    shared.store.begin_ceremony(&ceremony).await?;
    let cookie = [(SET_COOKIE, cookie::PROVIDER.set(&state, asker.security))];
    Ok((cookie, to(&begun.url)).into_response())
}

/// Returns what this browser began, and the account that it is to be tied to, if any.
async fn resume(
    shared: &Shared,
    asker: &Asker,
    headers: &HeaderMap,
    provider: &str,
    callback: &OidcCallback,
) -> Result<(Journey, Option<AccountId>), ApiError> {
    let _turn = step(shared, asker).await?;
    let wrong = ApiError::wrong_credentials;
    let began_here = cookie::PROVIDER.read(headers);
    let state = callback
        .state
        .as_deref()
        .filter(|state| began_here == Some(state));
    let id = state.and_then(|state| state.parse().ok()).ok_or_else(wrong)?;
    let own = asker.signed_in().map(|signed_in| signed_in.account.id);
    let store = &shared.store;
    let signs_in = store
        .take_ceremony(id, Purpose::SignInOidc, None, asker.now)
        .await?;
    let (ceremony, binds) = match (signs_in, own) {
        (Some(ceremony), _) => (ceremony, None),
        (None, Some(_)) => {
            let adds = store.take_ceremony(id, Purpose::AddOidc, own, asker.now).await?;
            (adds.ok_or_else(wrong)?, own)
        }
        (None, None) => return Err(wrong()),
    };
    let journey = Journey::from_bytes(&ceremony.state).ok_or_else(wrong)?;
    if journey.provider != provider {
        return Err(wrong());
    }
    Ok((journey, binds))
}

/// Asks the provider whom the browser came back as.
async fn prove(
    shared: &Shared,
    asker: &Asker,
    journey: &Journey,
    callback: &OidcCallback,
) -> Result<OidcProof, ApiError> {
    let _errand = errand(shared).await?;
    let (shared, journey, callback, now) = (shared.clone(), journey.clone(), callback.clone(), asker.now);
    let proof = aside(async move || {
        let providers = &shared.outside.providers;
        providers
            .finish(&journey.provider, &journey.ceremony, &callback, now)
            .await
    });
    proof.await.map_err(|error| refused(&error))
}

async fn enter(
    shared: &Shared,
    asker: &Asker,
    journey: &Journey,
    callback: &OidcCallback,
) -> Result<HeaderMap, ApiError> {
    let proof = prove(shared, asker, journey, callback).await?;
    let _turn = super::turn(shared).await?;
    let binding = binding(shared, asker, &journey.provider, &proof);
    let account = match shared.store.account_of_subject(&binding.subject).await? {
        Some(account) => {
            // What a provider says is believed for a time, which begins anew.
            shared.store.bind(account, &binding, asker.now).await?;
            account
        }
        None => {
            let mut bindings = vec![binding];
            // An invitation is to an address: whom the provider knows under it, was invited.
            if let Some(email) = &proof.email {
                let email = NewBinding::email(&shared.macs, email);
                if shared.store.is_invited(&email.subject, asker.now).await? {
                    bindings.push(email);
                }
            }
            register(shared, asker, Proof::Oidc, None, bindings).await?
        }
    };
    let (cookies, _) = open_session(shared, asker, account, SignedInBy::Oidc).await?;
    Ok(cookies)
}

async fn bind(
    shared: &Shared,
    asker: &Asker,
    account: AccountId,
    journey: &Journey,
    callback: &OidcCallback,
) -> Result<HeaderMap, ApiError> {
    let proof = prove(shared, asker, journey, callback).await?;
    let binding = binding(shared, asker, &journey.provider, &proof);
    let action = Action::AddBinding {
        kind: BindingKind::Oidc,
        is_denied: shared.store.is_denied(&binding.subject, asker.now).await?,
    };
    let stored = &asker.ask_fresh_account(shared, &action)?.account;
    shared.store.bind(account, &binding, asker.now).await?;
    let kind = BindingKind::Oidc;
    tell(shared, asker, stored, &Letter::BindingAdded { kind }).await?;
    Ok(HeaderMap::new())
}

/// Keeps how the provider verified the person, and drops what it says about them.
fn binding(shared: &Shared, asker: &Asker, provider: &str, proof: &OidcProof) -> NewBinding {
    let mut names = shared.outside.providers.iter();
    let name = names
        .find(|(id, _)| *id == provider)
        .map_or(provider, |(_, name)| name);
    let verification = proof.verification.as_ref();
    NewBinding {
        assurance: proof.assurance,
        verification: verification.and_then(|verification| serde_json::to_value(verification).ok()),
        ..NewBinding::oidc(&shared.macs, &proof.issuer, &proof.subject.0, name, asker.now)
    }
}

/// Awaits what may not move between threads on one of its own. There are as many as errands at most.
async fn aside<T: Send + 'static, F: AsyncFnOnce() -> T + Send + 'static>(errand: F) -> T {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(errand()))
        .await
        .expect("an errand does not panic")
}

async fn errand(shared: &Shared) -> Result<crate::limit::Turn<'_>, ApiError> {
    shared
        .errands
        .enter()
        .await
        .ok_or(ApiError::unavailable("too many sign-ins at once"))
}

fn refused(error: &OidcError) -> ApiError {
    match error {
        OidcError::UnknownProvider => ApiError::not_found(),
        OidcError::Unreachable | OidcError::BadProvider => {
            tracing::warn!(%error, "a provider does not answer as it should");
            ApiError::unavailable("the provider does not answer")
        }
        OidcError::Refused | OidcError::WrongState | OidcError::BadToken(_) => {
            tracing::info!(%error, "a sign-in through a provider was refused");
            ApiError::wrong_credentials()
        }
    }
}

/// Returns a path of this server, whatever was asked for: a sign-in is no way to lead people elsewhere.
fn own_path(wished: &str) -> &str {
    let is_own = wished.starts_with('/')
        && !wished.starts_with("//")
        && wished
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own { wished } else { "/" }
}

fn back_to(page: &str, error: &ApiError) -> Response {
    to(&format!("{page}?problem={}", error.code().as_str()))
}

fn to(place: &str) -> Response {
    match HeaderValue::from_str(place) {
        Ok(place) => (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response(),
        Err(_) => ApiError::unavailable("the provider does not answer").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journey_goes_on_where_it_was_left() {
        let journey = Journey {
            provider: String::from("one"),
            return_to: String::from("/m/abc?x=1"),
            ceremony: vec![0, b'\n', 255, b'\n'],
        };
        let resumed = Journey::from_bytes(&journey.to_bytes()).expect("as it was kept");
        assert_eq!(resumed.provider, journey.provider);
        assert_eq!(resumed.return_to, journey.return_to);
        assert_eq!(resumed.ceremony, journey.ceremony);
        assert!(Journey::from_bytes(b"one\n/").is_none());
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for (wished, expected) in [
            ("/meetings", "/meetings"),
            ("/m/abc?x=1", "/m/abc?x=1"),
            ("", "/"),
            ("https://evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nset-cookie: x", "/"),
        ] {
            assert_eq!(own_path(wished), expected);
        }
    }
}
