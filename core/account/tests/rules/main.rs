// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rules about accounts, from outside.

mod addresses;
mod codes;
mod limits;
mod macs;
mod payments;
mod sittings;
mod standing;
mod vouchers;
