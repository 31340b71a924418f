// SPDX-License-Identifier: MIT OR Apache-2.0
// What the page remembers: name and language over visits, and within a tab whether microphone and camera were on, so that a
// reload never turns on what was off, and with whom the safety code was compared. No secret and no link is kept here.

export interface Wanted {
  microphone: boolean;
  camera: boolean;
}

/** The page's memory. Storage that is full or forbidden is as good as empty. */
export class Memory {
  readonly #lasting: Storage | null;
  readonly #tab: Storage | null;

  constructor(lasting: Storage | null, tab: Storage | null) {
    this.#lasting = lasting;
    this.#tab = tab;
  }

  /** Opens the browser's storage. */
  static ofBrowser(): Memory {
    return new Memory(
      attempt(() => localStorage),
      attempt(() => sessionStorage),
    );
  }

  name(): string {
    return attempt(() => this.#lasting?.getItem(NAME) ?? null) ?? "";
  }

  rememberName(name: string): void {
    attempt(() => this.#lasting?.setItem(NAME, name));
  }

  /** Returns the language that the person chose, if they ever did. */
  language(): string | null {
    return attempt(() => this.#lasting?.getItem(LANGUAGE) ?? null);
  }

  rememberLanguage(language: string): void {
    attempt(() => this.#lasting?.setItem(LANGUAGE, language));
  }

  /** Returns how the person wants the room, as it was kept. */
  room(): string | null {
    return attempt(() => this.#lasting?.getItem(ROOM) ?? null);
  }

  rememberRoom(text: string): void {
    attempt(() => this.#lasting?.setItem(ROOM, text));
  }

  /** Returns what was on in this meeting before a reload; everything for a first visit. */
  wanted(meeting: string): Wanted {
    const text = attempt(() => this.#tab?.getItem(WANTED + meeting) ?? null);
    const on = (text ?? "microphone camera").split(" ");
    return { microphone: on.includes("microphone"), camera: on.includes("camera") };
  }

  /** Returns the breakout room of this meeting that this tab was in. */
  breakout(meeting: string): string | null {
    return attempt(() => this.#tab?.getItem(BREAKOUT + meeting) ?? null);
  }

  rememberBreakout(meeting: string, room: string | null): void {
    attempt(() => (room === null ? this.#tab?.removeItem(BREAKOUT + meeting) : this.#tab?.setItem(BREAKOUT + meeting, room)));
  }

  rememberWanted(meeting: string, wanted: Wanted): void {
    const on = [wanted.microphone ? "microphone" : "", wanted.camera ? "camera" : ""].filter(Boolean);
    attempt(() => this.#tab?.setItem(WANTED + meeting, on.join(" ")));
  }

  /** Returns with which stays the safety code of this meeting was compared. */
  compared(meeting: string): string[] {
    return (attempt(() => this.#tab?.getItem(COMPARED + meeting) ?? null) ?? "").split(" ").filter(Boolean);
  }

  rememberCompared(meeting: string, stays: readonly string[]): void {
    attempt(() => this.#tab?.setItem(COMPARED + meeting, stays.join(" ")));
  }
}

function attempt<T>(what: () => T): T | null {
  try {
    return what();
  } catch {
    return null;
  }
}

const NAME = "incamera.name";
const ROOM = "incamera.room";
const LANGUAGE = "incamera.language";
const WANTED = "incamera.wanted.";
const BREAKOUT = "incamera.breakout.";
const COMPARED = "incamera.compared.";
