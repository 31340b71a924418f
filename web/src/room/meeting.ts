// SPDX-License-Identifier: MIT OR Apache-2.0
// Asks the server whether a meeting exists, so that the person need not find out after choosing devices.

import type { ErrorCode, Mode } from "./view";

/** Returns what is wrong with a meeting, or `null` if nothing is known to be: joining then says more. */
export async function troubleWith(meeting: string, mode: Mode, fetcher: typeof fetch = fetch): Promise<ErrorCode | null> {
  let response: Response;
  try {
    response = await fetcher(`/api/meetings/${meeting}`, { headers: { accept: "application/json" }, cache: "no-store" });
  } catch {
    return null;
  }
  if (response.status === 404) return "unknown_meeting";
  if (!response.ok) return null;
  const info = await response.json().catch(() => null) as { mode?: unknown; is_ended?: unknown } | null;
  if (info === null) return null;
  if (info.is_ended === true) return "meeting_ended";
  // The link's word counts; a server that says otherwise is not joined.
  if (info.mode !== mode) return "wrong_mode";
  return null;
}

/** Resolves to whether the meeting was made with a lobby; `false` if that cannot be learnt. */
export async function hasLobby(meeting: string, fetcher: typeof fetch = fetch): Promise<boolean> {
  try {
    const response = await fetcher(`/api/meetings/${meeting}`, { headers: { accept: "application/json" }, cache: "no-store" });
    const info = (await response.json()) as { has_lobby?: unknown } | null;
    return response.ok && info?.has_lobby === true;
  } catch {
    return false;
  }
}
