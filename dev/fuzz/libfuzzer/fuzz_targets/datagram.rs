// SPDX-License-Identifier: MIT OR Apache-2.0
//! `datagram` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("datagram").expect("the target exists").run)(data));
