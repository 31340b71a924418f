// SPDX-License-Identifier: MIT OR Apache-2.0
// The microphone's level and what follows from it, also while it is muted: then a copy of the track is listened to that
// goes nowhere else.

import { LevelMeter } from "./level";
import { SoundWatch } from "./sound-watch";

/** Looks at the microphone while there is one. */
export class MicrophoneWatch {
  readonly #meter = new LevelMeter();
  readonly #watch = new SoundWatch();
  readonly #changed: () => void;
  #watched: MediaStreamTrack | null = null;
  #copy: MediaStreamTrack | null = null;
  #isOn = false;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isTalkingWhileMuted(): boolean {
    return this.#watch.isTalkingWhileMuted;
  }

  get isSilent(): boolean {
    return this.#watch.isSilent;
  }

  /** Watches `track`, which the others hear if `isOn`. */
  follow(track: MediaStreamTrack | null, isOn: boolean): void {
    this.#isOn = isOn;
    // What it says while it is on is out of date with the mute button.
    if (this.#watched === track) return;
    this.#watched = track;
    this.#watch.reset();
    this.#copy?.stop();
    this.#copy = track?.clone() ?? null;
    if (this.#copy !== null) this.#copy.enabled = true;
    this.#meter.listenTo(this.#copy);
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = track === null ? null : setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Returns how loud it is, on or not. */
  level(): number {
    return this.#meter.level();
  }

  close(): void {
    this.follow(null, false);
    this.#meter.close();
  }

  #look(): void {
    // The system's own mute shows here, and also where no AudioContext runs.
    const isMutedOutside = this.#watched?.muted === true;
    if (!this.#meter.isListening() && !isMutedOutside) return;
    const { level, isZero } = this.#meter.look();
    if (this.#watch.handleSample({ level, isZero: isZero || isMutedOutside, isOn: this.#isOn }, performance.now())) this.#changed();
  }
}

// In milliseconds. Fine enough to tell words from pauses, at a thousandth of a core.
const LOOK_EVERY = 100;
