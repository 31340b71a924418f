// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { blurRoom, outline } from "./mask";

test("what may be room is shown as room", () => {
  const shown = [0, 100, 150, 200, 255].map((likelihood) => {
    const picture = new Uint8ClampedArray(9 * 4).map((_, at) => (at % 4 === 3 ? likelihood : 0));
    outline(picture, 3, 3);
    return picture[4 * 4 + 3] ?? NaN;
  });
  expect(shown[0]).toBe(0);
  expect(shown[1]).toBe(0);
  expect(shown[2]).toBeGreaterThan(100);
  expect(shown[3]).toBe(255);
  expect(shown[4]).toBe(255);
});

test("the edge is soft on the person's side, and nothing is shown beyond it", () => {
  const picture = new Uint8ClampedArray(6 * 3 * 4);
  for (let at = 0; at < 18; at += 1) picture[at * 4 + 3] = at % 6 >= 3 ? 255 : 0;
  outline(picture, 6, 3);
  expect([0, 1, 2, 3, 4, 5].map((x) => picture[(6 + x) * 4 + 3])).toEqual([0, 0, 0, 170, 255, 255]);
});

test("stripes are even after the blur, and nothing of the person is in it", () => {
  const [width, height] = [64, 32];
  const picture = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isPerson = x >= 24 && x < 40;
      const shade = Math.floor(y / 2) % 2 === 0 ? 60 : 140;
      picture.set(isPerson ? [255, 0, 0, 255] : [shade, shade, shade, 0], (y * width + x) * 4);
    }
  }
  const blurred = blurRoom(picture, width, height);
  expect([blurred.width, blurred.height]).toEqual([16, 8]);
  for (let at = 0; at < blurred.room.length; at += 4) {
    const [red = 0, green = 0, , opacity] = blurred.room.subarray(at, at + 4);
    expect(Math.abs(green - 100)).toBeLessThan(4);
    expect(red - green).toBeLessThan(4);
    expect(opacity).toBe(255);
  }
});
