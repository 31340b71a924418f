// SPDX-License-Identifier: MIT OR Apache-2.0
// The sign of each kind of binding.

import BadgeCheck from "@lucide/svelte/icons/badge-check";
import Building from "@lucide/svelte/icons/building";
import CreditCard from "@lucide/svelte/icons/credit-card";
import Mail from "@lucide/svelte/icons/mail";
import Phone from "@lucide/svelte/icons/phone";
import Ticket from "@lucide/svelte/icons/ticket";
import type { Component } from "svelte";

import type { BindingKind } from "../../generated/http";

/** Returns the icon of a kind of binding. */
export function kindIcon(kind: BindingKind): Component<{ size?: number; "aria-hidden"?: "true" }> {
  return ICONS[kind];
}

const ICONS: Readonly<Record<BindingKind, Component<{ size?: number; "aria-hidden"?: "true" }>>> = {
  email: Mail,
  phone: Phone,
  oidc: BadgeCheck,
  organisation: Building,
  payment: CreditCard,
  voucher: Ticket,
};
