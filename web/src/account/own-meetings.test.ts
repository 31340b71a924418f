// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { OwnMeeting } from "../generated/http";
import { fieldsOf, inOrder, nextHour, secondsOf } from "./own-meetings";

test("open meetings: those without a time first, youngest first, then by their time", () => {
  const { open, ended } = inOrder([
    meeting("old", { created_at: 1 }),
    meeting("later", { starts_at: 200 }),
    meeting("over", { is_ended: true }),
    meeting("sooner", { starts_at: 100 }),
    meeting("young", { created_at: 2 }),
  ]);
  expect(open.map(({ id }) => id)).toEqual(["young", "old", "sooner", "later"]);
  expect(ended.map(({ id }) => id)).toEqual(["over"]);
});

test("ended meetings come youngest first", () => {
  const { ended } = inOrder([meeting("a", { is_ended: true, created_at: 5 }), meeting("b", { is_ended: true, created_at: 1, starts_at: 9 })]);
  expect(ended.map(({ id }) => id)).toEqual(["b", "a"]);
});

test("a time goes into the form and comes out the same", () => {
  const seconds = Date.UTC(2026, 10, 23, 22, 50) / 1000;
  const { date, time } = fieldsOf(seconds);
  expect(secondsOf(date, time)).toBe(seconds);
});

test("half a time is none", () => {
  expect(secondsOf("2026-11-23", "")).toBeNull();
  expect(secondsOf("", "10:00")).toBeNull();
  expect(secondsOf("2026-13-41", "10:00")).toBeNull();
});

test("a new meeting is proposed for the next full hour", () => {
  expect(nextHour(Date.UTC(2026, 0, 1, 9, 59, 59))).toBe(Date.UTC(2026, 0, 1, 10) / 1000);
  expect(nextHour(Date.UTC(2026, 0, 1, 10))).toBe(Date.UTC(2026, 0, 1, 11) / 1000);
});

function meeting(id: string, part: Partial<OwnMeeting>): OwnMeeting {
  return { id, mode: "e2ee", people: 10, has_lobby: false, created_at: 0, is_ended: false, is_live: false, ...part };
}
