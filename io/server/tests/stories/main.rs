// SPDX-License-Identifier: MIT OR Apache-2.0
//! A real server on an ephemeral port, one story per file.

mod bad_input;
mod http;
mod openapi;
mod restart;
mod security;
mod support;
