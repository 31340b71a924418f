// SPDX-License-Identifier: MIT OR Apache-2.0
/// <reference types="node" />
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { beforeAll, expect, test } from "vitest";

import { WasmSegmenter, initSync } from "../generated/wasm/incamera_wasm.js";

let network: Uint8Array;
beforeAll(() => {
  initSync({ module: readFileSync(new URL("../generated/wasm/incamera_wasm_bg.wasm", import.meta.url)) });
  network = readFileSync(createRequire(import.meta.url).resolve("@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite"));
});

test("a person before a wall is told from the wall", () => {
  const { width, likelihood } = judged((x, y) => figure(x - 128, y) ?? [150 + ((x >> 4) % 2) * 40, 160, 140]);
  expect(likelihood(128, 65)).toBeGreaterThan(200);
  expect(likelihood(128, 130)).toBeGreaterThan(200);
  for (const x of [8, 40, width - 40, width - 8]) expect(likelihood(x, 60)).toBeLessThan(25);
});

test("where the person moves, the answer moves", () => {
  const { likelihood } = judged((x, y) => figure(x - 78, y) ?? [90, 110, 120]);
  expect(likelihood(78, 65)).toBeGreaterThan(200);
  expect(likelihood(190, 65)).toBeLessThan(25);
});

test("an empty room has nobody in it", () => {
  const { likelihood } = judged((x) => [150 + ((x >> 4) % 2) * 40, 160, 140]);
  expect(likelihood(128, 72)).toBeLessThan(25);
});

test("what is no network is refused", () => {
  expect(() => new WasmSegmenter(network.slice(0, 5000))).toThrow();
  expect(() => new WasmSegmenter(new Uint8Array())).toThrow();
});

function judged(colour: (x: number, y: number) => readonly number[]): { width: number; likelihood: (x: number, y: number) => number } {
  const segmenter = new WasmSegmenter(network);
  const { width, height } = segmenter;
  const picture = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) picture.set([...colour(at % width, Math.floor(at / width)), 255], at * 4);
  segmenter.run(picture);
  segmenter.free();
  return { width, likelihood: (x, y) => picture[(y * width + x) * 4 + 3] ?? NaN };
}

/** A drawn person around the middle; `null` beside. */
function figure(x: number, y: number): readonly number[] | null {
  const within = (across: number, down: number, left: number, top: number): boolean => ((x - left) / across) ** 2 + ((y - top) / down) ** 2 < 1;
  if (within(4, 2.5, -10, 58) || within(4, 2.5, 10, 58)) return [40, 35, 35];
  if (within(9, 2.5, 0, 79)) return [180, 80, 80];
  if (within(29, 34, 0, 52) && (y < 44 || Math.abs(x) > 23)) return [60, 40, 30];
  if (within(26, 34, 0, 62) || (Math.abs(x) < 12 && y > 80 && y < 110)) return [224, 180, 155];
  return within(70, 55, 0, 150) ? [40, 60, 110] : null;
}
