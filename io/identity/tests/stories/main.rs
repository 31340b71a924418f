// SPDX-License-Identifier: MIT OR Apache-2.0
//! The crate against counterparts on this machine that lie, stall, refuse and close.

mod authenticator;
mod dns;
mod mail;
mod oidc;
mod passkeys;
mod payment;
mod provider;
mod relay;
mod sms;
