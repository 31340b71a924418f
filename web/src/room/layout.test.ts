// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { layOut } from "./layout";
import type { Placement, TileSpec } from "./order";
import { UNTOUCHED } from "./made-up";

const WIDE = { width: 1248, height: 640 };
const PHONE = { width: 374, height: 640 };

test("no two tiles overlap and none leaves the box", () => {
  for (const box of [WIDE, PHONE, { width: 600, height: 320 }, { width: 320, height: 400 }]) {
    for (let count = 1; count <= 60; count++) {
      check(layOut(placement({ others: tiles(count) }), box, 0).tiles, box);
      for (const strip of ["beside", "below"] as const) {
        check(layOut(placement({ stage: [tile(99)], others: tiles(count), strip }), box, 0).tiles, box);
        check(layOut(placement({ stage: [tile(97), tile(98), tile(99)], others: tiles(count), strip }), box, 0).tiles, box);
      }
    }
  }
});

test("between two the other fills the scene and the own picture floats in the corner", () => {
  const { tiles: placed } = layOut(placement({ others: [tile(2)], floating: tile(1) }), WIDE, 0);
  expect(placed[0]).toMatchObject({ x: 0, y: 0, ...WIDE });
  expect(placed[1]).toMatchObject({ role: "floating", x: WIDE.width - 250 - 16 });
});

test("a short last row stands in the middle", () => {
  const { tiles: placed } = layOut(placement({ others: tiles(3) }), WIDE, 0);
  const last = placed[2];
  const middle = last === undefined ? 0 : last.x + last.width / 2;
  expect(Math.abs(middle - WIDE.width / 2)).toBeLessThanOrEqual(1);
});

test("who does not fit is on the next page", () => {
  const crowd = placement({ stage: [tile(99)], others: tiles(30) });
  const first = layOut(crowd, WIDE, 0);
  const last = layOut(crowd, WIDE, 9);
  expect(first.pages).toBe(3);
  expect(last.page).toBe(2);
  expect(first.tiles.map(({ key }) => key)).not.toContain(last.tiles.at(-1)?.key);
  expect(last.tiles[0]?.key).toBe("99/camera");
});

test("the stage stays large", () => {
  const { tiles: placed } = layOut(placement({ stage: [tile(99)], others: tiles(5) }), WIDE, 0);
  expect(placed[0]?.width).toBeGreaterThan(WIDE.width * 0.75);
});

test("a strip below leaves the whole width, but not where there is no height", () => {
  const below = placement({ stage: [tile(99)], others: tiles(5), strip: "below" });
  expect(layOut(below, WIDE, 0).tiles[0]?.width).toBe(WIDE.width);
  const low = { width: 820, height: 290 };
  expect(layOut({ ...below, others: tiles(2) }, low, 0).tiles[0]?.height).toBe(low.height);
});

test("forty-nine people stand on one page of a desktop window, a fiftieth does not", () => {
  expect(layOut(placement({ others: tiles(49) }), WIDE, 0)).toMatchObject({ pages: 1 });
  expect(layOut(placement({ others: tiles(50) }), WIDE, 0)).toMatchObject({ pages: 2 });
});

function placement(part: Partial<Placement>): Placement {
  return { stage: [], others: [], strip: "beside", floating: null, ...part };
}

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
    participant: { participant, name: "", isMe: false, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null, identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED },
  };
}
