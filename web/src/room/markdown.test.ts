// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { plainText, readMarkdown, safeAddress, type Block, type Inline } from "./markdown";

test.each([
  ["hello", "hello"],
  ["**bold** and *italic* and __bold__ and _italic_", "<b>bold</b> and <i>italic</i> and <b>bold</b> and <i>italic</i>"],
  ["**bold with *italic* in it**", "<b>bold with <i>italic</i> in it</b>"],
  ["`**not bold**`", "<c>**not bold**</c>"],
  ["2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"],
  ["**open", "**open"],
  ["* one\n* two", "<ul>one|two</ul>"],
  ["before\n3. three\n4. four\nafter", "before/<ol 3>three|four</ol>/after"],
  ["```\n**x**\n <b>\n```", "<pre>**x**\n <b></pre>"],
  ["```\nnever closed", "```\nnever closed"],
  ["two\nlines\n\nand a paragraph", "two\nlines/and a paragraph"],
])("%j reads %j", (text, expected) => {
  expect(shown(readMarkdown(text))).toBe(expected);
});

test("markup of any other kind stays text", () => {
  const hostile = '<img src=x onerror=alert(1)> <script>alert(1)</script> &lt;';
  expect(readMarkdown(hostile)).toEqual([{ type: "paragraph", inside: [{ type: "text", text: hostile }] }]);
});

test("addresses are links, without the sentence that they stand in", () => {
  expect(shown(readMarkdown("see https://example.org/a_b_c?x=1, (https://example.org/d) or [this *page*](https://example.org/e)."))).toBe(
    "see <a https://example.org/a_b_c?x=1>https://example.org/a_b_c?x=1</a>, (<a https://example.org/d>https://example.org/d</a>) or <a https://example.org/e>this *page*</a>.",
  );
  expect(shown(readMarkdown("mailto:ana@example.org"))).toBe("<a mailto:ana@example.org>mailto:ana@example.org</a>");
});

test("only addresses of the web and of mail can be followed", () => {
  for (const address of ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//example.org", "not an address"]) {
    expect(safeAddress(address)).toBeNull();
    expect(shown(readMarkdown(`[here](${address.replace(" ", "")})`))).not.toContain("<a");
  }
  expect(safeAddress("https://bank.example@evil.example/")).toBeNull();
});

test("a long hostile message is read in no time", () => {
  for (const text of ["*".repeat(8000), "**a".repeat(2700), "[".repeat(8000), "_a ".repeat(2700), "`".repeat(8000), "[a](".repeat(2000), "*a **b ".repeat(1100)]) {
    const before = performance.now();
    expect(plainText(text).length).toBeLessThanOrEqual(text.length);
    expect(performance.now() - before).toBeLessThan(1000);
  }
});

test("read out, a message has no marks", () => {
  expect(plainText("**hello** `you`\n- one\n- two")).toBe("hello you one, two");
});

function shown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === "code") return `<pre>${block.text}</pre>`;
      if (block.type === "paragraph") return inline(block.inside);
      const items = block.items.map(inline).join("|");
      return block.isOrdered ? `<ol ${block.start}>${items}</ol>` : `<ul>${items}</ul>`;
    })
    .join("/");
}

function inline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      switch (part.type) {
        case "text": return part.text;
        case "code": return `<c>${part.text}</c>`;
        case "bold": return `<b>${inline(part.inside)}</b>`;
        case "italic": return `<i>${inline(part.inside)}</i>`;
        case "link": return `<a ${part.href}>${inline(part.inside)}</a>`;
      }
    })
    .join("");
}
