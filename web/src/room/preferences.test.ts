// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Memory } from "./memory";
import { readKept, RoomPreferences } from "./preferences.svelte";

test("what was chosen is there again at the next visit", () => {
  const storage = new Map<string, string>();
  const memory = new Memory({ getItem: (key: string) => storage.get(key) ?? null, setItem: (key: string, value: string) => void storage.set(key, value) } as unknown as Storage, null);
  const before = new RoomPreferences(memory);
  before.change({ layout: "sidebar", silenced: ["join"], shortcuts: { chat: "Mod+Alt+K", camera: null } });
  expect(new RoomPreferences(memory).now).toEqual({ ...before.now, layout: "sidebar", silenced: ["join"], shortcuts: { chat: "Mod+Alt+K", camera: null } });
});

test("what makes no sense is as at a first visit", () => {
  const first = readKept(null);
  for (const text of ["", "null", "7", "[]", '{"layout":"circle","silenced":"all","says":3,"shortcuts":[1],"isMirrored":"no"}', '{"shortcuts":{"chat":"Hello","fly":"Mod+F"}}']) {
    expect(readKept(text), text).toEqual(first);
  }
  expect(readKept('{"silenced":["join","gong"],"isMirrored":false}')).toEqual({ ...first, silenced: ["join"], isMirrored: false });
});

test("less and less is read out, warnings always", () => {
  const preferences = new RoomPreferences(new Memory(null, null));
  const spoken = (says: "everything" | "messages" | "warnings") => {
    preferences.change({ says });
    return (["people", "message", "warning"] as const).filter((topic) => preferences.speaksOf(topic));
  };
  expect([spoken("everything"), spoken("messages"), spoken("warnings")]).toEqual([["people", "message", "warning"], ["message", "warning"], ["warning"]]);
});
