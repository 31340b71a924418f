// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Api, providerSignIn } from "./api";
import { Refused, send } from "./http";

test("a write says that it is JSON, even without a body", async () => {
  const asked: RequestInit[] = [];
  await send(async (_, init) => (asked.push(init), new Response(null, { status: 204 })), "DELETE", "/api/session");
  expect(asked[0]).toMatchObject({ method: "DELETE", body: "{}", credentials: "same-origin", headers: { "content-type": "application/json" } });
});

test("a read carries no body", async () => {
  const asked: RequestInit[] = [];
  const answer = await send(async (_, init) => (asked.push(init), Response.json({ a: 1 })), "GET", "/api/session");
  expect(answer).toEqual({ a: 1 });
  expect(asked[0]?.body).toBeUndefined();
});

test("a refusal keeps its code, the policy's word and the time to wait", async () => {
  const denial = { rule: null, reason: "No.", unlocked_by: [["phone"]] };
  expect(await refusal(403, { code: "not_allowed", message: "", denial })).toMatchObject({ code: "not_allowed", denial, retryAfter: null });
  expect(await refusal(429, { code: "rate_limited", message: "", retry_after_s: 40 })).toMatchObject({ code: "rate_limited", retryAfter: 40, denial: null });
});

test("what a proxy answers in the server's place is understood by its status", async () => {
  expect((await refusal(502, "<html>")).code).toBe("unavailable");
  expect((await refusal(404, "<html>")).code).toBe("not_found");
  expect((await refusal(500, 17)).code).toBe("internal");
});

test("without a network the server is unreachable", async () => {
  await expect(send(() => Promise.reject(new TypeError("failed")), "GET", "/")).rejects.toMatchObject({ code: "unreachable" });
});

test("no id can lead to another route", async () => {
  const paths: string[] = [];
  const api = new Api(async (path) => (paths.push(path), Response.json({})));
  await api.removeBinding("../../operator/denied/1?x=#y");
  await api.operatorAccounts("a&after=b", null);
  expect(paths).toEqual(["/api/account/bindings/..%2F..%2Foperator%2Fdenied%2F1%3Fx%3D%23y", "/api/operator/accounts?search=a%26after%3Db"]);
  expect(providerSignIn("a/b", "/sign-in")).toBe("/api/sign-in/oidc/a%2Fb?return=%2Fsign-in");
});

async function refusal(status: number, body: unknown): Promise<Refused> {
  const response = typeof body === "string" ? new Response(body, { status }) : Response.json(body, { status });
  return send(async () => response, "POST", "/x", {}).then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => error as Refused,
  );
}
