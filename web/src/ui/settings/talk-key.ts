// SPDX-License-Identifier: MIT OR Apache-2.0
// Which keys can be held to speak, and what they are called.

import { m } from "../../generated/paraglide/messages";

/** What people know from elsewhere. */
export const DEFAULT_TALK_KEY = "Space";

/** Returns whether a key can be held to speak: those that move the focus, choose or modify have their work. */
export function isTalkKey(code: string): boolean {
  return /^(?:Space|Key[A-Z]|Digit\d|F\d+|Backquote|Backslash|IntlBackslash|Numpad\w+)$/.test(code) && code !== "NumpadEnter";
}

/** Returns how a key is called. */
export function shownTalkKey(code: string): string {
  if (code === "Space") return m.settings_key_space();
  return code.replace(/^(?:Key|Digit)/, "").replace("Numpad", "Num ");
}
