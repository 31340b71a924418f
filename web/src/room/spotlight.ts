// SPDX-License-Identifier: MIT OR Apache-2.0
// Who is shown large in the speaker layout. Promotion waits a little, so that a cough does not turn the page over.

/** Follows the active speaker with hysteresis. Time comes in as milliseconds of any one clock. */
export class Spotlight {
  #shown: number | null = null;
  #candidate: { participant: number; since: number } | null = null;

  /** Returns who is large, given who may be and who speaks (loudest first). */
  handleSpeakers(now: number, present: readonly number[], speakers: readonly number[]): number | null {
    if (this.#shown !== null && !present.includes(this.#shown)) this.#shown = null;
    const loudest = speakers.find((speaker) => present.includes(speaker)) ?? null;
    if (this.#shown === null) {
      this.#shown = loudest ?? present[0] ?? null;
      this.#candidate = null;
    } else if (loudest === null || loudest === this.#shown) {
      this.#candidate = null;
    } else if (this.#candidate?.participant !== loudest) {
      this.#candidate = { participant: loudest, since: now };
    } else if (now - this.#candidate.since >= PROMOTE_AFTER) {
      this.#shown = loudest;
      this.#candidate = null;
    }
    return this.#shown;
  }

  /** Returns when {@link handleSpeakers} should be called again although nothing has changed. */
  pollTimeout(): number | null {
    return this.#candidate === null ? null : this.#candidate.since + PROMOTE_AFTER;
  }
}

// In milliseconds. Shorter follows every interjection, longer leaves the speaker small for a sentence.
const PROMOTE_AFTER = 1500;
