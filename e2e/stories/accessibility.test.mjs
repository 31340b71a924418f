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
  story(`axe has nothing to say about the screen "${screen.name}"`, async ({ server, chromium }, { person, bot }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    // Transitions would be caught half way, with half the contrast.
    await ada.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    await screen.arrange({ person: ada, server, bot });
    await ada.page.evaluate(axe);
    for (const scheme of ["light", "dark"]) {
      await ada.page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      for (const [width, height] of [[1280, 800], [390, 844]]) {
        await ada.page.setViewport({ width, height });
        const violations = await ada.page.evaluate(async () => {
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          const result = await globalThis.axe.run(document, { resultTypes: ["violations"] });
          return result.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join("; ")}`);
        });
        assert.deepEqual(violations, [], `${scheme}, ${width} pixels`);
        const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `nothing reaches over the edge at ${width} pixels (${overflow} do)`);
      }
    }
  });
}
