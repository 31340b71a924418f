// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { badgeOf, groupDigits } from "./badge";
import type { ParticipantView, View } from "./view";

const CODE = { emoji: ["🐢", "🌲", "🚲", "🍋", "🎈", "🔔", "⚓"], digits: "1".repeat(30) };

test("end-to-end is said only with a group's safety code in hand", () => {
  expect(badgeOf(view({ safetyCode: null })).label).toBe("Setting up encryption");
  expect(badgeOf(view({})).label).toBe("End-to-end encrypted");
  expect(badgeOf(view({})).state).toBe("secure");
});

test("a standard meeting never says end-to-end, safety code or not", () => {
  expect(badgeOf(view({ mode: "standard" }))).toMatchObject({ state: "server", label: "Encrypted by the server" });
});

test("whoever is on one list but not the other is pointed out", () => {
  const badge = badgeOf(view({ participants: [{ alarm: "not_in_roster" } as ParticipantView] }));
  expect(badge).toMatchObject({ state: "attention", detail: "1 person does not match" });
  expect(badge.label).toMatch(/^End-to-end encrypted/);
});

test("digits are read in fives", () => {
  expect(groupDigits("012345678901234567890123456789")).toEqual(["01234", "56789", "01234", "56789", "01234", "56789"]);
});

function view(part: Partial<View>): View {
  return { mode: "e2ee", safetyCode: CODE, participants: [], isSendingPaused: false, ...part } as View;
}
