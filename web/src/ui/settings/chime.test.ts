// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { chime, LENGTH, RATE } from "./chime";

test("it is a WAV file as long as it says", () => {
  const bytes = chime();
  const view = new DataView(bytes.buffer);
  expect(new TextDecoder().decode(bytes.slice(0, 4))).toBe("RIFF");
  expect(new TextDecoder().decode(bytes.slice(8, 16))).toBe("WAVEfmt ");
  expect(view.getUint32(4, true)).toBe(bytes.length - 8);
  expect(view.getUint32(40, true)).toBe(bytes.length - 44);
  expect((bytes.length - 44) / 2 / RATE).toBeCloseTo(LENGTH, 3);
});

test("it is loud enough to be heard, never clips, and ends without a click", () => {
  const samples = new Int16Array(chime().buffer, 44);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(loudest).toBeGreaterThan(5000);
  expect(loudest).toBeLessThan(32_767);
  expect(Math.abs(samples.at(-1) ?? 32_767)).toBeLessThan(200);
  expect(samples[0]).toBe(0);
});
