// SPDX-License-Identifier: MIT OR Apache-2.0
// The background worker: finds the person in each frame and puts something else behind. What it cannot do it says, and
// never gives a frame back as it came.

import modelAddress from "@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url";

import { WasmSegmenter, initSync } from "../../generated/wasm/incamera_wasm.js";
import { compileEngine } from "../../session/engine";
import type { Backdrop, FromBackgroundWorker, ToBackgroundWorker } from "../background-messages";
import { blurRoom, outline } from "../mask";

/** Composes one frame after the other. */
class Composer {
  readonly #segmenter: WasmSegmenter;
  /** The frame as the network sees it, then the person's outline. */
  readonly #small: OffscreenCanvasRenderingContext2D;
  readonly #room = contextOf(1, 1);
  readonly #large = contextOf(1, 1);

  constructor(segmenter: WasmSegmenter) {
    this.#segmenter = segmenter;
    this.#small = contextOf(segmenter.width, segmenter.height, { willReadFrequently: true });
  }

  compose(frame: ImageBitmap, backdrop: Backdrop): ImageBitmap {
    const { width, height } = this.#small.canvas;
    // Upright frames fill only a part of what the network sees.
    const part = fitted(frame, width, height);
    this.#small.clearRect(0, 0, width, height);
    this.#small.drawImage(frame, part.x, part.y, part.width, part.height);
    const picture = this.#small.getImageData(0, 0, width, height);
    this.#segmenter.run(new Uint8Array(picture.data.buffer));
    outline(picture.data, width, height);
    this.#small.putImageData(picture, 0, 0);
    const { canvas } = this.#large;
    if (canvas.width !== frame.width || canvas.height !== frame.height) [canvas.width, canvas.height] = [frame.width, frame.height];
    this.#large.imageSmoothingQuality = "high";
    this.#large.globalCompositeOperation = "copy";
    this.#large.drawImage(this.#small.canvas, part.x, part.y, part.width, part.height, 0, 0, frame.width, frame.height);
    this.#large.globalCompositeOperation = "source-in";
    this.#large.drawImage(frame, 0, 0);
    this.#large.globalCompositeOperation = "destination-over";
    if (backdrop.type === "blur") this.#drawRoom(picture, part);
    else this.#drawPicture(backdrop.picture);
    return canvas.transferToImageBitmap();
  }

  #drawRoom(picture: ImageData, part: Box): void {
    const blurred = blurRoom(picture.data, picture.width, picture.height);
    const { canvas } = this.#room;
    if (canvas.width !== blurred.width || canvas.height !== blurred.height) [canvas.width, canvas.height] = [blurred.width, blurred.height];
    this.#room.putImageData(new ImageData(blurred.room, blurred.width, blurred.height), 0, 0);
    const scale = blurred.width / picture.width;
    const { width, height } = this.#large.canvas;
    this.#large.drawImage(canvas, part.x * scale, part.y * scale, part.width * scale, part.height * scale, 0, 0, width, height);
  }

  #drawPicture(picture: ImageBitmap): void {
    const { width, height } = this.#large.canvas;
    // Covers: what does not fit is cut off on both sides.
    const part = fitted({ width, height }, picture.width, picture.height);
    this.#large.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, width, height);
  }
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The largest box of `shape`'s proportions in the middle of `width` by `height`. */
function fitted(shape: { width: number; height: number }, width: number, height: number): Box {
  const scale = Math.min(width / shape.width, height / shape.height);
  const [across, down] = [shape.width * scale, shape.height * scale];
  return { x: (width - across) / 2, y: (height - down) / 2, width: across, height: down };
}

function contextOf(width: number, height: number, options: { willReadFrequently?: boolean } = {}): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", options);
  if (context === null) throw new Error("no canvas");
  return context;
}

async function loadComposer(): Promise<Composer> {
  const [module, response] = await Promise.all([compileEngine(), fetch(modelAddress)]);
  if (!response.ok) throw new Error("the network could not be loaded");
  initSync({ module });
  return new Composer(new WasmSegmenter(new Uint8Array(await response.arrayBuffer())));
}

function tell(message: FromBackgroundWorker, transferred: Transferable[] = []): void {
  self.postMessage(message, { transfer: transferred });
}

let backdrop: Backdrop | null = null;
const loading = loadComposer();
loading.then(
  () => setInterval(() => tell({ type: "tick" }), FRAME_MS),
  () => tell({ type: "failed" }),
);

self.addEventListener("message", ({ data }: MessageEvent<ToBackgroundWorker>) => {
  if (data.type === "backdrop") {
    backdrop = data.backdrop;
    return;
  }
  const { frame } = data;
  void loading
    .then((composer) => {
      if (backdrop === null) throw new Error("no backdrop");
      const composed = composer.compose(frame, backdrop);
      tell({ type: "frame", frame: composed }, [composed]);
    })
    .catch(() => tell({ type: "failed" }))
    .finally(() => frame.close());
});

// Of the thirty that a camera gives in a second as many as a canvas needs to look alive; each costs the same.
const FRAME_MS = 40;
