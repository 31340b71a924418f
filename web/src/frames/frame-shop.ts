// SPDX-License-Identifier: MIT OR Apache-2.0
// Carries frames between the browser's transforms and the engine. Fails closed: what cannot be sealed or opened is
// dropped, and so is everything before the engine and the keys are there.

import type { TrackKind } from "../generated";
import { WasmFrames, initSync } from "../generated/wasm/incamera_wasm.js";
import type { ToFrames } from "../session/messages";
import { CryptoKeys } from "./crypto-keys";
import { InOrder } from "./in-order";
import { KeyframeNeed, type Outcome } from "./keyframe-need";
import type { FrameCounts, FromFrameWorker, TransformOptions } from "./messages";

type Frame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;
/** One receiving m-line of one transport. */
interface Slot {
  transport: number;
  mid: string;
}
type ReceiveOptions = Extract<TransformOptions, { side: "receive" }>;

/** The frames of one worker, whatever their transport. */
export class FrameShop {
  readonly #toPage: (message: FromFrameWorker) => void;
  readonly #keys = new CryptoKeys();
  readonly #slotByLine = new Map<string, Slot>();
  #frames: WasmFrames | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sealed = 0;
  #opened = 0;

  constructor(toPage: (message: FromFrameWorker) => void) {
    this.#toPage = toPage;
  }

  handleKeys(message: ToFrames, canSend: boolean): void {
    switch (message.type) {
      case "engine":
        initSync({ module: message.module });
        this.#frames = new WasmFrames(canSend);
        return;
      case "keys":
        this.#frames?.handleUpdate(performance.now(), message.update);
        this.#armTimer();
    }
  }

  bindLine(peer: number, line: number, slot: Slot): void {
    this.#slotByLine.set(lineKey(peer, line), slot);
  }

  forgetPeer(peer: number): void {
    for (const key of this.#slotByLine.keys()) {
      if (key.startsWith(`${peer}:`)) this.#slotByLine.delete(key);
    }
  }

  counts(): FrameCounts {
    const drops = JSON.parse(this.#frames?.drops() ?? "{}") as Partial<Record<"sealing" | "opening", Record<string, number>>>;
    return {
      sealed: this.#sealed,
      opened: this.#opened,
      droppedSealing: drops.sealing ?? {},
      droppedOpening: drops.opening ?? {},
    };
  }

  /** Seals every frame of one sending track until its peer connection closes. */
  async pumpSending(transformer: RTCRtpScriptTransformer, kind: TrackKind): Promise<void> {
    const context = CONTEXT_BY_KIND[kind];
    await pump(transformer, (frame) => {
      const frames = this.#frames;
      if (frames === null) return false;
      if (isForBrowser(frame)) return this.#sealInBrowser(frames, context, frame);
      const sealed = frames.seal(context, new Uint8Array(frame.data));
      return sealed !== undefined && this.#finishSealing(frame, sealed.buffer as ArrayBuffer);
    });
  }

  /** Opens every frame of one receiving line until its peer connection closes. */
  async pumpReceiving(transformer: RTCRtpScriptTransformer, options: ReceiveOptions): Promise<void> {
    const key = lineKey(options.peer, options.line);
    const need = new KeyframeNeed();
    await pump(transformer, (frame) => {
      const frames = this.#frames;
      const slot = this.#slotByLine.get(key);
      if (slot === undefined || frames === null) return false;
      const note = (outcome: Outcome): boolean => {
        if (options.isVideo && need.handleFrame(performance.now(), outcome, isKeyframe(frame))) {
          this.#toPage({ type: "keyframeWanted", ...slot });
        }
        if (outcome === "lost" && frames.pollBehind(performance.now())) this.#toPage({ type: "keysMissing" });
        return outcome === "opened";
      };
      if (isForBrowser(frame)) return this.#openInBrowser(frames, slot, frame).then(note);
      const opened = frames.open(performance.now(), slot.transport, slot.mid, new Uint8Array(frame.data));
      return note(opened === undefined ? refusalOf(frames) : this.#finishOpening(frame, opened.buffer as ArrayBuffer));
    });
  }

  async #sealInBrowser(frames: WasmFrames, context: number, frame: Frame): Promise<boolean> {
    const prepared = frames.prepareSeal(context);
    if (prepared === undefined) return false;
    const { header, nonce, aad } = prepared;
    const key = await this.#keys.keyFor(frames, prepared.key, "encrypt");
    const ciphertext = await crypto.subtle.encrypt(aesGcm(nonce, aad), key, frame.data);
    const sealed = new Uint8Array(header.length + ciphertext.byteLength);
    sealed.set(header);
    sealed.set(new Uint8Array(ciphertext), header.length);
    return this.#finishSealing(frame, sealed.buffer);
  }

  async #openInBrowser(frames: WasmFrames, slot: Slot, frame: Frame): Promise<Outcome> {
    const start = new Uint8Array(frame.data, 0, Math.min(frame.data.byteLength, MOST_HEADER_BYTES));
    const prepared = frames.prepareOpen(performance.now(), slot.transport, slot.mid, start);
    if (prepared === undefined) return refusalOf(frames);
    try {
      const nonce = prepared.nonce as Uint8Array<ArrayBuffer>;
      const aad = prepared.aad as Uint8Array<ArrayBuffer>;
      const ciphertext = new Uint8Array(frame.data, prepared.headerLength);
      const key = await this.#keys.keyFor(frames, prepared.key, "decrypt");
      const opened = await crypto.subtle.decrypt(aesGcm(nonce, aad), key, ciphertext);
      const mayPass = frames.commitOpen(performance.now(), prepared);
      return mayPass ? this.#finishOpening(frame, opened) : refusalOf(frames);
    } catch {
      frames.rejectOpen();
      return "lost";
    } finally {
      prepared.free();
    }
  }

