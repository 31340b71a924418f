// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { RecordedTile } from "../../room/recording";
import { HEIGHT, WIDTH, places } from "./painter";

test("however many there are, each has its place within the picture, and none covers another", () => {
  for (let people = 1; people <= 30; people += 1) {
    for (const screens of [0, 1, 2]) {
      const tiles = [...many("screen", screens), ...many("person", people)];
      const all = places(tiles);
      expect(all).toHaveLength(tiles.length);
      for (const [index, one] of all.entries()) {
        expect(one.width).toBeGreaterThan(30);
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(0);
        expect(one.x + one.width).toBeLessThanOrEqual(WIDTH);
        expect(one.y + one.height).toBeLessThanOrEqual(HEIGHT);
        for (const other of all.slice(index + 1)) {
          const isApart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
          expect(isApart, `${people} people, ${screens} screens`).toBe(true);
        }
      }
    }
  }
});

test("a shared screen is larger than anybody", () => {
  const [person, screen] = places([...many("person", 1), ...many("screen", 1)]);
  expect(screen?.width).toBeGreaterThan(4 * (person?.width ?? Infinity));
});

function many(type: "screen" | "person", count: number): RecordedTile[] {
  return Array.from({ length: count }, (_, participant) => ({ type, key: `${type}/${participant}`, participant, name: "", isMe: false, hasPicture: true }));
}
