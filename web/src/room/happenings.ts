// SPDX-License-Identifier: MIT OR Apache-2.0
// What hosts and hands brought about between two views: the lobby, raised hands, reactions, tracks that somebody else stopped.

import type { ParticipantView, TrackKind, View } from "./view";

export type Happening =
  | { type: "admitted" }
  | { type: "somebody_waits" }
  | { type: "hand_raised"; participant: ParticipantView }
  | { type: "reacted"; participant: ParticipantView; emoji: string }
  | { type: "setting"; setting: "lock" | "lobby" | "suspension"; on: boolean }
  | { type: "role"; participant: ParticipantView }
  | { type: "asked_to_unmute"; by: ParticipantView | null }
  | { type: "stopped" };

/** The reactions that everybody understands; the session ignores others. */
export const REACTIONS = ["👍", "👎", "👏", "❤️", "😂", "😮", "😢", "🎉", "🤔", "👋", "✋", "✅"] as const;

/** Returns whether somebody may lead the meeting. */
export function leads({ iAmHost, myRole }: Pick<View, "iAmHost" | "myRole">): boolean {
  return iAmHost || myRole !== "participant";
}

/** Returns the kinds that are captured although the session sends them no more. */
export function heldBack(captured: readonly TrackKind[], view: View): TrackKind[] {
  return view.state === "active" ? captured.filter((kind) => !view.active.includes(kind)) : [];
}

/** Returns what happened between two views, in the order in which to tell it. */
export function happenings(before: View | null, view: View): Happening[] {
  const found: Happening[] = [];
  if (before?.state === "lobby" && view.state === "active") found.push({ type: "admitted" });
  if (view.state !== "active") return found;
  const waited = new Set(before?.waiting.map(({ id }) => id));
  if (view.waiting.some(({ id }) => !waited.has(id))) found.push({ type: "somebody_waits" });
  if (before?.state !== "active") return found;
  for (const participant of view.participants) {
    const earlier = before.participants.find((other) => other.participant === participant.participant);
    if (!participant.isMe && participant.handRaised !== null && earlier?.handRaised === null) found.push({ type: "hand_raised", participant });
  }
  const shown = before.reactions.at(-1)?.id ?? -1;
  for (const { id, participant, emoji } of view.reactions) {
    const who = view.participants.find((other) => other.participant === participant);
    if (id > shown && who !== undefined && !who.isMe && !before.reactions.some((other) => other.id === id)) found.push({ type: "reacted", participant: who, emoji });
  }
  found.push(...settled(before, view));
  const told = before.notices.at(-1)?.id ?? -1;
  for (const { id, code, participant } of view.notices) {
    const who = view.participants.find((other) => other.participant === participant) ?? null;
    if (id > told && code === "asked_to_unmute") found.push({ type: "asked_to_unmute", by: who });
  }
  const isRefused = view.notices.some(({ id, code }) => id > told && (code === "muted_by_host" || code === "not_allowed"));
  if (isRefused || before.active.some((kind) => !view.active.includes(kind))) found.push({ type: "stopped" });
  return found;
}

/** Returns what hosts decided between two views. */
function settled(before: View, view: View): Happening[] {
  const found: Happening[] = [];
  const { isLocked, hasLobby, isSuspended } = view.settings;
  if (isSuspended !== before.settings.isSuspended) found.push({ type: "setting", setting: "suspension", on: isSuspended });
  else {
    if (isLocked !== before.settings.isLocked) found.push({ type: "setting", setting: "lock", on: isLocked });
    if (hasLobby !== before.settings.hasLobby) found.push({ type: "setting", setting: "lobby", on: hasLobby });
  }
  for (const participant of view.participants) {
    const earlier = before.participants.find((other) => other.participant === participant.participant);
    if (earlier !== undefined && earlier.role !== participant.role) found.push({ type: "role", participant });
  }
  return found;
}
