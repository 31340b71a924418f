// SPDX-License-Identifier: MIT OR Apache-2.0
//! The delivery service with members who are plain OpenMLS.

mod hostile;
mod member;
mod ordering;
mod removing;
