// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { arrange, aspectFor, pageOf, pageSize } from "./grid";

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [3, 2, 2],
  [4, 2, 2],
  [5, 3, 2],
  [9, 3, 3],
  [10, 4, 3],
  [25, 5, 5],
])("%i people on a wide screen stand in %i columns and %i rows", (count, columns, rows) => {
  expect(arrange(count, { width: 1280, height: 640 }, 8)).toMatchObject({ columns, rows });
});

test("people on a phone stand above each other", () => {
  expect(arrange(3, { width: 374, height: 640 }, 8).columns).toBe(1);
  expect(arrange(8, { width: 374, height: 640 }, 8, 1).columns).toBe(2);
});

test("tiles never leave the box", () => {
  for (let count = 1; count <= 49; count++) {
    for (const box of [{ width: 1280, height: 640 }, { width: 320, height: 480 }, { width: 900, height: 200 }]) {
      const { columns, rows, width, height } = arrange(count, box, 8);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * width + (columns - 1) * 8).toBeLessThanOrEqual(box.width);
      expect(rows * height + (rows - 1) * 8).toBeLessThanOrEqual(box.height);
    }
  }
});

test("a box without room gives tiles without size, never a negative one", () => {
  expect(arrange(4, { width: 0, height: 0 }, 8)).toMatchObject({ width: 0, height: 0 });
});

test("portrait tiles are taller", () => {
  expect(aspectFor({ width: 1280, height: 640 }, 4)).toBeCloseTo(16 / 9);
  expect(aspectFor({ width: 374, height: 640 }, 4)).toBe(2 / 3);
  expect(aspectFor({ width: 374, height: 640 }, 8)).toBeCloseTo(1.17, 2);
  expect(aspectFor({ width: 374, height: 640 }, 1)).toBe(2 / 3);
});

test("a page that has gone gives the last one", () => {
  expect(pageOf([1, 2, 3, 4, 5], 1, 2)).toEqual({ items: [3, 4], page: 1, pages: 3 });
  expect(pageOf([1, 2, 3], 7, 2)).toEqual({ items: [3], page: 1, pages: 2 });
  expect(pageOf([], 3, 2)).toEqual({ items: [], page: 0, pages: 1 });
});

test("phones page earlier", () => {
  expect(pageSize({ width: 374, height: 640 })).toBe(8);
  expect(pageSize({ width: 820, height: 290 })).toBe(8);
  expect(pageSize({ width: 1280, height: 640 })).toBe(49);
  expect(pageSize({ width: 700, height: 420 })).toBe(25);
});
