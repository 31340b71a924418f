// SPDX-License-Identifier: MIT OR Apache-2.0
// Collects which videos are on screen and asks for them, at once for the first and then at most every 100 ms.

import { requestsFor, sameRequests, type VisibleVideo } from "./subscriptions";
import type { TrackKind, TrackSource, VideoRequest } from "./view";

interface Clock {
  now(): number;
  after(milliseconds: number, what: () => void): void;
}

/** The videos on screen. Tiles put themselves in and take themselves out. */
export class VisibleVideos {
  readonly #videos = new Map<object, VisibleVideo>();
  readonly #ask: (videos: readonly VideoRequest[]) => void;
  readonly #pixelRatio: () => number;
  readonly #clock: Clock;
  #asked: readonly VideoRequest[] = [];
  #askedAt = -Infinity;
  #isScheduled = false;
  #isWanted: (kind: TrackKind) => boolean = () => true;

  constructor(ask: (videos: readonly VideoRequest[]) => void, pixelRatio: () => number, clock: Clock = BROWSER_CLOCK) {
    this.#ask = ask;
    this.#pixelRatio = pixelRatio;
    this.#clock = clock;
  }

  show(tile: object, source: TrackSource, width: number, height: number): void {
    this.#videos.set(tile, { source, width, height });
    this.#schedule();
  }

  hide(tile: object): void {
    if (this.#videos.delete(tile)) this.#schedule();
  }

  /** Asks from here on only for the kinds that are wanted. */
  limit(isWanted: (kind: TrackKind) => boolean): void {
    this.#isWanted = isWanted;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const wait = Math.max(0, this.#askedAt + ASK_EVERY - this.#clock.now());
    this.#clock.after(wait, () => {
      this.#isScheduled = false;
      const requests = requestsFor([...this.#videos.values()].filter(({ source }) => this.#isWanted(source.kind)), this.#pixelRatio());
      if (sameRequests(requests, this.#asked)) return;
      this.#asked = requests;
      this.#askedAt = this.#clock.now();
      this.#ask(requests);
    });
  }
}

const BROWSER_CLOCK: Clock = {
  now: () => performance.now(),
  after: (milliseconds, what) => void setTimeout(what, milliseconds),
};

// In milliseconds. A resized window changes every tile on every frame; the server needs only where it comes to rest.
const ASK_EVERY = 100;
