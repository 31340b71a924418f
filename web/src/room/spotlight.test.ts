// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Spotlight } from "./spotlight";

test("somebody is large from the beginning", () => {
  expect(new Spotlight().handleSpeakers(0, [4, 5], [])).toBe(4);
  expect(new Spotlight().handleSpeakers(0, [4, 5], [5])).toBe(5);
  expect(new Spotlight().handleSpeakers(0, [], [5])).toBeNull();
});

test("a cough does not change who is large, a sentence does", () => {
  const spotlight = new Spotlight();
  spotlight.handleSpeakers(0, [4, 5], [4]);
  expect(spotlight.handleSpeakers(1000, [4, 5], [5, 4])).toBe(4);
  expect(spotlight.pollTimeout()).toBe(2500);
  expect(spotlight.handleSpeakers(1400, [4, 5], [4])).toBe(4);
  expect(spotlight.pollTimeout()).toBeNull();
  expect(spotlight.handleSpeakers(2000, [4, 5], [5])).toBe(4);
  expect(spotlight.handleSpeakers(3500, [4, 5], [5])).toBe(5);
});

test("silence leaves the last speaker large", () => {
  const spotlight = new Spotlight();
  spotlight.handleSpeakers(0, [4, 5], [5]);
  expect(spotlight.handleSpeakers(60_000, [4, 5], [])).toBe(5);
});

test("who leaves makes room at once", () => {
  const spotlight = new Spotlight();
  spotlight.handleSpeakers(0, [4, 5], [5]);
  expect(spotlight.handleSpeakers(10, [4], [])).toBe(4);
});
