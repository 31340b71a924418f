// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { KeyframeNeed, type Outcome } from "./keyframe-need";

const KEY = true;
const DELTA = false;

test("a track that begins with a keyframe needs none", () => {
  check([[0, "opened", KEY, false], [33, "opened", DELTA, false]]);
});

test("a track that begins in the middle asks, once in an interval", () => {
  check([[0, "opened", DELTA, true], [33, "opened", DELTA, false], [299, "opened", DELTA, false], [300, "opened", DELTA, true]]);
});

test("nothing is asked while frames do not open", () => {
  check([[0, "lost", KEY, false], [33, "lost", DELTA, false], [66, "opened", DELTA, true], [99, "opened", KEY, false]]);
});

test("a frame lost to the keys breaks the track until the next keyframe", () => {
  check([[0, "opened", KEY, false], [33, "lost", DELTA, false], [66, "opened", DELTA, true], [99, "opened", KEY, false], [999, "opened", DELTA, false]]);
});

test("a frame that comes a second time breaks nothing", () => {
  check([[0, "opened", KEY, false], [33, "repeated", KEY, false], [66, "opened", DELTA, false]]);
});

function check(frames: [now: number, outcome: Outcome, isKeyframe: boolean, asks: boolean][]): void {
  const need = new KeyframeNeed();
  const asked = frames.map(([now, outcome, isKeyframe]) => need.handleFrame(now, outcome, isKeyframe));
  expect(asked).toEqual(frames.map(([, , , asks]) => asks));
}
