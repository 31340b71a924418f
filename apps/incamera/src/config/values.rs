// SPDX-License-Identifier: MIT OR Apache-2.0
//! Values that are more than text: each refuses what it is not, so that the refusal names the key.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use ipnet::IpNet;
use policy::Preset;
use serde::{Deserialize, Serialize};
use server::PolicySource;

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

/// A proxy's address, or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Proxy(pub(crate) IpNet);

impl TryFrom<String> for Proxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address
            .or_else(|_| text.parse())
            .map(Self)
            .map_err(|_| format!("{text:?} is not an address or a network such as 10.0.0.0/8"))
    }
}

impl From<Proxy> for String {
    fn from(proxy: Proxy) -> Self {
        proxy.0.to_string()
    }
}

/// The origin at which people reach the installation; empty for the address listened on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct PublicUrl(pub(crate) Option<String>);

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let is_origin = host.is_some_and(|host| {
            !host.is_empty()
                && host.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
                })
        });
        if is_origin {
            Ok(Self(Some(text)))
        } else {
            Err(format!(
                "{text:?} is not an origin such as https://meet.example.org, without a path"
            ))
        }
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.0.unwrap_or_default()
    }
}

/// A DNS server; empty for the machine's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Resolver(pub(crate) Option<SocketAddr>);

impl TryFrom<String> for Resolver {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse()
            .map(|address| Self(Some(address)))
            .map_err(|_| format!("{text:?} is not an address with a port such as 9.9.9.9:53"))
    }
}

impl From<Resolver> for String {
    fn from(resolver: Resolver) -> Self {
        resolver.0.map_or_else(Self::new, |address| address.to_string())
    }
}

/// A preset's name, or a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Policy(pub(crate) PolicySource);

impl From<String> for Policy {
    fn from(text: String) -> Self {
        let preset = Preset::ALL.into_iter().find(|preset| preset.as_str() == text);
        Self(preset.map_or_else(|| PolicySource::File(PathBuf::from(text)), PolicySource::Preset))
    }
}

impl From<Policy> for String {
    fn from(policy: Policy) -> Self {
        match policy.0 {
            PolicySource::Preset(preset) => Self::from(preset.as_str()),
            PolicySource::File(file) => file.to_string_lossy().into_owned(),
        }
    }
}
