// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { readSample, type Lines } from "./statistics";

const LINES: Lines = {
  sourceOf: (mid) => (mid === "4" ? { participant: 7, kind: "camera" } : null),
  kindSentBy: (mid) => (mid === "1" ? "camera" : null),
};

test("a line is read with what the server reports about it, its layers as one", () => {
  const sample = read([
    { id: "a", type: "outbound-rtp", mid: "1", bytesSent: 100, frameHeight: 180, framesPerSecond: 30, remoteId: "r", codecId: "c", qualityLimitationReason: "none" },
    { id: "b", type: "outbound-rtp", mid: "1", bytesSent: 900, frameHeight: 720, framesPerSecond: 24, codecId: "c", qualityLimitationReason: "bandwidth" },
    { id: "r", type: "remote-inbound-rtp", fractionLost: 0.25, roundTripTime: 0.08 },
    { id: "c", type: "codec", mimeType: "video/VP9" },
  ]);
  expect(sample.sending).toEqual([
    { kind: "camera", bytes: 1000, codec: "VP9", height: 720, framesPerSecond: 24, fractionLost: 0.25, roundTrip: 0.08, limitedBy: "bandwidth" },
  ]);
});

test("a slot that carries nobody is no line", () => {
  const inbound = { type: "inbound-rtp", ssrc: 5, bytesReceived: 10, packetsReceived: 2, packetsLost: 1, framesDecoded: 3 };
  const sample = read([{ id: "a", mid: "4", ...inbound }, { id: "b", mid: "5", ...inbound }]);
  expect(sample.receiving.map(({ participant, kind, lost, line }) => [participant, kind, lost, line])).toEqual([[7, "camera", 1, "4/5"]]);
});

test("of two streams on one slot the one that still comes counts", () => {
  const inbound = { type: "inbound-rtp", mid: "4", bytesReceived: 10 };
  const sample = read([{ id: "a", ...inbound, ssrc: 1, lastPacketReceivedTimestamp: 900 }, { id: "b", ...inbound, ssrc: 2, lastPacketReceivedTimestamp: 100 }]);
  expect(sample.receiving.map(({ line }) => line)).toEqual(["4/1"]);
});

test("the way is found as Chromium and as Firefox tell of it", () => {
  const pair = { id: "p", type: "candidate-pair", localCandidateId: "l", bytesSent: 5, bytesReceived: 6 };
  const local = { id: "l", type: "local-candidate", protocol: "tcp" };
  const chromium = read([
    { ...pair, currentRoundTripTime: 0.02 },
    local,
    { id: "t", type: "transport", selectedCandidatePairId: "p", dtlsCipher: "TLS_ECDHE", srtpCipher: "AEAD_AES_256_GCM" },
  ]);
  expect(chromium).toMatchObject({ bytesSent: 5, bytesReceived: 6, path: { protocol: "tcp", roundTrip: 0.02, encryption: "TLS_ECDHE, AEAD_AES_256_GCM" } });
  const firefox = read([{ id: "q", type: "candidate-pair", state: "failed" }, { ...pair, selected: true }, local]);
  expect(firefox.path).toEqual({ protocol: "tcp", roundTrip: null, encryption: null });
});

test("what is no number counts nothing", () => {
  expect(read([{ id: "a", type: "inbound-rtp", mid: "4", bytesReceived: "many", packetsLost: Number.NaN }]).receiving[0]).toMatchObject({ bytes: 0, lost: 0 });
  expect(readSample([["x", null], ["y", 3]], LINES, 9)).toMatchObject({ at: 9, path: null, sending: [], receiving: [] });
});

function read(entries: ({ id: string } & Record<string, unknown>)[]) {
  return readSample(entries.map((entry) => [entry.id, entry] as const), LINES, 0);
}
