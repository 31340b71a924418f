// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { shortcutOf, shownShortcut } from "./shortcuts";

const NONE = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };

test("Ctrl or Command with D and E", () => {
  expect(shortcutOf({ ...NONE, key: "d", ctrlKey: true }, false)).toBe("microphone");
  expect(shortcutOf({ ...NONE, key: "E", metaKey: true }, true)).toBe("camera");
});

test("single letters, other modifiers and held keys do nothing", () => {
  expect(shortcutOf({ ...NONE, key: "d" }, false)).toBeNull();
  expect(shortcutOf({ ...NONE, key: "d", ctrlKey: true, shiftKey: true }, false)).toBeNull();
  expect(shortcutOf({ ...NONE, key: "d", ctrlKey: true, repeat: true }, false)).toBeNull();
  expect(shortcutOf({ ...NONE, key: "d", ctrlKey: true }, true)).toBeNull();
});

test("they are written as the system writes them", () => {
  expect(shownShortcut("microphone", false)).toBe("Ctrl+D");
  expect(shownShortcut("camera", true)).toBe("⌘E");
});
