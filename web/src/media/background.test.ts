// SPDX-License-Identifier: MIT OR Apache-2.0
import { beforeEach, expect, test, vi } from "vitest";

import type { ComposedTrack, Ended } from "../effects/background";
import type { Backdrop } from "../effects/background-messages";
import { BackgroundStage } from "./background";

interface Attempt {
  source: MediaStreamTrack;
  composed: ComposedTrack & { put: ReturnType<typeof vi.fn>; stop: ReturnType<typeof vi.fn> };
  succeed(): void;
  fail(why: string): void;
  ended(why: Ended): void;
}

const camera = { id: "camera" } as MediaStreamTrack;
let attempts: Attempt[];
let seen: (MediaStreamTrack | null)[];
let stage: BackgroundStage;

beforeEach(() => {
  attempts = [];
  seen = [];
  stage = new BackgroundStage(
    "none",
    {
      backdrop: async (choice) => (choice === "own" ? null : ({ type: choice } as unknown as Backdrop)),
      compose: (source, _, ended) =>
        new Promise((resolve, reject) => {
          const composed = { track: { id: `composed ${attempts.length}` } as MediaStreamTrack, put: vi.fn(), stop: vi.fn() };
          attempts.push({ source, composed, ended, succeed: () => resolve(composed), fail: (why) => reject(new Error(why)) });
        }),
    },
    {
      changed: () => void seen.push(stage.output()),
      failed: () => {
        seen.push(stage.output());
        stage.follow(null);
      },
    },
  );
});

test("without an effect the camera's own picture is given out", () => {
  stage.follow(camera);
  expect(stage.output()).toBe(camera);
});

test("from the choice on, no picture is given out that was not composed", async () => {
  stage.follow(camera);
  stage.set("blur");
  expect(stage.output()).toBeNull();
  expect(stage.state()).toEqual({ choice: "blur", isStarting: true, failure: null });
  await settled();
  expect(stage.output()).toBeNull();
  last().succeed();
  await settled();
  expect(stage.output()).toBe(last().composed.track);
  expect(stage.state().isStarting).toBe(false);
});

test("a camera that is too slow for it goes off, and only then the choice falls", async () => {
  stage.follow(camera);
  stage.set("blur");
  await settled();
  last().succeed();
  await settled();
  seen = [];
  last().ended("too_slow");
  expect(seen).not.toContain(camera);
  expect(stage.state()).toEqual({ choice: "none", isStarting: false, failure: "too_slow" });
  expect(last().composed.stop).toHaveBeenCalled();
  expect(stage.output()).toBeNull();
});

test("an effect that cannot begin ends the same way, be it the network or the picture", async () => {
  for (const [choice, why] of [["blur", "too_slow"], ["dawn", "failed"], ["own", "failed"]] as const) {
    stage.follow(camera);
    stage.set(choice);
    seen = [];
    await settled();
    if (choice !== "own") last().fail(why);
    await settled();
    expect(seen).not.toContain(camera);
    expect(stage.state()).toEqual({ choice: "none", isStarting: false, failure: why });
  }
});

test("another picture is put behind without a gap", async () => {
  stage.follow(camera);
  stage.set("blur");
  await settled();
  last().succeed();
  await settled();
  stage.set("dawn");
  expect(stage.output()).toBe(last().composed.track);
  await settled();
  expect(attempts).toHaveLength(1);
  expect(last().composed.put).toHaveBeenCalledWith({ type: "dawn" });
});

test("another camera is composed anew, and what was under way for the first is thrown away", async () => {
  stage.follow(camera);
  stage.set("blur");
  await settled();
  const other = { id: "other" } as MediaStreamTrack;
  stage.follow(other);
  expect(stage.output()).toBeNull();
  await settled();
  attempts[0]?.succeed();
  await settled();
  expect(attempts[0]?.composed.stop).toHaveBeenCalled();
  expect(stage.output()).toBeNull();
  expect(last().source).toBe(other);
});

function last(): Attempt {
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new Error("nothing was tried");
  return attempt;
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
