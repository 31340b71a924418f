// SPDX-License-Identifier: MIT OR Apache-2.0
// RNNoise's WebAssembly module as the package @jitsi/rnnoise-wasm 0.2.1 compiled it, whose exports have one letter each:
// the version is pinned, and a test fails when the letters move. Its own loader is left aside: it guesses addresses.

/** How many samples are cleaned at a time: 10 ms at 48 kHz. */
export const FRAME = 480;

/** One filter for one channel of sound. */
export class Rnnoise {
  readonly #exports: Exports;
  readonly #state: number;
  readonly #frame: number;

  /** Throws if the module is another one. */
  constructor(module: WebAssembly.Module) {
    // It asks for more memory (a) only beyond its 16 MiB, which one filter never needs, and copies large blocks with b.
    const imports = { a: { a: () => 0, b: (to: number, from: number, count: number) => this.#bytes().copyWithin(to, from, from + count) } };
    const exports = new WebAssembly.Instance(module, imports).exports;
    if (!isRnnoise(exports)) throw new Error("not the expected module");
    this.#exports = exports;
    exports.d();
    this.#state = exports.f(0);
    this.#frame = exports.g(FRAME * Float32Array.BYTES_PER_ELEMENT);
  }

  /** Cleans a frame of {@link FRAME} samples between -1 and 1 in place; returns how likely somebody speaks in it, 0 to 1. */
  clean(samples: Float32Array): number {
    const frame = this.#samples();
    for (let index = 0; index < FRAME; index += 1) frame[index] = (samples[index] ?? 0) * SIXTEEN_BITS;
    const likelihood = this.#exports.j(this.#state, this.#frame, this.#frame);
    const cleaned = this.#samples();
    for (let index = 0; index < FRAME; index += 1) samples[index] = (cleaned[index] ?? 0) / SIXTEEN_BITS;
    return likelihood;
  }

  #samples(): Float32Array {
    return new Float32Array(this.#exports.c.buffer, this.#frame, FRAME);
  }

  #bytes(): Uint8Array {
    return new Uint8Array(this.#exports.c.buffer);
  }
}

interface Exports extends WebAssembly.Exports {
  /** The memory. */
  c: WebAssembly.Memory;
  /** Static constructors. */
  d(): void;
  /** `rnnoise_create(model)`; 0 for the built-in one. */
  f(model: number): number;
  /** `malloc(size)`. */
  g(size: number): number;
  /** `rnnoise_process_frame(state, out, in)`. */
  j(state: number, out: number, into: number): number;
}

function isRnnoise(exports: WebAssembly.Exports): exports is Exports {
  return exports.c instanceof WebAssembly.Memory && [exports.d, exports.f, exports.g, exports.j].every((one) => typeof one === "function");
}

// The filter was trained on 16-bit samples.
const SIXTEEN_BITS = 32_768;
