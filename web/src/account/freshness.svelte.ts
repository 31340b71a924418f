// SPDX-License-Identifier: MIT OR Apache-2.0
// Acts that the server allows only to somebody who has just signed in: they wait for a new sign-in, then go on.

import { Cancelled } from "./act.svelte";
import { Refused } from "./http";

/** Whether a fresh sign-in is asked for, and what waits for it. */
export class Freshness {
  #waiting = $state.raw<{ resolve: () => void; reject: (reason: Cancelled) => void } | null>(null);

  /** Whether the person is to confirm that it is them. */
  get isWanted(): boolean {
    return this.#waiting !== null;
  }

  /** Runs the act; if the server wants a fresh sign-in, asks for one and runs it again. Rejects with `Cancelled` without one. */
  async run<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "fresh_sign_in_needed") throw error;
    }
    await this.#ask();
    return act();
  }

  /** The person has signed in again. */
  confirm(): void {
    this.#take()?.resolve();
  }

  /** The person would rather not. */
  cancel(): void {
    this.#take()?.reject(new Cancelled());
  }

  #ask(): Promise<void> {
    this.cancel();
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  #take(): { resolve: () => void; reject: (reason: Cancelled) => void } | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
