// SPDX-License-Identifier: MIT OR Apache-2.0
// Names of people: how they are cleaned before they are sent and how they are shown.

import { m } from "../generated/paraglide/messages";
import type { ParticipantView } from "./view";

/** Returns a name as it may be sent: one line, no invisible direction marks, at most 128 bytes of UTF-8. */
export function cleanName(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, (char) => (char === "\u200d" || char === "\u200c" ? char : " "));
  let name = "";
  for (const { segment } of new Intl.Segmenter().segment(line.replace(/\s+/g, " ").trim())) {
    if (new TextEncoder().encode(name + segment).length > NAME_BYTES) break;
    name += segment;
  }
  return name;
}

/** Returns what somebody is called on the page. */
export function shownName(participant: Pick<ParticipantView, "name">): string {
  return participant.name === "" ? m.common_guest() : participant.name;
}

/** Returns the accessible name of somebody's tile. */
export function tileName(participant: Pick<ParticipantView, "name" | "isMe">): string {
  return participant.isMe ? m.tile_you({ name: shownName(participant) }) : shownName(participant);
}

/** Returns one or two letters for a tile without a picture. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = firstLetter(words[0] ?? "");
  const last = words.length > 1 ? firstLetter(words[words.length - 1] ?? "") : "";
  return (first + last).toLocaleUpperCase() || "?";
}

/** Returns which of the avatar colours somebody has: the same on every screen, for it depends on the number alone. */
export function avatarColour(participant: number): number {
  return (participant * 5) % AVATAR_COLOURS;
}

/** The number of `.avatar-N` classes. */
export const AVATAR_COLOURS = 8;

function firstLetter(word: string): string {
  const letters = word.match(/[\p{L}\p{N}]\p{M}*/u);
  return letters?.[0] ?? "";
}

// The server's bound (protocol::limits::NAME_BYTES).
const NAME_BYTES = 128;
