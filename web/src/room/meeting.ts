// SPDX-License-Identifier: MIT OR Apache-2.0
// Asks the server whether a meeting exists and how one comes in, so that the person need not find out after choosing devices.

import type { ErrorCode, Mode } from "./view";

/** What the server says of a meeting to whoever has its link. */
export interface Standing {
  /** What is wrong with it, or `null` if nothing is known to be: joining then says more. */
  trouble: ErrorCode | null;
  /** Whether newcomers wait in the lobby; `false` if that cannot be learnt. */
  hasLobby: boolean;
}

/** Looks a meeting up. */
export async function lookUp(meeting: string, mode: Mode, fetcher: typeof fetch = fetch): Promise<Standing> {
  let response: Response;
  try {
    response = await fetcher(`/api/meetings/${meeting}`, { headers: { accept: "application/json" }, cache: "no-store" });
  } catch {
    return UNKNOWN;
  }
  if (response.status === 404) return { ...UNKNOWN, trouble: "unknown_meeting" };
  if (!response.ok) return UNKNOWN;
  const info = (await response.json().catch(() => null)) as { mode?: unknown; is_ended?: unknown; has_lobby?: unknown } | null;
  if (info === null) return UNKNOWN;
  if (info.is_ended === true) return { ...UNKNOWN, trouble: "meeting_ended" };
  // The link's word counts; a server that says otherwise is not joined.
  if (info.mode !== mode) return { ...UNKNOWN, trouble: "wrong_mode" };
  return { trouble: null, hasLobby: info.has_lobby === true };
}

const UNKNOWN: Standing = { trouble: null, hasLobby: false };
