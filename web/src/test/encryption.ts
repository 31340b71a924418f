// SPDX-License-Identifier: MIT OR Apache-2.0
// Whether this browser seals and opens: the engine and the browser's own cryptography open what the other one sealed, and
// frame workers do the same with what goes over the network.

import { initSync, rehearsalKeys, WasmFrames } from "../generated/wasm/incamera_wasm.js";
import { FrameWorkers } from "../media/frame-workers";
import { compileEngine } from "../session/engine";
import type { ToFrames } from "../session/messages";
import { SLOT } from "./path";

/** The engine with keys that are of no meeting. */
export interface Rehearsal {
  workers: FrameWorkers;
  /** Whether engine and browser open each other's frames. */
  agree: boolean;
  close(): void;
}

/** Loads the engine and gives its keys to frame workers. Rejects if the engine cannot run here. */
export async function rehearse(transports: readonly number[]): Promise<Rehearsal> {
  const module = await compileEngine();
  initSync({ module });
  const keys = rehearsalKeys(crypto.getRandomValues(new Uint8Array(32)), new Uint32Array(transports), SLOT);
  const workers = new FrameWorkers({ keyframeWanted: ignore, keysMissing: ignore, broken: ignore }, (port) => {
    const messages: ToFrames[] = [{ type: "engine", module }, ...keys.map((update): ToFrames => ({ type: "keys", update }))];
    for (const message of messages) port.postMessage(message);
  });
  return { workers, agree: await agree(transports[0] ?? 0), close: () => workers.close() };
}

/** Seals with the one and opens with the other, both ways round. */
async function agree(transport: number): Promise<boolean> {
  const frames = new WasmFrames(true);
  try {
    for (const update of rehearsalKeys(crypto.getRandomValues(new Uint8Array(32)), new Uint32Array([transport]), SLOT)) frames.handleUpdate(0, update);
    const frame = crypto.getRandomValues(new Uint8Array(200));
    const byBrowser = await sealInBrowser(frames, frame);
    const byEngine = frames.seal(MICROPHONE, frame);
    if (byBrowser === null || byEngine === undefined) return false;
    return isSame(frames.open(0, transport, SLOT, byBrowser), frame) && isSame(await openInBrowser(frames, transport, byEngine), frame);
  } catch {
    return false;
  } finally {
    frames.free();
  }
}

async function sealInBrowser(frames: WasmFrames, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  const prepared = frames.prepareSeal(MICROPHONE);
  const key = prepared === undefined ? undefined : frames.keyBytes(prepared.key);
  if (prepared === undefined || key === undefined) return null;
  const imported = await crypto.subtle.importKey("raw", key as Uint8Array<ArrayBuffer>, "AES-GCM", false, ["encrypt"]);
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv: prepared.nonce, additionalData: prepared.aad, tagLength: 128 }, imported, frame);
  return new Uint8Array([...prepared.header, ...new Uint8Array(ciphertext)]);
}

async function openInBrowser(frames: WasmFrames, transport: number, sealed: Uint8Array): Promise<Uint8Array | undefined> {
  const prepared = frames.prepareOpen(0, transport, SLOT, sealed);
  const key = prepared === undefined ? undefined : frames.keyBytes(prepared.key);
  if (prepared === undefined || key === undefined) return undefined;
  const imported = await crypto.subtle.importKey("raw", key as Uint8Array<ArrayBuffer>, "AES-GCM", false, ["decrypt"]);
  const [iv, additionalData] = [prepared.nonce, prepared.aad] as Uint8Array<ArrayBuffer>[];
  const ciphertext = sealed.slice(prepared.headerLength) as Uint8Array<ArrayBuffer>;
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: iv!, additionalData: additionalData!, tagLength: 128 }, imported, ciphertext);
  return frames.commitOpen(0, prepared) ? new Uint8Array(opened) : undefined;
}

function isSame(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function ignore(): void {
  // A test has no meeting to ask for keys or keyframes; what does not open is counted.
}

/** The SFrame track context of a microphone (RFC 9605, section 5.2). */
const MICROPHONE = 0;
