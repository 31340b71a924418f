// SPDX-License-Identifier: MIT OR Apache-2.0
// How the person wants the room: its layout, its sounds, what is read out, which keys do what. Kept over visits.

import { CAPTION_SIZES, type CaptionSize } from "./captions";
import type { Memory } from "./memory";
import { ACTIONS, isChord, type Action } from "./shortcuts";
import { SOUNDS, type Sound } from "./sounds";
import { LAYOUTS, type Layout } from "./order";

/** How much the live region says. */
export type Says = "everything" | "messages" | "warnings";

/** What the live region may speak of. What the person does themselves is always confirmed. */
export type Topic = "people" | "message" | "warning";

export interface Kept {
  layout: Layout;
  isSelfHidden: boolean;
  isMirrored: boolean;
  /** Whether others' words are shown where their devices write them down, and how large. */
  hasCaptions: boolean;
  captionSize: CaptionSize;
  /** The sounds that are off. */
  silenced: readonly Sound[];
  says: Says;
  /** Where they differ from the defaults; `null` is no key at all. */
  shortcuts: Readonly<Partial<Record<Action, string | null>>>;
  /** Whether a letter alone does what it does with its modifiers. */
  hasLetters: boolean;
  /** The key that is held to speak while muted, as `KeyboardEvent.code`; `null` for none. */
  talkKey: string | null;
}

/** The person's choices, reactive. */
export class RoomPreferences {
  readonly #memory: Memory;
  #now: Kept = $state.raw(DEFAULTS);

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#now = readKept(memory.room());
  }

  get now(): Kept {
    return this.#now;
  }

  change(part: Partial<Kept>): void {
    this.#now = { ...this.#now, ...part };
    this.#memory.rememberRoom(JSON.stringify(this.#now));
  }

  /** Returns whether the live region speaks of this. */
  speaksOf(topic: Topic): boolean {
    return SPOKEN[this.#now.says].includes(topic);
  }
}

/** Takes what is well-formed from stored text; the rest is as at a first visit. */
export function readKept(text: string | null): Kept {
  const stored = new Map<string, unknown>(Object.entries(parsed(text)));
  const flag = (name: keyof Kept, otherwise: boolean): boolean => {
    const value = stored.get(name);
    return typeof value === "boolean" ? value : otherwise;
  };
  const silenced = stored.get("silenced");
  return {
    layout: LAYOUTS.find((layout) => layout === stored.get("layout")) ?? DEFAULTS.layout,
    isSelfHidden: flag("isSelfHidden", DEFAULTS.isSelfHidden),
    isMirrored: flag("isMirrored", DEFAULTS.isMirrored),
    hasCaptions: flag("hasCaptions", DEFAULTS.hasCaptions),
    captionSize: CAPTION_SIZES.find((size) => size === stored.get("captionSize")) ?? DEFAULTS.captionSize,
    silenced: Array.isArray(silenced) ? SOUNDS.filter((sound) => silenced.includes(sound)) : DEFAULTS.silenced,
    says: SAYS.find((says) => says === stored.get("says")) ?? DEFAULTS.says,
    shortcuts: readShortcuts(stored.get("shortcuts")),
    hasLetters: flag("hasLetters", DEFAULTS.hasLetters),
    talkKey: readTalkKey(stored.get("talkKey")),
  };
}

function readTalkKey(stored: unknown): string | null {
  if (stored === null) return null;
  return typeof stored === "string" && /^\w{1,20}$/.test(stored) ? stored : DEFAULTS.talkKey;
}

function readShortcuts(stored: unknown): Kept["shortcuts"] {
  if (typeof stored !== "object" || stored === null) return {};
  const entries = new Map<string, unknown>(Object.entries(stored));
  const kept: Partial<Record<Action, string | null>> = {};
  for (const action of ACTIONS) {
    const chord = entries.get(action);
    if (chord === null || (typeof chord === "string" && isChord(chord))) kept[action] = chord;
  }
  return kept;
}

function parsed(text: string | null): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** From the most to the least. */
export const SAYS: readonly Says[] = ["everything", "messages", "warnings"];

const SPOKEN: Readonly<Record<Says, readonly Topic[]>> = {
  everything: ["people", "message", "warning"],
  messages: ["message", "warning"],
  warnings: ["warning"],
};

const DEFAULTS: Kept = {
  layout: "grid",
  isSelfHidden: false,
  isMirrored: true,
  hasCaptions: false,
  captionSize: "medium",
  silenced: [],
  says: "everything",
  shortcuts: {},
  hasLetters: false,
  talkKey: "Space",
};
