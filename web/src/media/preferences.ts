// SPDX-License-Identifier: MIT OR Apache-2.0
// Which devices the person chose last on this computer, and what is to be done with their sound.

import { DRAWN } from "../effects/backdrops";
import type { BackgroundChoice, DeviceKind } from "../room/client";

/** Ids by kind of device; none where nothing was chosen. */
export type DevicePreferences = Partial<Record<DeviceKind, string>> & { suppressesNoise?: boolean; background?: BackgroundChoice };

/** Returns what was chosen before; nothing if storage is unavailable or holds something else. */
export function loadPreferences(): DevicePreferences {
  try {
    return readPreferences(JSON.parse(localStorage.getItem(KEY) ?? "null"));
  } catch {
    return {};
  }
}

/** Keeps what was chosen, where storage is available. */
export function keepPreferences(preferences: DevicePreferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Private windows may refuse: the choice holds until the page closes.
  }
}

/** Takes what is well-formed from a stored value. */
export function readPreferences(stored: unknown): DevicePreferences {
  const preferences: DevicePreferences = {};
  if (typeof stored !== "object" || stored === null) return preferences;
  const entries = new Map<string, unknown>(Object.entries(stored));
  for (const kind of ["microphone", "camera", "speaker"] as const) {
    const id = entries.get(kind);
    if (typeof id === "string") preferences[kind] = id;
  }
  if (entries.get("suppressesNoise") === true) preferences.suppressesNoise = true;
  const background = BACKGROUNDS.find((known) => known === entries.get("background"));
  if (background !== undefined) preferences.background = background;
  return preferences;
}

const BACKGROUNDS: readonly BackgroundChoice[] = ["none", "blur", "own", ...DRAWN];
const KEY = "incamera.devices";
