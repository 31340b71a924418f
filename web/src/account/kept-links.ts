// SPDX-License-Identifier: MIT OR Apache-2.0
// The invitations of the account's own meetings, by meeting. Their secrets are in this browser and nowhere else: the
// server has never seen them. Host keys are kept elsewhere, by the session worker.

import { readLink } from "../room/link";

/** What this browser holds of the account's links. Storage that is full or forbidden is as good as empty. */
export class KeptLinks {
  readonly #storage: Storage | null;

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  /** Opens the browser's storage. */
  static ofBrowser(): KeptLinks {
    try {
      return new KeptLinks(localStorage);
    } catch {
      return new KeptLinks(null);
    }
  }

  /** Returns path and fragment of a meeting's invitation if this browser holds it. */
  address(meeting: string): string | null {
    try {
      const address = this.#storage?.getItem(KEY + meeting) ?? null;
      const read = address === null ? null : readLink(address);
      return read === null || typeof read === "string" || read.meeting !== meeting ? null : read.address;
    } catch {
      return null;
    }
  }

  /** Keeps an invitation, whole or as path and fragment. Returns whether it is kept: a host link never is. */
  keep(link: string): boolean {
    const read = readLink(link);
    if (typeof read === "string" || read.isHostLink) return false;
    try {
      this.#storage?.setItem(KEY + read.meeting, read.address);
    } catch {
      return false;
    }
    return this.#storage !== null;
  }

  /** Forgets a meeting's invitation. */
  forget(meeting: string): void {
    try {
      this.#storage?.removeItem(KEY + meeting);
    } catch {
      // Nothing was kept there.
    }
  }

  /** Forgets every invitation. */
  forgetAll(): void {
    try {
      const storage = this.#storage;
      if (storage === null) return;
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      for (const key of keys) if (key?.startsWith(KEY)) storage.removeItem(key);
    } catch {
      // Nothing was kept there.
    }
  }
}

const KEY = "incamera.invitation.";
