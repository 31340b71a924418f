// SPDX-License-Identifier: MIT OR Apache-2.0
// A store of keys and values that this browser keeps, on the disk of whoever uses it. Knows nothing of what is in it.

/** One store, alone in a database of its own name. */
export interface KeptIn {
  database: string;
  store: string;
}

/** Does one thing with the store, and returns what came of it once it is on the disk. Rejects if the browser keeps nothing. */
export async function withStore<T>(where: KeptIn, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await openDatabase(where);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(where.store, mode);
      const request = act(transaction.objectStore(where.store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("transaction aborted"));
    });
  } finally {
    database.close();
  }
}

function openDatabase({ database, store }: KeptIn): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });
}
