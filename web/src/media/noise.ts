// SPDX-License-Identifier: MIT OR Apache-2.0
// Whether the microphone's sound is cleaned of noise on this device. The cleaning itself is loaded when it is first wanted.

import type { NoiseSuppression } from "../room/client";
import type { CleanedTrack } from "../effects/noise";

/** Cleans `track`; rejects where that cannot be done. `stalled` is called when it stops doing so. */
export type Cleaner = (track: MediaStreamTrack, stalled: () => void) => Promise<CleanedTrack>;

/** The way from the microphone's own track to the one that is sent. Whatever goes wrong, there is always one of the two. */
export class NoiseStage {
  readonly #clean: Cleaner;
  readonly #changed: () => void;
  #isWanted: boolean;
  #source: MediaStreamTrack | null = null;
  #cleaned: CleanedTrack | null = null;
  #hasFailed = false;
  /** Counts attempts: the result of any but the latest is thrown away. */
  #attempt = 0;

  constructor(isWanted: boolean, clean: Cleaner, changed: () => void) {
    this.#isWanted = isWanted;
    this.#clean = clean;
    this.#changed = changed;
  }

  isWanted(): boolean {
    return this.#isWanted;
  }

  state(): NoiseSuppression {
    if (!this.#isWanted) return "off";
    if (this.#hasFailed) return "failed";
    // Without a microphone there is nothing to wait for.
    return this.#source === null || this.#cleaned !== null ? "on" : "starting";
  }

  set(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.#hasFailed = false;
    this.#begin();
    this.#changed();
  }

  /** Takes `track` as its source from here on. */
  follow(track: MediaStreamTrack | null): void {
    if (this.#source === track) return;
    this.#source = track;
    this.#begin();
  }

  /** Returns the track to send for the source. */
  output(): MediaStreamTrack | null {
    return this.#cleaned?.track ?? this.#source;
  }

  close(): void {
    this.#source = null;
    this.#begin();
  }

  #begin(): void {
    const attempt = ++this.#attempt;
    this.#cleaned?.stop();
    this.#cleaned = null;
    // What failed here once fails with the next microphone too; whoever wants to try it again switches it on again.
    if (!this.#isWanted || this.#hasFailed || this.#source === null) return;
    void this.#clean(this.#source, () => this.#fail(attempt)).then(
      (cleaned) => {
        if (attempt !== this.#attempt) return cleaned.stop();
        this.#cleaned = cleaned;
        this.#changed();
      },
      () => this.#fail(attempt),
    );
  }

  #fail(attempt: number): void {
    if (attempt !== this.#attempt) return;
    this.#attempt += 1;
    this.#cleaned?.stop();
    this.#cleaned = null;
    this.#hasFailed = true;
    this.#changed();
  }
}
