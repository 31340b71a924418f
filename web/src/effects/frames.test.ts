// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { FrameBuffer } from "./frames";

test("blocks go through in frames, one frame later and none lost", () => {
  const frames: number[][] = [];
  const buffer = new FrameBuffer(480, (frame) => void frames.push([...frame]));
  const heard: number[] = [];
  for (let block = 0; block < 30; block += 1) {
    const input = Float32Array.from({ length: 128 }, (_, index) => block * 128 + index + 1);
    const output = new Float32Array(128);
    buffer.pass(input, output);
    heard.push(...output);
  }
  expect(frames.every((frame) => frame.length === 480)).toBe(true);
  expect(heard.slice(0, 480)).toEqual(new Array(480).fill(0));
  expect(heard.slice(480)).toEqual(Array.from({ length: 30 * 128 - 480 }, (_, index) => index + 1));
});

test("what comes out is what the filter made of it", () => {
  const buffer = new FrameBuffer(4, (frame) => frame.forEach((sample, index) => (frame[index] = -sample)));
  const output = new Float32Array(8);
  buffer.pass(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), output);
  expect([...output]).toEqual([0, 0, 0, 0, -1, -2, -3, -4]);
});
