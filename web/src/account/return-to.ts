// SPDX-License-Identifier: MIT OR Apache-2.0
// Where to go on after signing in. It is kept in the tab and not in an address: a meeting's address holds its secret,
// and what stands in a query is sent to the server.

/** Remembers one address of this site for as long as the tab is open. */
export class ReturnTo {
  readonly #storage: Storage | null;

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  /** Opens the tab's storage. */
  static ofBrowser(): ReturnTo {
    try {
      return new ReturnTo(sessionStorage);
    } catch {
      return new ReturnTo(null);
    }
  }

  /** Remembers path, query and fragment. Anything else is ignored. */
  remember(address: string): void {
    if (!isOwnAddress(address)) return;
    try {
      this.#storage?.setItem(KEY, address);
    } catch {
      // The person lands on their account page.
    }
  }

  /** Returns the address, and forgets it. */
  take(): string | null {
    try {
      const address = this.#storage?.getItem(KEY) ?? null;
      this.#storage?.removeItem(KEY);
      return address !== null && isOwnAddress(address) ? address : null;
    } catch {
      return null;
    }
  }
}

/** A path of this site: two slashes or a backslash behind the first one would lead to another. */
function isOwnAddress(address: string): boolean {
  return /^\/(?![/\\])[^\\\u0000-\u0020]*$/.test(address);
}

const KEY = "incamera.return";
