// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { avatarColour, cleanName, initials, shownName, tileName } from "./names";

test("a name is one trimmed line", () => {
  expect(cleanName("  Ana \n  María\t")).toBe("Ana María");
});

test("marks that turn the text around are taken out, joiners of emoji stay", () => {
  expect(cleanName("Ana\u202Egnol")).toBe("Ana gnol");
  expect(cleanName("\u200B\u2066")).toBe("");
  expect(cleanName("👩‍🚀")).toBe("👩‍🚀");
});

test("a name never exceeds the server's bound and never ends in half a letter", () => {
  const long = cleanName("👩‍🚀".repeat(40));
  expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(128);
  expect(long).toBe("👩‍🚀".repeat(11));
});

test("initials come from the first and the last word", () => {
  expect(initials("Ana")).toBe("A");
  expect(initials("ana maría lópez")).toBe("AL");
  expect(initials("Öznur Çelik")).toBe("ÖÇ");
  expect(initials("🎈 Ben")).toBe("B");
  expect(initials("🎈")).toBe("?");
  expect(initials("")).toBe("?");
});

test("a name that is not known yet is a guest's", () => {
  expect(shownName({ name: "" })).toBe("Guest");
});

test("the own tile says so", () => {
  expect(tileName({ name: "Ana", isMe: true })).toBe("Ana (you)");
  expect(tileName({ name: "Ben", isMe: false })).toBe("Ben");
});

test("neighbours have different colours", () => {
  expect(new Set([1, 2, 3, 4, 5, 6, 7, 8].map(avatarColour)).size).toBe(8);
});
