// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tells a person from what is behind it: reads a convolutional network from a TensorFlow Lite file and runs it on
//! pictures.
//!
//! Owns: the file's reading, the few operations that such a network is made of. Does not know: where pictures come from,
//! what is done with the answer, or which network it is.

mod file;
mod kernels;
mod network;

pub use file::ModelError;
pub use network::Segmenter;
