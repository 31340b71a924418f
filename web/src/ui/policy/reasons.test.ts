// SPDX-License-Identifier: MIT OR Apache-2.0
import { beforeAll, expect, test } from "vitest";

import { overwriteGetLocale } from "../../generated/paraglide/runtime";
import { actorText, askedText, MAIN_ACTS, reasonText } from "./reasons";

const PRESETS = import.meta.glob<string>("../../../../core/policy/presets/*.cedar", { query: "?raw", import: "default", eager: true });
const CASES = import.meta.glob<string>("../../../../core/policy/src/table/cases.rs", { query: "?raw", import: "default", eager: true });

beforeAll(() => overwriteGetLocale(() => "de"));

test("every rule of every preset is told in German, word for word what stands there in English", () => {
  const rules = Object.values(PRESETS).flatMap((text) => [...text.matchAll(/@id\("([^"]+)"\)\s*@reason\("([^"]+)"\)/g)]);
  expect(rules.length).toBeGreaterThan(30);
  for (const [, rule = "", reason = ""] of rules) expect.soft(reasonText(rule, reason), rule).toMatchObject({ lang: undefined });
});

test("a rule that the operator changed keeps its own words, marked as English", () => {
  expect(reasonText("everybody-may-sign-in", "Everybody may sign in on weekdays.")).toEqual({ text: "Everybody may sign in on weekdays.", lang: "en" });
  expect(reasonText("our-own-rule", "Ours.")).toEqual({ text: "Ours.", lang: "en" });
  expect(reasonText(null, "No rule allows it.")).toEqual({ text: "No rule allows it.", lang: "en" });
});

test("the people and the main acts of the policy's table have words", () => {
  const source = Object.values(CASES).join();
  const actors = [...source.slice(source.indexOf("fn actors"), source.indexOf("fn actions")).matchAll(/\(\s*"(\w+)",/g)].map(([, actor = ""]) => actor);
  expect(actors.length).toBeGreaterThan(10);
  for (const actor of actors) expect.soft(actorText(actor), actor).not.toBe(actor);
  for (const act of MAIN_ACTS) {
    expect.soft(source, act).toContain(`"${act}"`);
    expect.soft(askedText(act)).not.toBe(act);
  }
});
