// SPDX-License-Identifier: MIT OR Apache-2.0
// One capturing device, on or off: opens it, follows its loss, and says why it could not be opened.

import type { CaptureState } from "../room/client";
import { deviceFailure } from "./failures";

/** How a {@link Capture} gets a track and what it does when it is switched off. */
export interface CaptureSource {
  /** Opens a device; `deviceId` is the person's choice, `isExact` whether another one would be wrong. */
  open(deviceId: string | null, isExact: boolean): Promise<MediaStreamTrack>;
  /** A camera's light has to go off; a microphone stays open so that speaking again loses no syllable. */
  releasesWhenOff: boolean;
}

/** The microphone or the camera. */
export class Capture {
  readonly #source: CaptureSource;
  readonly #changed: () => void;
  #state: CaptureState = { isOn: false, isStarting: false, deviceId: null, failure: null };
  #chosen: string | null;
  #track: MediaStreamTrack | null = null;
  #stream: MediaStream | null = null;
  #isWanted = false;
  /** Counts openings: the result of any but the latest is thrown away. */
  #opening = 0;

  constructor(source: CaptureSource, chosen: string | null, changed: () => void) {
    this.#source = source;
    this.#chosen = chosen;
    this.#changed = changed;
  }

  state(): CaptureState {
    return this.#state;
  }

  /** Returns the track while it is on. */
  track(): MediaStreamTrack | null {
    return this.#state.isOn ? this.#track : null;
  }

  /** Returns a stream of {@link track}, the same one for the same track. */
  stream(): MediaStream | null {
    return this.#state.isOn ? this.#stream : null;
  }

  /** Returns the device that the person chose. */
  chosen(): string | null {
    return this.#chosen;
  }

  async set(on: boolean): Promise<void> {
    this.#isWanted = on;
    if (!on) return this.#turnOff();
    if (this.#track?.readyState === "live") return this.#turnOn(this.#track);
    if (!this.#state.isStarting) await this.#open(false);
  }

  /** Chooses a device, and changes over to it if capturing. */
  async choose(deviceId: string): Promise<void> {
    this.#chosen = deviceId;
    if (this.#isWanted) return this.#open(true);
    this.#release();
    this.#update({ deviceId });
  }

  /** Begins an opening that somebody else carries out: one permission prompt may cover two devices. */
  beginOpening(): (outcome: MediaStreamTrack | DOMException | Error) => void {
    this.#isWanted = true;
    const opening = ++this.#opening;
    this.#update({ isStarting: true, failure: null });
    return (outcome) => this.#finishOpening(opening, outcome);
  }

  close(): void {
    this.#isWanted = false;
    this.#opening += 1;
    this.#release();
    this.#state = { ...this.#state, isOn: false, isStarting: false };
  }

  async #open(isExact: boolean): Promise<void> {
    const finish = this.beginOpening();
    try {
      finish(await this.#source.open(this.#chosen, isExact));
    } catch (error) {
      finish(error instanceof Error ? error : new Error("unknown"));
    }
  }

  #finishOpening(opening: number, outcome: MediaStreamTrack | Error): void {
    const isLatest = opening === this.#opening;
    if (!(outcome instanceof Error)) {
      if (!isLatest) return outcome.stop();
      this.#adopt(outcome);
      this.#update({ isStarting: false });
      return this.#isWanted ? this.#turnOn(outcome) : this.#turnOff();
    }
    if (!isLatest) return;
    this.#isWanted = this.#state.isOn;
    this.#update({ isStarting: false, failure: deviceFailure(outcome) });
  }

  #adopt(track: MediaStreamTrack): void {
    this.#release();
    this.#track = track;
    this.#stream = new MediaStream([track]);
    track.addEventListener("ended", () => {
      if (this.#track !== track) return;
      const wasOn = this.#state.isOn;
      this.#isWanted = false;
      this.#release();
      this.#update({ isOn: false, failure: wasOn ? "device_lost" : this.#state.failure });
    });
  }

  #turnOn(track: MediaStreamTrack): void {
    track.enabled = true;
    this.#update({ isOn: true, failure: null, deviceId: track.getSettings().deviceId ?? null });
  }

  #turnOff(): void {
    if (this.#source.releasesWhenOff) this.#release();
    else if (this.#track !== null) this.#track.enabled = false;
    this.#update({ isOn: false, failure: null });
  }

  #release(): void {
    const track = this.#track;
    this.#track = null;
    this.#stream = null;
    track?.stop();
  }

  #update(change: Partial<CaptureState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed();
  }
}
