// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { HoldToTalk, type Press } from "./hold-to-talk";

const FREE = true;

test("the microphone is on exactly while the key is held", () => {
  const { hold, turns } = begin({});
  expect(hold.press(space(), FREE)).toBe(true);
  expect(hold.press(space({ repeat: true }), FREE)).toBe(true);
  expect(turns).toEqual([true]);
  hold.release("Space");
  expect(turns).toEqual([true, false]);
});

test("a focused button keeps its key", () => {
  const { hold, turns } = begin({});
  expect(hold.press(space(), false)).toBe(false);
  hold.release("Space");
  expect(turns).toEqual([]);
});

test("who is heard already is not muted by letting go", () => {
  const { hold, turns } = begin({ isOn: true });
  expect(hold.press(space(), FREE)).toBe(false);
  hold.release("Space");
  expect(turns).toEqual([]);
});

test.each([
  ["another key", space({ code: "KeyV" })],
  ["the key with Ctrl", space({ ctrlKey: true })],
  ["the key with Shift", space({ shiftKey: true })],
  ["a key that was held before", space({ repeat: true })],
  ["a key that somebody else has taken", space({ defaultPrevented: true })],
])("%s does nothing", (_, event) => {
  const { hold, turns } = begin({});
  expect(hold.press(event, FREE)).toBe(false);
  expect(turns).toEqual([]);
});

test("no key speaks where none is chosen", () => {
  const { hold, turns } = begin({ key: null });
  expect(hold.press(space(), FREE)).toBe(false);
  expect(turns).toEqual([]);
});

test("leaving the page ends speaking, once", () => {
  const { hold, turns } = begin({});
  hold.press(space(), FREE);
  hold.end();
  hold.end();
  hold.release("Space");
  expect(turns).toEqual([true, false]);
});

test("letting go of another key goes on speaking", () => {
  const { hold, turns } = begin({});
  hold.press(space(), FREE);
  hold.release("KeyX");
  expect(turns).toEqual([true]);
});

function begin({ key = "Space", isOn = false }: { key?: string | null; isOn?: boolean }) {
  const turns: boolean[] = [];
  const hold = new HoldToTalk({ key: () => key, isOn: () => turns.at(-1) ?? isOn, turn: (on) => void turns.push(on) });
  return { hold, turns };
}

function space(part: Partial<Press> = {}): Press {
  return { code: "Space", repeat: false, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, defaultPrevented: false, ...part };
}
