// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { UNTOUCHED } from "./made-up";
import { whyMissing } from "./missing";
import type { LineSpan, Span } from "./statistics";
import type { ParticipantView } from "./view";

const CALM = { saving: "nothing", span: null, hasPicture: false } as const;

test("a camera that is off, and one that is seen, need no word", () => {
  expect(whyMissing(eva({ tracks: [] }), "camera", CALM)).toBeNull();
  expect(whyMissing(eva({}), "camera", { ...CALM, span: span({ rate: 500_000, framesPerSecond: 25 }) })).toBeNull();
});

test("what concerns the keys comes before everything else", () => {
  const ghost = whyMissing(eva({ alarm: "not_in_group", heldByHost: ["camera"] }), "camera", CALM);
  expect(ghost).toEqual({ text: "Eva is not in the encrypted group", isAlarm: true, isProtection: true });
  expect(whyMissing(eva({ key: "waiting" }), "camera", CALM)?.isProtection).toBe(true);
});

test("the server's stop is an alarm, a host's is not", () => {
  expect(whyMissing(eva({ stoppedByServer: ["camera"] }), "camera", CALM)).toEqual({
    text: "The server stopped Eva’s camera; no host signed that", isAlarm: true, isProtection: true,
  });
  expect(whyMissing(eva({ stoppedByServer: ["microphone", "camera"] }), "camera", CALM)?.text).toBe("The server stopped Eva’s microphone and camera; no host signed that");
  expect(whyMissing(eva({ tracks: [], heldByHost: ["camera"] }), "camera", CALM)).toEqual({ text: "Camera stopped by a host", isAlarm: false, isProtection: false });
});

test("a picture that comes and cannot be opened is told from one that does not come", () => {
  const unreadable = whyMissing(eva({}), "camera", { ...CALM, span: span({ rate: 500_000, framesPerSecond: 0 }) });
  expect(unreadable).toMatchObject({ text: "Eva’s picture arrives but cannot be opened with the keys that are here", isAlarm: true });
  const absent = whyMissing(eva({}), "camera", { ...CALM, span: span({ rate: 900, framesPerSecond: 0 }) });
  expect(absent).toMatchObject({ text: "Eva’s picture does not arrive", isAlarm: false, isProtection: false });
  expect(whyMissing(eva({}), "camera", { ...CALM, hasPicture: true, span: span({ rate: 500_000, framesPerSecond: 0 }) })).toBeNull();
});

test("what was given up to save bandwidth is no fault", () => {
  expect(whyMissing(eva({}), "camera", { ...CALM, saving: "cameras" })).toMatchObject({ text: "Not shown, to save bandwidth", isAlarm: false });
});

function eva(part: Partial<ParticipantView>): ParticipantView {
  return {
    participant: 2, name: "Eva", isMe: false, isHost: false, isConnected: true, tracks: ["camera"], key: "ready", alarm: null,
    identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED, ...part,
  };
}

function span(part: Partial<LineSpan>): Span {
  const line = { participant: 2, kind: "camera", loss: 0, framesPerSecond: 0, frozen: 0, concealed: 0, height: 0, codec: null, rate: 0, ...part } as const;
  return { length: 3, up: 0, down: 0, lossDown: 0, lossUp: 0, roundTrip: null, lines: [line] };
}
