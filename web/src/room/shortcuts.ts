// SPDX-License-Identifier: MIT OR Apache-2.0
// Which keys do what. Only with a modifier, so that nothing happens while somebody types or dictates (WCAG 2.1.4).

export type Shortcut = "microphone" | "camera";

interface Keys {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
}

/** Returns what a key press asks for. */
export function shortcutOf(event: Keys, isMac: boolean): Shortcut | null {
  const modifier = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!modifier || event.altKey || event.shiftKey || event.repeat) return null;
  return SHORTCUTS[event.key.toLowerCase()] ?? null;
}

/** Returns how a shortcut is written on this system. */
export function shownShortcut(shortcut: Shortcut, isMac: boolean): string {
  const letter = shortcut === "microphone" ? "D" : "E";
  return isMac ? `⌘${letter}` : `Ctrl+${letter}`;
}

/** Returns whether the keyboard has a command key. */
export function isMacPlatform(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

const SHORTCUTS: Readonly<Record<string, Shortcut | undefined>> = { d: "microphone", e: "camera" };
