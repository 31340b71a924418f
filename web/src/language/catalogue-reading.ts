// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads the catalogue's files for its test.

/** A message: one text, or variants of it. */
export type Message = string | readonly Variants[];

interface Variants {
  declarations: readonly string[];
  selectors: readonly string[];
  match: Readonly<Record<string, string>>;
}

/** Messages by key. */
export type Messages = Readonly<Record<string, Message>>;

/** Returns the messages by area and by language, from files by their paths. */
export function messages(files: Record<string, unknown>): Map<string, Map<string, Messages>> {
  const areas = new Map<string, Map<string, Messages>>();
  for (const [path, content] of Object.entries(files)) {
    const [, area = "", locale = ""] = /([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    const byLocale = areas.get(area) ?? new Map<string, Messages>();
    areas.set(area, byLocale.set(locale, content as Messages));
  }
  return areas;
}

/** Returns what a message wants to be given, in order of the alphabet. */
export function inputsOf(message: Message): string[] {
  const declarations = typeof message === "string" ? [] : message.flatMap((variants) => variants.declarations);
  const given = declarations.flatMap((declaration) => /^input (\w+)$/.exec(declaration)?.[1] ?? []);
  const local = declarations.flatMap((declaration) => /^local (\w+) =/.exec(declaration)?.[1] ?? []);
  const said = textsOf(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name));
  return [...new Set([...given, ...said.filter((name) => !local.includes(name))])].sort();
}

/** Returns "whole", or what a message lacks so that it always says something. */
export function shapeOf(message: Message): string {
  if (textsOf(message).some((text) => text.trim() === "")) return "says nothing";
  if (typeof message === "string") return "whole";
  const hasLastResort = message.every(({ selectors, match }) =>
    Object.keys(match).some((cases) => selectors.every((selector) => cases.includes(`${selector}=*`) || cases.includes(`${selector}=other`))),
  );
  return hasLastResort ? "whole" : "lacks a last resort";
}

/** Returns the keys of the messages that sources say. */
export function usedKeys(sources: readonly string[]): Set<string> {
  return new Set(sources.flatMap((source) => [...source.matchAll(/\bm\.([a-z][a-z0-9_]*)/g)].map(([, key = ""]) => key)));
}

function textsOf(message: Message): string[] {
  return typeof message === "string" ? [message] : message.flatMap(({ match }) => Object.values(match));
}
