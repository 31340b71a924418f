// SPDX-License-Identifier: MIT OR Apache-2.0
// Screens of every kind in a language that nobody speaks, a third longer than English and from right to left: nothing is
// cut off, nothing lies beside the screen, at 1280 and at 390 pixels. The gallery shows the screens, with made-up people;
// `node web/gallery/shoot.js --lang qps --check` looks at all of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Child, ROOT, installed } from "../lib/process.mjs";
import { join } from "node:path";

const SCREENS = [
  "home", "prejoin", "prejoin-asking", "call-nine", "call-chat", "call-people-actions", "call-host-controls", "call-permissions",
  "call-poll-new", "call-encryption", "call-settings", "account", "meetings-new", "end-removed",
];
// Each twice, two seconds or so each.
const LIMIT = 300_000;

test("screens fit from right to left, with longer words", { timeout: LIMIT }, async () => {
  const chromium = process.env.CHROMIUM ?? installed(["chromium", "chromium-browser", "google-chrome"]);
  const gallery = new Child(process.execPath, [join(ROOT, "web/gallery/shoot.js"), "--lang", "qps", "--check", ...SCREENS], { CHROMIUM: chromium });
  const { code } = await gallery.ended;
  assert.equal(code, 0, gallery.stderr);
});
