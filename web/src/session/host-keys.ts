// SPDX-License-Identifier: MIT OR Apache-2.0
// The seeds of host keys that this browser holds, by meeting. Only the session worker reads or writes them.

import { type KeptIn, withStore } from "../kept-store";

/** Returns the seed of the meeting's host key if this browser holds it. */
export async function loadHostSeed(meeting: string): Promise<Uint8Array | null> {
  const seed: unknown = await withStore(STORE, "readonly", (store) => store.get(meeting));
  return seed instanceof Uint8Array ? seed : null;
}

/** Keeps the seed of a meeting's host key. */
export async function keepHostSeed(meeting: string, seed: Uint8Array): Promise<void> {
  await withStore(STORE, "readwrite", (store) => store.put(seed, meeting));
}

const STORE: KeptIn = { database: "incamera", store: "host_keys" };
