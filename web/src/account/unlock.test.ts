// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { InstanceInfo } from "../generated/http";
import { unlockedBy, wayOf } from "./unlock";

const ANY = [["voucher"], ["payment"], ["phone"], ["oidc"]];

test("of several ways the least trouble is shown", () => {
  expect(wayOf(ANY, instance())).toEqual({ first: "phone", rest: [] });
  expect(wayOf([["organisation", "email"], ["payment"]], instance({ payment_link: "https://pay.example/" }))).toEqual({ first: "payment", rest: [] });
});

test("nobody is sent where the installation offers nothing", () => {
  expect(wayOf(ANY, instance({ phone: false }))).toEqual({ first: "oidc", rest: [] });
  expect(wayOf([["payment"], ["paid_plan"]], instance())).toBeNull();
  expect(wayOf([["email"]], instance({ sign_in: { email: false, passkey: true, providers: [] } }))).toBeNull();
});

test("a guest signs in first", () => {
  expect(wayOf([["phone", "account"]], instance())).toEqual({ first: "account", rest: ["phone"] });
});

test("an invitation is nothing to set out for, but whoever has one can sign in", () => {
  expect(wayOf([["invitation"]], instance())).toBeNull();
  expect(wayOf([["invitation", "account"]], instance())).toEqual({ first: "account", rest: ["invitation"] });
});

test("what nothing unlocks has no way, nor has what this client does not know", () => {
  expect(wayOf([], instance())).toBeNull();
  expect(wayOf([["wallet"]], instance())).toBeNull();
  expect(wayOf([["phone", "wallet"]], instance())).toBeNull();
});

test("a binding is said to unlock what is refused for want of it", () => {
  const denial = { rule: null, reason: "", unlocked_by: [["phone"], ["organisation", "paid_plan"]] };
  const rights = [
    { action: "join", allowed: true },
    { action: "host_e2ee", allowed: false, denial },
    { action: "manage_accounts", allowed: false, denial: { ...denial, unlocked_by: [] } },
  ];
  expect(unlockedBy("phone", rights)).toEqual(["host_e2ee"]);
  expect(unlockedBy("organisation", rights)).toEqual(["host_e2ee"]);
  expect(unlockedBy("email", rights)).toEqual([]);
});

function instance(part: Partial<InstanceInfo> = {}): InstanceInfo {
  return {
    name: "Example",
    sign_in: { email: true, passkey: true, providers: [{ id: "kc", name: "Keycloak" }] },
    phone: true,
    identity_key: "",
    policy: { name: "verified-e2ee", hash: "" },
    ...part,
  };
}
