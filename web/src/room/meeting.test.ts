// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { troubleWith } from "./meeting";

test("a meeting that is open is no trouble", async () => {
  expect(await troubleWith("x", "e2ee", answering(200, { id: "x", mode: "e2ee", is_ended: false }))).toBeNull();
});

test("unknown, ended and other-mode meetings are told apart", async () => {
  expect(await troubleWith("x", "e2ee", answering(404, { code: "unknown_meeting" }))).toBe("unknown_meeting");
  expect(await troubleWith("x", "e2ee", answering(200, { mode: "e2ee", is_ended: true }))).toBe("meeting_ended");
  expect(await troubleWith("x", "e2ee", answering(200, { mode: "standard", is_ended: false }))).toBe("wrong_mode");
});

test("what cannot be asked is left to joining", async () => {
  expect(await troubleWith("x", "e2ee", answering(503, {}))).toBeNull();
  expect(await troubleWith("x", "e2ee", () => Promise.reject(new TypeError("offline")))).toBeNull();
  expect(await troubleWith("x", "e2ee", () => Promise.resolve(new Response("<html>")))).toBeNull();
});

function answering(status: number, body: unknown): typeof fetch {
  return () => Promise.resolve(new Response(JSON.stringify(body), { status }));
}
