// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads meeting links without WASM, so that a damaged one is noticed before anything loads. What counts is what the
// session makes of the link; here only its form is looked at.

import type { LinkFailure } from "./client";
import type { Mode } from "./view";

export interface ReadLink {
  meeting: string;
  mode: Mode;
  /** It carries the host key: not to be shared. */
  isHostLink: boolean;
  /** Path and fragment. */
  address: string;
}

/** Reads a whole link, or its path and fragment. */
export function readLink(text: string): ReadLink | LinkFailure {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  const before = hash < 0 ? trimmed : trimmed.slice(0, hash);
  const fragment = hash < 0 ? "" : trimmed.slice(hash + 1);
  const path = (before.split("?")[0] ?? "").replace(/\/+$/, "");
  const meeting = /(?:^|\/)m\/([A-Za-z0-9_-]{22})$/.exec(path)?.[1];
  if (meeting === undefined) return "not_a_link";
  if (fragment === "") return "missing_secret";
  const [, letter = "", secret = ""] = /^([a-z])\.([A-Za-z0-9_-]+)$/.exec(fragment) ?? [];
  const form = FORMS[letter];
  if (form === undefined || !form.lengths.includes(secret.length)) return "damaged_secret";
  return { meeting, mode: form.mode, isHostLink: form.isHostLink, address: `/m/${meeting}#${fragment}` };
}

/** Returns the origin that a pasted link names, or `null` if it names none. */
export function originOf(text: string): string | null {
  const origin = /^\s*(https?:\/\/[^/\s]+)/i.exec(text)?.[1];
  if (origin === undefined || !URL.canParse(origin)) return null;
  return new URL(origin).origin;
}

/** Returns whether a page's path names a meeting, however damaged. */
export function isMeetingPath(path: string): boolean {
  return /^\/m(\/|$)/.test(path);
}

interface Form {
  mode: Mode;
  isHostLink: boolean;
  /** Of the base64url text: 86 characters for 64 bytes, 43 for 32, 64 for 48. */
  lengths: readonly number[];
}

const FORMS: Readonly<Record<string, Form | undefined>> = {
  e: { mode: "e2ee", isHostLink: false, lengths: [86] },
  h: { mode: "e2ee", isHostLink: true, lengths: [86] },
  s: { mode: "standard", isHostLink: false, lengths: [43, 64] },
  t: { mode: "standard", isHostLink: true, lengths: [43, 64] },
};
