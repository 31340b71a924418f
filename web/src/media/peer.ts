// SPDX-License-Identifier: MIT OR Apache-2.0
// One transport: a peer connection whose lines are laid out beforehand, four that send and a number of slots that
// receive. Every line's frames pass through a frame worker from the first one on.

import type { Command, PublishedLine, TrackKind, TrackSource } from "../generated";
import type { Sample } from "../room/statistics";
import type { FrameWorkers } from "./frame-workers";
import { addReceivingLine, addSendingLine, requestKeyframe } from "./lines";
import { Slots } from "./slots";
import { readSample } from "./statistics";

/** What a {@link Peer} asks for and reports. */
export interface PeerEvents {
  send(command: Command): void;
  streamsChanged(): void;
}

interface ReceivingLine {
  transceiver: RTCRtpTransceiver;
  number: number;
  stream: MediaStream;
}

/** One peer connection: laid out when made, offered once a transport number is there, then closed. */
export class Peer {
  readonly #number: number;
  readonly #connection: RTCPeerConnection;
  readonly #workers: FrameWorkers;
  readonly #events: PeerEvents;
  readonly #sending = new Map<TrackKind, RTCRtpTransceiver>();
  readonly #tracks = new Map<TrackKind, MediaStreamTrack | null>();
  readonly #receiving: ReceivingLine[] = [];
  readonly #slots = new Slots<ReceivingLine>();
  #last: Promise<void> = Promise.resolve();
  #answered: (() => void) | null = null;
  #patience: ReturnType<typeof setTimeout> | null = null;
  #transport: number | null = null;
  #isClosed = false;

  constructor(workers: FrameWorkers, events: PeerEvents) {
    this.#number = workers.numberPeer();
    this.#workers = workers;
    this.#events = events;
    this.#connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.#connection.addEventListener("connectionstatechange", () => this.#connectionChanged());
    for (const kind of SENDING_ORDER) {
      this.#sending.set(kind, addSendingLine(this.#connection, kind, workers.senderTransform(kind)));
    }
    this.#addSlots("audio", AUDIO_SLOTS);
    this.#addSlots("video", VIDEO_SLOTS);
    this.#inOrder(() => this.#connection.setLocalDescription());
  }

  /** Returns the number under which this was offered; `null` before that. */
  transport(): number | null {
    return this.#transport;
  }

  /** Offers what is laid out. */
  offer(transport: number): void {
    this.#transport = transport;
    this.#inOrder(() => this.#exchange(transport));
  }

  answer(sdp: string): void {
    // Not queued: the negotiation at the head of the queue waits for it.
    void this.#connection
      .setRemoteDescription({ type: "answer", sdp })
      .catch(() => this.#fail())
      .finally(() => this.#answered?.());
  }

  /** Sends `track` as the given kind from here on; needs no negotiation. */
  setTrack(kind: TrackKind, track: MediaStreamTrack | null): void {
    // Compared with what was asked for last: `sender.track` lags behind while a replacement is under way.
    if ((this.#tracks.get(kind) ?? null) === track) return;
    this.#tracks.set(kind, track);
    void this.#sending.get(kind)?.sender.replaceTrack(track).catch(() => undefined);
  }

  assignSlot(mid: string, source: TrackSource | null): void {
    if (this.#slots.assign(mid, source)) this.#events.streamsChanged();
  }

  addSlots(audio: number, video: number): void {
    this.#inOrder(async () => {
      if (this.#transport === null) return;
      this.#addSlots("audio", audio - this.#countSlots("audio"));
      this.#addSlots("video", video - this.#countSlots("video"));
      await this.#connection.setLocalDescription();
      await this.#exchange(this.#transport);
    });
  }

  produceKeyframe(kind: TrackKind): void {
    const sender = this.#sending.get(kind)?.sender;
    if (sender !== undefined && sender.track !== null) void requestKeyframe(sender).catch(() => undefined);
  }

  streamFor(participant: number, kind: TrackKind): MediaStream | null {
    return this.#slots.lineFor(participant, kind)?.stream ?? null;
  }

  /** Returns whose track a slot carries. */
  sourceOf(mid: string): TrackSource | null {
    return this.#slots.sourceOf(mid);
  }

  /** Reads the connection's counters. */
  async statistics(): Promise<Sample> {
    // RTCStatsReport is maplike: entries of [id, dictionary].
    const report = (await this.#connection.getStats()) as unknown as ReadonlyMap<string, unknown>;
    const sent = new Map([...this.#sending].map(([kind, { mid }]) => [mid, kind]));
    // A slot that somebody was moved away from goes on naming them until it is given to another.
    const sourceOf = (mid: string): TrackSource | null => {
      const source = this.#slots.sourceOf(mid);
      return source !== null && this.#slots.lineFor(source.participant, source.kind)?.transceiver.mid === mid ? source : null;
    };
    return readSample(report, { sourceOf, kindSentBy: (mid) => sent.get(mid) ?? null }, performance.now());
  }

  close(): void {
    this.#isClosed = true;
    this.#endPatience();
    this.#answered?.();
    this.#connection.close();
    this.#workers.closePeer(this.#number);
  }

  async #exchange(transport: number): Promise<void> {
    for (const line of this.#receiving) {
      const { mid } = line.transceiver;
      if (mid === null) continue;
      this.#workers.bindLine(this.#number, line.number, transport, mid);
      this.#slots.add(mid, line);
    }
    const sdp = this.#connection.localDescription?.sdp;
    if (sdp === undefined || this.#isClosed) return this.#fail();
    const answered = new Promise<void>((resolve) => (this.#answered = resolve));
    this.#events.send({ type: "offer", transport, sdp, publish: this.#published() });
    await answered;
    this.#answered = null;
  }

  #published(): PublishedLine[] {
    return [...this.#sending].flatMap(([kind, { mid }]) => (mid === null ? [] : [{ mid, kind }]));
  }

  #addSlots(kind: "audio" | "video", count: number): void {
    for (let added = 0; added < count; added += 1) {
      const number = this.#receiving.length;
      const position = this.#countSlots(kind);
      const transform = this.#workers.receiverTransform(this.#number, number, kind, position);
      const transceiver = addReceivingLine(this.#connection, kind, transform);
      const stream = new MediaStream([transceiver.receiver.track]);
      this.#receiving.push({ transceiver, number, stream });
    }
  }

  #countSlots(kind: "audio" | "video"): number {
    return this.#receiving.filter((line) => line.transceiver.receiver.track.kind === kind).length;
  }

  #connectionChanged(): void {
    this.#endPatience();
    const state = this.#connection.connectionState;
    if (state === "failed") this.#fail();
    if (state === "disconnected") this.#patience = setTimeout(() => this.#fail(), PATIENCE_MS);
  }

  #endPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #fail(): void {
    if (this.#isClosed || this.#transport === null) return;
    this.#events.send({ type: "transportFailed", transport: this.#transport });
  }

  #inOrder(act: () => Promise<void>): void {
    this.#last = this.#last.then(() => (this.#isClosed ? undefined : act())).catch(() => this.#fail());
  }
}

// The server relies on this order of m-lines only through the list that goes with each offer.
const SENDING_ORDER: readonly TrackKind[] = ["microphone", "camera", "screen", "screen_audio"];

// As many as a meeting of a dozen needs: each slot costs about 1 kB of SDP, each renegotiation a pause.
const AUDIO_SLOTS = 8;
const VIDEO_SLOTS = 12;

// A path that is back within two seconds is cheaper than a new handshake; waiting for "failed" takes fifteen.
const PATIENCE_MS = 2000;
