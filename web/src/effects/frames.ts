// SPDX-License-Identifier: MIT OR Apache-2.0
// Turns the audio worklet's blocks of 128 samples into the filter's frames of 480, and back.

/** Gathers, transforms, gives back: what comes out is one frame behind what goes in. */
export class FrameBuffer {
  readonly #frame: Float32Array;
  readonly #ready: Float32Array;
  readonly #transform: (frame: Float32Array) => void;
  #gathered = 0;
  /** How many of `#ready` are to be given; they are its last ones. */
  #left: number;

  /** `size`: samples in a frame; `transform` changes a frame in place. */
  constructor(size: number, transform: (frame: Float32Array) => void) {
    this.#frame = new Float32Array(size);
    this.#ready = new Float32Array(size);
    this.#left = size;
    this.#transform = transform;
  }

  /** Takes `input` and fills `output`, which is as long. */
  pass(input: Float32Array, output: Float32Array): void {
    const size = this.#frame.length;
    for (let index = 0; index < input.length; index += 1) {
      if (this.#left === 0) this.#turnOver();
      this.#frame[this.#gathered++] = input[index] ?? 0;
      output[index] = this.#ready[size - this.#left] ?? 0;
      this.#left -= 1;
    }
  }

  #turnOver(): void {
    this.#transform(this.#frame);
    this.#ready.set(this.#frame);
    this.#gathered = 0;
    this.#left = this.#frame.length;
  }
}
