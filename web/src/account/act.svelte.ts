// SPDX-License-Identifier: MIT OR Apache-2.0
// One thing that a button or a form does: whether it is under way, and what went wrong the last time.

/** The person changed their mind: nothing to report. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

/** Runs one thing at a time. */
export class Act {
  #isBusy = $state(false);
  #problem = $state.raw<unknown>(null);

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What the last run threw; `null` after one that went well or was cancelled. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Returns what `what` resolves to, or `null` if it failed, was cancelled, or something is under way already. */
  async run<T extends NonNullable<unknown>>(what: () => Promise<T>): Promise<T | null> {
    if (this.#isBusy) return null;
    this.#isBusy = true;
    this.#problem = null;
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof Cancelled)) this.#problem = error;
      return null;
    } finally {
      this.#isBusy = false;
    }
  }

  /** Forgets what went wrong. */
  clear(): void {
    this.#problem = null;
  }
}
