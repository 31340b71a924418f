// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Slots } from "./slots";

const ALICE = { participant: 1, kind: "camera" } as const;
const BOB = { participant: 2, kind: "camera" } as const;

test("a slot carries the track that it was assigned", () => {
  const slots = slotsOf("4", "5");
  expect(slots.assign("4", ALICE)).toBe(true);
  expect(slots.lineFor(1, "camera")).toBe("line 4");
  expect(slots.sourceOf("4")).toEqual(ALICE);
});

test("a track that nobody assigned has no line", () => {
  const slots = slotsOf("4");
  slots.assign("4", ALICE);
  expect(slots.lineFor(1, "screen")).toBeNull();
  expect(slots.lineFor(2, "camera")).toBeNull();
});

test("assigning the same track again changes nothing", () => {
  const slots = slotsOf("4");
  slots.assign("4", ALICE);
  expect(slots.assign("4", { ...ALICE })).toBe(false);
});

test("a slot that is given to somebody else no longer carries the first", () => {
  const slots = slotsOf("4");
  slots.assign("4", ALICE);
  expect(slots.assign("4", BOB)).toBe(true);
  expect(slots.lineFor(1, "camera")).toBeNull();
  expect(slots.lineFor(2, "camera")).toBe("line 4");
});

test("a track that moves is in its latest slot, whichever is cleared first", () => {
  const slots = slotsOf("4", "5");
  slots.assign("5", ALICE);
  slots.assign("4", ALICE);
  expect(slots.lineFor(1, "camera")).toBe("line 4");
  slots.assign("5", null);
  expect(slots.lineFor(1, "camera")).toBe("line 4");
  slots.assign("4", null);
  expect(slots.lineFor(1, "camera")).toBeNull();
});

test("a slot of no line is ignored", () => {
  const slots = slotsOf("4");
  expect(slots.assign("9", ALICE)).toBe(false);
  expect(slots.lineFor(1, "camera")).toBeNull();
});

function slotsOf(...mids: string[]): Slots<string> {
  const slots = new Slots<string>();
  for (const mid of mids) slots.add(mid, `line ${mid}`);
  return slots;
}
