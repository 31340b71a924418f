// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test, vi } from "vitest";

import type { CleanedTrack } from "../effects/noise";
import { NoiseStage } from "./noise";

test("the microphone's own track is sent until clean sound flows", async () => {
  const { stage, finish } = begin(true);
  stage.follow(track("raw"));
  expect(stage.state()).toBe("starting");
  expect(nameOf(stage.output())).toBe("raw");
  finish(0);
  await vi.waitFor(() => expect(stage.state()).toBe("on"));
  expect(nameOf(stage.output())).toBe("raw, cleaned");
});

test("nothing is loaded while nobody wants it", () => {
  const { stage, started } = begin(false);
  stage.follow(track("raw"));
  expect(started()).toBe(0);
  expect(stage.state()).toBe("off");
  expect(nameOf(stage.output())).toBe("raw");
});

test("switching it off sends the microphone's own track at once, and ends the cleaning", async () => {
  const { stage, finish, stopped } = begin(true);
  stage.follow(track("raw"));
  finish(0);
  await vi.waitFor(() => expect(stage.state()).toBe("on"));
  stage.set(false);
  expect(nameOf(stage.output())).toBe("raw");
  expect(stopped()).toBe(1);
});

test("where it cannot run the person is heard all the same, and it is not tried with every microphone", async () => {
  const { stage, fail, started } = begin(true);
  stage.follow(track("raw"));
  fail(0);
  await vi.waitFor(() => expect(stage.state()).toBe("failed"));
  expect(nameOf(stage.output())).toBe("raw");
  stage.follow(track("another"));
  expect(started()).toBe(1);
  expect(nameOf(stage.output())).toBe("another");
  stage.set(true);
  expect(started()).toBe(2);
});

test("when clean sound stops flowing the microphone's own track is sent", async () => {
  const { stage, finish, stall, changes } = begin(true);
  stage.follow(track("raw"));
  finish(0);
  await vi.waitFor(() => expect(stage.state()).toBe("on"));
  const before = changes();
  stall(0);
  stall(0);
  expect(stage.state()).toBe("failed");
  expect(nameOf(stage.output())).toBe("raw");
  expect(changes()).toBe(before + 1);
});

test("what was begun for a microphone that is no longer used is ended", async () => {
  const { stage, finish, stopped } = begin(true);
  stage.follow(track("first"));
  stage.follow(track("second"));
  finish(1);
  finish(0);
  await vi.waitFor(() => expect(stopped()).toBe(1));
  expect(nameOf(stage.output())).toBe("second, cleaned");
});

function track(name: string): MediaStreamTrack {
  return { label: name } as MediaStreamTrack;
}

function nameOf(one: MediaStreamTrack | null): string | undefined {
  return one?.label;
}

function begin(isWanted: boolean) {
  const attempts: { source: MediaStreamTrack; resolve: (cleaned: CleanedTrack) => void; reject: (error: Error) => void; stalled: () => void }[] = [];
  let stops = 0;
  let changes = 0;
  const stage = new NoiseStage(
    isWanted,
    (source, stalled) => new Promise((resolve, reject) => void attempts.push({ source, resolve, reject, stalled })),
    () => void changes++,
  );
  return {
    stage,
    started: () => attempts.length,
    stopped: () => stops,
    changes: () => changes,
    finish: (at: number) => attempts[at]?.resolve({ track: track(`${attempts[at].source.label}, cleaned`), stop: () => void stops++ }),
    fail: (at: number) => attempts[at]?.reject(new Error("no sound flows")),
    stall: (at: number) => attempts[at]?.stalled(),
  };
}
