// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Refused } from "./http";
import { PasskeyError } from "./passkeys";
import { accountName, auditText, deviceName, minutesText, problemText, providerProblem } from "./words";

const AUDIT = import.meta.glob<string>("../../../io/store/src/audit.rs", { query: "?raw", import: "default", eager: true });

test("a wait is told in the unit that people count in", () => {
  expect(problemText(new Refused("rate_limited", null, 40))).toContain("40 seconds");
  expect(problemText(new Refused("rate_limited", null, 1))).toContain("1 second.");
  expect(problemText(new Refused("rate_limited", null, 301))).toContain("6 minutes");
  expect(problemText(new Refused("rate_limited", null, 7200))).toContain("2 hours");
});

test("whatever goes wrong is told in a sentence, never as a code", () => {
  const internal = problemText(new Refused("internal"));
  for (const problem of [new Refused("conflict"), new Refused("unreachable"), new PasskeyError("cancelled")]) {
    expect(problemText(problem)).toMatch(/^[A-Z].*\.$/);
    expect(problemText(problem)).not.toBe(internal);
  }
  expect(problemText(new TypeError("undefined is not a function"))).toBe(internal);
  expect(providerProblem("<script>")).toBe(internal);
  expect(providerProblem("wrong_credentials")).toMatch(/provider/);
});

test("the server's word for a device is taken apart for other languages", () => {
  expect(deviceName("Firefox on Linux")).toBe("Firefox on Linux");
  expect(deviceName("curl")).toBe("curl");
  expect(deviceName("")).toBe("Unknown device");
});

test("an account without a name can be told from another", () => {
  expect(accountName({ name: "Ana", id: "AAEC" })).toBe("Ana");
  expect(accountName({ name: "", id: "AAECAwQF" })).toContain("AAECAw");
});

test("lengths read as people say them", () => {
  expect([1, 45, 60, 120, 90].map(minutesText)).toEqual(["1 minute", "45 minutes", "1 hour", "2 hours", "1 h 30 min"]);
});

test("every entry that the audit log knows has words", () => {
  const actions = [...Object.values(AUDIT).join().matchAll(/Self::\w+ => "(\w+)"/g)].map(([, action = ""]) => action);
  expect(actions.length).toBeGreaterThan(10);
  for (const action of actions) expect.soft(auditText(action), action).not.toBe(action);
});
