// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Lateness } from "./lateness";

test("a computer that is quick enough is left alone, even if it stands still now and then", () => {
  const lateness = new Lateness();
  const judged = Array.from({ length: 200 }, (_, index) => lateness.handleFrame(index % 3 === 0 ? 900 : 40));
  expect(judged).not.toContain(true);
});

test("whoever is late most of the time is too slow, after some seconds and not at once", () => {
  const lateness = new Lateness();
  let waited = 0;
  while (!lateness.handleFrame(300)) waited += 300;
  expect(waited).toBeGreaterThan(4000);
  expect(waited).toBeLessThan(6000);
});

test("what was late once is forgotten", () => {
  const lateness = new Lateness();
  for (let index = 0; index < 8; index += 1) lateness.handleFrame(400);
  const judged = Array.from({ length: 100 }, () => lateness.handleFrame(30));
  expect(judged).not.toContain(true);
});
