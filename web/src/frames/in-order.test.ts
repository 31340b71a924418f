// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { InOrder } from "./in-order";

test("what is ready at once is delivered at once", () => {
  const { delivered, queue } = start();
  queue.add("a", true);
  queue.add("b", true);
  expect(delivered).toEqual(["a", "b"]);
});

test("a later frame waits for an earlier one that is not ready", async () => {
  const { delivered, queue } = start();
  const first = later();
  const second = later();
  queue.add("a", first.promise);
  queue.add("b", second.promise);
  queue.add("c", true);
  second.resolve(true);
  await settle();
  expect(delivered).toEqual([]);
  first.resolve(true);
  await settle();
  expect(delivered).toEqual(["a", "b", "c"]);
});

test("what is refused or fails is left out, and holds nobody up", async () => {
  const { delivered, queue } = start();
  queue.add("refused", false);
  queue.add("refused later", Promise.resolve(false));
  queue.add("failed", Promise.reject(new Error("not authentic")));
  queue.add("good", true);
  await settle();
  expect(delivered).toEqual(["good"]);
  queue.add("at once again", true);
  expect(delivered).toEqual(["good", "at once again"]);
});

function start(): { delivered: string[]; queue: InOrder<string> } {
  const delivered: string[] = [];
  return { delivered, queue: new InOrder((item) => void delivered.push(item)) };
}

function later(): { promise: Promise<boolean>; resolve(mayPass: boolean): void } {
  let resolve: (mayPass: boolean) => void = () => undefined;
  const promise = new Promise<boolean>((settled) => (resolve = settled));
  return { promise, resolve };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
