// SPDX-License-Identifier: MIT OR Apache-2.0
// The marks of a chat message: bold, italic, code, lists, links. Text comes in, a tree goes out; whatever is no mark stays
// text, so that no message can become markup.

export type Inline =
  | { type: "text"; text: string }
  | { type: "bold"; inside: readonly Inline[] }
  | { type: "italic"; inside: readonly Inline[] }
  | { type: "code"; text: string }
  | { type: "link"; href: string; inside: readonly Inline[] };

export type Block =
  | { type: "paragraph"; inside: readonly Inline[] }
  | { type: "code"; text: string }
  | { type: "list"; isOrdered: boolean; start: number; items: readonly (readonly Inline[])[] };

/** Reads a message. Time and depth are bounded by its length. */
export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.some((line) => line.trim() !== "")) blocks.push({ type: "paragraph", inside: readInline(paragraph.join("\n").trim(), DEPTH) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (/^```/.test(line)) {
      const end = lines.findIndex((other, index) => index > at && /^```\s*$/.test(other));
      if (end > at) {
        endParagraph();
        blocks.push({ type: "code", text: lines.slice(at + 1, end).join("\n") });
        at = end;
        continue;
      }
    }
    const first = itemOf(line);
    if (first !== null) {
      endParagraph();
      const items: (readonly Inline[])[] = [];
      let item: Item | null = first;
      for (; item !== null && item.isOrdered === first.isOrdered; item = itemOf(lines[at] ?? "")) {
        items.push(readInline(item.text, DEPTH));
        at++;
      }
      at--;
      blocks.push({ type: "list", isOrdered: first.isOrdered, start: first.number, items });
      continue;
    }
    if (line.trim() === "") endParagraph();
    else paragraph.push(line);
  }
  endParagraph();
  return blocks;
}

/** Returns what a message says without its marks, in one line, to be read out. */
export function plainText(text: string): string {
  const said = readMarkdown(text).map((block) => {
    if (block.type === "code") return block.text;
    return block.type === "paragraph" ? inlineText(block.inside) : block.items.map(inlineText).join(", ");
  });
  return said.join(" ").replace(/\s+/g, " ");
}

/** Returns an address that may be followed from a message, `null` for any other. */
export function safeAddress(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  // A name before the host is how "https://bank.example@evil.example" pretends to be another.
  if (url.username !== "" || url.password !== "") return null;
  return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}

interface Item {
  isOrdered: boolean;
  number: number;
  text: string;
}

function itemOf(line: string): Item | null {
  const match = /^ {0,3}(?:[-*+]|(\d{1,6})[.)]) +(\S.*)$/.exec(line);
  if (match === null) return null;
  return { isOrdered: match[1] !== undefined, number: Number(match[1] ?? 1), text: match[2] ?? "" };
}

function readInline(text: string, depth: number): Inline[] {
  const found: Inline[] = [];
  let plain = "";
  const put = (inline: Inline, length: number): number => {
    if (plain !== "") found.push({ type: "text", text: plain });
    plain = "";
    found.push(inline);
    return length;
  };
  let at = 0;
  // How far a closing mark has been looked for in vain: without it a row of opening ones would cost its square.
  const unclosed = new Set<string>();
  while (at < text.length) {
    const rest = text.slice(at, at + LOOK_AHEAD);
    const before = text[at - 1] ?? " ";
    const taken = takeCode(rest) ?? (depth === 0 ? null : (takeLink(rest, before) ?? takeEmphasis(rest, before, depth, unclosed)));
    if (taken === null) {
      plain += text[at] ?? "";
      at++;
    } else {
      at += put(taken.inline, taken.length);
    }
  }
  if (plain !== "") found.push({ type: "text", text: plain });
  return found;
}

interface Taken {
  inline: Inline;
  length: number;
}

function takeCode(rest: string): Taken | null {
  const match = rest.startsWith("`") ? /^`([^`\n]+)`/.exec(rest) : null;
  return match === null ? null : { inline: { type: "code", text: match[1] ?? "" }, length: match[0].length };
}

function takeLink(rest: string, before: string): Taken | null {
  if (rest.startsWith("[")) {
    const match = /^\[([^[\]\n]{1,300})\]\(([^\s()]{1,2000})\)/.exec(rest);
    const href = match === null ? null : safeAddress(match[2] ?? "");
    if (match === null || href === null) return null;
    return { inline: { type: "link", href, inside: readInline(match[1] ?? "", 0) }, length: match[0].length };
  }
  if (!/^(https?:\/\/|mailto:)/i.test(rest) || /[\p{L}\p{N}]/u.test(before)) return null;
  const match = /^[^\s<>"'`]+/.exec(rest);
  // What ends the sentence is not part of the address.
  const address = (match?.[0] ?? "").replace(/[.,;:!?*_]+$/, "").replace(/^([^()]*)\)+$/, "$1");
  const href = safeAddress(address);
  return href === null ? null : { inline: { type: "link", href, inside: [{ type: "text", text: address }] }, length: address.length };
}

function takeEmphasis(rest: string, before: string, depth: number, unclosed: Set<string>): Taken | null {
  const mark = /^(\*\*|__|\*|_)(?=\S)/.exec(rest)?.[1];
  if (mark === undefined || unclosed.has(mark)) return null;
  // snake_case_names are no emphasis.
  if (mark.startsWith("_") && /[\p{L}\p{N}]/u.test(before)) return null;
  for (let end = rest.indexOf(mark, mark.length + 1); end > 0; end = rest.indexOf(mark, end + 1)) {
    const after = rest[end + mark.length] ?? " ";
    const isDoubled = mark.length === 1 && (rest[end + 1] === mark || rest[end - 1] === mark);
    if (/\s/.test(rest[end - 1] ?? " ") || isDoubled || (mark.startsWith("_") && /[\p{L}\p{N}]/u.test(after))) continue;
    const inside = readInline(rest.slice(mark.length, end), depth - 1);
    return { inline: { type: mark.length === 2 ? "bold" : "italic", inside }, length: end + mark.length };
  }
  unclosed.add(mark);
  return null;
}

function inlineText(inside: readonly Inline[]): string {
  return inside.map((one) => (one.type === "text" || one.type === "code" ? one.text : inlineText(one.inside))).join("");
}

// Bold in italic in bold: nobody reads more.
const DEPTH = 3;
// In characters. What one mark may span; it bounds what a long hostile message costs.
const LOOK_AHEAD = 2500;
