// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, test } from "vitest";

import { spread } from "./shuffle";

test("everybody gets a room, and none has two people more than another", () => {
  const rooms = spread([1, 2, 3, 4, 5, 6, 7], 3);
  expect([...rooms.keys()].toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const sizes = [0, 1, 2].map((room) => [...rooms.values()].filter((one) => one === room).length);
  expect(sizes.toSorted()).toEqual([2, 2, 3]);
});

test("chance decides who", () => {
  const lots = [0.9, 0.1, 0.5];
  expect([...spread([1, 2, 3], 2, () => lots.pop() ?? 0)]).toEqual([
    [2, 0],
    [1, 1],
    [3, 0],
  ]);
});

test("without rooms nobody goes anywhere", () => {
  expect(spread([1, 2], 0).size).toBe(0);
});
