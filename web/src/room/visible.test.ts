// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { VideoRequest } from "./view";
import { VisibleVideos } from "./visible";

test("the first tiles are asked for at once and together", () => {
  const { videos, asked, advance } = setup();
  videos.show({}, { participant: 1, kind: "camera" }, 320, 180);
  videos.show({}, { participant: 2, kind: "camera" }, 320, 180);
  advance(0);
  expect(asked.map((one) => one.map(({ source }) => source.participant))).toEqual([[1, 2]]);
});

test("later changes are gathered, and no change is no request", () => {
  const { videos, asked, advance } = setup();
  const tile = {};
  videos.show(tile, { participant: 1, kind: "camera" }, 320, 180);
  advance(0);
  for (let height = 200; height < 400; height += 20) videos.show(tile, { participant: 1, kind: "camera" }, height * 2, height);
  advance(50);
  expect(asked).toHaveLength(1);
  advance(50);
  expect(asked).toHaveLength(2);
  videos.show(tile, { participant: 1, kind: "camera" }, 760, 380);
  advance(200);
  expect(asked).toHaveLength(2);
});

test("a tile that has gone is asked for no longer", () => {
  const { videos, asked, advance } = setup();
  const tile = {};
  videos.show(tile, { participant: 1, kind: "camera" }, 320, 180);
  advance(0);
  videos.hide(tile);
  videos.hide(tile);
  advance(100);
  expect(asked.at(-1)).toEqual([]);
});

function setup() {
  let now = 0;
  const timers: { at: number; what: () => void }[] = [];
  const asked: (readonly VideoRequest[])[] = [];
  const clock = { now: () => now, after: (ms: number, what: () => void) => void timers.push({ at: now + ms, what }) };
  const videos = new VisibleVideos((one) => void asked.push(one), () => 1, clock);
  const advance = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.what();
      else timers.push(timer);
    }
  };
  return { videos, asked, advance };
}
