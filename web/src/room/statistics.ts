// SPDX-License-Identifier: MIT OR Apache-2.0
// What the connection has carried up to one moment, and what that says about the time between two.

import type { TrackKind } from "./view";

/** The counters of one moment, from `getStats`. */
export interface Sample {
  /** In milliseconds of any one clock. */
  at: number;
  path: Path | null;
  bytesSent: number;
  bytesReceived: number;
  sending: readonly SendingLine[];
  receiving: readonly ReceivingLine[];
}

/** The way to the server. */
export interface Path {
  protocol: "udp" | "tcp";
  /** In seconds. */
  roundTrip: number | null;
  /** For example "DTLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, AEAD_AES_256_GCM", as far as the browser says. */
  encryption: string | null;
}

export interface SendingLine {
  kind: TrackKind;
  bytes: number;
  codec: string | null;
  /** Of the largest layer that is sent. */
  height: number;
  framesPerSecond: number;
  /** What the server has last reported missing, 0 to 1. */
  fractionLost: number;
  /** In seconds, as the server's reports have it. */
  roundTrip: number | null;
  /** Why the browser sends less than it would like to. */
  limitedBy: "none" | "cpu" | "bandwidth" | "other";
}

export interface ReceivingLine {
  participant: number;
  kind: TrackKind;
  /** Changes when the line starts to carry somebody else's track. */
  line: string;
  bytes: number;
  packets: number;
  lost: number;
  frames: number;
  height: number;
  codec: string | null;
  /** In seconds since the beginning. */
  frozen: number;
  /** Samples, and those of them that were made up to cover a gap. */
  samples: number;
  concealed: number;
  /** In seconds. */
  jitter: number | null;
}

/** What happened between two samples. */
export interface Span {
  /** In seconds. */
  length: number;
  /** In bits per second. */
  up: number;
  down: number;
  /** Of packets, 0 to 1. */
  lossDown: number;
  lossUp: number;
  /** In seconds. */
  roundTrip: number | null;
  lines: readonly LineSpan[];
}

/** What happened on one receiving line. */
export interface LineSpan {
  participant: number;
  kind: TrackKind;
  loss: number;
  /** Of video. */
  framesPerSecond: number;
  /** Part of the time in which the picture stood still, 0 to 1. */
  frozen: number;
  /** Part of the sound that was made up, 0 to 1. */
  concealed: number;
  height: number;
  codec: string | null;
  /** In bits per second. */
  rate: number;
}

/** Returns what happened between two samples of one connection; `null` if they are of two. */
export function spanBetween(before: Sample, after: Sample): Span | null {
  const length = (after.at - before.at) / 1000;
  if (length <= 0 || after.bytesReceived < before.bytesReceived || after.bytesSent < before.bytesSent) return null;
  let packets = 0;
  let lost = 0;
  const lines: LineSpan[] = [];
  for (const line of after.receiving) {
    const earlier = before.receiving.find((other) => other.line === line.line && other.participant === line.participant && other.kind === line.kind);
    if (earlier === undefined) continue;
    const came = Math.max(0, line.packets - earlier.packets);
    const missing = Math.max(0, line.lost - earlier.lost);
    packets += came;
    lost += missing;
    lines.push({
      participant: line.participant,
      kind: line.kind,
      loss: part(missing, came + missing),
      framesPerSecond: Math.max(0, line.frames - earlier.frames) / length,
      frozen: Math.min(1, Math.max(0, line.frozen - earlier.frozen) / length),
      concealed: part(line.concealed - earlier.concealed, line.samples - earlier.samples),
      height: line.height,
      codec: line.codec,
      rate: (Math.max(0, line.bytes - earlier.bytes) * 8) / length,
    });
  }
  return {
    length,
    up: ((after.bytesSent - before.bytesSent) * 8) / length,
    down: ((after.bytesReceived - before.bytesReceived) * 8) / length,
    lossDown: part(lost, packets + lost),
    lossUp: Math.max(0, ...after.sending.map(({ fractionLost }) => fractionLost)),
    roundTrip: after.path?.roundTrip ?? after.sending.find(({ roundTrip }) => roundTrip !== null)?.roundTrip ?? null,
    lines,
  };
}

function part(some: number, all: number): number {
  return all <= 0 ? 0 : Math.min(1, Math.max(0, some / all));
}
