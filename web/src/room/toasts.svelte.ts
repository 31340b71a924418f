// SPDX-License-Identifier: MIT OR Apache-2.0
// The short messages at the bottom left, and the one live region that reads things out.

export interface Toast {
  id: number;
  tone: "info" | "warning";
  text: string;
  action: { label: string; run: () => void } | null;
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

  /** Shows a message and reads it out. Information goes by itself, warnings stay until they are dismissed. */
  show(text: string, options: { tone?: Toast["tone"]; action?: Toast["action"] } = {}): void {
    const toast: Toast = { id: this.#next++, tone: options.tone ?? "info", text, action: options.action ?? null };
    const same = this.#list.find((other) => other.text === text);
    const kept = this.#list.filter((other) => other !== same);
    if (kept.length >= MOST) {
      const oldest = kept.find(({ tone }) => tone === "info") ?? kept[0];
      kept.splice(kept.indexOf(oldest as Toast), 1);
    }
    this.#list = [...kept, toast];
    if (toast.tone === "info") setTimeout(() => this.dismiss(toast.id), SHOWN_FOR);
    this.say(text);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }

  /** Only reads out. */
  say(text: string): void {
    this.#spoken = [...this.#spoken.slice(-2), { id: this.#next++, text }];
  }

  clear(): void {
    this.#list = [];
  }
}

const MOST = 3;
// In milliseconds. Long enough to read two lines twice.
const SHOWN_FOR = 6000;
