// SPDX-License-Identifier: MIT OR Apache-2.0
//! `server_message` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("server_message").expect("the target exists").run)(data));
