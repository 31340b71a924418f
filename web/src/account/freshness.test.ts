// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Act, Cancelled } from "./act.svelte";
import { Freshness } from "./freshness.svelte";
import { Refused } from "./http";

test("an act that the server allows asks for nothing", async () => {
  const fresh = new Freshness();
  expect(await fresh.run(() => Promise.resolve(7))).toBe(7);
  expect(fresh.isWanted).toBe(false);
});

test("an act goes on by itself after the fresh sign-in", async () => {
  const fresh = new Freshness();
  let tries = 0;
  const done = fresh.run(() => (++tries === 1 ? Promise.reject(new Refused("fresh_sign_in_needed")) : Promise.resolve("erased")));
  await settled();
  expect(fresh.isWanted).toBe(true);
  fresh.confirm();
  expect(await done).toBe("erased");
  expect([tries, fresh.isWanted]).toEqual([2, false]);
});

test("without a fresh sign-in the act does not happen, and nothing is reported as wrong", async () => {
  const fresh = new Freshness();
  const act = new Act();
  let tries = 0;
  const done = act.run(() => fresh.run(() => (tries++, Promise.reject(new Refused("fresh_sign_in_needed")))));
  await settled();
  fresh.cancel();
  expect(await done).toBeNull();
  expect([tries, act.problem, act.isBusy]).toEqual([1, null, false]);
});

test("another refusal is reported at once", async () => {
  const fresh = new Freshness();
  const act = new Act();
  await act.run(() => fresh.run(() => Promise.reject(new Refused("conflict"))));
  expect(act.problem).toMatchObject({ code: "conflict" });
  expect(fresh.isWanted).toBe(false);
});

test("a second act that needs a fresh sign-in takes the place of the first", async () => {
  const fresh = new Freshness();
  const refuse = (): Promise<never> => Promise.reject(new Refused("fresh_sign_in_needed"));
  const first = fresh.run(refuse).catch((error: unknown) => error);
  await settled();
  void fresh.run(refuse).catch(() => undefined);
  await settled();
  expect(await first).toBeInstanceOf(Cancelled);
  expect(fresh.isWanted).toBe(true);
});

test("an act does one thing at a time", async () => {
  const act = new Act();
  let finish = (): void => undefined;
  const first = act.run(() => new Promise<string>((resolve) => (finish = () => resolve("first"))));
  expect(await act.run(() => Promise.resolve("second"))).toBeNull();
  finish();
  expect(await first).toBe("first");
});

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
