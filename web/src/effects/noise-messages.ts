// SPDX-License-Identifier: MIT OR Apache-2.0
// What page and noise worklet tell each other.

/** The filter to run, as bytes: not every browser lets a compiled module into a worklet. */
export interface ToNoiseWorklet {
  wasm: ArrayBuffer;
}

/** Once, at the first clean block or when there will be none. */
export interface FromNoiseWorklet {
  type: "flowing" | "failed";
}
