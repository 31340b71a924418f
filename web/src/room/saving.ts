// SPDX-License-Identifier: MIT OR Apache-2.0
// Low-bandwidth mode: what is given up, one thing after the other. Sound is what a call is for: it is never given up.

import type { TrackKind } from "./view";

export type Saving = "nothing" | "own_camera" | "cameras" | "screens";

/** Each gives up what those before it do, and one thing more. */
export const SAVINGS: readonly Saving[] = ["nothing", "own_camera", "cameras", "screens"];

/** Returns whether others' videos of this kind are still asked for. */
export function isShown(kind: TrackKind, saving: Saving): boolean {
  const level = SAVINGS.indexOf(saving);
  if (kind === "camera") return level < SAVINGS.indexOf("cameras");
  return kind !== "screen" || level < SAVINGS.indexOf("screens");
}

/** Returns whether the own camera may send. */
export function maySendCamera(saving: Saving): boolean {
  return saving === "nothing";
}

/** Returns what to give up next, `null` if only sound is left. */
export function nextSaving(saving: Saving): Saving | null {
  return SAVINGS[SAVINGS.indexOf(saving) + 1] ?? null;
}
