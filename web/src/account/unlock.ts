// SPDX-License-Identifier: MIT OR Apache-2.0
// From the policy's no to the next step: which of the ways to unlock something this installation offers, and which is
// the least trouble.

import type { BindingKind, InstanceInfo, Right } from "../generated/http";

/** What can unlock an action. */
export type Unlock = "account" | BindingKind | "assured_oidc" | "paid_plan" | "invitation";

/** The way to go. */
export interface Way {
  /** What to do first. */
  first: Unlock;
  /** What it takes besides. */
  rest: readonly Unlock[];
}

/**
 * Returns the least trouble of the ways that are open here, or `null` if none is. An invitation is the operator's to
 * give: nobody can set out to get one, but somebody who has one can sign in.
 */
export function wayOf(unlockedBy: readonly (readonly string[])[], instance: InstanceInfo | null): Way | null {
  const ways = unlockedBy.flatMap((set) => {
    const needed = ORDER.filter((unlock) => set.includes(unlock));
    return needed.length === set.length && needed.every((unlock) => isOffered(unlock, instance)) && needed[0] !== "invitation" ? [needed] : [];
  });
  const [best] = ways.toSorted((one, other) => trouble(one) - trouble(other));
  const [first, ...rest] = best ?? [];
  return first === undefined ? null : { first, rest };
}

/** Returns the actions that something would unlock, alone or with others. */
export function unlockedBy(unlock: Unlock, rights: readonly Right[]): string[] {
  return rights.filter(({ allowed, denial }) => !allowed && denial?.unlocked_by.some((set) => set.includes(unlock)) === true).map(({ action }) => action);
}

/** Whether the installation has what it takes. Unknown installations are given the benefit of the doubt. */
export function isOffered(unlock: Unlock, instance: InstanceInfo | null): boolean {
  if (instance === null) return true;
  switch (unlock) {
    case "account":
    case "organisation":
    case "voucher":
    case "invitation":
      return true;
    case "email":
      return instance.sign_in.email;
    case "phone":
      return instance.phone;
    case "oidc":
    case "assured_oidc":
      return instance.sign_in.providers.length > 0;
    case "payment":
    case "paid_plan":
      return instance.payment_link !== undefined;
  }
}

function trouble(needed: readonly Unlock[]): number {
  return needed.reduce((sum, unlock) => sum + 100 + ORDER.indexOf(unlock), 0);
}

/** Least trouble first: what one has at hand, what takes another's help, what not everybody belongs to, what costs money. */
const ORDER: readonly Unlock[] = ["account", "email", "phone", "oidc", "assured_oidc", "voucher", "organisation", "payment", "paid_plan", "invitation"];
