// SPDX-License-Identifier: MIT OR Apache-2.0
// The audio thread's side of noise suppression: blocks in, clean blocks out. It knows no track and no page.

import { FrameBuffer } from "./frames";
import type { FromNoiseWorklet, ToNoiseWorklet } from "./noise-messages";
import { FRAME, Rnnoise } from "./rnnoise";

// Web Audio, section 1.32: the audio thread's global scope is in no library of TypeScript's.
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class NoiseProcessor extends AudioWorkletProcessor {
  #frames: FrameBuffer | null = null;
  #hasTold = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToNoiseWorklet>) => {
      try {
        const filter = new Rnnoise(new WebAssembly.Module(data.wasm));
        this.#frames = new FrameBuffer(FRAME, (frame) => void filter.clean(frame));
      } catch {
        this.#tell({ type: "failed" });
      }
    };
  }

  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const [into] = input ?? [];
    const [out] = output ?? [];
    if (this.#frames === null || into === undefined || out === undefined) return true;
    this.#frames.pass(into, out);
    if (!this.#hasTold) this.#tell({ type: "flowing" });
    this.#hasTold = true;
    return true;
  }

  #tell(message: FromNoiseWorklet): void {
    this.port.postMessage(message);
  }
}

registerProcessor("noise", NoiseProcessor);
