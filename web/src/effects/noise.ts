// SPDX-License-Identifier: MIT OR Apache-2.0
// Cleans a microphone's sound of noise with RNNoise, in an audio worklet. Nothing of it leaves the device.

import wasmAddress from "@jitsi/rnnoise-wasm/dist/rnnoise.wasm?url";

import type { ToNoiseWorklet, FromNoiseWorklet } from "./noise-messages";
import workletAddress from "./noise-worklet?worker&url";

/** A track without the noise of the one it was made from. */
export interface CleanedTrack {
  track: MediaStreamTrack;
  /** Ends it; the track that it was made from goes on. */
  stop(): void;
}

/**
 * Cleans `track`. Resolves once clean sound flows: a browser that runs no AudioContext would otherwise silence the person.
 * Calls `stalled` when it flows no more.
 */
export async function cleanNoise(track: MediaStreamTrack, stalled: () => void): Promise<CleanedTrack> {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
  try {
    return await build(context, track, stalled);
  } catch (error) {
    void context.close().catch(() => undefined);
    throw error;
  }
}

async function build(context: AudioContext, track: MediaStreamTrack, stalled: () => void): Promise<CleanedTrack> {
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const [wasm] = await Promise.all([loadFilter(), context.audioWorklet.addModule(workletAddress)]);
  const node = new AudioWorkletNode(context, "noise", { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1], channelCount: 1, channelCountMode: "explicit" });
  const output = context.createMediaStreamDestination();
  const [cleaned] = output.stream.getAudioTracks();
  if (cleaned === undefined) throw new Error("no track");
  source.connect(node).connect(output);
  const flowing = firstSound(node);
  node.port.postMessage({ wasm } satisfies ToNoiseWorklet, [wasm]);
  await Promise.all([flowing, context.resume()].map(inTime));
  node.addEventListener("processorerror", stalled);
  context.addEventListener("statechange", () => {
    if (context.state !== "running") stalled();
  });
  return {
    track: cleaned,
    stop: () => {
      cleaned.stop();
      source.disconnect();
      void context.close().catch(() => undefined);
    },
  };
}

function firstSound(node: AudioWorkletNode): Promise<void> {
  return new Promise((resolve, reject) => {
    node.port.onmessage = ({ data }: MessageEvent<FromNoiseWorklet>) => {
      if (data.type === "flowing") resolve();
      else reject(new Error("the worklet could not start"));
    };
  });
}

function inTime(waiting: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no sound flows")), PATIENCE_MS);
    waiting.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function loadFilter(): Promise<ArrayBuffer> {
  const response = await fetch(wasmAddress);
  if (!response.ok) throw new Error("the filter could not be loaded");
  return await response.arrayBuffer();
}

// RNNoise knows no other rate.
const SAMPLE_RATE = 48_000;

// Starting takes a tenth of a second; longer than this, and it is better to send the sound as it is.
const PATIENCE_MS = 4000;
