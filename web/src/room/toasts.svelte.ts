// SPDX-License-Identifier: MIT OR Apache-2.0
// The short messages in the corner, and the one live region that reads things out.

import { m } from "../generated/paraglide/messages";
import { formatNumber } from "../language/format";

/** What somebody did. */
export type Did = "joined" | "left" | "raised" | "removed" | "vanished";

export interface Toast {
  id: number;
  tone: "info" | "warning";
  text: string;
  action: { label: string; run: () => void } | null;
  /** Set on a message that gathers everybody who did the same in a short time. */
  people: { did: Did; names: readonly string[] } | null;
}

/** At most three messages; the oldest that is no warning goes first. */
export class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #spoken = $state.raw<readonly { id: number; text: string }[]>([]);
  #next = 0;

  get list(): readonly Toast[] {
    return this.#list;
  }

  /** What the live region holds. */
  get spoken(): readonly { id: number; text: string }[] {
    return this.#spoken;
  }

  /** Shows a message and, unless told not to, reads it out. Information goes by itself, warnings stay until they are dismissed. */
  show(text: string, options: { tone?: Toast["tone"]; action?: Toast["action"]; isSpoken?: boolean } = {}): void {
    this.#put({ text, tone: options.tone ?? "info", action: options.action ?? null, people: null }, (other) => other.text === text);
    if (options.isSpoken ?? true) this.say(text);
  }

  /** Shows that somebody did something, together with the others who just did the same; reads out only the new. */
  showPerson(name: string, did: Did, isSpoken = true): void {
    const same = this.#list.find(({ people }) => people?.did === did);
    const names = [...(same?.people?.names ?? []).filter((other) => other !== name), name];
    this.#put({ text: DID[did]({ who: listed(names), count: names.length }), tone: "info", action: null, people: { did, names } }, (other) => other === same);
    if (isSpoken) this.say(DID[did]({ who: name, count: 1 }));
  }

  /** Returns whether a message that gathers people who did so is on the screen. */
  tellsOf(did: Did): boolean {
    return this.#list.some(({ people }) => people?.did === did);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  #put(message: Omit<Toast, "id">, isSame: (other: Toast) => boolean): void {
    const toast: Toast = { id: this.#next++, ...message };
    const same = this.#list.find(isSame);
    const kept = this.#list.filter((other) => other !== same);
    if (kept.length >= MOST) {
      const oldest = kept.find(({ tone }) => tone === "info") ?? kept[0];
      kept.splice(kept.indexOf(oldest as Toast), 1);
    }
    this.#list = [...kept, toast];
    if (toast.tone === "info") setTimeout(() => this.dismiss(toast.id), SHOWN_FOR);
  }

  /** Only reads out. */
  say(text: string): void {
    this.#spoken = [...this.#spoken.slice(-2), { id: this.#next++, text }];
  }

  clear(): void {
    this.#list = [];
  }
}

function listed(names: readonly string[]): string {
  const [first = "", second = "", third = ""] = names;
  switch (names.length) {
    case 1: return first;
    case 2: return m.said_two({ first, second });
    case 3: return m.said_three({ first, second, third });
    default: return m.said_many({ first, second, others: formatNumber(names.length - 2) });
  }
}

const DID: Readonly<Record<Did, (people: { who: string; count: number }) => string>> = {
  joined: m.said_joined,
  left: m.said_left,
  raised: m.host_said_raised,
  removed: m.host_said_removed,
  vanished: m.host_said_vanished,
};
const MOST = 3;
// In milliseconds. Long enough to read two lines twice.
const SHOWN_FOR = 6000;
