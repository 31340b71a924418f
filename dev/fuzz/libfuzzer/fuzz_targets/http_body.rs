// SPDX-License-Identifier: MIT OR Apache-2.0
//! `http_body` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("http_body").expect("the target exists").run)(data));
