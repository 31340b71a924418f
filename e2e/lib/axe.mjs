// SPDX-License-Identifier: MIT OR Apache-2.0
// What axe says about a page, and whether anything reaches over its edge.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails if axe finds anything at desk or phone size. @param {import("./person.mjs").Person} person */
export async function axeIsContent(person) {
  const { page } = person;
  await page.evaluate(axe);
  for (const [width, height] of [[1280, 800], [390, 844]]) {
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
