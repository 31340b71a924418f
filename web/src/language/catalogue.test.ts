// SPDX-License-Identifier: MIT OR Apache-2.0
// The catalogue is whole in each language, holds nothing that nobody says, and nobody says anything that is not in it.

import { expect, test } from "vitest";

import { inputsOf, messages, shapeOf, usedKeys } from "./catalogue-reading";
import { physicalStyles, spokenTextOf } from "./source-reading";

const AREAS = messages(import.meta.glob("../../messages/*/*.json", { eager: true, import: "default" }));
const SOURCES = import.meta.glob(["../**/*.ts", "../**/*.svelte", "!../generated/**", "!../**/*.test.ts"], {
  eager: true,
  import: "default",
  query: "?raw",
}) as Record<string, string>;
const STYLES = import.meta.glob(["../**/*.svelte", "../**/*.css"], { eager: true, import: "default", query: "?raw" }) as Record<string, string>;

test("each area is there in the same languages, with the same messages in each", () => {
  for (const [area, byLocale] of AREAS) {
    expect([...byLocale.keys()].sort(), area).toEqual(["de", "en", "es", "fr"]);
    for (const [locale, all] of byLocale) {
      expect(Object.keys(all).sort(), `${area} in ${locale}`).toEqual(Object.keys(byLocale.get("en") ?? {}).sort());
    }
  }
});

test("a message takes the same in each language, and no text is empty", () => {
  for (const [area, byLocale] of AREAS) {
    const english = byLocale.get("en") ?? {};
    for (const [locale, all] of byLocale) {
      for (const [key, message] of Object.entries(all)) {
        expect(inputsOf(message), `${area}/${locale}: ${key}`).toEqual(inputsOf(english[key] ?? ""));
        expect(shapeOf(message), `${area}/${locale}: ${key} answers any number and any case`).toBe("whole");
      }
    }
  }
});

test("no message is in two areas", () => {
  const keys = [...AREAS.values()].flatMap((byLocale) => Object.keys(byLocale.get("en") ?? {}));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

test("each message is said somewhere, and each that is said exists", () => {
  const known = new Set([...AREAS.values()].flatMap((byLocale) => Object.keys(byLocale.get("en") ?? {})));
  const used = usedKeys(Object.values(SOURCES));
  expect([...known].filter((key) => !used.has(key)), "unused").toEqual([]);
  expect([...used].filter((key) => !known.has(key)), "unknown").toEqual([]);
});

test("no screen and no sentence in the code speaks past the catalogue", () => {
  const found = Object.entries(SOURCES).flatMap(([path, source]) => spokenTextOf(path, source).map((text) => `${path}: ${text}`));
  expect(found).toEqual([]);
});

test("no style says left or right, so that the page can be turned around", () => {
  const found = Object.entries(STYLES).flatMap(([path, source]) => physicalStyles(source).map((style) => `${path}: ${style}`));
  expect(found).toEqual([]);
});

test("these checks see what they look for", () => {
  const seen = (source: string): string[] => spokenTextOf("x.svelte", source);
  expect(seen("<p>Hello</p>")).toEqual(["Hello"]);
  expect(seen('<p>{isOn ? "on" : `off ${1}`}</p>')).toEqual(["on", "off "]);
  expect(seen('<button aria-label="Close {name}"></button>')).toEqual(["Close "]);
  expect(seen('<Tip text={isOn ? "Chat" : m.chat()} />')).toEqual(["Chat"]);
  expect(seen('<input placeholder={prefix + "name"} />')).toEqual(["name"]);
  expect(seen('<script lang="ts">toasts.show("Link copied");</script>')).toEqual(["Link copied"]);
  expect(seen('<p class="quiet">Incamera {m.chat()} {mode === "e2ee" ? 1 : 2}: <b>AES-256-GCM</b></p><script lang="ts">const a = "two-words";</script>')).toEqual(["AES-256-GCM"]);
  expect(spokenTextOf("x.ts", 'throw new Error("This is for us"); say(`Hello ${name}, you`);')).toEqual(["Hello "]);
  expect(physicalStyles("<style>a { margin-left: 1px; text-align: right; inset-inline-start: 0; }</style>")).toEqual(["margin-left", "text-align: right"]);
  expect(shapeOf([{ declarations: [], selectors: ["many"], match: { "many=one": "a" } }])).toBe("lacks a last resort");
  expect(inputsOf([{ declarations: ["input count", "local many = count: plural"], selectors: ["many"], match: { "many=other": "{who}" } }])).toEqual(["count", "who"]);
});
