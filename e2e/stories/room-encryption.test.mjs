// SPDX-License-Identifier: MIT OR Apache-2.0
// The dialog "Encryption": the code to compare, with whom it was compared, and why the keys last changed.

import assert from "node:assert/strict";
import { axeIsContent } from "../lib/axe.mjs";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

story("two compare the code group by group, and the mark outlives people who come, go and reload", async ({ server, chromium, firefox }, { person, bot }) => {
  const ada = await person(chromium, "Ada", { pattern: 11 });
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  const eva = await person(firefox, "Eva", { pattern: 13 });
  await eva.enter(link);
  await ada.seesPattern("Eva", 13);
  assert.equal(await ada.safetyCode(), await eva.safetyCode());

  await ada.openEncryption();
  const groups = await ada.page.evaluate(() => [...document.querySelectorAll('[role="dialog"] [role="img"]')].map((group) => group.getAttribute("aria-label")));
  assert.equal(groups.length, 6);
  assert.ok(groups.every((group) => /^\d( \d){4}$/.test(group)), `read out digit by digit: ${groups}`);
  await ada.reads("What is protected", "From whom", "when Eva joined");
  await ada.press("Mark as compared: Eva");
  await ada.expect("button", "Compared: Eva. Take the mark back");
  await axeIsContent(ada);
  await ada.page.setViewport({ width: 1280, height: 800 });

  const robo = bot(Bot.join(link, ["--name", "Robo", "--seconds", "90"]));
  await ada.reads("when Robo joined");
  await ada.expect("button", "Mark as compared: Robo");
  await ada.expect("button", "Compared: Eva. Take the mark back");
  await eva.page.reload();
  await eva.expect("button", NAMES.joinNow);
  await eva.joinNow();
  await ada.reads("when Eva came back");
  await ada.expect("button", "Compared: Eva. Take the mark back");
  await robo.leave();
  await ada.reads("when somebody left");
  assert.equal(await ada.find("button", "We compared it"), null, "people who come and go are no reason to worry");
  await ada.page.keyboard.press("Escape");
  await until("the focus is back on the badge", () => ada.page.evaluate(() => document.activeElement?.getAttribute("aria-label")?.startsWith("End-to-end encrypted")));
  ada.hasNoComplaints();
});

story("in a standard meeting the dialog says that the server could look in, and offers nothing to compare", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada");
  const link = await ada.makeMeeting(server.origin, "standard");
  await ada.joinNow();
  const eva = await person(firefox, "Eva");
  await eva.enter(link);
  await eva.expect("group", "Ada");
  await eva.openEncryption();
  await eva.reads("There is no safety code", "Not from the server", "Keys last changed", "Guest");
  assert.equal(await eva.find("button", "Mark as compared: Ada"), null);
});
