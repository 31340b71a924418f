// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { m } from "../generated/paraglide/messages";
import { formatDateTime, formatNumber } from "./format";
import { Language } from "./language.svelte";

test("the page speaks the first of the browser's languages that there is", () => {
  expect(speaking({ preferred: ["xx", "de-AT", "en"] }).locale).toBe("de");
  expect(speaking({ preferred: ["xx"] }).locale).toBe("en");
  expect(speaking({ preferred: [] }).locale).toBe("en");
});

test("what was chosen counts more than the browser, and what the address asks for more than both", () => {
  expect(speaking({ chosen: "en", preferred: ["de"] }).locale).toBe("en");
  expect(speaking({ asked: "de", chosen: "en", preferred: ["en"] }).locale).toBe("de");
  expect(speaking({ asked: "nonsense", chosen: "gone", preferred: ["de"] }).locale).toBe("de");
});

test("messages, numbers and times follow a choice at once, and it is remembered", () => {
  const remembered: string[] = [];
  const language = speaking({ preferred: ["en"], remember: (locale) => remembered.push(locale) });
  language.speak();
  expect(m.home_new_meeting()).toBe("New meeting");
  expect(formatNumber(1234.5)).toBe("1,234.5");
  language.choose("de");
  expect(m.home_new_meeting()).toBe("Neue Besprechung");
  expect(formatNumber(1234.5)).toBe("1.234,5");
  expect(formatDateTime(new Date(2026, 10, 24, 14, 5))).toBe("24.11.2026, 14:05");
  expect(remembered).toEqual(["de"]);
  language.choose("nonsense");
  expect(language.locale).toBe("de");
  expect(remembered).toEqual(["de"]);
});

test("one and many are told apart as the language does", () => {
  const language = speaking({ preferred: ["en"] });
  language.speak();
  expect([1, 2, 1200].map((count) => m.people_count({ count }))).toEqual(["1 person in the meeting", "2 people in the meeting", "1,200 people in the meeting"]);
  language.choose("de");
  expect([0, 1].map((count) => m.people_count({ count }))).toEqual(["0 Personen in der Besprechung", "1 Person in der Besprechung"]);
  language.choose("fr");
  expect([0, 2].map((count) => m.people_count({ count }))).toEqual(["0 personne dans la réunion", "2 personnes dans la réunion"]);
});

test("each language names itself", () => {
  expect(speaking({ preferred: [] }).options).toEqual([
    { locale: "en", tag: "en", name: "English" },
    { locale: "de", tag: "de", name: "Deutsch" },
    { locale: "fr", tag: "fr", name: "Français" },
    { locale: "es", tag: "es", name: "Español" },
  ]);
});

interface Wishes {
  asked?: string;
  chosen?: string;
  preferred: string[];
  remember?: (locale: string) => void;
}

function speaking({ asked, chosen, preferred, remember }: Wishes): Language {
  return new Language({ language: () => chosen ?? null, rememberLanguage: remember ?? (() => undefined) }, { asked: asked ?? null, preferred });
}
