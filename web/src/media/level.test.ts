// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { perceivedLevel } from "./level";

test.each([
  ["silence", 0, 0],
  ["a thousandth of full scale", 0.001, 0],
  ["three hundredths of full scale", 0.0316, 0.5],
  ["full scale", 1, 1],
  ["beyond full scale", 4, 1],
])("%s", (_, amplitude, level) => {
  expect(perceivedLevel(new Float32Array(8).fill(amplitude))).toBeCloseTo(level, 2);
});
