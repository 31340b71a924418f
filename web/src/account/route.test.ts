// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { operatorPath, operatorToken, routeOf, SECTIONS } from "./route";

test("each page has its address", () => {
  expect(routeOf("/sign-in")).toEqual({ page: "sign_in" });
  expect(routeOf("/account/")).toEqual({ page: "account" });
  expect(routeOf("/meetings")).toEqual({ page: "meetings" });
  expect(routeOf("/policy")).toEqual({ page: "policy" });
});

test("every section of the console leads to itself", () => {
  for (const section of SECTIONS) expect(routeOf(operatorPath(section))).toEqual({ page: "operator", section, account: null });
  expect(routeOf("/operator/accounts/AAEC")).toEqual({ page: "operator", section: "accounts", account: "AAEC" });
});

test("other addresses are none of these pages", () => {
  for (const path of ["/", "/m/AAECAwQFBgcICQoLDA0ODw", "/accounts", "/account/more", "/operator/secrets", "/operator/mail/1", "/operator/accounts/a/b"]) {
    expect(routeOf(path)).toBeNull();
  }
});

test("only what looks like a token is taken for one", () => {
  expect(operatorToken(`#${"a".repeat(43)}`)).toBe("a".repeat(43));
  expect(operatorToken("#add-phone")).toBeNull();
  expect(operatorToken("")).toBeNull();
});
