// SPDX-License-Identifier: MIT OR Apache-2.0
// What the encryption button says: computed from the keys that the session holds, never from a server's flag.

import { m } from "../generated/paraglide/messages";
import type { View } from "./view";

export interface Badge {
  state: "setting_up" | "secure" | "attention" | "server";
  /** The button's text and the beginning of its accessible name. */
  label: string;
  /** What needs attention, if anything. */
  detail: string | null;
}

/** Returns what the encryption button says; `isUnexpected` if the code changed for no reason that the person knows. */
export function badgeOf(view: Pick<View, "mode" | "safetyCode" | "participants" | "isSendingPaused">, isUnexpected = false): Badge {
  if (view.mode === "standard") return { state: "server", label: m.promise_standard_title(), detail: null };
  if (view.safetyCode === null) return { state: "setting_up", label: m.badge_setting_up(), detail: null };
  const alarms = view.participants.filter(({ alarm }) => alarm !== null).length;
  const label = m.promise_e2ee_title();
  if (view.isSendingPaused) return { state: "attention", label, detail: m.badge_paused() };
  if (alarms > 0) return { state: "attention", label, detail: m.badge_mismatch({ count: alarms }) };
  if (isUnexpected) return { state: "attention", label, detail: m.protection_badge_changed() };
  return { state: "secure", label, detail: null };
}

/** Returns a group of digits as it is read aloud: one after the other. */
export function spokenDigits(digits: string): string {
  return [...digits].join(" ");
}

/** Returns the thirty digits in groups of five. */
export function groupDigits(digits: string): string[] {
  return digits.replace(/\D/g, "").match(/\d{1,5}/g) ?? [];
}
