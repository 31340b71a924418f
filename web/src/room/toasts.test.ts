// SPDX-License-Identifier: MIT OR Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("never more than three, and warnings outlive information", () => {
  const toasts = new Toasts();
  toasts.show("a", { tone: "warning" });
  for (const text of ["b", "c", "d"]) toasts.show(text);
  expect(toasts.list.map(({ text }) => text)).toEqual(["a", "c", "d"]);
});

test("information goes by itself, a warning stays until dismissed", () => {
  const toasts = new Toasts();
  toasts.show("a");
  toasts.show("b", { tone: "warning" });
  vi.advanceTimersByTime(6000);
  expect(toasts.list.map(({ text }) => text)).toEqual(["b"]);
  toasts.dismiss(toasts.list[0]?.id ?? -1);
  expect(toasts.list).toEqual([]);
});

test("the same message is shown once but read out again", () => {
  const toasts = new Toasts();
  toasts.show("a");
  toasts.show("a");
  expect(toasts.list).toHaveLength(1);
  expect(toasts.spoken).toHaveLength(2);
});

test("people who do the same at once share a message, and each is read out", () => {
  const toasts = new Toasts();
  for (const name of ["Ana", "Ben", "Chidi"]) toasts.showPerson(name, "joined");
  toasts.showPerson("Ana", "left");
  expect(toasts.list.map(({ text }) => text)).toEqual(["Ana, Ben and Chidi joined", "Ana left"]);
  toasts.showPerson("Dora", "joined");
  expect(toasts.list.map(({ text }) => text)).toEqual(["Ana left", "Ana, Ben and 2 others joined"]);
  expect(toasts.spoken.at(-1)?.text).toBe("Dora joined");
});
