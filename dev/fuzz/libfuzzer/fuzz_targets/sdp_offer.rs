// SPDX-License-Identifier: MIT OR Apache-2.0
//! `sdp_offer` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("sdp_offer").expect("the target exists").run)(data));
