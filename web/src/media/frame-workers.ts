// SPDX-License-Identifier: MIT OR Apache-2.0
// The frame workers of one client: the first one seals everything and opens most; in Firefox a second one opens the
// slots that the first could not keep up with.

import type { TrackKind } from "../generated";
import type { FrameCounts, FromFrameWorker, ToFrameWorker, TransformOptions } from "../frames/messages";

/** What frame workers report. */
export interface FrameWorkerEvents {
  keyframeWanted(transport: number, mid: string): void;
  keysMissing(): void;
  broken(): void;
}

/** Lives as long as the client: sealing counters are nonces, so the sealing worker is never replaced under the same keys. */
export class FrameWorkers {
  readonly #workers: Worker[];
  readonly #countRequests = new Map<number, (counts: FrameCounts) => void>();
  readonly #workerByLine = new Map<string, Worker>();
  #nextRequest = 0;
  #nextPeer = 0;

  /** Starts the workers; `connect` hands the other end of each one's key port to the session worker. */
  constructor(events: FrameWorkerEvents, connect: (port: MessagePort) => void) {
    this.#workers = Array.from({ length: isFirefox() ? 2 : 1 }, (_, index) => {
      const worker = new Worker(new URL("../frames/worker.ts", import.meta.url), { type: "module", name: "frames" });
      const { port1, port2 } = new MessageChannel();
      const begin: ToFrameWorker = { type: "begin", canSend: index === 0, keys: port1 };
      worker.postMessage(begin, [port1]);
      connect(port2);
      worker.addEventListener("message", (event: MessageEvent<FromFrameWorker>) => this.#handle(event.data, events));
      worker.addEventListener("error", () => events.broken());
      return worker;
    });
  }

  senderTransform(kind: TrackKind): RTCRtpScriptTransform {
    return transformIn(this.#sealing(), { side: "send", kind });
  }

  /** `position` counts the slots of the same medium. */
  receiverTransform(peer: number, line: number, medium: "audio" | "video", position: number): RTCRtpScriptTransform {
    const worker = (position < SLOTS_OF_FIRST_WORKER ? undefined : this.#workers[1]) ?? this.#sealing();
    this.#workerByLine.set(`${peer}:${line}`, worker);
    return transformIn(worker, { side: "receive", peer, line, isVideo: medium === "video" });
  }

  /** Returns a number for a new peer connection. */
  numberPeer(): number {
    return this.#nextPeer++;
  }

  /** Says which slot a line is: before it, the line's frames are dropped. */
  bindLine(peer: number, line: number, transport: number, mid: string): void {
    const worker = this.#workerByLine.get(`${peer}:${line}`);
    if (worker !== undefined) post(worker, { type: "line", peer, line, transport, mid });
  }

  closePeer(peer: number): void {
    for (const worker of this.#workers) post(worker, { type: "peerClosed", peer });
    for (const key of this.#workerByLine.keys()) {
      if (key.startsWith(`${peer}:`)) this.#workerByLine.delete(key);
    }
  }

  /** Returns what each worker has counted. */
  counts(): Promise<FrameCounts[]> {
    return Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<FrameCounts>((resolve) => {
            const request = this.#nextRequest++;
            this.#countRequests.set(request, resolve);
            post(worker, { type: "count", request });
          }),
      ),
    );
  }

  close(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  #sealing(): Worker {
    const [worker] = this.#workers;
    if (worker === undefined) throw new Error("there is always a first worker");
    return worker;
  }

  #handle(message: FromFrameWorker, events: FrameWorkerEvents): void {
    switch (message.type) {
      case "keyframeWanted":
        return events.keyframeWanted(message.transport, message.mid);
      case "keysMissing":
        return events.keysMissing();
      case "counts":
        this.#countRequests.get(message.request)?.(message.counts);
        this.#countRequests.delete(message.request);
    }
  }
}

function transformIn(worker: Worker, options: TransformOptions): RTCRtpScriptTransform {
  return new RTCRtpScriptTransform(worker, options);
}

function post(worker: Worker, message: ToFrameWorker): void {
  worker.postMessage(message);
}

function isFirefox(): boolean {
  return navigator.userAgent.includes("Firefox/");
}

// Firefox saturates a worker at about 2000 frames a second: fifteen people's audio and video make 1200.
const SLOTS_OF_FIRST_WORKER = 15;
