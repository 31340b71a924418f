// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { requestsFor, sameRequests, type VisibleVideo } from "./subscriptions";

test("a shared screen comes first, then the largest tiles", () => {
  const requests = requestsFor([tile(1, 90), tile(2, 360), tile(3, 200, "screen")], 1);
  expect(requests.map(({ source }) => source.participant)).toEqual([3, 2, 1]);
});

test("heights are device pixels in steps", () => {
  expect(requestsFor([tile(1, 180)], 2)[0]?.height).toBe(368);
  expect(requestsFor([tile(1, 181)], 2)[0]?.height).toBe(368);
});

test("a video shown twice is asked for once, at its larger size", () => {
  expect(requestsFor([tile(1, 96), tile(1, 480), tile(1, 160)], 1)).toEqual([{ source: { participant: 1, kind: "camera" }, height: 480 }]);
});

test("tiles without size cost nothing, and there are never more than slots", () => {
  expect(requestsFor([tile(1, 0)], 1)).toEqual([]);
  expect(requestsFor(Array.from({ length: 80 }, (_, index) => tile(index, 90)), 1)).toHaveLength(49);
});

test("the same request is known for the same", () => {
  const requests = requestsFor([tile(1, 90), tile(2, 90)], 1);
  expect(sameRequests(requests, requestsFor([tile(1, 91), tile(2, 90)], 1))).toBe(true);
  expect(sameRequests(requests, requestsFor([tile(1, 190), tile(2, 90)], 1))).toBe(false);
  expect(sameRequests(requests, requestsFor([tile(1, 90)], 1))).toBe(false);
});

function tile(participant: number, height: number, kind: "camera" | "screen" = "camera"): VisibleVideo {
  return { source: { participant, kind }, width: (height * 16) / 9, height };
}
