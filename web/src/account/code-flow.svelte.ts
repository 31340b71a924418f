// SPDX-License-Identifier: MIT OR Apache-2.0
// Proving an address by a six-digit code: where it goes, when another one may be asked for, and what came of it.

import { Act } from "./act.svelte";
import { Refused } from "./http";

/** What a proof by code needs of the server. */
export interface CodeRoutes<T> {
  begin(address: string): Promise<{ ceremony: string }>;
  finish(ceremony: string, code: string): Promise<T>;
}

/** One proof, from the address to the code. */
export class CodeFlow<T extends NonNullable<unknown>> {
  /** Sending the code. */
  readonly sending = new Act();
  /** Checking it. */
  readonly checking = new Act();
  readonly #routes: CodeRoutes<T>;
  readonly #now: () => number;
  #address = $state("");
  #ceremony = $state.raw<string | null>(null);
  #sendAgainAt = $state(0);

  /** `now` returns milliseconds. */
  constructor(routes: CodeRoutes<T>, now: () => number = () => Date.now()) {
    this.#routes = routes;
    this.#now = now;
  }

  /** Where the code went, or is to go. */
  get address(): string {
    return this.#address;
  }

  /** Whether a code is on its way. */
  get isSent(): boolean {
    return this.#ceremony !== null;
  }

  /** Seconds until another code may be asked for, at the time `now` in milliseconds. */
  secondsToWait(now: number): number {
    return Math.max(0, Math.ceil((this.#sendAgainAt - now) / 1000));
  }

  /** Has a code sent to the address. Returns whether one is on its way. */
  async send(address: string): Promise<boolean> {
    this.checking.clear();
    const begun = await this.sending.run(() => this.#routes.begin(address.trim()));
    this.#address = address.trim();
    const { problem } = this.sending;
    const wait = problem instanceof Refused ? problem.retryAfter : null;
    if (begun !== null) this.#ceremony = begun.ceremony;
    if (begun !== null || wait !== null) this.#sendAgainAt = this.#now() + (wait ?? SEND_AGAIN_AFTER_S) * 1000;
    return begun !== null;
  }

  /** Has another code sent to the same address, once that is due. */
  async sendAgain(): Promise<boolean> {
    if (this.secondsToWait(this.#now()) > 0) return false;
    return this.send(this.#address);
  }

  /** Has the code checked. Returns what the server answers, or `null` if it was refused. */
  async check(code: string): Promise<T | null> {
    const ceremony = this.#ceremony;
    if (ceremony === null) return null;
    this.sending.clear();
    return this.checking.run(() => this.#routes.finish(ceremony, code));
  }

  /** Goes back to the address. */
  reset(): void {
    this.#ceremony = null;
    this.sending.clear();
    this.checking.clear();
  }
}

// In seconds. Mail takes a few; whoever asks again sooner gets two codes, of which only the second works.
const SEND_AGAIN_AFTER_S = 30;
