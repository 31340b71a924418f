// SPDX-License-Identifier: MIT OR Apache-2.0

/** Returns whether a message is longer than the server takes (protocol::limits::CHAT_BYTES). */
export function messageTooLong(text: string): boolean {
  return new TextEncoder().encode(text.trim()).length > CHAT_BYTES;
}

const CHAT_BYTES = 8 * 1024;
