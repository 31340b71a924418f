// SPDX-License-Identifier: MIT OR Apache-2.0
// Puts something else behind the person in a camera's picture. Nothing of it leaves the device, and no frame goes out as
// the camera gave it: what cannot be composed is not sent.

import type { Backdrop, FromBackgroundWorker, ToBackgroundWorker } from "./background-messages";
import { Lateness, STUCK_MS } from "./lateness";
import BackgroundWorker from "./worker/background?worker";

/** A track with something else behind the person of the one it was made from. */
export interface ComposedTrack {
  track: MediaStreamTrack;
  /** Puts something else there, from the next frame on. */
  put(backdrop: Backdrop): void;
  /** Ends it; the track that it was made from goes on. */
  stop(): void;
}

/** Why it ended by itself. */
export type Ended = "too_slow" | "failed";

/** Composes `source`. Resolves with the first composed frame. Calls `ended` when there will be no more. */
export async function replaceBackground(source: MediaStreamTrack, backdrop: Backdrop, ended: (why: Ended) => void): Promise<ComposedTrack> {
  const composing = new Composing(source, ended);
  try {
    composing.put(backdrop);
    return { track: await composing.begin(), put: (next) => composing.put(next), stop: () => composing.stop() };
  } catch (error) {
    composing.stop();
    throw error;
  }
}

class Composing {
  readonly #source: MediaStreamTrack;
  readonly #ended: (why: Ended) => void;
  readonly #worker = new BackgroundWorker();
  readonly #video = document.createElement("video");
  readonly #canvas = document.createElement("canvas");
  readonly #lateness = new Lateness();
  #track: MediaStreamTrack | null = null;
  #first: { resolve: (track: MediaStreamTrack) => void; reject: (why: Error) => void } | null = null;
  /** When the frame was taken that the worker has; `null` while it has none. */
  #takenAt: number | null = null;
  #stuck: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(source: MediaStreamTrack, ended: (why: Ended) => void) {
    this.#source = source;
    this.#ended = ended;
    this.#worker.onmessage = ({ data }: MessageEvent<FromBackgroundWorker>) => this.#handle(data);
    this.#worker.onerror = () => this.#end("failed");
  }

  put(backdrop: Backdrop): void {
    this.#tell({ type: "backdrop", backdrop }, backdrop.type === "picture" ? [backdrop.picture] : []);
  }

  begin(): Promise<MediaStreamTrack> {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([this.#source]);
    this.#watch(LOADING_MS);
    return new Promise((resolve, reject) => {
      this.#first = { resolve, reject };
      // Muted pictures may always play; one that does not gives no frames, and that is noticed.
      this.#video.play().catch(() => undefined);
    });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#stuck);
    this.#worker.terminate();
    this.#track?.stop();
    this.#video.srcObject = null;
  }

  #handle(message: FromBackgroundWorker): void {
    if (this.#isStopped) return message.type === "frame" ? message.frame.close() : undefined;
    switch (message.type) {
      case "tick":
        return void this.#take();
      case "frame":
        return this.#show(message.frame);
      case "failed":
        return this.#end("failed");
    }
  }

  async #take(): Promise<void> {
    // What is not ready for the next one is asked again with the next tick.
    if (this.#takenAt !== null || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#takenAt = performance.now();
    this.#watch(STUCK_MS);
    try {
      const frame = await createImageBitmap(this.#video);
      if (this.#isStopped) return frame.close();
      this.#tell({ type: "frame", frame }, [frame]);
    } catch {
      // The camera is changing over, and has no picture at this moment.
      this.#takenAt = null;
    }
  }

  #show(frame: ImageBitmap): void {
    const took = performance.now() - (this.#takenAt ?? 0);
    this.#takenAt = null;
    const { width, height } = frame;
    if (this.#canvas.width !== width || this.#canvas.height !== height) [this.#canvas.width, this.#canvas.height] = [width, height];
    this.#canvas.getContext("2d", { alpha: false })?.drawImage(frame, 0, 0);
    frame.close();
    this.#watch(STUCK_MS);
    if (this.#first !== null) this.#open();
    // The first ones run code that the browser has yet to make quick.
    else if (this.#lateness.handleFrame(took)) this.#end("too_slow");
  }

  #open(): void {
    const [track] = this.#canvas.captureStream().getVideoTracks();
    if (track === undefined) return this.#end("failed");
    this.#track = track;
    this.#first?.resolve(track);
    this.#first = null;
  }

  #watch(patience: number): void {
    clearTimeout(this.#stuck);
    this.#stuck = setTimeout(() => this.#end("too_slow"), patience);
  }

  #end(why: Ended): void {
    if (this.#isStopped) return;
    this.stop();
    if (this.#first === null) return this.#ended(why);
    this.#first.reject(new Error(why));
    this.#first = null;
  }

  #tell(message: ToBackgroundWorker, transferred: Transferable[]): void {
    this.#worker.postMessage(message, transferred);
  }
}

// One megabyte over a slow line, and a device that is busy joining.
const LOADING_MS = 20_000;
