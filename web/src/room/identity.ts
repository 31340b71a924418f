// SPDX-License-Identifier: MIT OR Apache-2.0
// Who somebody is, in words: by what the session checked, never by the name that they chose.

import { m } from "../generated/paraglide/messages";
import { shownName } from "./names";
import type { ParticipantView } from "./view";

/** Returns how well somebody is known. An account's name is said where the chosen one is another. */
export function identityText({ identity, name }: Pick<ParticipantView, "identity" | "name">): string {
  switch (identity.level) {
    case "guest":
      return m.identity_guest();
    case "signed_in":
      return identity.accountName === null || identity.accountName === name ? m.identity_signed_in() : m.identity_signed_in_as({ name: identity.accountName });
    case "verified":
      return identity.by === null ? m.identity_verified() : m.identity_verified_by({ by: identity.by });
  }
}

/** Returns a warning where somebody's name can be taken for another's who is here. */
export function lookAlikeText({ looksLike }: Pick<ParticipantView, "looksLike">, participants: readonly ParticipantView[]): string | null {
  const other = participants.find(({ participant }) => participant === looksLike);
  return other === undefined ? null : m.identity_looks_like({ name: shownName(other) });
}
