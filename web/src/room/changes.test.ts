// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Changes } from "./changes";
import type { ParticipantView, View } from "./view";
import { UNLED, UNTOUCHED } from "./made-up";

test("whoever was there on arrival has not just come, even if their name was not known yet", () => {
  const joining = view({ state: "joining" });
  const nameless = view({ participants: [person(1, "Ana", true), person(2, "")] });
  const named = view({ participants: [person(1, "Ana", true), person(2, "Ben")] });
  expect(types(joining, nameless, named)).toEqual([[], [], []]);
});

test("somebody comes once their name is known, and goes", () => {
  const alone = view({ participants: [person(1, "Ana", true)] });
  const nameless = view({ participants: [person(1, "Ana", true), person(2, "")] });
  const named = view({ participants: [person(1, "Ana", true), person(2, "Ben")] });
  expect(types(alone, nameless, named, named, alone)).toEqual([[], [], ["joined"], [], ["left"]]);
  expect(types(alone, nameless, alone)).toEqual([[], [], []]);
});

test("the roster that is read anew after a gap is no news", () => {
  const before = view({ participants: [person(1, "Ana", true)] });
  const gap = { ...before, state: "reconnecting" as const };
  const after = view({ participants: [person(1, "Ana", true), person(2, "Ben")] });
  expect(types(before, gap, after, before)).toEqual([[], ["reconnecting"], ["reconnected"], ["left"]]);
});

test("each notice and each message is told once, own messages never", () => {
  const one = view({ participants: [person(2, "Ben")], notices: [{ id: 1, code: "ghost_refused", participant: null }] });
  const two = view({
    notices: [...one.notices, { id: 2, code: "commit_refused", participant: 2 }],
    participants: one.participants,
    chat: [
      { id: 1, from: 2, name: "Ben", text: "hello", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
      { id: 2, from: 1, name: "Ana", text: "hi", isMine: true, replyTo: null, whisper: null, isUndelivered: false },
    ],
  });
  const changes = new Changes();
  expect(changes.handleView(one)).toMatchObject([{ type: "notice", notice: { id: 1 }, who: null }]);
  expect(changes.handleView(two)).toMatchObject([
    { type: "notice", notice: { id: 2 }, who: "Ben" },
    { type: "message", message: { text: "hello" } },
  ]);
  expect(changes.handleView(two)).toEqual([]);
});

test("sharing begins and ends", () => {
  const off = view({ participants: [person(2, "Ben")] });
  const on = view({ participants: [{ ...person(2, "Ben"), tracks: ["screen"] }] });
  expect(types(off, on, off)).toEqual([[], ["share_started"], ["share_ended"]]);
});

function types(...views: View[]): string[][] {
  const changes = new Changes();
  return views.map((one) => changes.handleView(one).map(({ type }) => type));
}

function person(participant: number, name: string, isMe = false): ParticipantView {
  return { participant, name, isMe, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null, identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED };
}

function view(part: Partial<View>): View {
  return {
    state: "active", leftBecause: null, mode: "e2ee", me: 1, participants: [], iAmHost: false, safetyCode: null,
    epoch: 1, chat: [], speakers: [], active: [], isSendingPaused: false, notices: [], ...UNLED, ...part,
  };
}
