// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { chatCommand, messageTooLong, receivers } from "./chat";
import { UNLED, UNTOUCHED } from "./made-up";
import type { ParticipantView, View } from "./view";

const PEOPLE = [person(1, { isMe: true }), person(2, { role: "host" }), person(3), person(4, { role: "co_host" })];

test("everybody can be written to, together and alone, and not oneself", () => {
  expect(named(view({}))).toEqual({ everyone: true, alone: [2, 3, 4] });
});

test("a closed chat leaves the hosts, a suspended meeting nobody", () => {
  const iMay = { ...UNLED.iMay, mayChat: false };
  expect(named(view({ iMay }))).toEqual({ everyone: false, alone: [2, 4] });
  expect(named(view({ iMay, settings: { ...UNLED.settings, isSuspended: true } }))).toEqual({ everyone: false, alone: [] });
  expect(named(view({ iMay, myRole: "co_host" }))).toEqual({ everyone: true, alone: [2, 3, 4] });
});

test("a message to one person is another command than one to all", () => {
  expect(chatCommand("hi", null, 4)).toEqual({ type: "chat", text: "hi", replyTo: 4 });
  expect(chatCommand("hi", 3, null)).toEqual({ type: "whisper", to: 3, text: "hi", replyTo: null });
});

test("length counts in bytes", () => {
  expect(messageTooLong("a".repeat(8192))).toBe(false);
  expect(messageTooLong("ä".repeat(4097))).toBe(true);
});

function named(of: View): { everyone: boolean; alone: number[] } {
  const { everyone, alone } = receivers(of);
  return { everyone, alone: alone.map(({ participant }) => participant) };
}

function person(participant: number, part: Partial<ParticipantView> = {}): ParticipantView {
  return {
    participant, name: `P${participant}`, isMe: false, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null,
    identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED, ...part,
  };
}

function view(part: Partial<View>): View {
  return {
    state: "active", leftBecause: null, mode: "e2ee", me: 1, participants: PEOPLE, iAmHost: false, safetyCode: null,
    epoch: 1, chat: [], speakers: [], active: [], isSendingPaused: false, notices: [], ...UNLED, ...part,
  };
}
