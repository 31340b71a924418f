// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { layOut } from "./layout";
import type { Placement, TileSpec } from "./order";

const WIDE = { width: 1248, height: 640 };
const PHONE = { width: 374, height: 640 };

test("no two tiles overlap and none leaves the box", () => {
  for (const box of [WIDE, PHONE, { width: 600, height: 320 }, { width: 320, height: 400 }]) {
    for (let count = 1; count <= 30; count++) {
      check(layOut({ stage: null, others: tiles(count), floating: null }, box, 0).tiles, box);
      check(layOut({ stage: tile(99), others: tiles(count), floating: null }, box, 0).tiles, box);
    }
  }
});

test("between two the other fills the scene and the own picture floats in the corner", () => {
  const { tiles: placed } = layOut({ stage: null, others: [tile(2)], floating: tile(1) }, WIDE, 0);
  expect(placed[0]).toMatchObject({ x: 0, y: 0, ...WIDE });
  expect(placed[1]).toMatchObject({ role: "floating", x: WIDE.width - 250 - 16 });
});

test("a short last row stands in the middle", () => {
  const { tiles: placed } = layOut({ stage: null, others: tiles(3), floating: null }, WIDE, 0);
  const last = placed[2];
  const middle = last === undefined ? 0 : last.x + last.width / 2;
  expect(Math.abs(middle - WIDE.width / 2)).toBeLessThanOrEqual(1);
});

test("who does not fit is on the next page", () => {
  const placement: Placement = { stage: tile(99), others: tiles(12), floating: null };
  const first = layOut(placement, WIDE, 0);
  const last = layOut(placement, WIDE, 9);
  expect(first.pages).toBe(3);
  expect(last.page).toBe(2);
  expect(first.tiles.map(({ key }) => key)).not.toContain(last.tiles.at(-1)?.key);
  expect(last.tiles[0]?.key).toBe("99/camera");
});

test("the stage stays large", () => {
  const { tiles: placed } = layOut({ stage: tile(99), others: tiles(5), floating: null }, WIDE, 0);
  expect(placed[0]?.width).toBeGreaterThan(WIDE.width * 0.75);
});

function check(placed: ReturnType<typeof layOut>["tiles"], box: { width: number; height: number }) {
  for (const [index, a] of placed.entries()) {
    expect(a.x).toBeGreaterThanOrEqual(0);
    expect(a.y).toBeGreaterThanOrEqual(0);
    expect(a.x + a.width).toBeLessThanOrEqual(box.width);
    expect(a.y + a.height).toBeLessThanOrEqual(box.height);
    for (const b of placed.slice(index + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart, `${a.key} and ${b.key}`).toBe(true);
    }
  }
}

function tiles(count: number): TileSpec[] {
  return Array.from({ length: count }, (_, index) => tile(index + 1));
}

function tile(participant: number): TileSpec {
  return {
    key: `${participant}/camera`,
    kind: "camera",
    participant: { participant, name: "", isMe: false, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null },
  };
}
