// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator wants: flags over environment over file over defaults. What is unknown or wrong is refused with
//! its name and its place.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use anyhow::bail;
use figment::{
    Figment, Metadata, Profile, Source,
    error::{Kind, OneOf},
    providers::{Env, Format as _, Serialized, Toml},
    value::{Dict, Map},
};
use serde::{Deserialize, Serialize};

/// What may be said on the command line.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Flags {
    /// Where meetings are kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
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

/// Everything that can be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where meetings are kept.
    pub(crate) data: PathBuf,
    pub(crate) http: Http,
    pub(crate) media: Media,
    pub(crate) log: Log,
}

/// The web side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) listen: Listen,
    /// Further origins whose pages may connect, for example `https://meet.example.org`.
    pub(crate) origins: Vec<String>,
    pub(crate) connections_per_address: u32,
    pub(crate) meetings_per_minute: u32,
}

/// The media side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) listen: Listen,
    /// Worker threads; 0 takes one per core.
    pub(crate) workers: usize,
    /// Addresses at which clients reach this machine; none takes those that it has.
    pub(crate) addresses: Vec<IpAddr>,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// An address to listen on; `localhost:8080` is 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let numeric = text
            .strip_prefix("localhost:")
            .map_or_else(|| text.clone(), |port| format!("127.0.0.1:{port}"));
        numeric
            .parse()
            .map(Self)
            .map_err(|_| format!("{text:?} is not an address with a port such as 127.0.0.1:8080"))
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.0.to_string()
    }
}

impl fmt::Display for Listen {
    /// Writes it as a person types it into a browser on the same machine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.ip() == Ipv4Addr::LOCALHOST {
            write!(f, "localhost:{}", self.0.port())
        } else {
            self.0.fmt(f)
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let http = server::ServerConfig::default();
        Self {
            data: PathBuf::from("data"),
            http: Http {
                listen: Listen(http.listen),
                origins: http.origins,
                connections_per_address: http.connections_per_address,
                meetings_per_minute: http.meetings_per_minute,
            },
            media: Media {
                listen: Listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 3478))),
                workers: 0,
                addresses: Vec::new(),
            },
            log: Log {
                filter: String::from("info"),
                format: LogFormat::Text,
            },
        }
    }
}

/// Reads everything that says how to serve.
pub(crate) fn load(flags: &Flags) -> anyhow::Result<Config> {
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
        Ok(config) => Ok(config),
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
            data, http, media, ..
        } = self.0;
        let mut dict = Dict::new();
        if let Some(data) = data {
            dict.insert(String::from("data"), figment::value::Value::serialize(data)?);
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
