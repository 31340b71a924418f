// SPDX-License-Identifier: MIT OR Apache-2.0
// The timer as the page counts it: the session says how much is left once, the page's clock does the rest.

import type { TimerView } from "../generated";

/** Follows the session's timer on the page's own clock. */
export class Countdown {
  #told = "";
  #endsAt = 0;

  /** Takes what a view says; `now` in milliseconds. */
  handle(now: number, timer: TimerView | null): void {
    const told = timer === null ? "" : `${timer.id}/${timer.leftMs}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#endsAt = now + (timer?.leftMs ?? 0);
  }

  /** Returns what is left in whole seconds, rounded up: a timer says zero when it is over. */
  left(now: number): number {
    return Math.max(0, Math.ceil((this.#endsAt - now) / 1000));
  }
}

/** Returns seconds as a clock shows them, such as "4:05" or "1:04:05". */
export function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, at) => (at === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}

/** Returns the whole minutes that were typed, `null` if that is no timer. */
export function readMinutes(text: string): number | null {
  const minutes = Number(text.trim());
  return /^\d+$/.test(text.trim()) && minutes >= 1 && minutes <= LONGEST ? minutes : null;
}

// In minutes; the session's own bound.
const LONGEST = 8 * 60;
