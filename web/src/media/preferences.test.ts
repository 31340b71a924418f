// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { readPreferences } from "./preferences";

test("what was chosen is read back", () => {
  expect(readPreferences({ microphone: "a", speaker: "b" })).toEqual({ microphone: "a", speaker: "b" });
});

test("whether noise is to be suppressed is read back", () => {
  expect(readPreferences({ suppressesNoise: true })).toEqual({ suppressesNoise: true });
});

test.each([[null], ["text"], [7], [[]], [{ camera: 7, other: "x", suppressesNoise: "yes" }]])("%j holds no choice", (stored) => {
  expect(readPreferences(stored)).toEqual({});
});
