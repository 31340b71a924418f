// SPDX-License-Identifier: MIT OR Apache-2.0
//! Accounts on real files, with real concurrency: one file per story.

mod bindings;
mod codes;
mod erasing;
mod meetings;
mod operator;
mod passkeys;
mod payments;
mod sessions;
mod standing;
mod support;
mod vouchers;
