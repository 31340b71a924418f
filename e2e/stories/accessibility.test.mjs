// SPDX-License-Identifier: MIT OR Apache-2.0
// axe finds nothing on any screen, in light and dark, on a desk and on a phone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { SCREENS } from "../lib/screens.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium"] });
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const screen of SCREENS) {
  for (const scheme of ["light", "dark"]) {
    story(`axe has nothing to say about the ${scheme} screen "${screen.name}"`, async ({ server, chromium }, { person, bot }) => {
      const ada = await person(chromium, "Ada", { pattern: 11, scheme });
      await screen.arrange({ person: ada, server, bot });
      await ada.page.evaluate(axe);
      for (const [width, height] of [[1280, 800], [390, 844]]) {
        await ada.page.setViewport({ width, height });
        await ada.comesToRest();
        const violations = await ada.page.evaluate(async () => {
          const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary}`).join("; ")}`);
        });
        assert.deepEqual(violations, [], `at ${width} pixels`);
        const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `nothing reaches over the edge at ${width} pixels (${overflow} do)`);
      }
    });
  }
}
