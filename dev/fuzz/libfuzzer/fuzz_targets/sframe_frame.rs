// SPDX-License-Identifier: MIT OR Apache-2.0
//! `sframe_frame` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("sframe_frame").expect("the target exists").run)(data));