  #finishSealing(frame: Frame, sealed: ArrayBuffer): true {
    frame.data = sealed;
    this.#sealed += 1;
    return true;
  }

  #finishOpening(frame: Frame, opened: ArrayBuffer): Outcome {
    frame.data = opened;
    this.#opened += 1;
    return "opened";
  }

  /** Erases keys when their time is over, whether frames come or not. */
  #armTimer(): void {
    clearTimeout(this.#timer);
    const at = this.#frames?.pollTimeout();
    if (at === undefined) return;
    this.#timer = setTimeout(() => {
      this.#frames?.handleTimeout(performance.now());
      this.#armTimer();
    }, at - performance.now());
  }
}

/** Moves frames from one end to the other, in order, leaving out those that `pass` refuses. */
async function pump(
  transformer: RTCRtpScriptTransformer,
  pass: (frame: Frame) => boolean | Promise<boolean>,
): Promise<void> {
  const reader = (transformer.readable as ReadableStream<Frame>).getReader();
  const writer = (transformer.writable as WritableStream<Frame>).getWriter();
  const queue = new InOrder<Frame>((frame) => void writer.write(frame).catch(() => undefined));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      queue.add(value, pass(value));
    }
  } catch {
    // The peer connection closed in the middle of a frame.
  }
}

/** Below this the crossing into the engine is cheaper than the browser's round trip to another thread. */
function isForBrowser(frame: Frame): boolean {
  return frame.data.byteLength >= FROM_BYTES;
}

function aesGcm(iv: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData, tagLength: 128 };
}

function refusalOf(frames: WasmFrames): Outcome {
  return frames.wasRepeated() ? "repeated" : "lost";
}

function isKeyframe(frame: Frame): boolean {
  return "type" in frame && frame.type === "key";
}

function lineKey(peer: number, line: number): string {
  return `${peer}:${line}`;
}

/** The SFrame track contexts (RFC 9605, section 5.2), as the protocol numbers them. */
const CONTEXT_BY_KIND: Record<TrackKind, number> = { microphone: 0, camera: 1, screen: 2, screen_audio: 3 };

// Measured in microseconds a frame, engine against browser with four in flight: Chromium 38 to 14 at 1 kB and 350 to 40 at
// 10 kB, Firefox 40 to 50 and 350 to 46. Opus frames stay far below it, so audio never waits.
const FROM_BYTES = 1024;

// RFC 9605, section 4.3: a configuration byte, a key id and a counter of at most 8 bytes each.
const MOST_HEADER_BYTES = 17;
