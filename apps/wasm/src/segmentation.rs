// SPDX-License-Identifier: MIT OR Apache-2.0
//! The network that tells a person from what is behind it.

use segmentation::Segmenter;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// A network that is ready to run.
#[wasm_bindgen]
pub struct WasmSegmenter(Segmenter);

#[wasm_bindgen]
impl WasmSegmenter {
    /// Reads a TensorFlow Lite file.
    ///
    /// # Errors
    /// Throws what is wrong with it.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Self, JsValue> {
        let segmenter = Segmenter::read(file).map_err(|error| JsValue::from_str(&error.to_string()))?;
        Ok(Self(segmenter))
    }

    /// The width of the pictures that it takes.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.0.width()
    }

    /// Their height.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> usize {
        self.0.height()
    }

    /// Overwrites the fourth byte of each place with how likely a person is there, 0 to 255.
    pub fn run(&mut self, picture: &mut [u8]) {
        self.0.run(picture);
    }
}
