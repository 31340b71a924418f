// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { TimerView } from "../generated";
import { clock, Countdown, readMinutes } from "./timer";

test("it counts from when it was told, not from each view", () => {
  const countdown = new Countdown();
  countdown.handle(1000, timer(1, 60_000));
  expect(countdown.left(1000)).toBe(60);
  countdown.handle(31_000, timer(1, 60_000));
  expect(countdown.left(31_000)).toBe(30);
  expect(countdown.left(60_001)).toBe(1);
  expect(countdown.left(99_000)).toBe(0);
});

test("a correction and another timer begin anew", () => {
  const countdown = new Countdown();
  countdown.handle(0, timer(1, 60_000));
  countdown.handle(10_000, timer(1, 40_000));
  expect(countdown.left(10_000)).toBe(40);
  countdown.handle(20_000, timer(2, 40_000));
  expect(countdown.left(20_000)).toBe(40);
  countdown.handle(21_000, null);
  countdown.handle(22_000, timer(2, 40_000));
  expect(countdown.left(22_000)).toBe(40);
});

test("seconds read like a clock", () => {
  expect([0, 9, 65, 3599, 3600, 3845].map(clock)).toEqual(["0:00", "0:09", "1:05", "59:59", "1:00:00", "1:04:05"]);
});

test("minutes are whole and between a minute and a working day", () => {
  expect(["1", " 25 ", "480", "0", "481", "1.5", "-3", "", "ten"].map(readMinutes)).toEqual([1, 25, 480, null, null, null, null, null, null]);
});

function timer(id: number, leftMs: number): TimerView {
  return { id, of: 1, label: "", lengthMs: 60_000, leftMs, isOver: false, iMayStop: false };
}
