// SPDX-License-Identifier: MIT OR Apache-2.0
// Finds in a source what a person would see or hear, for the catalogue's test.

import { parse, type AST } from "svelte/compiler";
import ts from "typescript";

/** Returns the texts in a source that are shown or spoken without the catalogue. */
export function spokenTextOf(path: string, source: string): string[] {
  if (!path.endsWith(".svelte")) return sentencesIn(source);
  const { fragment } = parse(source, { modern: true });
  const scripts = [...source.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, code = ""]) => code);
  return [...textsIn(fragment), ...scripts.flatMap(sentencesIn)].filter((text) => /\p{L}/u.test(text) && !SAME_EVERYWHERE.test(text.trim()));
}

/** Returns the declarations that name a side of the screen instead of an end of the line. */
export function physicalStyles(source: string): string[] {
  // A program may well say that somebody left.
  return [...source.replace(/<script[\s\S]*?<\/script>/g, "").matchAll(PHYSICAL)].map(([style]) => style.replace(/:$/, ""));
}

/** Walks a template: its texts, what its expressions come to, and what its attributes say aloud. */
function textsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (typeof node !== "object" || node === null) return [];
  const { type } = node as { type?: string };
  switch (type) {
    case "Text":
      return [(node as AST.Text).data];
    case "ExpressionTag":
      return valuesOf((node as AST.ExpressionTag).expression);
    case "Attribute": {
      const { name, value } = node as AST.Attribute;
      return SAID.includes(name) ? textsIn(value === true ? [] : value) : [];
    }
    case "StyleDirective":
      return [];
    default:
      return Object.entries(node).flatMap(([key, child]) => (NOT_TEMPLATE.includes(key) ? [] : textsIn(child)));
  }
}

/** Returns the texts that an expression may come to. */
function valuesOf(expression: unknown): string[] {
  const node = expression as Record<string, unknown> & { type: string };
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "TemplateLiteral":
      return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    case "ConditionalExpression":
      return [...valuesOf(node.consequent), ...valuesOf(node.alternate)];
    case "LogicalExpression":
      return [...valuesOf(node.left), ...valuesOf(node.right)];
    case "BinaryExpression":
      return node.operator === "+" ? [...valuesOf(node.left), ...valuesOf(node.right)] : [];
    default:
      return [];
  }
}

/** Returns the strings in code that read like sentences: a capital and two words. Errors are for us, not for people. */
function sentencesIn(code: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) || ts.isImportDeclaration(node) || (ts.isStringLiteral(node) && FROM_THE_SERVER.includes(node.text))) return;
    const whole = ts.isStringLiteralLike(node) ? node.text : ts.isTemplateExpression(node) ? [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join("x") : "";
    if (/^\p{Lu}\p{Ll}+ \S|^\p{Lu}[\p{Ll}’]+ .*\p{L}/u.test(whole)) found.push(ts.isTemplateExpression(node) ? node.head.text : whole);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", code, ts.ScriptTarget.Latest, true));
  return found;
}

// Attributes, and properties of our parts, that people read or hear.
const SAID = ["alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "label", "placeholder", "text", "title"];
const NOT_TEMPLATE = ["expression", "parent", "metadata", "css", "instance", "module", "options"];
// The product's name, and the form of a link.
const SAME_EVERYWHERE = /^(?:(?:– )?Incamera|https:\/\/…\/m\/…#…)$/;
// Names by which the policy's table calls its acts.
const FROM_THE_SERVER = ["Register by e-mail"];
const PHYSICAL =
  /(?:margin|padding|border)-(?:left|right)(?:-\w+)?(?=:)|(?<=[\s;{])(?:left|right):|border-(?:top|bottom)-(?:left|right)-radius(?=:)|(?:text-align|float|clear): (?:left|right)/g;
