// SPDX-License-Identifier: MIT OR Apache-2.0
// The shared screen, window or tab, with its sound where the browser gives it.

import type { ShareFailure } from "../room/client";
import { shareFailure } from "./failures";

/** At most one share at a time. */
export class ScreenShare {
  readonly #changed: () => void;
  #stream: MediaStream | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  stream(): MediaStream | null {
    return this.#stream;
  }

  video(): MediaStreamTrack | null {
    return this.#stream?.getVideoTracks()[0] ?? null;
  }

  audio(): MediaStreamTrack | null {
    return this.#stream?.getAudioTracks().find((track) => track.readyState === "live") ?? null;
  }

  /** Opens the browser's picker; `null` once sharing or cancelled. */
  async start(): Promise<ShareFailure | null> {
    if (typeof navigator.mediaDevices?.getDisplayMedia !== "function") return "unsupported";
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: true });
    } catch (error) {
      return shareFailure(error);
    }
    this.#end();
    this.#stream = stream;
    for (const track of stream.getVideoTracks()) {
      // Text has to stay legible: give up frames rather than sharpness.
      track.contentHint = "detail";
      track.addEventListener("ended", () => {
        if (this.#stream === stream) this.stop();
      });
    }
    for (const track of stream.getAudioTracks()) track.addEventListener("ended", () => this.#changed());
    this.#changed();
    return null;
  }

  stop(): void {
    if (this.#stream === null) return;
    this.#end();
    this.#changed();
  }

  #end(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }
}
