// SPDX-License-Identifier: MIT OR Apache-2.0
//! `vp9_descriptor` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("vp9_descriptor").expect("the target exists").run)(data));
