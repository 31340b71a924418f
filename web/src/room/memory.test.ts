// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Memory } from "./memory";

test("the name is remembered over visits", () => {
  const lasting = storage();
  new Memory(lasting, storage()).rememberName("Ana");
  expect(new Memory(lasting, storage()).name()).toBe("Ana");
});

test("the language is remembered over visits once it was chosen", () => {
  const lasting = storage();
  expect(new Memory(lasting, storage()).language()).toBe(null);
  new Memory(lasting, storage()).rememberLanguage("de");
  expect(new Memory(lasting, storage()).language()).toBe("de");
});

test("a reload never turns on what was off", () => {
  const tab = storage();
  const before = new Memory(storage(), tab);
  expect(before.wanted("x")).toEqual({ microphone: true, camera: true });
  before.rememberWanted("x", { microphone: false, camera: false });
  const after = new Memory(storage(), tab);
  expect(after.wanted("x")).toEqual({ microphone: false, camera: false });
  expect(after.wanted("y")).toEqual({ microphone: true, camera: true });
});

test("forbidden storage is as good as empty", () => {
  const forbidden = new Proxy({} as Storage, {
    get() {
      throw new DOMException("no", "SecurityError");
    },
  });
  const memory = new Memory(forbidden, null);
  memory.rememberName("Ana");
  memory.rememberWanted("x", { microphone: false, camera: true });
  expect(memory.name()).toBe("");
  expect(memory.wanted("x")).toEqual({ microphone: true, camera: true });
});

function storage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as unknown as Storage;
}
