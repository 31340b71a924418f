// SPDX-License-Identifier: MIT OR Apache-2.0
// The browser's own copies of frame keys, non-extractable, by the engine's number for each.

import type { WasmFrames } from "../generated/wasm/incamera_wasm.js";

/** Imports each key once. */
export class CryptoKeys {
  readonly #keys = new Map<number, Promise<CryptoKey>>();

  /** Returns the key with this number; rejects if the engine no longer has it. */
  keyFor(frames: WasmFrames, number: number, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
    const known = this.#keys.get(number);
    if (known !== undefined) return known;
    const bytes = frames.keyBytes(number) as Uint8Array<ArrayBuffer> | undefined;
    if (bytes === undefined) return Promise.reject(new Error("no such key"));
    const key = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [usage]).finally(() => bytes.fill(0));
    this.#keys.set(number, key);
    this.#forgetOldest();
    return key;
  }

  #forgetOldest(): void {
    if (this.#keys.size <= KEPT_KEYS) return;
    const [oldest] = this.#keys.keys();
    if (oldest !== undefined) this.#keys.delete(oldest);
  }
}

// Two video tracks of 50 people in two epochs; a key that was forgotten is imported again in a tenth of a millisecond.
const KEPT_KEYS = 200;
