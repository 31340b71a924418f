// SPDX-License-Identifier: MIT OR Apache-2.0
//! A real server on an ephemeral port, one story per file.

mod accounts;
mod bad_input;
mod connection_test;
mod csrf;
mod guessing;
mod http;
mod in_the_meeting;
mod openapi;
mod operator;
mod organisations;
mod own_meetings;
mod payment;
mod people;
mod policy_file;
mod quiet;
mod restart;
mod routes;
mod security;
mod stale_facts;
mod support;
mod time_limit;
mod ways_in;
