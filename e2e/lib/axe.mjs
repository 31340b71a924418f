// SPDX-License-Identifier: MIT OR Apache-2.0
// What axe says about a page, and whether anything reaches over its edge.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Of a desk and of a phone. */
const SIZES = [[1280, 800], [390, 844]];

/**
 * Fails if axe finds anything, at desk and phone size unless told otherwise.
 * @param {import("./person.mjs").Person} person
 * @param {number[][]} [sizes]
 */
export async function axeIsContent(person, sizes = SIZES) {
  const { page } = person;
  await page.evaluate(axe);
  for (const [width, height] of sizes) {
    await page.setViewport({ width, height });
    await person.comesToRest();
    const violations = await page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`).join("; ")}`);
    });
    assert.deepEqual(violations, [], `at ${width} pixels`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `nothing reaches over the edge at ${width} pixels (${overflow} do)`);
  }
}
