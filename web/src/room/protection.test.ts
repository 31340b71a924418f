// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { KeyChangeReason } from "../generated";
import { Memory } from "./memory";
import { Protection } from "./protection.svelte";
import type { View } from "./view";

const EVA = { stay: "e0e0" };

test("a mark is a stay's: it outlives a reload of the page, and nobody without one has it", () => {
  const memory = new Memory(null, storage());
  new Protection(memory, "m").mark(EVA, true);
  const again = new Protection(memory, "m");
  expect(again.isCompared(EVA)).toBe(true);
  expect(again.isCompared({ stay: "f0f0" })).toBe(false);
  expect(again.isCompared({ stay: null })).toBe(false);
  expect(new Protection(memory, "another").isCompared(EVA)).toBe(false);
  again.mark(EVA, false);
  expect(again.isCompared(EVA)).toBe(false);
});

test("a change that nobody's coming or going explains takes the marks and asks to compare", () => {
  const protection = new Protection(new Memory(null, storage()), "m");
  protection.mark(EVA, true);
  expect(protection.handleView(null, view(1, "joined", 0))).toBe(false);
  expect([protection.isUnexpected, protection.isCompared(EVA)]).toEqual([false, true]);
  expect(protection.handleView(view(1, "joined", 0), view(2, "renewed", 1))).toBe(true);
  expect([protection.isUnexpected, protection.isCompared(EVA)]).toEqual([true, false]);
  expect(protection.handleView(view(2, "renewed", 1), view(3, "left", 1))).toBe(false);
  protection.mark(EVA, true);
  expect([protection.isUnexpected, protection.isCompared(EVA)]).toEqual([false, true]);
});

test("the keys changed when the epoch did", () => {
  let now = 1000;
  const protection = new Protection(new Memory(null, null), "m", () => now);
  const first = view(1, "entered", 0);
  protection.handleView(null, first);
  now = 2000;
  protection.handleView(first, first);
  expect(protection.changedAt?.getTime()).toBe(1000);
  protection.handleView(first, view(2, "joined", 0));
  expect(protection.changedAt?.getTime()).toBe(2000);
});

function view(epoch: number, why: KeyChangeReason, unexplained: number): View {
  return { state: "active", epoch, keyChange: { id: epoch, why, participants: [], unexplained } } as unknown as View;
}

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as unknown as Storage;
}
