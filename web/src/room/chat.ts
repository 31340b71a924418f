// SPDX-License-Identifier: MIT OR Apache-2.0
// Who can be written to, and what a message may be.

import { leads } from "./happenings";
import type { ChatMessage, Command, ParticipantView, View } from "./view";

/** Returns whether a message is longer than the server takes (protocol::limits::CHAT_BYTES). */
export function messageTooLong(text: string): boolean {
  return new TextEncoder().encode(text.trim()).length > CHAT_BYTES;
}

/** Whom this participant may write to: everyone at once, and each of these alone. */
export interface Receivers {
  everyone: boolean;
  alone: readonly ParticipantView[];
}

/** Returns who can be written to. When the chat is closed, hosts can still be reached, unless everything is suspended. */
export function receivers(view: View): Receivers {
  const others = view.participants.filter(({ isMe }) => !isMe);
  if (view.iMay.mayChat || leads(view)) return { everyone: true, alone: others };
  return { everyone: false, alone: view.settings.isSuspended ? [] : others.filter(({ role }) => role !== "participant") };
}

/** Returns what to send. `to` is the only receiver, `null` for everyone. */
export function chatCommand(text: string, to: number | null, replyTo: number | null): Command {
  return to === null ? { type: "chat", text, replyTo } : { type: "whisper", to, text, replyTo };
}

/** Returns whether two messages after one another are of the same person to the same people. */
export function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before !== undefined && before.from === message.from && before.whisper?.with === message.whisper?.with;
}

const CHAT_BYTES = 8 * 1024;
