// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator wants: flags over environment over file over defaults. What is unknown or wrong is refused with
//! its name and its place.

mod shown;
mod values;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use account::PlanLimits;
use anyhow::bail;
use figment::{
    Figment, Metadata, Profile, Source,
    error::{Kind, OneOf},
    providers::{Env, Format as _, Serialized, Toml},
    value::{Dict, Map},
};
use identity::Secret;
use protocol::http::ConfigurationEntry;
use serde::{Deserialize, Serialize};

pub(crate) use values::{Listen, Policy, Proxy, PublicUrl, Resolver};

/// What may be said on the command line.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Flags {
    /// Where meetings and accounts are kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Who may do what: open, private-instance, verified-e2ee, organisation-only, or a file of Cedar rules.
    #[arg(long, value_name = "PRESET|FILE")]
    policy: Option<String>,
    /// Where to listen for HTTP, for example 127.0.0.1:8080.
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// Where to listen for media, UDP and TCP, for example 0.0.0.0:3478. Further workers take the ports after it.
    #[arg(long, value_name = "ADDR")]
    media: Option<String>,
    /// A TOML file with the same keys as in `incamera.example.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Everything that can be decided. What is optional is not in the defaults: there is no default relay or provider.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where meetings and accounts are kept.
    pub(crate) data: PathBuf,
    /// What the installation is called.
    pub(crate) name: String,
    /// Where people reach it.
    pub(crate) public_url: PublicUrl,
    /// Who may do what.
    pub(crate) policy: Policy,
    pub(crate) http: Http,
    pub(crate) media: Media,
    pub(crate) accounts: Accounts,
    pub(crate) plans: Plans,
    pub(crate) log: Log,
    #[serde(default, skip_serializing)]
    pub(crate) mail: Option<identity::MailConfig>,
    #[serde(default, skip_serializing)]
    pub(crate) oidc: Vec<identity::ProviderConfig>,
    #[serde(default, skip_serializing)]
    pub(crate) phone: Option<identity::SmsConfig>,
    #[serde(default, skip_serializing)]
    pub(crate) payment: Payment,
}

/// The web side.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) listen: Listen,
    /// Further origins whose pages may connect, for example `https://meet.example.org`.
    pub(crate) origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<Proxy>,
    pub(crate) connections_per_address: u32,
    pub(crate) requests_per_minute: u32,
    pub(crate) meetings_per_minute: u32,
    pub(crate) sign_ins_per_minute: u32,
}

/// The media side.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) listen: Listen,
    /// Worker threads; 0 takes one per core.
    pub(crate) workers: usize,
    /// Addresses at which clients reach this machine; none takes those that it has.
    pub(crate) addresses: Vec<IpAddr>,
}

/// What is known of people.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accounts {
    /// For how many days what a terminated account was tied to cannot come back.
    pub(crate) denied_days: u32,
    /// The DNS server that is asked for the records of organisations.
    pub(crate) resolver: Resolver,
}

/// What each plan holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plans {
    pub(crate) free: PlanLimits,
    pub(crate) paid: PlanLimits,
}

/// Who tells of payments, and where one pays.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    pub(crate) webhook_secret: Option<Secret>,
    pub(crate) webhook_secret_file: Option<PathBuf>,
    pub(crate) link: Option<String>,
}

/// What is logged, and how.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// Levels as in `info` or `warn,incamera_sfu=debug`.
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        let http = server::ServerConfig::default();
        Self {
            data: PathBuf::from("data"),
            name: http.name,
            public_url: PublicUrl::default(),
            policy: Policy(http.policy),
            http: Http {
                listen: Listen(http.listen),
                origins: http.origins,
                trusted_proxies: http.trusted_proxies.into_iter().map(Proxy).collect(),
                connections_per_address: http.connections_per_address,
                requests_per_minute: http.requests_per_minute,
                meetings_per_minute: http.meetings_per_minute,
                sign_ins_per_minute: http.sign_ins_per_minute,
            },
            media: Media {
                listen: Listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 3478))),
                workers: 0,
                addresses: Vec::new(),
            },
            accounts: Accounts {
                denied_days: 365,
                resolver: Resolver::default(),
            },
            plans: Plans {
                free: http.plans.free,
                paid: http.plans.paid,
            },
            log: Log {
                // What strangers send to the passkey library is no error of this installation.
                filter: String::from("info,webauthn_rs_core=off"),
                format: LogFormat::Text,
            },
            mail: None,
            oidc: Vec::new(),
            phone: None,
            payment: Payment::default(),
        }
    }
}

/// Reads everything that says how to serve, and how that is shown to the operator.
pub(crate) fn load(flags: &Flags) -> anyhow::Result<(Config, Vec<ConfigurationEntry>)> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if let Some(file) = &flags.config {
        if !file.is_file() {
            bail!("--config {}: no such file", file.display());
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    figment = figment
        .merge(Env::prefixed(ENVIRONMENT_PREFIX).split("__"))
        .merge(FlagProvider(flags));
    match figment.extract::<Config>() {
        Ok(config) => Ok((config, shown::entries(&figment))),
        Err(errors) => bail!(
            "{}",
            errors.into_iter().map(describe).collect::<Vec<_>>().join("\n")
        ),
    }
}

/// Names the key, the place and what is wrong, in the words of that place.
fn describe(error: figment::Error) -> String {
    let metadata = error.metadata.as_ref();
    let is_environment = metadata.is_some_and(|metadata| metadata.name.contains("environment"));
    let mut path = error.path.clone();
    let wrong = if let Kind::UnknownField(name, known) = &error.kind {
        if path.last() != Some(name) {
            path.push(name.clone());
        }
        format!("no such key; known here: {}", OneOf(known))
    } else if let Kind::Message(message) = &error.kind {
        message.clone()
    } else {
        error.kind.to_string()
    };
    let key = if is_environment {
        format!("{ENVIRONMENT_PREFIX}{}", path.join("__").to_uppercase())
    } else if metadata.is_some_and(|metadata| metadata.name == FLAGS) {
        format!("--{}", path.first().map_or("", String::as_str))
    } else {
        path.join(".")
    };
    let place = match metadata.and_then(|metadata| metadata.source.as_ref()) {
        Some(Source::File(file)) => format!("{}: ", file.display()),
        _ if is_environment => String::from("environment: "),
        _ => String::new(),
    };
    if key.is_empty() {
        format!("{place}{wrong}")
    } else {
        format!("{place}{key}: {wrong}")
    }
}

/// The flags in the shape of the file.
struct FlagProvider<'a>(&'a Flags);

impl figment::Provider for FlagProvider<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(FLAGS)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let Flags {
            data,
            policy,
            http,
            media,
            config: _,
        } = self.0;
        let mut dict = Dict::new();
        if let Some(data) = data {
            dict.insert(String::from("data"), figment::value::Value::serialize(data)?);
        }
        if let Some(policy) = policy {
            dict.insert(String::from("policy"), policy.clone().into());
        }
        for (key, listen) in [("http", http), ("media", media)] {
            if let Some(listen) = listen {
                let nested = Dict::from([(String::from("listen"), listen.clone().into())]);
                dict.insert(String::from(key), nested.into());
            }
        }
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

const ENVIRONMENT_PREFIX: &str = "INCAMERA__";
const FLAGS: &str = "command line";

#[cfg(test)]
mod tests;
