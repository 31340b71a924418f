// SPDX-License-Identifier: MIT OR Apache-2.0
// The sound of the speaker test, made here: two rising tones as a WAV file. A file plays where no AudioContext runs, and on
// any speaker that an <audio> can be given.

/** Returns the chime: mono, 16 bits, {@link RATE} samples a second. */
export function chime(): Uint8Array<ArrayBuffer> {
  const count = Math.round(LENGTH * RATE);
  const bytes = new Uint8Array(HEADER + 2 * count);
  const view = new DataView(bytes.buffer);
  writeHeader(view, 2 * count);
  for (let index = 0; index < count; index += 1) {
    view.setInt16(HEADER + 2 * index, Math.round(32_767 * LOUDNESS * sampleAt(index / RATE)), true);
  }
  return bytes;
}

/** Returns the chime at a time in seconds, between -1 and 1. */
function sampleAt(time: number): number {
  return TONES.reduce((sum, { pitch, at }) => {
    const age = time - at;
    if (age < 0) return sum;
    // A soft beginning and an end that dies away: a bare tone clicks.
    const envelope = Math.min(1, age / 0.01) * Math.exp(-5 * age);
    return sum + (envelope * Math.sin(2 * Math.PI * pitch * age)) / TONES.length;
  }, 0);
}

/** RIFF WAVE, PCM. */
function writeHeader(view: DataView, size: number): void {
  const text = (at: number, word: string): void => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + size, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, size, true);
}

const TONES = [{ pitch: 523.25, at: 0 }, { pitch: 783.99, at: 0.25 }];

/** Samples per second. Twice the highest pitch would do; old speakers' drivers want a common one. */
export const RATE = 24_000;

/** In seconds. */
export const LENGTH = 1.4;

// Full scale is 1. As loud as somebody who speaks, for that is what the person is about to hear.
const LOUDNESS = 0.5;
const HEADER = 44;
