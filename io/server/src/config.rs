// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator decides about the web side.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use account::PlanLimits;
use identity::{MailConfig, ProviderConfig, Secret, SmsConfig};
use ipnet::IpNet;
use policy::{Plans, Preset};
use protocol::{http::ConfigurationEntry, limits};

/// How to serve. [`Self::default`] is right for one machine. No `Debug`: there are secrets in it.
#[derive(Clone)]
pub struct ServerConfig {
    /// What the installation is called.
    pub name: String,
    /// Where people reach it, as in `https://meet.example.org`; none for the address listened on.
    pub public_url: Option<String>,
    /// Where to listen for HTTP. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Origins (`https://meet.example.org`) that may open the WebSocket besides the server's own.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// WebSockets that one address (IPv6: one /64) may have open.
    pub connections_per_address: u32,
    /// Requests that one address may make per minute; as many again at once.
    pub requests_per_minute: u32,
    /// Meetings that one address may create per minute; as many again at once.
    pub meetings_per_minute: u32,
    /// Steps of signing in that one address may take per minute; as many again at once.
    pub sign_ins_per_minute: u32,
    /// Who may do what.
    pub policy: PolicySource,
    /// The relay that mail goes through; without one it goes to the operator's mailbox.
    pub mail: Option<MailConfig>,
    /// The OpenID providers to sign in through.
    pub providers: Vec<ProviderConfig>,
    /// The gateway that codes are sent to phones through.
    pub phone: Option<SmsConfig>,
    /// The DNS server that proves organisations; none for the machine's own.
    pub resolver: Option<SocketAddr>,
    /// Who tells of payments, and where one pays.
    pub payment: PaymentConfig,
    /// What the plans hold.
    pub plans: Plans,
    /// For how long what a terminated account was tied to cannot come back.
    pub denied_for: Duration,
    /// All of the above in the operator's words, with the secrets hidden.
    pub shown: Vec<ConfigurationEntry>,
}

/// Where the policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// One that comes with the server.
    Preset(Preset),
    /// The operator's own; changes are noticed while serving.
    File(PathBuf),
}

/// The payment provider.
#[derive(Clone, Default)]
pub struct PaymentConfig {
    /// Signs the events; without it there is no webhook.
    pub secret: Option<Secret>,
    /// The page where one pays.
    pub link: Option<String>,
}

/// Takes nothing away: most installations sell nothing.
fn same_for_all() -> Plans {
    let all = PlanLimits {
        people: u32::try_from(limits::PARTICIPANTS).expect("a small number"),
        minutes: 0,
        // More than one person plans; fewer than fills the disk.
        open_meetings: 1000,
    };
    Plans { free: all, paid: all }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            name: String::from("Incamera"),
            public_url: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            // A whole company or campus sits behind one address; a stranger's 1000 idle connections cost 30 MB.
            connections_per_address: 1000,
            // The same company at nine o'clock, with a dozen requests per person; each costs well below a millisecond.
            requests_per_minute: 12_000,
            // A class whose teachers all start at eight fits; filling the disk takes years.
            meetings_per_minute: 60,
            // A lecture hall signs in within two minutes; what can be guessed has its own, much narrower limits.
            sign_ins_per_minute: 120,
            policy: PolicySource::Preset(Preset::VerifiedE2ee),
            mail: None,
            providers: Vec::new(),
            phone: None,
            resolver: None,
            payment: PaymentConfig::default(),
            plans: same_for_all(),
            // Long enough that coming back is no plan; short enough that a number's next holder is not shut out for ever.
            denied_for: Duration::from_secs(365 * 24 * 60 * 60),
            shown: Vec::new(),
        }
    }
}
