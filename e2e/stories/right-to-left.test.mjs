// SPDX-License-Identifier: MIT OR Apache-2.0
// Every screen in a language that nobody speaks, a third longer than English and from right to left: nothing is cut off,
// nothing lies beside the screen, at 1280 and at 390 pixels. The gallery shows the screens, with made-up people.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Child, ROOT, installed } from "../lib/process.mjs";
import { join } from "node:path";

// Two hundred screens, four at a time.
const LIMIT = 600_000;

test("every screen fits from right to left, with longer words", { timeout: LIMIT }, async () => {
  const chromium = process.env.CHROMIUM ?? installed(["chromium", "chromium-browser", "google-chrome"]);
  const gallery = new Child(process.execPath, [join(ROOT, "web/gallery/shoot.js"), "--lang", "qps", "--check"], { CHROMIUM: chromium });
  const { code } = await gallery.ended;
  assert.equal(code, 0, gallery.stderr);
});
