// SPDX-License-Identifier: MIT OR Apache-2.0
// Which keys do what. A chord is written "Mod+Shift+H", where Mod is Ctrl, and Command on a Mac. By default only with a
// modifier, so that nothing happens while somebody types or dictates (WCAG 2.1.4); letters alone are switched on.

import { m } from "../generated/paraglide/messages";

export type Action = "microphone" | "camera" | "share" | "hand" | "chat" | "people" | "fullscreen" | "controls" | "help";

/** In the order in which they are listed. */
export const ACTIONS: readonly Action[] = ["microphone", "camera", "share", "hand", "chat", "people", "fullscreen", "controls", "help"];

/** What differs from {@link DEFAULT_CHORDS}; `null` is no key at all. */
export type Chosen = Readonly<Partial<Record<Action, string | null>>>;

/** A key press, as the browser tells of it. */
export interface Keys {
  key: string;
  /** The key's place on the keyboard. */
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
  /** In text that is being composed, keys belong to the input method. */
  isComposing?: boolean;
  getModifierState?: (key: string) => boolean;
}

interface Situation {
  chosen: Chosen;
  hasLetters: boolean;
  isMac: boolean;
  /** Whether the focus is where keys write. */
  isTyping: boolean;
}

/** Returns what a key press asks for. */
export function actionOf(event: Keys, { chosen, hasLetters, isMac, isTyping }: Situation): Action | null {
  if (event.repeat || event.isComposing === true) return null;
  const pressed = chordOf(event, isMac);
  if (pressed === null) return null;
  if (isTyping && writes(pressed)) return null;
  const action = ACTIONS.find((one) => chordFor(one, chosen) === pressed);
  if (action !== undefined || !hasLetters || isTyping || !isLetter(pressed)) return action ?? null;
  return ACTIONS.find((one) => chordFor(one, chosen)?.split("+").at(-1) === pressed) ?? null;
}

/** Returns the chord of an action. */
export function chordFor(action: Action, chosen: Chosen): string | null {
  const own = chosen[action];
  return own === undefined ? DEFAULT_CHORDS[action] : own;
}

/** Returns how a key press is written; `null` for a modifier alone and for what writes a character by AltGr. */
export function chordOf(event: Keys, isMac: boolean): string | null {
  if (event.getModifierState?.("AltGraph") === true) return null;
  const key = keyOf(event);
  if (key === null) return null;
  const hasMod = isMac ? event.metaKey : event.ctrlKey;
  const hasOther = isMac ? event.ctrlKey : event.metaKey;
  // Where a sign needs Shift differs from keyboard to keyboard: it says nothing.
  const hasShift = event.shiftKey && (/^[A-Z0-9]$/.test(key) || key.length > 1);
  return [hasMod ? "Mod" : "", hasOther ? "Ctrl" : "", event.altKey ? "Alt" : "", hasShift ? "Shift" : "", key].filter(Boolean).join("+");
}

/** Why a chord cannot be an action's. */
export type Objection = "without_modifier" | "browsers_own" | { takenBy: Action };

/** Returns what speaks against giving `chord` to `action`. */
export function objectionTo(chord: string, action: Action, chosen: Chosen): Objection | null {
  if (chord !== DEFAULT_CHORDS[action] && writes(chord)) return "without_modifier";
  if (BROWSERS_OWN.includes(chord)) return "browsers_own";
  const takenBy = ACTIONS.find((other) => other !== action && chordFor(other, chosen) === chord);
  return takenBy === undefined ? null : { takenBy };
}

/** Returns whether stored text is a chord. */
export function isChord(text: string): boolean {
  return /^(Mod\+)?(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z0-9]|F[1-9]|F1[0-2]|[!-/:-@[-`{-~])$/.test(text);
}

/** Returns how a chord is written on this system. */
export function shownChord(chord: string, isMac: boolean): string {
  const parts = chordParts(chord);
  if (isMac) return parts.map((part) => MAC_SIGNS[part] ?? part).join("");
  return parts.map((part) => (part === "Mod" || part === "Ctrl" ? m.common_control_key() : part === "Shift" ? m.call_shift_key() : part)).join("+");
}

/** Returns a chord as `aria-keyshortcuts` wants it. */
export function ariaChord(chord: string, isMac: boolean): string {
  const names: Readonly<Record<string, string>> = { Mod: isMac ? "Meta" : "Control", Ctrl: "Control" };
  return chordParts(chord).map((part) => names[part] ?? part).join("+");
}

/** Returns whether the keyboard has a command key. */
export function isMacPlatform(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

/** Returns whether keys write where the focus is. */
export function isTypingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  // In a menu letters go to the entry that begins with them.
  if (target.closest("[role=menu], [role=listbox]") !== null) return true;
  return target instanceof HTMLInputElement && !["button", "checkbox", "radio", "range", "submit"].includes(target.type);
}

function chordParts(chord: string): string[] {
  return chord.endsWith("+") ? [...chord.slice(0, -1).split("+").filter(Boolean), "+"] : chord.split("+");
}

function keyOf({ key, code = "" }: Keys): string | null {
  if (/^F([1-9]|1[0-2])$/.test(key)) return key;
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  // With Alt a Mac writes other letters, and other scripts have none of these: the key's place counts.
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code);
  if (place !== null && !/^[!-/:-@[-`{-~]$/.test(key)) return place[1] ?? place[2] ?? null;
  return /^[!-~]$/.test(key) ? key : null;
}

function isLetter(chord: string): boolean {
  return /^[A-Z]$/.test(chord);
}

/** Whether a chord writes a character where text is typed. */
function writes(chord: string): boolean {
  return !/^(Mod|Ctrl|Alt)\+/.test(chord) && !/F\d+$/.test(chord);
}

export const DEFAULT_CHORDS: Readonly<Record<Action, string>> = {
  microphone: "Mod+D",
  camera: "Mod+E",
  share: "Mod+Shift+S",
  hand: "Mod+Shift+H",
  chat: "Mod+Shift+M",
  // Not P, which opens a private window in Firefox whatever the page wants.
  people: "Mod+Shift+L",
  fullscreen: "Mod+Shift+F",
  controls: "F2",
  help: "?",
};

// Copying and pasting, and what browsers do not give away.
const BROWSERS_OWN = [
  ..."ACVXZYTNWQR".split("").map((letter) => `Mod+${letter}`),
  ..."TNWQP".split("").map((letter) => `Mod+Shift+${letter}`),
];

const MAC_SIGNS: Readonly<Record<string, string>> = { Mod: "⌘", Ctrl: "⌃", Alt: "⌥", Shift: "⇧" };
