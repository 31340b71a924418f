// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test, vi } from "vitest";

// The generated bindings need a browser and a build; what is tried here needs neither.
vi.mock("../generated/wasm/incamera_wasm.js", () => ({ NewMeeting: class {} }));

const { failureOf } = await import("./meetings");

test.each([
  [429, null, "rate_limited"],
  [400, { code: "rate_limited", message: "" }, "rate_limited"],
  [503, null, "unavailable"],
  [502, "<html>", "unavailable"],
  [500, { code: "internal" }, "internal"],
  [418, undefined, "internal"],
])("status %i with %j means %s", (status, problem, code) => {
  expect(failureOf(status, problem)).toBe(code);
});
