// SPDX-License-Identifier: MIT OR Apache-2.0
// The resume token of a meeting, kept over reloads of this tab. It lets the server recognise the participant and grants no key.

/** Keeps a token for the meeting. */
export function keepResumeToken(meeting: string, token: Uint8Array): void {
  try {
    sessionStorage.setItem(PREFIX + meeting, JSON.stringify([...token]));
  } catch {
    // Without storage a reload joins as somebody new.
  }
}

/** Returns the token that was kept for the meeting, if any. */
export function loadResumeToken(meeting: string): Uint8Array | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(PREFIX + meeting) ?? "null");
    return Array.isArray(stored) ? Uint8Array.from(stored as number[]) : null;
  } catch {
    return null;
  }
}

/** Returns the meeting's id from a link; the whole text if it is none. */
export function meetingOf(link: string): string {
  return /\/m\/([\w-]+)/.exec(link)?.[1] ?? link;
}

const PREFIX = "incamera.resume.";
