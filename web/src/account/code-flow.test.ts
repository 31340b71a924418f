// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { CodeFlow } from "./code-flow.svelte";
import { Refused } from "./http";

test("a code that comes back proves the address", async () => {
  const flow = new CodeFlow(server(), () => 0);
  expect(flow.isSent).toBe(false);
  expect(await flow.send(" ana@example.org ")).toBe(true);
  expect([flow.isSent, flow.address]).toEqual([true, "ana@example.org"]);
  expect(await flow.check("123456")).toBe("ana@example.org proved by c1");
});

test("a wrong code is told, and the right one still works", async () => {
  const flow = new CodeFlow(server(), () => 0);
  await flow.send("ana@example.org");
  expect(await flow.check("000000")).toBeNull();
  expect(flow.checking.problem).toMatchObject({ code: "wrong_credentials" });
  expect(await flow.check("123456")).not.toBeNull();
  expect(flow.checking.problem).toBeNull();
});

test("another code may be asked for after a while, and replaces the first", async () => {
  let now = 0;
  const flow = new CodeFlow(server(), () => now);
  await flow.send("ana@example.org");
  expect(flow.secondsToWait(1000)).toBe(29);
  expect(await flow.sendAgain()).toBe(false);
  now = 30_000;
  expect(flow.secondsToWait(now)).toBe(0);
  expect(await flow.sendAgain()).toBe(true);
  expect(await flow.check("123456")).toBe("ana@example.org proved by c2");
});

test("the server's waiting time counts", async () => {
  const flow = new CodeFlow({ ...server(), begin: () => Promise.reject(new Refused("rate_limited", null, 90)) }, () => 5000);
  expect(await flow.send("ana@example.org")).toBe(false);
  expect(flow.isSent).toBe(false);
  expect(flow.secondsToWait(5000)).toBe(90);
});

test("going back forgets the code and keeps the address", async () => {
  const flow = new CodeFlow(server(), () => 0);
  await flow.send("ana@example.org");
  flow.reset();
  expect([flow.isSent, flow.address]).toEqual([false, "ana@example.org"]);
  expect(await flow.check("123456")).toBeNull();
});

function server() {
  let count = 0;
  let address = "";
  return {
    begin: (to: string) => ((address = to), Promise.resolve({ ceremony: `c${++count}` })),
    finish: (ceremony: string, code: string): Promise<string> =>
      code === "123456" && ceremony === `c${count}` ? Promise.resolve(`${address} proved by ${ceremony}`) : Promise.reject(new Refused("wrong_credentials")),
  };
}
