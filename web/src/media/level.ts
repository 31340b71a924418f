// SPDX-License-Identifier: MIT OR Apache-2.0
// How loud the microphone is.

/** Listens to one track at a time. */
export class LevelMeter {
  #context: AudioContext | null = null;
  #source: MediaStreamAudioSourceNode | null = null;
  #analyser: AnalyserNode | null = null;
  #samples = new Float32Array(SAMPLES);

  /** Listens to `track` from here on, or to nothing. */
  listenTo(track: MediaStreamTrack | null): void {
    this.#source?.disconnect();
    this.#source = null;
    if (track === null) return;
    this.#context ??= new AudioContext();
    if (this.#analyser === null) {
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.fftSize = SAMPLES;
    }
    void this.#context.resume().catch(() => undefined);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Returns whether anything is listened to: a browser may hold sound back until there was a click. */
  isListening(): boolean {
    return this.#source !== null && this.#context?.state === "running";
  }

  /** Returns the level of the last hundredth of a second, 0 to 1. */
  level(): number {
    return this.#listen() ? perceivedLevel(this.#samples) : 0;
  }

  /** Returns the level, and whether there was nothing at all. */
  look(): { level: number; isZero: boolean } {
    const hasSound = this.#listen();
    return { level: hasSound ? perceivedLevel(this.#samples) : 0, isZero: hasSound && isZero(this.#samples) };
  }

  close(): void {
    this.listenTo(null);
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
    this.#analyser = null;
  }

  #listen(): boolean {
    if (this.#source === null || this.#analyser === null) return false;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return true;
  }
}

/** Maps samples to a scale on which equal steps sound equal: 0 at -60 dBFS and below, 1 at full scale. */
export function perceivedLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}

/** Returns whether nothing reaches a step of 16 bits, which is the least that any microphone's noise does. */
export function isZero(samples: Float32Array): boolean {
  return samples.every((sample) => Math.abs(sample) < 2 ** -16);
}

const SAMPLES = 512;
