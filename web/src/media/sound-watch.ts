// SPDX-License-Identifier: MIT OR Apache-2.0
// Listens for what a person would want to know: that they speak while muted, or that their microphone gives nothing.
// Time comes in; nothing is heard here but numbers.

/** One look at the microphone. */
export interface SoundSample {
  /** How loud it is, 0 to 1 on the scale of `perceivedLevel`. */
  level: number;
  /** Every sample was zero: not a quiet room, which always hisses, but no sound at all. */
  isZero: boolean;
  /** Whether the others hear it. */
  isOn: boolean;
}

/** One microphone's watch. */
export class SoundWatch {
  #lastAt: number | null = null;
  /** How long somebody has been speaking, in milliseconds; pauses take away from it. */
  #spokenFor = 0;
  #lastSpokenAt = 0;
  #hintedAt: number | null = null;
  #zeroSince: number | null = null;
  #isTalkingWhileMuted = false;
  #isSilent = false;

  get isTalkingWhileMuted(): boolean {
    return this.#isTalkingWhileMuted;
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Takes one look, at `now` in milliseconds; returns whether there is news. */
  handleSample(sample: SoundSample, now: number): boolean {
    const before = [this.#isTalkingWhileMuted, this.#isSilent].join();
    this.#listenForSpeech(sample, now);
    this.#listenForNothing(sample, now);
    this.#lastAt = now;
    return [this.#isTalkingWhileMuted, this.#isSilent].join() !== before;
  }

  /** Begins anew with another microphone. */
  reset(): void {
    this.#lastAt = null;
    this.#spokenFor = 0;
    this.#zeroSince = null;
    this.#isTalkingWhileMuted = false;
    this.#isSilent = false;
  }

  #listenForSpeech({ level, isOn }: SoundSample, now: number): void {
    if (isOn) {
      this.#spokenFor = 0;
      this.#isTalkingWhileMuted = false;
      return;
    }
    // Timers of a page in the background come seldom: what was between two looks is not known.
    const span = Math.min(LONGEST_SPAN, now - (this.#lastAt ?? now));
    const isLoud = level >= SPEECH_LEVEL;
    this.#spokenFor = Math.max(0, Math.min(SPEECH_FOR, this.#spokenFor + (isLoud ? span : -span / PAUSE_DISCOUNT)));
    if (isLoud) this.#lastSpokenAt = now;
    if (this.#isTalkingWhileMuted) {
      this.#isTalkingWhileMuted = now - this.#lastSpokenAt < HINT_OUTLASTS;
    } else if (this.#spokenFor >= SPEECH_FOR && (this.#hintedAt === null || now - this.#hintedAt >= HINT_AGAIN_AFTER)) {
      this.#hintedAt = now;
      this.#isTalkingWhileMuted = true;
    }
  }

  #listenForNothing({ isZero, isOn }: SoundSample, now: number): void {
    if (!isOn || !isZero) {
      this.#zeroSince = null;
      this.#isSilent = false;
      return;
    }
    this.#zeroSince ??= now;
    if (now - this.#zeroSince >= SILENT_AFTER) this.#isSilent = true;
  }
}

// -27 dBFS: what a voice at arm's length gives after the browser's gain control. Typing and breathing stay below it.
const SPEECH_LEVEL = 0.55;
// In milliseconds, all of these. A word or two: shorter, and every cough is an answer.
const SPEECH_FOR = 600;
// Speech is half pauses: they may not undo it as quickly as it came.
const PAUSE_DISCOUNT = 2;
const LONGEST_SPAN = 200;
const HINT_OUTLASTS = 3000;
// Whoever talks to somebody in the room knows it after the first hint.
const HINT_AGAIN_AFTER = 30_000;
// Drivers need up to two seconds to wake; after six, nobody is still waiting for them.
const SILENT_AFTER = 6000;
