// SPDX-License-Identifier: MIT OR Apache-2.0
//! `meeting_link` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("meeting_link").expect("the target exists").run)(data));
