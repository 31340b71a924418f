// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads a connection's counters (webrtc-stats) into what the page shows. Browsers differ in what they count: what one does
// not say is left open, never guessed.

import type { TrackKind, TrackSource } from "../generated";
import type { Path, ReceivingLine, Sample, SendingLine } from "../room/statistics";

/** Whose track which line carries. */
export interface Lines {
  sourceOf(mid: string): TrackSource | null;
  kindSentBy(mid: string): TrackKind | null;
}

/** One entry of a report, its members not yet known. */
type Entry = Readonly<Record<string, unknown>>;

/** Returns the counters of this moment. */
export function readSample(entries: Iterable<readonly [string, unknown]>, lines: Lines, now: number): Sample {
  const byId = new Map<string, Entry>();
  for (const [id, entry] of entries) if (isEntry(entry)) byId.set(id, entry);
  const all = [...byId.values()];
  const sending = new Map<TrackKind, SendingLine>();
  const receiving = new Map<string, { line: ReceivingLine; heardAt: number }>();
  for (const entry of all) {
    const mid = text(entry, "mid");
    if (mid === null) continue;
    if (entry["type"] === "outbound-rtp") {
      const kind = lines.kindSentBy(mid);
      if (kind !== null) sending.set(kind, added(sending.get(kind), sendingLine(kind, entry, byId)));
    }
    if (entry["type"] === "inbound-rtp") {
      const source = lines.sourceOf(mid);
      const heardAt = count(entry, "lastPacketReceivedTimestamp");
      // A slot that was given from one to another has counters of both: those that still run are its own.
      if (source !== null && (receiving.get(mid)?.heardAt ?? -1) < heardAt) receiving.set(mid, { line: receivingLine(mid, source, entry, byId), heardAt });
    }
  }
  const pair = chosenPair(all, byId);
  return {
    at: now,
    path: pair === null ? null : pathOf(pair, all, byId),
    bytesSent: pair === null ? 0 : count(pair, "bytesSent"),
    bytesReceived: pair === null ? 0 : count(pair, "bytesReceived"),
    sending: [...sending.values()].filter(({ bytes }) => bytes > 0),
    receiving: [...receiving.values()].map(({ line }) => line),
  };
}

function sendingLine(kind: TrackKind, entry: Entry, byId: ReadonlyMap<string, Entry>): SendingLine {
  const remote = byId.get(text(entry, "remoteId") ?? "");
  const limit = text(entry, "qualityLimitationReason");
  return {
    kind,
    bytes: count(entry, "bytesSent"),
    codec: codecOf(entry, byId),
    height: count(entry, "frameHeight"),
    framesPerSecond: count(entry, "framesPerSecond"),
    fractionLost: remote === undefined ? 0 : count(remote, "fractionLost"),
    roundTrip: remote === undefined ? null : number(remote, "roundTripTime"),
    limitedBy: limit === "cpu" || limit === "bandwidth" || limit === "other" ? limit : "none",
  };
}

/** The layers of one picture are one line to the person. */
function added(one: SendingLine | undefined, other: SendingLine): SendingLine {
  if (one === undefined) return other;
  const larger = other.height > one.height ? other : one;
  return {
    ...larger,
    bytes: one.bytes + other.bytes,
    fractionLost: Math.max(one.fractionLost, other.fractionLost),
    roundTrip: one.roundTrip ?? other.roundTrip,
    limitedBy: one.limitedBy === "none" ? other.limitedBy : one.limitedBy,
  };
}

function receivingLine(mid: string, { participant, kind }: TrackSource, entry: Entry, byId: ReadonlyMap<string, Entry>): ReceivingLine {
  return {
    participant,
    kind,
    line: `${mid}/${String(entry["ssrc"])}`,
    bytes: count(entry, "bytesReceived"),
    packets: count(entry, "packetsReceived"),
    lost: count(entry, "packetsLost"),
    frames: count(entry, "framesDecoded"),
    height: count(entry, "frameHeight"),
    codec: codecOf(entry, byId),
    frozen: count(entry, "totalFreezesDuration"),
    samples: count(entry, "totalSamplesReceived"),
    // Silence that was made up is what nobody said.
    concealed: Math.max(0, count(entry, "concealedSamples") - count(entry, "silentConcealedSamples")),
    jitter: number(entry, "jitter"),
  };
}

function chosenPair(all: readonly Entry[], byId: ReadonlyMap<string, Entry>): Entry | null {
  for (const transport of all.filter(({ type }) => type === "transport")) {
    const pair = byId.get(text(transport, "selectedCandidatePairId") ?? "");
    if (pair !== undefined) return pair;
  }
  const pairs = all.filter(({ type }) => type === "candidate-pair");
  return pairs.find(({ selected }) => selected === true) ?? pairs.find(({ nominated, state }) => nominated === true && state === "succeeded") ?? null;
}

function pathOf(pair: Entry, all: readonly Entry[], byId: ReadonlyMap<string, Entry>): Path {
  const local = byId.get(text(pair, "localCandidateId") ?? "");
  const transport = all.find(({ type }) => type === "transport");
  const encryption = transport === undefined ? [] : [text(transport, "dtlsCipher"), text(transport, "srtpCipher")].filter((name) => name !== null);
  return {
    protocol: local !== undefined && text(local, "protocol") === "tcp" ? "tcp" : "udp",
    roundTrip: number(pair, "currentRoundTripTime"),
    encryption: encryption.length === 0 ? null : encryption.join(", "),
  };
}

function codecOf(entry: Entry, byId: ReadonlyMap<string, Entry>): string | null {
  const codec = byId.get(text(entry, "codecId") ?? "");
  return codec === undefined ? null : (text(codec, "mimeType")?.replace(/^(audio|video)\//, "") ?? null);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null;
}

function text(entry: Entry, name: string): string | null {
  const value = entry[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function number(entry: Entry, name: string): number | null {
  const value = entry[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function count(entry: Entry, name: string): number {
  return number(entry, name) ?? 0;
}
