// SPDX-License-Identifier: MIT OR Apache-2.0
// One capturing device, on or off: opens it, stands another one in when it is lost, and says why it could not be opened.

import type { CaptureState } from "../room/client";
import { deviceFailure } from "./failures";

/** How a {@link Capture} gets a track and what it does when it is switched off. */
export interface CaptureSource {
  /** Opens a device; `deviceId` is the person's choice, `isExact` whether another one would be wrong. */
  open(deviceId: string | null, isExact: boolean): Promise<MediaStreamTrack>;
  /** A camera's light has to go off; a microphone stays open so that speaking again loses no syllable. */
  releasesWhenOff: boolean;
}

/** What a {@link Capture} reports. */
export interface CaptureEvents {
  changed(): void;
  /** A device went away while it was on; what stands in for it, if anything, is in the state. */
  lost?(deviceId: string | null): void;
}

/** The microphone or the camera. */
export class Capture {
  readonly #source: CaptureSource;
  readonly #events: CaptureEvents;
  #state: CaptureState = { isOn: false, isStarting: false, deviceId: null, failure: null };
  #chosen: string | null;
  #track: MediaStreamTrack | null = null;
  #stream: MediaStream | null = null;
  #isWanted = false;
  /** Counts openings: the result of any but the latest is thrown away. */
  #opening = 0;

  constructor(source: CaptureSource, chosen: string | null, events: CaptureEvents) {
    this.#source = source;
    this.#chosen = chosen;
    this.#events = events;
  }

  state(): CaptureState {
    return this.#state;
  }

  /** Returns the track while it is on. */
  track(): MediaStreamTrack | null {
    return this.#state.isOn ? this.#track : null;
  }

  /** Returns the track, be it on or only held open. */
  held(): MediaStreamTrack | null {
    return this.#track;
  }

  /** Returns a stream of {@link track}, the same one for the same track. */
  stream(): MediaStream | null {
    return this.#state.isOn ? this.#stream : null;
  }

  /** Returns the device that the person chose. */
  chosen(): string | null {
    return this.#chosen;
  }

  /** Returns whether another device is on in place of the chosen one. */
  isStandIn(): boolean {
    const { isOn, deviceId } = this.#state;
    return isOn && this.#chosen !== null && deviceId !== null && deviceId !== this.#chosen;
  }

  async set(on: boolean): Promise<void> {
    this.#isWanted = on;
    if (!on) return this.#turnOff();
    if (this.#track?.readyState === "live") return this.#turnOn(this.#track);
    if (!this.#state.isStarting) await this.#open(this.#chosen, false);
  }

  /** Chooses a device, and changes over to it if capturing. */
  async choose(deviceId: string): Promise<void> {
    this.#chosen = deviceId;
    if (this.#isWanted) return this.#open(deviceId, true);
    this.#release();
    this.#update({ deviceId });
  }

  /** Opens the chosen device once more, as the source opens it by now; keeps what is there if that fails. */
  async reopen(): Promise<void> {
    if (this.#isWanted) return await this.#open(this.#chosen, false);
    this.#release();
    this.#update({});
  }

  /**
   * Like {@link reopen}, for devices of which only one can be open at a time: lets go first. If the other one cannot be
   * opened, the one before is on again, and the failure stays told.
   */
  async changeOver(): Promise<void> {
    if (!this.#isWanted) return await this.reopen();
    const before = this.#state.deviceId;
    this.#release();
    await this.#open(this.#chosen, false);
    const { failure } = this.#state;
    if (failure === null || this.#track !== null) return;
    this.#isWanted = true;
    await this.#open(before, true);
    this.#update({ failure });
  }

  /** Goes back to the chosen device, which is there again. */
  async goBack(): Promise<void> {
    if (this.#chosen !== null && this.#isWanted) await this.#open(this.#chosen, true);
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

  async #open(deviceId: string | null, isExact: boolean): Promise<void> {
    const finish = this.beginOpening();
    try {
      finish(await this.#source.open(deviceId, isExact));
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
    this.#isWanted = this.#isWanted && this.#track !== null;
    this.#update({ isOn: this.#isWanted, isStarting: false, failure: deviceFailure(outcome) });
  }

  #adopt(track: MediaStreamTrack): void {
    this.#release();
    this.#track = track;
    this.#stream = new MediaStream([track]);
    track.onended = () => {
      if (this.#track === track) void this.#replaceLost();
    };
  }

  /** What was on goes on with another device; what was off stays off. */
  async #replaceLost(): Promise<void> {
    const { isOn, deviceId } = this.#state;
    this.#release();
    this.#update({});
    if (!isOn) return;
    await this.#open(this.#chosen, false);
    if (this.#state.failure === "no_device") this.#update({ failure: "device_lost" });
    this.#events.lost?.(deviceId);
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
    this.#events.changed();
  }
}
