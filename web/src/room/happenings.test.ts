// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { happenings, heldBack } from "./happenings";
import { UNLED, UNTOUCHED } from "./made-up";
import type { ParticipantView, View } from "./view";

test("whoever comes to the lobby is told once", () => {
  const empty = view({});
  const one = view({ waiting: [{ id: 7, name: "" }] });
  const named = view({ waiting: [{ id: 7, name: "Ben" }] });
  expect(happenings(empty, one)).toEqual([{ type: "somebody_waits" }]);
  expect(happenings(one, named)).toEqual([]);
  expect(happenings(named, empty)).toEqual([]);
});

test("somebody who is let in is told so, and somebody who reconnects is not", () => {
  expect(happenings(view({ state: "lobby" }), view({}))).toEqual([{ type: "admitted" }]);
  expect(happenings(view({ state: "reconnecting" }), view({}))).toEqual([]);
});

test("a hand is told when it goes up, not while it stays up and not when it is one's own", () => {
  const down = view({ participants: [person(1), person(2)] });
  const up = view({ participants: [person(1), person(2, { handRaised: 2 })] });
  const first = view({ participants: [person(1), person(2, { handRaised: 1 })] });
  const own = view({ participants: [person(1, { handRaised: 1 }), person(2)] });
  expect(happenings(down, up).map(({ type }) => type)).toEqual(["hand_raised"]);
  expect(happenings(up, first)).toEqual([]);
  expect(happenings(down, own)).toEqual([]);
});

test("a reaction is told once, and one's own not at all", () => {
  const before = view({ participants: [person(1), person(2)] });
  const after = { ...before, reactions: [{ id: 0, participant: 2, emoji: "👏" }, { id: 1, participant: 1, emoji: "🎉" }] };
  expect(happenings(before, after)).toEqual([{ type: "reacted", participant: person(2), emoji: "👏" }]);
  expect(happenings(after, after)).toEqual([]);
});

test("a track that the session stopped by itself is held back, one that was never on is not", () => {
  const before = view({ active: ["microphone", "camera"] });
  const after = view({ active: ["camera"] });
  expect(happenings(before, after)).toEqual([{ type: "stopped" }]);
  expect(heldBack(["microphone", "camera"], after)).toEqual(["microphone"]);
  expect(heldBack(["camera"], after)).toEqual([]);
  expect(heldBack(["microphone"], { ...after, state: "reconnecting" })).toEqual([]);
});

function person(participant: number, part: Partial<ParticipantView> = {}): ParticipantView {
  return {
    participant, name: `P${participant}`, isMe: participant === 1, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null,
    identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED, ...part,
  };
}

function view(part: Partial<View>): View {
  return {
    state: "active", leftBecause: null, mode: "e2ee", me: 1, participants: [], iAmHost: false, safetyCode: null,
    epoch: 1, chat: [], speakers: [], active: [], isSendingPaused: false, notices: [], ...UNLED, ...part,
  };
}
