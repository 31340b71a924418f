// SPDX-License-Identifier: MIT OR Apache-2.0
// The seeds of host keys that this browser holds, by meeting. Only the session worker reads or writes them.

/** Returns the seed of the meeting's host key if this browser holds it. */
export async function loadHostSeed(meeting: string): Promise<Uint8Array | null> {
  const seed: unknown = await withStore("readonly", (store) => store.get(meeting));
  return seed instanceof Uint8Array ? seed : null;
}

/** Keeps the seed of a meeting's host key. */
export async function keepHostSeed(meeting: string, seed: Uint8Array): Promise<void> {
  await withStore("readwrite", (store) => store.put(seed, meeting));
}

async function withStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("transaction aborted"));
    });
  } finally {
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });
}

const DATABASE = "incamera";
const STORE = "host_keys";
