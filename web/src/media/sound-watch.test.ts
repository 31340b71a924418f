// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { SoundWatch } from "./sound-watch";

const LOUD = { level: 0.7, isZero: false };
const QUIET = { level: 0.2, isZero: false };
const NOTHING = { level: 0, isZero: true };
const LOOK = 100;

test("who speaks while muted is told so within a second", () => {
  const room = begin();
  room.hears({ ...LOUD, isOn: false }, 500);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
  room.hears({ ...LOUD, isOn: false }, 500);
  expect(room.watch.isTalkingWhileMuted).toBe(true);
});

test("speech with its pauses counts, a cough does not", () => {
  const cough = begin();
  cough.hears({ ...LOUD, isOn: false }, 300);
  cough.hears({ ...QUIET, isOn: false }, 2000);
  cough.hears({ ...LOUD, isOn: false }, 300);
  expect(cough.watch.isTalkingWhileMuted).toBe(false);
  const speech = begin();
  for (let word = 0; word < 6; word += 1) {
    speech.hears({ ...LOUD, isOn: false }, 300);
    speech.hears({ ...QUIET, isOn: false }, 200);
  }
  expect(speech.watch.isTalkingWhileMuted).toBe(true);
});

test("who can be heard is told nothing", () => {
  const room = begin();
  room.hears({ ...LOUD, isOn: true }, 5000);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
});

test("the hint goes with turning the microphone on", () => {
  const room = begin();
  room.hears({ ...LOUD, isOn: false }, 1000);
  expect(room.hears({ ...LOUD, isOn: true }, LOOK)).toBe(true);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
});

test("who goes on speaking to somebody in the room is not told again for half a minute", () => {
  const room = begin();
  room.hears({ ...LOUD, isOn: false }, 1000);
  room.hears({ ...QUIET, isOn: false }, 4000);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
  room.hears({ ...LOUD, isOn: false }, 5000);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
  room.hears({ ...QUIET, isOn: false }, 30_000);
  room.hears({ ...LOUD, isOn: false }, 1000);
  expect(room.watch.isTalkingWhileMuted).toBe(true);
});

test("one late look of a page in the background is no speech", () => {
  const room = begin();
  room.hears({ ...QUIET, isOn: false }, LOOK);
  room.pass(60_000);
  room.hears({ ...LOUD, isOn: false }, LOOK);
  expect(room.watch.isTalkingWhileMuted).toBe(false);
});

test("a microphone that gives nothing at all is noticed after some seconds, and its first sound as well", () => {
  const room = begin();
  room.hears({ ...NOTHING, isOn: true }, 5000);
  expect(room.watch.isSilent).toBe(false);
  room.hears({ ...NOTHING, isOn: true }, 2000);
  expect(room.watch.isSilent).toBe(true);
  expect(room.hears({ ...QUIET, isOn: true }, LOOK)).toBe(true);
  expect(room.watch.isSilent).toBe(false);
});

test("a quiet room is no silent microphone", () => {
  const room = begin();
  room.hears({ level: 0, isZero: false, isOn: true }, 20_000);
  expect(room.watch.isSilent).toBe(false);
});

test("a muted microphone may be silent", () => {
  const room = begin();
  room.hears({ ...NOTHING, isOn: false }, 20_000);
  expect(room.watch.isSilent).toBe(false);
});

test("another microphone is listened to from the beginning", () => {
  const room = begin();
  room.hears({ ...NOTHING, isOn: true }, 10_000);
  room.watch.reset();
  expect(room.watch.isSilent).toBe(false);
  room.hears({ ...NOTHING, isOn: true }, 3000);
  expect(room.watch.isSilent).toBe(false);
});

function begin() {
  const watch = new SoundWatch();
  let now = 1000;
  return {
    watch,
    pass: (span: number) => void (now += span),
    /** Hears the same for a time; returns whether there was news. */
    hears: (sample: { level: number; isZero: boolean; isOn: boolean }, span: number) => {
      let isNews = false;
      for (const end = now + span; now < end; now += LOOK) isNews = watch.handleSample(sample, now) || isNews;
      return isNews;
    },
  };
}
