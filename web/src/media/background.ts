// SPDX-License-Identifier: MIT OR Apache-2.0
// What stands behind the person in the camera's picture. While something is to stand there, the camera's own picture is
// never given out: not before the effect works, and not after it has failed.

import type { Backdrop } from "../effects/background-messages";
import type { ComposedTrack, Ended } from "../effects/background";
import type { BackgroundChoice, BackgroundState } from "../room/client";

/** How a {@link BackgroundStage} gets its work done. */
export interface BackgroundTools {
  /** Loads the picture for a choice; `null` if there is none. */
  backdrop(choice: Exclude<BackgroundChoice, "none">): Promise<Backdrop | null>;
  compose(source: MediaStreamTrack, backdrop: Backdrop, ended: (why: Ended) => void): Promise<ComposedTrack>;
}

/** What it reports. */
export interface BackgroundEvents {
  changed(): void;
  /** The effect has failed: the camera has to go off before the choice falls. */
  failed(): void;
}

/** The way from the camera's own track to the one that is sent. */
export class BackgroundStage {
  readonly #tools: BackgroundTools;
  readonly #events: BackgroundEvents;
  #choice: BackgroundChoice;
  #source: MediaStreamTrack | null = null;
  #composed: ComposedTrack | null = null;
  #stream: MediaStream | null = null;
  #failure: Ended | null = null;
  /** Counts attempts: the result of any but the latest is thrown away. */
  #attempt = 0;

  constructor(choice: BackgroundChoice, tools: BackgroundTools, events: BackgroundEvents) {
    this.#choice = choice;
    this.#tools = tools;
    this.#events = events;
  }

  state(): BackgroundState {
    const isStarting = this.#choice !== "none" && this.#source !== null && this.#composed === null;
    return { choice: this.#choice, isStarting, failure: this.#failure };
  }

  set(choice: BackgroundChoice): void {
    this.#choice = choice;
    this.#failure = null;
    if (choice === "none" || this.#composed === null) this.#begin();
    else void this.#exchange(choice, this.#composed);
    this.#events.changed();
  }

  /** Takes `track` as its source from here on. */
  follow(track: MediaStreamTrack | null): void {
    if (this.#source === track) return;
    this.#source = track;
    this.#begin();
  }

  /** Returns the track to send; `null` while there is none that may be seen. */
  output(): MediaStreamTrack | null {
    return this.#choice === "none" ? this.#source : (this.#composed?.track ?? null);
  }

  /** Returns a stream of {@link output}, the same one for the same track. */
  stream(): MediaStream | null {
    const track = this.output();
    if (track === null) this.#stream = null;
    else if (this.#stream?.getTracks()[0] !== track) this.#stream = new MediaStream([track]);
    return this.#stream;
  }

  close(): void {
    this.follow(null);
  }

  #begin(): void {
    const attempt = ++this.#attempt;
    this.#composed?.stop();
    this.#composed = null;
    if (this.#choice === "none" || this.#source === null) return;
    void this.#compose(attempt, this.#choice, this.#source);
  }

  async #compose(attempt: number, choice: Exclude<BackgroundChoice, "none">, source: MediaStreamTrack): Promise<void> {
    try {
      const backdrop = await this.#tools.backdrop(choice);
      if (backdrop === null) throw new Error("no picture");
      const composed = await this.#tools.compose(source, backdrop, (why) => this.#fail(attempt, why));
      if (attempt !== this.#attempt) return composed.stop();
      this.#composed = composed;
      this.#events.changed();
    } catch (error) {
      this.#fail(attempt, error instanceof Error && error.message === "too_slow" ? "too_slow" : "failed");
    }
  }

  /** Puts another picture behind; what is there stays until it has come. */
  async #exchange(choice: Exclude<BackgroundChoice, "none">, composed: ComposedTrack): Promise<void> {
    const attempt = this.#attempt;
    const backdrop = await this.#tools.backdrop(choice).catch(() => null);
    if (attempt !== this.#attempt || this.#choice !== choice) return;
    if (backdrop === null) this.#fail(attempt, "failed");
    else composed.put(backdrop);
  }

  #fail(attempt: number, why: Ended): void {
    if (attempt !== this.#attempt) return;
    this.#attempt += 1;
    this.#composed?.stop();
    this.#composed = null;
    this.#events.failed();
    // With the camera off, and only then.
    this.#source = null;
    this.#choice = "none";
    this.#failure = why;
    this.#events.changed();
  }
}
