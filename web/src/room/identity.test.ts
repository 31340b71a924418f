// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { identityText, lookAlikeText } from "./identity";
import type { ParticipantView } from "./view";
import { UNTOUCHED } from "./made-up";

test("verified is said only of whom the session holds for verified, whatever they call themselves", () => {
  expect(identityText(person({ name: "Verified by example.org" }))).toBe("Guest");
  expect(identityText(person({ identity: { level: "signed_in", by: "example.org", accountName: "Ana" } }))).toBe("Signed in");
  expect(identityText(person({ identity: { level: "verified", by: "example.org", accountName: "Ana" } }))).toBe("Verified by example.org");
});

test("an account's name is told where the chosen one is another", () => {
  expect(identityText(person({ name: "The Boss", identity: { level: "signed_in", by: null, accountName: "Ana" } }))).toBe("Signed in as Ana");
});

test("a name that can be taken for another's is marked", () => {
  const ana = person({ participant: 1 });
  const mallory = person({ participant: 2, name: "Аna", looksLike: 1 });
  expect(lookAlikeText(mallory, [ana, mallory])).toBe("Not Ana: only the name looks alike");
  expect(lookAlikeText(ana, [ana, mallory])).toBe(null);
  expect(lookAlikeText(mallory, [mallory])).toBe(null);
});

function person(part: Partial<ParticipantView>): ParticipantView {
  return {
    participant: 1, name: "Ana", isMe: false, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null,
    identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED, ...part,
  };
}
