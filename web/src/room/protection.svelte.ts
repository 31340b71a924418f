// SPDX-License-Identifier: MIT OR Apache-2.0
// What the person knows about the encryption in this stay: with whom the safety code was compared, when the keys changed,
// and whether they changed for a reason that nobody's coming or going explains.

import type { Memory } from "./memory";
import type { ParticipantView, View } from "./view";

export class Protection {
  readonly #memory: Memory;
  readonly #meeting: string;
  readonly #now: () => number;
  /** The stays with whose people the code was compared. */
  #compared = $state.raw<ReadonlySet<string>>(new Set());
  #changedAt = $state<Date | null>(null);
  /** How many unexplained changes the person has answered by comparing. */
  #answered = $state(0);
  #unexplained = $state(0);

  constructor(memory: Memory, meeting: string, now = Date.now) {
    this.#memory = memory;
    this.#meeting = meeting;
    this.#now = now;
    this.#compared = new Set(memory.compared(meeting));
  }

  /** When the keys last changed, by the clock on the wall. */
  get changedAt(): Date | null {
    return this.#changedAt;
  }

  /** Whether the code is to be compared again. */
  get isUnexpected(): boolean {
    return this.#unexplained > this.#answered;
  }

  /** Follows the views; returns whether the code has just changed though nobody came or left. */
  handleView(before: View | null, view: View): boolean {
    if (view.state === "active" && (this.#changedAt === null || before?.epoch !== view.epoch)) this.#changedAt = new Date(this.#now());
    const unexplained = view.keyChange?.unexplained ?? 0;
    if (unexplained === this.#unexplained) return false;
    const isNews = unexplained > this.#unexplained;
    this.#unexplained = unexplained;
    // What was compared was another code than this one's ancestor.
    if (isNews) this.#keep(new Set());
    return isNews;
  }

  isCompared({ stay }: Pick<ParticipantView, "stay">): boolean {
    return stay !== null && this.#compared.has(stay);
  }

  /** Notes that the person compared the code with somebody, or takes that back. */
  mark({ stay }: Pick<ParticipantView, "stay">, isCompared: boolean): void {
    if (stay === null) return;
    const compared = new Set(this.#compared);
    if (isCompared) compared.add(stay);
    else compared.delete(stay);
    if (isCompared) this.answer();
    this.#keep(compared);
  }

  /** The person has compared the code since it changed. */
  answer(): void {
    this.#answered = this.#unexplained;
  }

  #keep(compared: ReadonlySet<string>): void {
    this.#compared = compared;
    this.#memory.rememberCompared(this.#meeting, [...compared]);
  }
}
