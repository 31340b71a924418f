// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { isMeetingPath, originOf, readLink } from "./link";

const ID = "AAECAwQFBgcICQoLDA0ODw";

test("an invitation says its mode", () => {
  expect(readLink(`https://meet.example/m/${ID}#e.${"A".repeat(86)}`)).toMatchObject({ meeting: ID, mode: "e2ee", isHostLink: false });
  expect(readLink(`/m/${ID}#s.${"A".repeat(43)}`)).toMatchObject({ meeting: ID, mode: "standard", isHostLink: false });
});

test("a host link is known for one", () => {
  expect(readLink(`/m/${ID}#h.${"A".repeat(86)}`)).toMatchObject({ mode: "e2ee", isHostLink: true });
  expect(readLink(`/m/${ID}#t.${"A".repeat(43)}`)).toMatchObject({ mode: "standard", isHostLink: true });
});

test("a standard link that a host replaced is longer, and no other mode's", () => {
  expect(readLink(`/m/${ID}#s.${"A".repeat(64)}`)).toMatchObject({ mode: "standard", isHostLink: false });
  expect(readLink(`/m/${ID}#e.${"A".repeat(64)}`)).toBe("damaged_secret");
});

test("surrounding space, a query and a trailing slash do no harm", () => {
  expect(readLink(`  https://meet.example/m/${ID}/?utm=1#e.${"A".repeat(86)}\n`)).toMatchObject({
    address: `/m/${ID}#e.${"A".repeat(86)}`,
  });
});

test("each fault has its own name", () => {
  expect(readLink("hello")).toBe("not_a_link");
  expect(readLink("https://meet.example/")).toBe("not_a_link");
  expect(readLink(`https://meet.example/m/${ID.slice(1)}#e.${"A".repeat(86)}`)).toBe("not_a_link");
  expect(readLink(`https://meet.example/m/${ID}`)).toBe("missing_secret");
  expect(readLink(`https://meet.example/m/${ID}#`)).toBe("missing_secret");
  expect(readLink(`https://meet.example/m/${ID}#e.${"A".repeat(85)}`)).toBe("damaged_secret");
  expect(readLink(`https://meet.example/m/${ID}#s.${"A".repeat(86)}`)).toBe("damaged_secret");
  expect(readLink(`https://meet.example/m/${ID}#x.${"A".repeat(86)}`)).toBe("damaged_secret");
  expect(readLink(`https://meet.example/m/${ID}#e.${"*".repeat(86)}`)).toBe("damaged_secret");
});

test("a link names its server, a path does not", () => {
  expect(originOf(" https://Meet.Example:8443/m/x#y")).toBe("https://meet.example:8443");
  expect(originOf(`/m/${ID}`)).toBeNull();
  expect(originOf("javascript:alert(1)//https://x/")).toBeNull();
});

test("only /m is a meeting", () => {
  expect(isMeetingPath(`/m/${ID}`)).toBe(true);
  expect(isMeetingPath("/m")).toBe(true);
  expect(isMeetingPath("/")).toBe(false);
  expect(isMeetingPath("/more")).toBe(false);
});
