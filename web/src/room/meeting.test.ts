// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { lookUp } from "./meeting";

test("a meeting that is open is no trouble, and says whether it has a lobby", async () => {
  const open = { id: "x", mode: "e2ee", is_ended: false };
  expect(await lookUp("x", "e2ee", answering(200, open))).toEqual({ trouble: null, hasLobby: false });
  expect(await lookUp("x", "e2ee", answering(200, { ...open, has_lobby: true }))).toEqual({ trouble: null, hasLobby: true });
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

async function troubleWith(...about: Parameters<typeof lookUp>) {
  return (await lookUp(...about)).trouble;
}

function answering(status: number, body: unknown): typeof fetch {
  return () => Promise.resolve(new Response(JSON.stringify(body), { status }));
}
