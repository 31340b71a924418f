// SPDX-License-Identifier: MIT OR Apache-2.0
// Judges whether a computer is quick enough for an effect on its camera's frames.

/** Follows how long each frame took. */
export class Lateness {
  readonly #took: number[] = [];

  /** Notes a frame that took so many milliseconds; returns whether the effect is to be given up. */
  handleFrame(took: number): boolean {
    this.#took.push(took);
    if (this.#took.length > WINDOW) this.#took.shift();
    // Most of them, not one of them: everything on a computer stands still for a moment now and then.
    return this.#took.length === WINDOW && this.#took.filter((one) => one > LATE_MS).length > WINDOW / 2;
  }
}

/** How long one frame may take before nothing is to be expected of it. */
export const STUCK_MS = 5000;

// A picture that lags a quarter of a second behind the voice is worse than none; four a second are no moving picture either.
const LATE_MS = 250;
// Of frames that are late this is four seconds and more: a program that starts beside the call is quicker done.
const WINDOW = 16;
