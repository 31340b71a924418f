// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { gradeOf, verdictOf, type PathResult, type Results } from "./results";

const WORKING: PathResult = { is: "working", fractionLost: 0, roundTrip: 0.03, sealed: 200, opened: 200 };
const BLOCKED: PathResult = { is: "blocked", ports: [40000] };

test("everything that works is good", () => {
  check({}, "good");
});

test("one way that is blocked is a limit, two are an end", () => {
  check({ udp: BLOCKED }, "poor");
  check({ tcp: BLOCKED }, "poor");
  check({ udp: BLOCKED, tcp: BLOCKED, encryption: { is: "untried" } }, "bad");
});

test("whoever has no camera, is not heard or hears nothing can still take part", () => {
  check({ camera: { is: "failed", failure: "no_device" } }, "poor");
  check({ microphone: { is: "silent" } }, "poor");
  check({ speaker: { is: "not_heard" } }, "poor");
});

test("without encryption there is no call", () => {
  check({ encryption: { is: "failed", why: "not_opened" } }, "bad");
});

test("loss and delay are those of the way that a call takes", () => {
  const slow: PathResult = { ...WORKING, fractionLost: 0.2, roundTrip: 1 };
  check({ tcp: slow }, "good");
  check({ udp: { ...slow, fractionLost: 0 } }, "bad");
  check({ udp: { ...slow, roundTrip: 0.3, fractionLost: 0.03 } }, "poor");
  expect(gradeOf("loss", { ...ALL, udp: BLOCKED, tcp: slow })).toBe("bad");
  expect(gradeOf("delay", { ...ALL, udp: { ...WORKING, roundTrip: null } })).toBeNull();
});

test("nothing is said of what is not known", () => {
  expect(verdictOf({ camera: null, microphone: null, speaker: null, udp: null, tcp: null, encryption: null })).toBeNull();
});

const ALL: Results = {
  camera: { is: "working", width: 1280, height: 720 },
  microphone: { is: "working" },
  speaker: { is: "heard" },
  udp: WORKING,
  tcp: WORKING,
  encryption: { is: "working", frames: 400 },
};

function check(change: Partial<Results>, verdict: string): void {
  expect(verdictOf({ ...ALL, ...change })).toBe(verdict);
}
