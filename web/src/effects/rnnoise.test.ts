// SPDX-License-Identifier: MIT OR Apache-2.0
/// <reference types="node" />
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { beforeAll, expect, test } from "vitest";

import { FRAME, Rnnoise } from "./rnnoise";

let module: WebAssembly.Module;
beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@jitsi/rnnoise-wasm/dist/rnnoise.wasm");
  module = new WebAssembly.Module(readFileSync(path));
});

test("a fan is taken out within a second", () => {
  const filter = new Rnnoise(module);
  const noise = fan(20);
  const before: number[] = [];
  const after: number[] = [];
  for (let index = 0; index < 150; index += 1) {
    const frame = noise();
    before.push(power(frame));
    filter.clean(frame);
    after.push(power(frame));
  }
  const ratio = mean(after.slice(100)) / mean(before.slice(100));
  expect(10 * Math.log10(ratio)).toBeLessThan(-20);
});

test("a voice with a fan behind it stays", () => {
  const filter = new Rnnoise(module);
  const noise = fan(7);
  let likelihood = 0;
  let [kept, there] = [0, 0];
  for (let index = 0; index < 200; index += 1) {
    const frame = voice(index);
    const clean = frame.slice();
    noise().forEach((sample, at) => (frame[at] = (frame[at] ?? 0) + sample));
    likelihood = Math.max(likelihood, filter.clean(frame));
    if (index < 50) continue;
    kept += power(frame);
    there += power(clean);
  }
  expect(likelihood).toBeGreaterThan(0.5);
  expect(Math.abs(10 * Math.log10(kept / there))).toBeLessThan(6);
});

test("silence stays silence", () => {
  const filter = new Rnnoise(module);
  const frame = new Float32Array(FRAME);
  for (let index = 0; index < 10; index += 1) filter.clean(frame);
  expect(power(frame)).toBe(0);
});

test("another module is refused", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  expect(() => new Rnnoise(empty)).toThrow("not the expected module");
});

/** Low noise, from a seed. */
function fan(seed: number): () => Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
  let level = 0;
  return () => Float32Array.from({ length: FRAME }, () => (level = level * 0.98 + next() * 0.01));
}

/** A vowel with a voice's overtones, on and off as syllables are. */
function voice(frame: number): Float32Array {
  return Float32Array.from({ length: FRAME }, (_, index) => {
    const time = (frame * FRAME + index) / 48_000;
    const pitch = 130 + 15 * Math.sin(2 * Math.PI * 3 * time);
    let sample = 0;
    for (let overtone = 1; overtone <= 25; overtone += 1) {
      const formant = [600, 1100, 2500].reduce((sum, peak) => sum + Math.exp(-(((overtone * pitch - peak) / 200) ** 2)), 0.02);
      sample += formant * Math.sin(2 * Math.PI * overtone * 130 * time + overtone * 5 * Math.sin(2 * Math.PI * 3 * time) / 4);
    }
    return 0.08 * sample * Math.max(0, Math.sin(2 * Math.PI * 2 * time));
  });
}

function power(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
