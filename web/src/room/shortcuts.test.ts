// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { actionOf, ariaChord, chordOf, isChord, objectionTo, shownChord, type Keys } from "./shortcuts";

const PC = { chosen: {}, hasLetters: false, isMac: false, isTyping: false };

test("Ctrl or Command with a letter does what is listed", () => {
  expect(actionOf(press("d", { ctrlKey: true }), PC)).toBe("microphone");
  expect(actionOf(press("E", { metaKey: true }), { ...PC, isMac: true })).toBe("camera");
  expect(actionOf(press("M", { ctrlKey: true, shiftKey: true }), PC)).toBe("chat");
  expect(actionOf(press("d", { ctrlKey: true }), { ...PC, isMac: true })).toBeNull();
});

test("single letters, other modifiers, held keys and composed text do nothing", () => {
  expect(actionOf(press("d"), PC)).toBeNull();
  expect(actionOf(press("d", { ctrlKey: true, altKey: true }), PC)).toBeNull();
  expect(actionOf(press("d", { ctrlKey: true, repeat: true }), PC)).toBeNull();
  expect(actionOf(press("d", { ctrlKey: true, isComposing: true }), PC)).toBeNull();
  expect(actionOf(press("Shift", { shiftKey: true }), PC)).toBeNull();
  expect(actionOf(press(" "), PC)).toBeNull();
});

test("letters alone work once they are switched on, but never where one types", () => {
  const letters = { ...PC, hasLetters: true };
  expect(actionOf(press("d"), letters)).toBe("microphone");
  expect(actionOf(press("m"), letters)).toBe("chat");
  expect(actionOf(press("d"), { ...letters, isTyping: true })).toBeNull();
  expect(actionOf(press("d", { ctrlKey: true }), { ...letters, isTyping: true })).toBe("microphone");
});

test("the question mark asks for help, on any keyboard, but is a sign in a message", () => {
  expect(actionOf(press("?", { shiftKey: true, code: "Slash" }), PC)).toBe("help");
  expect(actionOf(press("?", { shiftKey: true, code: "Minus" }), PC)).toBe("help");
  expect(actionOf(press("?", { shiftKey: true }), { ...PC, isTyping: true })).toBeNull();
});

test("what was changed is what counts, and what was removed does nothing", () => {
  const chosen = { microphone: "Mod+Alt+K", camera: null };
  expect(actionOf(press("k", { ctrlKey: true, altKey: true }), { ...PC, chosen })).toBe("microphone");
  expect(actionOf(press("d", { ctrlKey: true }), { ...PC, chosen })).toBeNull();
  expect(actionOf(press("e", { ctrlKey: true }), { ...PC, chosen })).toBeNull();
});

test("in another script a key counts by its place, and AltGr writes", () => {
  expect(chordOf(press("в", { ctrlKey: true, code: "KeyD" }), false)).toBe("Mod+D");
  expect(chordOf(press("∂", { metaKey: true, altKey: true, code: "KeyD" }), true)).toBe("Mod+Alt+D");
  expect(chordOf(press("@", { ctrlKey: true, altKey: true, getModifierState: (key) => key === "AltGraph" }), false)).toBeNull();
});

test("nothing may be given what the browser keeps, what another has, or a letter alone", () => {
  expect(objectionTo("K", "chat", {})).toBe("without_modifier");
  expect(objectionTo("Shift+K", "chat", {})).toBe("without_modifier");
  expect(objectionTo("Mod+W", "chat", {})).toBe("browsers_own");
  expect(objectionTo("Mod+D", "chat", {})).toEqual({ takenBy: "microphone" });
  expect(objectionTo("Mod+D", "chat", { microphone: null })).toBeNull();
  expect(objectionTo("F4", "chat", {})).toBeNull();
  expect(objectionTo("?", "help", {})).toBeNull();
});

test("they are written as the system writes them", () => {
  expect(shownChord("Mod+D", false)).toBe("Ctrl+D");
  expect(shownChord("Mod+Shift+M", true)).toBe("⌘⇧M");
  expect(ariaChord("Mod+Shift+M", true)).toBe("Meta+Shift+M");
  expect(ariaChord("Mod++", false)).toBe("Control++");
});

test("stored text is a chord or it is not", () => {
  expect(["Mod+Shift+H", "F2", "?", "Mod++"].every(isChord)).toBe(true);
  expect(["", "Shift", "Mod+", "Mod+Hello", "Shift+Mod+H"].some(isChord)).toBe(false);
});

function press(key: string, part: Partial<Keys> = {}): Keys {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...part };
}
