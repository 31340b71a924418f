// SPDX-License-Identifier: MIT OR Apache-2.0
// Notices when a receiving track misses what its next frames build on.

/** What became of a frame; a repeated one was opened when it came first. */
export type Outcome = "opened" | "repeated" | "lost";

/** One receiving video line. */
export class KeyframeNeed {
  #isBroken = true;
  #lastAskedAt = Number.NEGATIVE_INFINITY;

  /** Takes note of a frame; returns whether to ask for a keyframe, at most once in an interval. */
  handleFrame(now: number, outcome: Outcome, isKeyframe: boolean): boolean {
    if (outcome === "lost") this.#isBroken = true;
    if (outcome !== "opened") return false;
    if (isKeyframe) this.#isBroken = false;
    // Asking makes sense once frames open again: before that, the keyframe would be dropped too.
    if (!this.#isBroken || now - this.#lastAskedAt < ASK_INTERVAL_MS) return false;
    this.#lastAskedAt = now;
    return true;
  }
}

// A round trip and the encoder's answer take 50 to 200 ms; the server throttles per publisher besides.
const ASK_INTERVAL_MS = 300;
