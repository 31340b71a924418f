// SPDX-License-Identifier: MIT OR Apache-2.0
//! An OpenID provider that says what it is told, with real keys.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::{
    Form, Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub(crate) struct Provider {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the provider says.
pub(crate) struct Script {
    pub(crate) metadata: Value,
    pub(crate) keys: Vec<Value>,
    pub(crate) id_token: Option<String>,
    pub(crate) user_info: Value,
    /// The PKCE challenge that came with the browser.
    pub(crate) challenge: String,
    /// How often each path was asked for.
    pub(crate) asked: Vec<String>,
    pub(crate) mood: Mood,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    Failing,
    Stalling,
    Flooding,
    Redirecting,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let issuer = format!("http://{address}");
        let script = Arc::new(Mutex::new(Script {
            metadata: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
            }),
            keys: Vec::new(),
            id_token: None,
            user_info: json!({"sub": "person-1"}),
            challenge: String::new(),
            asked: Vec::new(),
            mood: Mood::Well,
        }));
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .layer(middleware::from_fn_with_state(script.clone(), moody))
            .with_state(script.clone());
        let task =
            tokio::spawn(async move { axum::serve(listener, app).await.expect("the listener stays open") });
        Self {
            address,
            script,
            task,
        }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script
            .lock()
            .expect("no test panics with the script in hand")
    }

    /// Returns how often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.script().asked.iter().filter(|asked| *asked == path).count()
    }
}

/// The key pairs of a provider.
pub(crate) struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

impl Keys {
    pub(crate) fn generate() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("the system has randomness"),
            ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("the system has randomness"),
        }
    }

    /// Returns the public keys as in RFC 7517.
    pub(crate) fn public(&self) -> Vec<Value> {
        let rsa = self.rsa.public_key();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = self.ec.public_key().as_ref();
        vec![
            json!({"kty": "RSA", "use": "sig", "kid": "rsa", "n": encode(rsa.modulus().big_endian_without_leading_zero()),
                "e": encode(rsa.exponent().big_endian_without_leading_zero())}),
            json!({"kty": "EC", "use": "sig", "kid": "ec", "crv": "P-256", "x": encode(&point[1..33]),
                "y": encode(&point[33..65])}),
        ]
    }

    pub(crate) fn sign(&self, how: Signing, claims: &Value) -> String {
        let (algorithm, kid) = match how {
            Signing::Rsa => ("RS256", "rsa"),
            Signing::Ec => ("ES256", "ec"),
            Signing::None | Signing::NoneWithSignature => ("none", "rsa"),
            Signing::MacByPublicKey | Signing::MacBySecret => ("HS256", "rsa"),
            Signing::RsaNamedEc => ("ES256", "ec"),
        };
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).expect("JSON"));
        let header = json!({"alg": algorithm, "kid": kid, "typ": "JWT"});
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let mac = |key: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        };
        let rsa = || {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa
                .sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    signed.as_bytes(),
                    &mut signature,
                )
                .expect("the key signs");
            signature
        };
        let signature = match how {
            Signing::Rsa | Signing::RsaNamedEc | Signing::NoneWithSignature => rsa(),
            Signing::Ec => self
                .ec
                .sign(&SystemRandom::new(), signed.as_bytes())
                .expect("the key signs")
                .as_ref()
                .to_vec(),
            Signing::None => Vec::new(),
            Signing::MacByPublicKey => mac(self.public()[0]["n"].as_str().expect("a text").as_bytes()),
            Signing::MacBySecret => mac(SECRET.as_bytes()),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signing {
    Rsa,
    Ec,
    None,
    NoneWithSignature,
    MacByPublicKey,
    MacBySecret,
    RsaNamedEc,
}

async fn moody(State(script): State<Arc<Mutex<Script>>>, request: Request, next: Next) -> Response {
    let mood = {
        let mut script = script.lock().expect("no test panics with the script in hand");
        script.asked.push(request.uri().path().to_owned());
        script.mood
    };
    match mood {
        Mood::Well => next.run(request).await,
        Mood::Failing => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Stalling => std::future::pending().await,
        Mood::Flooding => Json("x".repeat(10_000_000)).into_response(),
        Mood::Redirecting => (StatusCode::FOUND, [("location", "/keys")]).into_response(),
    }
}

async fn metadata(State(script): State<Arc<Mutex<Script>>>) -> Json<Value> {
    Json(
        script
            .lock()
            .expect("no test panics with the script in hand")
            .metadata
            .clone(),
    )
}

async fn keys(State(script): State<Arc<Mutex<Script>>>) -> Json<Value> {
    Json(json!({"keys": script.lock().expect("no test panics with the script in hand").keys}))
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

async fn token(
    State(script): State<Arc<Mutex<Script>>>,
    headers: HeaderMap,
    Form(request): Form<TokenRequest>,
) -> (StatusCode, Json<Value>) {
    let script = script.lock().expect("no test panics with the script in hand");
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
    let credentials = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    if headers
        .get("authorization")
        .is_none_or(|value| *value != *credentials)
    {
        return refuse("invalid_client");
    }
    let verifier = digest::digest(&digest::SHA256, request.code_verifier.as_bytes());
    let is_ours = request.grant_type == "authorization_code"
        && request.code == CODE
        && request.redirect_uri == CALLBACK
        && URL_SAFE_NO_PAD.encode(verifier) == script.challenge;
    if !is_ours {
        return refuse("invalid_grant");
    }
    let mut answer = json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60});
    if let Some(token) = &script.id_token {
        answer["id_token"] = Value::from(token.as_str());
    }
    (StatusCode::OK, Json(answer))
}

async fn user_info(State(script): State<Arc<Mutex<Script>>>, headers: HeaderMap) -> Response {
    if headers
        .get("authorization")
        .is_none_or(|value| *value != format!("Bearer {ACCESS_TOKEN}"))
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(
        script
            .lock()
            .expect("no test panics with the script in hand")
            .user_info
            .clone(),
    )
    .into_response()
}

pub(crate) const CLIENT: &str = "incamera";
pub(crate) const SECRET: &str = "correct-horse-battery-staple-0000";
pub(crate) const CODE: &str = "code-1";
pub(crate) const CALLBACK: &str = "https://meet.example.org/api/sign-in/oidc/test/callback";
pub(crate) const ACCESS_TOKEN: &str = "access-token-1";
