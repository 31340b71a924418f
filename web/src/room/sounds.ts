// SPDX-License-Identifier: MIT OR Apache-2.0
// The room's sounds, made of a few sine tones: no file is fetched for them.

export type Sound = "join" | "leave" | "chat" | "hand" | "knock" | "timer" | "disconnect";

/** In the order in which they are listed. */
export const SOUNDS: readonly Sound[] = ["join", "leave", "chat", "hand", "knock", "timer", "disconnect"];

interface Tone {
  /** In hertz. */
  pitch: number;
  /** In seconds from the sound's beginning. */
  at: number;
  /** In seconds. */
  length: number;
}

/** Plays sounds. Nothing is opened before the first one. */
export class Sounds {
  #context: AudioContext | null = null;
  readonly #played: (sound: Sound) => void;

  /** `played` is told of each sound that is asked for. */
  constructor(played: (sound: Sound) => void = () => undefined) {
    this.#played = played;
  }

  /** Plays a sound on the chosen speaker, where the browser can choose. A page that may not play yet stays silent. */
  play(sound: Sound, speakerId: string | null): void {
    this.#played(sound);
    if (typeof AudioContext === "undefined") return;
    const context = (this.#context ??= new AudioContext());
    const start = (): void => {
      for (const tone of TONES[sound]) playTone(context, tone);
    };
    if (speakerId !== null && canChooseSpeaker(context)) context.setSinkId(speakerId).catch(() => undefined);
    if (context.state === "running") start();
    else context.resume().then(start, () => undefined);
  }

  close(): void {
    void this.#context?.close();
    this.#context = null;
  }
}

function playTone(context: AudioContext, { pitch, at, length }: Tone): void {
  const begin = context.currentTime + at;
  const tone = new OscillatorNode(context, { frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  // A soft beginning and a long end: a bare tone clicks.
  volume.gain.setValueAtTime(0, begin);
  volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.012);
  volume.gain.exponentialRampToValueAtTime(0.0001, begin + length);
  tone.connect(volume).connect(context.destination);
  tone.start(begin);
  tone.stop(begin + length);
}

/** Audio Output Devices API for contexts: in Chromium, but not in TypeScript's library. */
interface SinkContext extends AudioContext {
  setSinkId(id: string): Promise<void>;
}

function canChooseSpeaker(context: AudioContext): context is SinkContext {
  return "setSinkId" in context;
}

// Rising for what comes, falling for what goes; a knock is two low beats, so that it is not taken for a message; a timer rings three times.
const TONES: Readonly<Record<Sound, readonly Tone[]>> = {
  join: [{ pitch: 523, at: 0, length: 0.18 }, { pitch: 784, at: 0.09, length: 0.28 }],
  leave: [{ pitch: 784, at: 0, length: 0.18 }, { pitch: 523, at: 0.09, length: 0.28 }],
  chat: [{ pitch: 988, at: 0, length: 0.16 }],
  hand: [{ pitch: 659, at: 0, length: 0.14 }, { pitch: 880, at: 0.1, length: 0.14 }, { pitch: 1047, at: 0.2, length: 0.3 }],
  knock: [{ pitch: 196, at: 0, length: 0.14 }, { pitch: 196, at: 0.18, length: 0.16 }],
  timer: [{ pitch: 880, at: 0, length: 0.3 }, { pitch: 880, at: 0.4, length: 0.3 }, { pitch: 880, at: 0.8, length: 0.6 }],
  disconnect: [{ pitch: 440, at: 0, length: 0.22 }, { pitch: 330, at: 0.16, length: 0.22 }, { pitch: 247, at: 0.32, length: 0.4 }],
};

// Full scale is 1. Speech in a call lies about ten times higher: a sound is noticed and drowns nobody.
const LOUDNESS = 0.08;
