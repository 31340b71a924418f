//! apps/wasm
